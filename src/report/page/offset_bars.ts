/** How far the clocks of an audit are off, as bars: a table that reads well without seeing it, too. */

import type { HostRow } from "../../log/host_log.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { type Html, html } from "./html.ts";

const MINUTE_MS = 60_000, HOUR_MS = 3_600_000;
/** Upper edges of the bars on one side, and their words. */
const EDGES: readonly (readonly [ms: number, words: string])[] = [
  [1, "up to 1 ms"],
  [10, "1 to 10 ms"],
  [100, "10 to 100 ms"],
  [1000, "0.1 to 1 s"],
  [10_000, "1 to 10 s"],
  [MINUTE_MS, "10 to 60 s"],
  [15 * MINUTE_MS, "1 to 15 min"],
  [HOUR_MS, "15 to 60 min"],
  [Infinity, "an hour and more"],
];

/** Bars of the hosts whose offset is known; empty where none is. */
export function offsetBars(rows: readonly HostRow[]): Html {
  const offsets = rows.flatMap(({ offset }) => offset === undefined ? [] : [offset.value]);
  if (offsets.length === 0) return html``;
  const edgeOf = (ms: number) => EDGES.findIndex(([edge]) => Math.abs(ms) <= edge);
  const counts = new Map<number, number>();
  for (const ms of offsets) {
    // Behind: -1, -2, …; ahead: 1, 2, …; about the same: 0.
    const bar = edgeOf(ms) * Math.sign(ms) || 0;
    counts.set(bar, (counts.get(bar) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  const first = Math.min(...counts.keys()), last = Math.max(...counts.keys());
  const bars = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return html`
    <h3>How far the clocks are off</h3>
    <table class="bars">
      <thead class="hidden">
        <tr>
          <th scope="col">Offset</th>
          <th scope="col">Share</th>
          <th scope="col">Hosts</th>
        </tr>
      </thead>
      <tbody>${bars.map((bar) => {
        const count = counts.get(bar) ?? 0;
        const words = EDGES[Math.abs(bar)]?.[1] ?? "";
        const side = bar === 0 ? "" : bar < 0 ? " behind" : " ahead";
        return html`
          <tr>
            <th scope="row">${words}${side}</th>
            <td class="bar">${count === 0
              ? ""
              : html`<i style="width:${(count / most * 100).toFixed(1)}%"></i>`}</td>
            <td class="number">${formatCount(count)}</td>
          </tr>
        `;
      })}</tbody>
    </table>
  `;
}
