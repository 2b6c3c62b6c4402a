/** What `clock` prints for people. */

import { bold, dim, yellow } from "@std/fmt/colors";
import type { ClockState, Consensus } from "../clock/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type { Target } from "../target/target.ts";
import { formatMs, formatTimeOfDay, msOfDay } from "../time/mod.ts";
import { type ClockEvent, remoteTimeOfDay } from "./clock_record.ts";
import { safeText } from "./safe_text.ts";

/** What the offset rests on. */
export const SYMMETRY_SENTENCE: string =
  "The offset assumes that the fastest way out and the fastest way back take equally long; " +
  "the bounds assume nothing about the ways.";

/** Everything about one clock, a line each. No line break at the end. */
export function formatClock(event: ClockEvent, numeric: boolean): string {
  const { state, counters, nowNs } = event;
  const lines = [`${bold(nameOf(event.target, numeric))}`];
  if (!state.decidable) {
    lines.push(row("offset", yellow(`not decided: ${state.undecided ?? "unknown"}`)));
  } else {
    const remote = remoteTimeOfDay(event);
    lines.push(
      row("offset", `${bold(formatOffset(state))} (remote clock minus ours)`),
      row("bounds", `${formatBounds(state)}, whatever the two ways take`),
      row("skew", formatSkew(state)),
    );
    if (remote !== undefined) {
      lines.push(
        row(
          "clock",
          `${formatTimeOfDay(remote)} UTC there, ${formatTimeOfDay(msOfDay(nowNs))} here`,
        ),
      );
    }
  }
  if (state.minRttNs !== undefined) {
    lines.push(row("min rtt", `${(state.minRttNs / 1e6).toFixed(3)} ms`));
  }
  lines.push(row("tick", formatTick(state)));
  const outliers = state.outliers === 0 ? "" : `, ${state.outliers} left out as outliers`;
  lines.push(
    row(
      "probes",
      `${counters.sent} sent, ${counters.received} received, ${state.used} used, ` +
        `${state.shaping} shaped the answer${outliers}`,
    ),
  );
  for (const { reason, atNs, changeMs } of state.restarts) {
    const change = changeMs === undefined ? "" : `, offset moved by ${formatMs(changeMs, 0.1)} ms`;
    lines.push(row("restart", yellow(`${formatTimeOfDay(msOfDay(atNs))} UTC: ${reason}${change}`)));
  }
  if (event.flags.length > 0) lines.push(row("remarks", yellow(event.flags.join(", "))));
  return lines.join("\n");
}

/** One clock in one line, for a clock that is followed. */
export function formatClockLine(event: ClockEvent, numeric: boolean): string {
  const { state, nowNs, target } = event;
  const head = `${formatTimeOfDay(msOfDay(nowNs))} ${nameOf(target, numeric)}: `;
  if (!state.decidable) return head + yellow(`not decided: ${state.undecided ?? "unknown"}`);
  return `${head}offset=${bold(formatOffset(state))} bounds=${formatBounds(state)} ` +
    `skew=${formatSkew(state)} used=${state.used}`;
}

/** Several clocks as a table. No line break at the end. */
export function formatClockTable(events: readonly ClockEvent[], numeric: boolean): string {
  const names = events.map(({ target }) => nameOf(target, numeric));
  const width = Math.max(4, ...names.map((name) => name.length));
  const heads = ["offset", "± σ", "lower", "upper", "skew ppm", "min rtt", "tick", "used"];
  const lines = [
    dim(["host".padEnd(width), ...heads.map((head) => head.padStart(12))].join(" ")),
    ...events.map(({ state }, i) => {
      const name = (names[i] as string).padEnd(width);
      if (!state.decidable) {
        return `${name} ${yellow(`not decided: ${state.undecided ?? "unknown"}`)}`;
      }
      const cells = [
        formatMs(state.offsetMs ?? 0, state.spreadMs ?? 1),
        formatMs(state.spreadMs ?? 0, (state.spreadMs ?? 1) / 10),
        outwards(state.lowerMs ?? 0, Math.floor),
        outwards(state.upperMs ?? 0, Math.ceil),
        formatPpm(state.skewPpm ?? 0, skewHalfWidth(state)),
        ((state.minRttNs ?? 0) / 1e6).toFixed(3),
        formatTick(state),
        String(state.used),
      ];
      return [name, ...cells.map((cell) => cell.padStart(12))].join(" ");
    }),
  ];
  return lines.join("\n");
}

