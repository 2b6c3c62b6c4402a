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
  /** Where the table is too wide, the columns with the largest number go first. */
  readonly rank: number;
  cell(state: ClockState): string;
}

const NAME_HEAD = "host";
const COLUMNS: readonly Column[] = [
  { head: "offset ms", rank: 0, cell: (state) => estimateOffset(state).value },
  {
    head: "±",
    rank: 1,
    cell: (state) => {
      const { spread, unit } = estimateOffset(state);
      return unit === "s" ? `${spread} s` : spread;
    },
  },
  { head: "lower", rank: 2, cell: (state) => offsetBounds(state)[0] },
  { head: "upper", rank: 2, cell: (state) => offsetBounds(state)[1] },
  { head: "skew ppm", rank: 4, cell: (state) => estimateSkew(state)[0] },
  { head: "min rtt ms", rank: 3, cell: ({ minRttNs = 0 }) => (minRttNs / 1e6).toFixed(3) },
  { head: "tick ms", rank: 5, cell: (state) => state.tickSettled ? formatTickMs(state) : "?" },
  { head: "used", rank: 6, cell: ({ used }) => String(used) },
];

/** Several clocks as a table with the columns that fit, and what is odd about them. No line break at the end. */
export function formatClockTable(
  events: readonly ClockEvent[],
  options: ClockTextOptions,
): string {
  const names = namesOf(events, options);
  const nameColumns = Math.max(...[NAME_HEAD, ...names].map(widthOf));
  const decided = events.filter(({ state }) => state.decidable).map(({ state }) => state);
  const columns = COLUMNS.map((column) => ({
    ...column,
    columns: Math.max(widthOf(column.head), ...decided.map((state) => widthOf(column.cell(state)))),
  }));
  const tooWide = () =>
    nameColumns + columns.reduce((sum, column) => sum + 2 + column.columns, 0) > options.columns;
  while (columns.length > 1 && tooWide()) {
    const rank = Math.max(...columns.map((column) => column.rank));
    for (let index = columns.length - 1; index >= 0; index--) {
      if (columns[index]?.rank === rank) columns.splice(index, 1);
    }
  }
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) =>
      `  ${" ".repeat((columns[index]?.columns ?? 0) - widthOf(cell))}${cell}`
    )
      .join("");
  const lines = [dim(padTo(NAME_HEAD, nameColumns) + line(columns.map(({ head }) => head)))];
  for (const [index, event] of events.entries()) {
    const name = padTo(names[index] ?? "", nameColumns);
    if (event.state.decidable) {
      lines.push(name + line(columns.map((column) => column.cell(event.state))));
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
