/** All targets of a log in a table, with a link to the charts of those that have some. */

import { formatOffsetUs, formatShare } from "../../page/format.ts";
import type { DirectionSummary, TargetSummary } from "../log/target_summary.ts";
import { type Html, html, type HtmlPart } from "./html.ts";
import { sparkline } from "./sparkline.ts";

/** Rows at most, and rows with a picture at most. */
const MAX_ROWS = 2000, MAX_SPARKS = 400;

/** The table. `idOf` gives the place of a target's charts; undefined where it has none. */
export function targetTable(
  targets: readonly TargetSummary[],
  idOf: (target: TargetSummary) => string | undefined,
): Html {
  const head = (text: string, attributes = "data-number") =>
    html`<th scope="col" ${attributes === "" ? "" : html`data-number`}>${text}</th>`;
  const left = targets.length - MAX_ROWS;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Targets">
      <table data-sort id="target-table">
        <thead>
          <tr>${head("Target", "")}
    ${[
      "Probes",
      "Unanswered",
      "RTT median",
      "RTT 95 %",
      "RTT max",
      "Out 95 %",
      "Out max",
      "Back 95 %",
    ]
      .map((name) => head(name))}${["Back max", "Queue max", "Clock"].map((name) => head(name))}
    <th scope="col" data-fixed>Round trip</th></tr>
        </thead>
        <tbody>
    ${targets.slice(0, MAX_ROWS).map((target, i) => row(target, idOf(target), i < MAX_SPARKS))}
        </tbody>
      </table>
    </div>${left > 0
      ? html`<p class="note">${left} targets with less to report are left out.</p>`
      : ""}
  `;
}

function row(target: TargetSummary, id: string | undefined, hasSpark: boolean): Html {
  const { log, counts, settled, rtt, out, back, queue, offset } = target;
  const unanswered = settled - counts.received;
  const delay = (direction: DirectionSummary | undefined, share: number) =>
    number(direction?.delays.quantile(share));
  const isClock = log.clock !== undefined;
  const address = log.address === log.name || log.address === "" ? "" : ` (${log.address})`;
  const name = `${log.name}${address}`;
  return html`
    <tr><td>${id === undefined ? name : html`<a href="#${id}">${name}</a>`}</td>
    <td data-value="${settled}">${settled}</td>
    <td data-value="${settled === 0 ? "" : unanswered / settled}" ${unanswered > 0
      ? html`class="bad"`
      : ""}>${formatShare(unanswered, settled)}</td>
    ${isClock ? [number(undefined), number(undefined)] : [delay(rtt, 0.5), delay(rtt, 0.95)]}
    ${isClock ? number(undefined) : delay(rtt, 1)}
    ${delay(out, 0.95)}${delay(out, 1)}${delay(back, 0.95)}${delay(back, 1)}${delay(queue, 1)}
    <td data-value="${offset === undefined ? "" : offset.value}">${offset === undefined
      ? "–"
      : formatOffsetUs(Math.round(offset.value * 1e3))}</td><td>${hasSpark
      ? sparkline(target.buckets)
      : ""}</td></tr>
  `;
}

/** A cell with milliseconds. */
function number(ms: number | undefined): HtmlPart {
  if (ms === undefined) return html`<td data-value="">–</td>`;
  const text = ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
  return html`<td data-value="${ms}">${text}</td>`;
}
