/** What `clock` prints of one clock: a block at the end, a line while it is followed. */

import { bold, dim, yellow } from "../terminal/color.ts";
import { remoteTimeOfDay, type Restart } from "../clock/mod.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { joinFitting, NO_BREAK, wrap } from "../terminal/width.ts";
import { formatTimeOfDay, msOfDay } from "../time/mod.ts";
import {
  estimateOffset,
  estimateSkew,
  formatBounds,
  formatOffsetEstimate,
  formatSkew,
  formatTickMs,
  offsetBounds,
} from "./clock_numbers.ts";
import {
  describeRestart,
  describeUndecided,
  listRemarks,
  listTroubles,
  restartsOf,
} from "./clock_remarks.ts";
import { formatLoss } from "./loss_text.ts";
import { describeOffset } from "./milliseconds.ts";
import { fullName, lineName } from "./target_name.ts";

/** What the offset rests on. */
export const SYMMETRY_SENTENCE: string =
  "The offset assumes that the fastest way out and the fastest way back take equally long, and is off by half of " +
  "any difference; the bounds assume nothing about them.";

/** Columns of the labels of a block. */
const LABEL_COLUMNS = 11;

/** How the text is laid out. */
export interface ClockTextOptions {
  /** Addresses only. */
  readonly numeric: boolean;
  /** Lines are at most so wide. */
  readonly columns: number;
}

/** Everything about one clock, a label and its text each. No line break at the end. */
export function formatClock(event: ClockEvent, options: ClockTextOptions): string {
  const { state, nowNs } = event;
  const rows: [label: string, text: string][] = [];
  const remote = remoteTimeOfDay(state, nowNs);
  if (remote === undefined) rows.push(["clock", yellow(describeUndecided(event))]);
  else {
    const { lowerMs = NaN, upperMs = NaN } = state;
    const here = formatTimeOfDay(msOfDay(nowNs));
    rows.push(
      ["clock", describeOffset({ valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs })],
      ["offset", `${formatOffsetEstimate(state)}, remote clock minus ours`],
      ["bounds", `${formatBounds({ lowerMs, upperMs })}, however long either direction takes`],
      ["skew", formatSkew(state)],
      ["time", `${formatTimeOfDay(remote)} there, ${here} UTC here`],
    );
  }
  if (state.minRttNs !== undefined) {
    rows.push(["min rtt", `${(state.minRttNs / 1e6).toFixed(3)} ms`]);
  }
  if (state.probes > 0) {
    const tick = state.tickSettled
      ? `${formatTickMs(state)} ms`
      : "not known yet; the bounds allow for a coarse one";
    rows.push(["tick", tick]);
  }
  rows.push(["probes", formatProbes(event)]);
  for (const trouble of listTroubles(event)) rows.push(["trouble", yellow(trouble)]);
  for (const restart of restartsOf(event)) {
    rows.push(["restart", yellow(describeRestart(restart, state))]);
  }
  for (const remark of listRemarks(event)) rows.push(["remark", yellow(remark)]);
  return [
    bold(fullName(event.target, options)),
    ...rows.map(([label, text]) =>
      `  ${dim(label.padEnd(LABEL_COLUMNS - 2))}` +
      wrap(text, options.columns, LABEL_COLUMNS, LABEL_COLUMNS)
    ),
  ].join("\n");
}

/** `12:00:00 192.0.2.7: +123.46 ±0.01 ms (113.123 to 133.790), +1.3 ±0.4 ppm`: a clock that is followed. */
export function formatClockLine(event: ClockEvent, { numeric, columns }: ClockTextOptions): string {
  const { state, nowNs, target } = event;
  const time = formatTimeOfDay(msOfDay(nowNs)).slice(0, "HH:MM:SS".length);
  const head = `${time} ${lineName(target, { numeric })}: `;
  if (!state.decidable) {
    const text = [describeUndecided(event), ...listTroubles(event)].join("; ");
    return wrap(head + yellow(text), columns, 4);
  }
  const { value, spread, unit } = estimateOffset(state);
  const [lower, upper] = offsetBounds(state);
  const [skew, skewSpread] = estimateSkew(state);
  const bounds = `(${lower} to ${upper})`.replaceAll(" ", NO_BREAK);
  const offset = `${head}${value} ±${spread} ${unit} ${bounds}`;
  return wrap(joinFitting([offset, `${skew} ±${skewSpread} ppm`], ", ", columns), columns, 4);
}

/** That a clock that is followed is measured from a later moment on. */
export function formatRestartLine(
  { target, state }: ClockEvent,
  restart: Restart,
  { numeric, columns }: ClockTextOptions,
): string {
  const text = `${lineName(target, { numeric })}: ${yellow(describeRestart(restart, state))}`;
  return wrap(text, columns, 4);
}

function formatProbes({ state, counters }: ClockEvent): string {
  const { sent, received, lossRatio } = counters;
  const others: [number, string][] = [
    [counters.lost, "lost"],
    [counters.icmpErrors, counters.icmpErrors === 1 ? "ICMP error" : "ICMP errors"],
    [counters.unsent, "not sent"],
    [state.used, "used"],
    [state.decidable ? state.shaping : 0, "shaped the answer"],
    [state.outliers, "left out as outliers"],
  ];
  return [
    `${sent} sent`,
    `${received} received`,
    ...(lossRatio === 0 ? [] : [formatLoss(counters)]),
    ...others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ].map((part) => part.replaceAll(" ", NO_BREAK)).join(", ");
}
