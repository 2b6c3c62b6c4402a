/** What a chart says of the row under the pointer, or of the one that the keys have chosen. */

import type { ChartSpec, Rows } from "./chart_spec.ts";
import type { TargetData } from "./data.ts";
import { element } from "./dom.ts";
import { formatTime } from "./format.ts";

/** A moment within this many pixels is named too. */
const NEAR_PX = 6;

/** Lines of a tooltip: name and value. */
export type TooltipLine = readonly [name: string, value: string];

/** What is known of a row, the main thing first. */
export function tooltipLines(spec: ChartSpec, rows: Rows, row: number): TooltipLine[] {
  const timeS = rows.timesS[row] ?? 0, spanS = rows.spansS[row] ?? 0;
  const from = formatTime((timeS - spanS / 2) * 1e3, "millisecond");
  const when = spanS === 0 ? from : `${from.slice(0, -4)} + ${Number(spanS.toPrecision(3))} s`;
  const received = rows.received[row] ?? 0, unanswered = rows.unanswered[row] ?? 0;
  const probes: TooltipLine[] = received + unanswered === 0 ? [] : [[
    "probes",
    `${received} answered${unanswered === 0 ? "" : `, ${unanswered} not`}`,
  ]];
  const values = spec.lines.filter(({ values }) => (values[row] ?? null) !== null)
    .map(({ name, format }): TooltipLine => [name, format(row)]);
  // One record has one value: five times the same would say nothing more.
  const isSingle = spec.bands.length === 2 && new Set(values.map(([, value]) => value)).size === 1;
  const shown = isSingle ? [["", values[0]?.[1] ?? ""] as const] : values;
  return [["time (UTC)", when], ...shown, ...(spec.kind === "loss" ? [] : probes)];
}

/** The moments near a place, for the tooltip. */
export function eventLines(
  { events }: TargetData,
  startMs: number,
  toPx: (timeS: number) => number,
  atPx: number,
): TooltipLine[] {
  return events.filter(([atMs]) => Math.abs(toPx((startMs + atMs) / 1e3) - atPx) <= NEAR_PX)
    .slice(0, 3)
    .map(([atMs, , text]) => [formatTime(startMs + atMs, "second").slice(11), text]);
}

/** A box that follows the pointer inside a chart. */
export class Tooltip {
  /** To be put into the chart by its owner. */
  readonly box: HTMLDivElement = element("div", { class: "tooltip", hidden: "" });

  /** Shows lines beside a place, on the side that has room. */
  show(lines: readonly TooltipLine[], leftPx: number, widthPx: number): void {
    this.box.replaceChildren(
      ...lines.map(([name, value]) =>
        element("div", {}, element("span", {}, name), element("b", {}, value))
      ),
    );
    this.box.hidden = false;
    const isLeft = leftPx > widthPx / 2;
    this.box.style.left = isLeft ? "" : `${leftPx + 12}px`;
    this.box.style.right = isLeft ? `${widthPx - leftPx + 12}px` : "";
  }

  /** Takes it away. */
  hide(): void {
    this.box.hidden = true;
  }
}