/** What several hosts say of our own clock, in one or two sentences. */
export function formatConsensus(consensus: Consensus): string {
  const { hosts, agreeing, majority, lowerMs, upperMs, falsetickers, localClock } = consensus;
  if (!majority) {
    return yellow(`No majority: at most ${agreeing} of ${hosts} hosts agree on one time.`);
  }
  const interval = `${outwards(lowerMs, Math.floor)} to ${outwards(upperMs, Math.ceil)} ms`;
  const verdict = localClock === "off"
    ? yellow(`Our own clock is off: true time is ahead of it by ${interval}`)
    : localClock === "right"
    ? `Our own clock agrees with them: true time is ahead of it by ${interval}`
    : `Whether our own clock is right cannot be told: true time is ahead of it by ${interval}`;
  const others = falsetickers.length === 0
    ? ""
    : ` ${yellow(`Not with the majority: ${falsetickers.map(safeText).join(", ")}.`)}`;
  return `${agreeing} of ${hosts} hosts agree (RFC 956). ${verdict}, if they are right.${others}`;
}

/** Progress of a measurement, short enough for one line of a terminal. */
export function formatClockProgress(events: readonly ClockEvent[], probes: number): string {
  const done = events.reduce((sum, { counters }) => sum + counters.sent, 0);
  const total = Number.isFinite(probes) ? `/${probes}` : "";
  const [first] = events;
  if (events.length > 1 || first === undefined) {
    const decided = events.filter(({ state }) => state.decidable).length;
    return `${done}${total} probes, ${decided} of ${events.length} clocks decided`;
  }
  const known = first.state.decidable ? `, offset ${formatOffset(first.state)}` : "";
  return `${done}${total} probes${known}`;
}

function formatOffset({ offsetMs = 0, spreadMs = 1 }: Partial<ClockState>): string {
  const sign = offsetMs < 0 ? "" : "+";
  return `${sign}${formatMs(offsetMs, spreadMs)} ms ± ${formatMs(spreadMs, spreadMs / 10)}`;
}

function formatBounds({ lowerMs, upperMs }: ClockState): string {
  return `${outwards(lowerMs ?? 0, Math.floor)} to ${outwards(upperMs ?? 0, Math.ceil)} ms`;
}

function formatSkew(state: ClockState): string {
  const { skewPpm = 0, skewLowerPpm = 0, skewUpperPpm = 0 } = state;
  const width = skewHalfWidth(state);
  const between = `${formatPpm(skewLowerPpm, width / 10)} to ${
    formatPpm(skewUpperPpm, width / 10)
  }`;
  return `${formatPpm(skewPpm, width)} ppm, between ${between}`;
}

function skewHalfWidth({ skewLowerPpm = -500, skewUpperPpm = 500 }: ClockState): number {
  return (skewUpperPpm - skewLowerPpm) / 2;
}

function formatPpm(ppm: number, bound: number): string {
  return formatMs(ppm, Math.max(bound, 0.001));
}

function formatTick({ tickMs, tickSettled }: ClockState): string {
  return tickSettled ? `${tickMs} ms` : "unknown";
}

/** A bound to the microsecond, never rounded inwards. */
function outwards(ms: number, round: (value: number) => number): string {
  const text = (round(ms * 1e3) / 1e3).toFixed(3);
  return text === "-0.000" ? "0.000" : text;
}

function row(label: string, text: string): string {
  return `  ${dim(label.padEnd(9))}${text}`;
}

function nameOf(target: Target, numeric: boolean): string {
  const address = formatAddress(target.address);
  return numeric || target.label === address ? address : `${safeText(target.label)} (${address})`;
}
