/** Targets × time as a table of colours. Each cell has its number, too. */

import type { Column, HeatData, HeatRow, PageData } from "./data.ts";
import { element, required } from "./dom.ts";
import { formatTime } from "./format.ts";
import type { View } from "./view.ts";

/** What the cells can show. */
const MEASURES: readonly {
  readonly key: "loss" | "rtt" | "out" | "back";
  readonly name: string;
  readonly text: (value: number) => string;
}[] = [
  { key: "loss", name: "probes without an answer, %", text: (value) => short(value / 10) },
  { key: "rtt", name: "round trip, 95th percentile, ms", text: (value) => short(value / 1e3) },
  { key: "out", name: "rise of the delay out, ms", text: (value) => short(value / 1e3) },
  { key: "back", name: "rise of the delay back, ms", text: (value) => short(value / 1e3) },
];

/** Steps of colour in the style sheet: .h0 to .h7. */
const STEPS = 8;

/** Fills the heat map of the page. */
export function showHeatMap({ heat, startMs }: PageData, view: View): void {
  if (heat === null) return;
  const home = required("heat");
  const choices = MEASURES.filter(({ key }) => heat.rows.some((row) => row[key].some(isSome)));
  const select = element(
    "select",
    { id: "heat-measure" },
    ...choices.map(({ key, name }) => element("option", { value: key }, name)),
  );
  const label = element("label", {}, "Colours show ", select);
  const scroller = element("div", {
    ...{ class: "scroll", tabindex: "0", role: "region", "aria-label": "Targets by time" },
  });
  const show = () => {
    const measure = choices.find(({ key }) => key === select.value) ?? choices[0];
    if (measure === undefined) return;
    scroller.replaceChildren(tableOf(heat, measure, startMs, view));
  };
  select.addEventListener("change", show);
  home.append(label, scroller);
  show();
}

function tableOf(
  { columns, columnS, rows }: HeatData,
  { key, text }: typeof MEASURES[number],
  startMs: number,
  view: View,
): HTMLTableElement {
  const greatest = Math.max(...rows.map((row) => Math.max(0, ...row[key].filter(isSome))));
  const digits = columnS >= 86_400 ? [5, 10] : columnS < 60 ? [11, 19] : [11, 16];
  const heads = columns.map((atMs) =>
    element(
      "th",
      { scope: "col" },
      formatTime(Math.round((startMs + atMs) / 1e3) * 1e3, "second").slice(digits[0], digits[1]),
    )
  );
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, row.name),
      ...cellsOf(row[key], greatest, text),
    )
  );
  const table = element(
    "table",
    { class: "heat" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Target"), ...heads)),
    element("tbody", {}, ...body),
  );
  // A click on a cell shows its time in the charts.
  table.addEventListener("click", (event) => {
    const column = ((event.target as Element).closest("td")?.cellIndex ?? 0) - 1;
    const atMs = columns[column];
    if (atMs === undefined) return;
    const fromS = (startMs + atMs) / 1e3;
    view.show({ fromS, toS: fromS + columnS });
  });
  return table;
}

function cellsOf(
  values: HeatRow["loss"],
  greatest: number,
  text: (value: number) => string,
): HTMLTableCellElement[] {
  return values.map((value) => {
    if (value === null) return element("td", {});
    // A root, so that small values differ as well: 1 % of loss matters.
    const step = greatest === 0 ? 0 : Math.ceil(Math.sqrt(value / greatest) * (STEPS - 1));
    return element("td", { class: `h${step}` }, text(value));
  });
}

function isSome(value: Column[number]): value is number {
  return value !== null;
}

function short(value: number): string {
  if (value === 0) return "0";
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
