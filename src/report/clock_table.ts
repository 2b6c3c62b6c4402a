/** What `clock` prints of several clocks: a table, and below it what is odd about each. */

import { dim, yellow } from "../terminal/color.ts";
import type { ClockState } from "../clock/mod.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { padTo, widthOf, wrap } from "../terminal/width.ts";
import { estimateOffset, estimateSkew, formatTickMs, offsetBounds } from "./clock_numbers.ts";
import {
  describeRestart,
  describeUndecided,
  listRemarks,
  listTroubles,
  restartsOf,
} from "./clock_remarks.ts";
import type { ClockTextOptions } from "./clock_text.ts";
import { fullName, lineName } from "./target_name.ts";

/** A number of each clock. */
interface Column {
  readonly head: string;
  cell(state: ClockState): string;
}

const NAME_HEAD = "host";
const COLUMNS: readonly Column[] = [
  { head: "offset ms", cell: (state) => estimateOffset(state).value },
  {
    head: "±",
    cell: (state) => {
      const { spread, unit } = estimateOffset(state);
      return unit === "s" ? `${spread} s` : spread;
    },
  },
  { head: "lower", cell: (state) => offsetBounds(state)[0] },
  { head: "upper", cell: (state) => offsetBounds(state)[1] },
  { head: "skew ppm", cell: (state) => estimateSkew(state)[0] },
  { head: "min rtt ms", cell: ({ minRttNs = NaN }) => (minRttNs / 1e6).toFixed(3) },
  { head: "tick ms", cell: (state) => state.tickSettled ? formatTickMs(state) : "?" },
  { head: "used", cell: ({ used }) => String(used) },
];

/** Columns that are left out together where the table is too wide, the first of them first. */
const LEAVING: readonly (readonly string[])[] = [
  ...[["used"], ["tick ms"], ["skew ppm"], ["min rtt ms"], ["lower", "upper"], ["±"]],
];

/** Several clocks as a table with the columns that fit, and what is odd about them. No line break at the end. */
export function formatClockTable(
  events: readonly ClockEvent[],
  options: ClockTextOptions,
): string {
  const names = namesOf(events, options);
  const nameColumns = Math.max(...[NAME_HEAD, ...names].map(widthOf));
  const decided = events.filter(({ state }) => state.decidable).map(({ state }) => state);
  let columns = COLUMNS.map((column) => ({
    ...column,
    columns: Math.max(widthOf(column.head), ...decided.map((state) => widthOf(column.cell(state)))),
  }));
  for (const heads of LEAVING) {
    const width = columns.reduce((sum, column) => sum + 2 + column.columns, nameColumns);
    if (width <= options.columns) break;
    columns = columns.filter(({ head }) => !heads.includes(head));
  }
  const line = (textOf: (column: Column) => string) =>
    columns.map((column) => {
      const text = textOf(column);
      return `  ${" ".repeat(column.columns - widthOf(text))}${text}`;
    }).join("");
  const lines = [dim(padTo(NAME_HEAD, nameColumns) + line(({ head }) => head))];
  for (const [index, event] of events.entries()) {
    const name = padTo(names[index] ?? "", nameColumns);
    if (event.state.decidable) {
      lines.push(name + line((column) => column.cell(event.state)));
    } else {
      const text = `${name}  ${yellow(describeUndecided(event))}`;
      const isWide = widthOf(text) > options.columns;
      lines.push(isWide ? wrap(text.replace(/ {3,}/, "  "), options.columns, 4) : text);
    }
  }
  const showsTick = columns.some(({ head }) => head === "tick ms");
  for (const [index, event] of events.entries()) {
    for (const remark of oddities(event, showsTick)) {
      lines.push(wrap(`${names[index]}: ${yellow(remark)}`, options.columns, 4));
    }
  }
  return lines.join("\n");
}

/** Short names, but the whole ones where two hosts have the same. */
function namesOf(events: readonly ClockEvent[], options: ClockTextOptions): string[] {
  const names = events.map(({ target }) => lineName(target, options));
  const once = new Set<string>(), twice = new Set<string>();
  for (const name of names) (once.has(name) ? twice : once).add(name);
  return events.map(({ target }, index) => {
    const name = names[index] ?? "";
    return twice.has(name) ? fullName(target, options) : name;
  });
}

function oddities(event: ClockEvent, showsTick: boolean): string[] {
  const { state } = event;
  const isCoarse = state.tickSettled && state.tickMs > 1;
  return [
    ...listTroubles(event),
    ...restartsOf(event).map((restart) => describeRestart(restart, state)),
    ...(isCoarse && !showsTick ? [`moves in steps of ${formatTickMs(state)} ms`] : []),
    ...listRemarks(event),
  ];
}
