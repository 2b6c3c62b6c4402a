/** What `clock` prints for people. */

import { bold, dim, yellow } from "../terminal/color.ts";
import {
  type ClockState,
  type Consensus,
  isFar,
  remoteTimeOfDay,
  type Restart,
  type Timescale,
  timescale,
  undecidedReason,
  zoneMinutes,
} from "../clock/mod.ts";
import { formatAddress } from "../packet/mod.ts";
import type { Target } from "../targets/target.ts";
import { digitsFor, formatMs, formatTimeOfDay, msOfDay } from "../time/mod.ts";
import type { ClockEvent, ConsensusEvent } from "../run/clock_event.ts";
import { FLAG_MEANINGS } from "../record/flags.ts";
import { safeText } from "../terminal/safe_text.ts";
import { formatLoss } from "./summary_text.ts";

/** What the offset rests on. */
export const SYMMETRY_SENTENCE: string =
  "The offset assumes that the fastest way out and the fastest way back take equally long, and is off by half of " +
  "any difference; the bounds assume nothing about the ways.";

/** Everything about one clock, a line each. No line break at the end. */
export function formatClock(event: ClockEvent, numeric: boolean): string {
  const { state, nowNs } = event;
  const lines = [bold(nameOf(event.target, numeric))];
  const remote = remoteTimeOfDay(state, nowNs);
  if (remote === undefined) lines.push(row("offset", undecided(event)));
  else {
    lines.push(
      row("offset", `${bold(formatOffset(state))}, remote clock minus ours`),
      row("bounds", `${formatBounds(state)}, however long either way takes`),
      row("skew", formatSkew(state)),
      row(
        "clock",
        `${formatTimeOfDay(remote)} there, ${formatTimeOfDay(msOfDay(nowNs))} UTC here`,
      ),
    );
  }
  if (state.minRttNs !== undefined) {
    lines.push(row("min rtt", `${(state.minRttNs / 1e6).toFixed(3)} ms`));
  }
  if (state.probes > 0) lines.push(row("tick", formatTick(state)));
  lines.push(row("probes", formatProbes(event)));
  for (const trouble of troubles(event)) lines.push(row("trouble", yellow(trouble)));
  for (const restart of restartsOf(event)) {
    lines.push(row("restart", yellow(formatRestart(restart, state))));
  }
  for (const remark of remarks(event)) lines.push(row("remark", yellow(remark)));
  return lines.join("\n");
}

/** One clock in one line, for a clock that is followed. */
export function formatClockLine(event: ClockEvent, numeric: boolean): string {
  const { state, nowNs, target } = event;
  const head = `${formatTimeOfDay(msOfDay(nowNs))} ${nameOf(target, numeric)}: `;
  if (!state.decidable) return [head + undecided(event), ...troubles(event)].join("; ");
  return `${head}offset ${bold(formatOffset(state))}, bounds ${formatBounds(state)}, ` +
    `skew ${formatSkew(state)}, used ${state.used}`;
}

/** That a clock that is followed was begun anew. */
export function formatRestartLine(event: ClockEvent, restart: Restart, numeric: boolean): string {
  return `${nameOf(event.target, numeric)}: ${yellow(formatRestart(restart, event.state))}`;
}

/** Several clocks as a table, and what is odd about them. No line break at the end. */
export function formatClockTable(events: readonly ClockEvent[], numeric: boolean): string {
  const names = events.map(({ target }) => nameOf(target, numeric));
  const width = Math.max(4, ...names.map((name) => name.length));
  const rows = [
    ["offset ms", "± ms", "lower ms", "upper ms", "skew ppm", "min rtt ms", "tick ms", "used"],
    ...events.map(({ state }) => cells(state)),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  const [head = "", ...lines] = rows.map((row) =>
    row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")
  );
  const table = [
    dim(`${"host".padEnd(width)}  ${head}`),
    ...events.map((event, index) => {
      const text = event.state.decidable ? lines[index] : undecided(event);
      return `${(names[index] ?? "").padEnd(width)}  ${text}`;
    }),
  ];
  for (const [index, event] of events.entries()) {
    const odd = [
      ...troubles(event),
      ...restartsOf(event).map((restart) => formatRestart(restart, event.state)),
      ...remarks(event),
    ];
    for (const remark of odd) table.push(`${names[index]}: ${yellow(remark)}`);
  }
  return table.join("\n");
}

/** What several hosts say of our own clock, a sentence a line. No line break at the end. */
export function formatConsensus({ consensus, notCounted }: ConsensusEvent): string {
  const { hosts, agreeing, majority, falsetickers } = consensus;
  const lines = majority
    ? [formatVerdict(consensus), `It is ${formatDistance(consensus)}.`]
    : [yellow(`No majority: at most ${agreeing} of ${hosts} hosts agree on one time.`)];
  if (falsetickers.length > 0) {
    lines.push(yellow(`Not with the majority: ${falsetickers.map(safeText).join(", ")}.`));
  }
  if (notCounted.length > 0) {
    lines.push(`Not counted (this machine, or counted already): ${notCounted.join(", ")}.`);
  }
  return lines.join("\n");
}

function formatVerdict({ hosts, agreeing, divided, localClock }: Consensus): string {
  const places = divided ? ", at more than one place" : "";
  const agreement = `${agreeing} of ${hosts} agree${places} (RFC 5905)`;
  switch (localClock) {
    case "off":
      return yellow(`Our own clock is off, if most hosts are right: ${agreement}.`);
    case "right":
      return `Our own clock agrees with most hosts: ${agreement}.`;
    case "unknown":
      return `Our own clock may be right or not: ${agreement}.`;
  }
}

/** Where our clock is, seen from the hosts' agreement. */
function formatDistance({ lowerMs = NaN, upperMs = NaN }: Consensus): string {
  const lower = outwards(lowerMs, Math.floor);
  const upper = outwards(upperMs, Math.ceil);
  if (lowerMs > 0) return `${lower} to ${upper} ms behind true time`;
  if (upperMs < 0) return `${upper.slice(1)} to ${lower.slice(1)} ms ahead of true time`;
  const ahead = lower.replace("-", "");
  return `between ${ahead} ms ahead of true time and ${upper} ms behind it`;
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

/** Our own stamps are good to about a microsecond: no spread is worth more digits. */
const MIN_SPREAD_MS = 0.001;

function formatOffset(state: ClockState): string {
  const [offset, spread] = formatEstimate(
    state.offsetMs,
    Math.max(state.spreadMs ?? Infinity, MIN_SPREAD_MS),
    state.lowerMs,
    state.upperMs,
  );
  return `${offset} ms ± ${spread}`;
}

/** Digits that an estimate may gain so that what is printed of it lies within its bounds. */
const MORE_DIGITS = 3;

/**
 * An estimate and its spread with the digits that the spread supports, or as many more as it takes for the printed
 * interval not to reach outside the bounds.
 */
function formatEstimate(
  value = 0,
  spread = Infinity,
  lower = -Infinity,
  upper = Infinity,
): readonly [value: string, spread: string] {
  let texts: [string, string] = ["", ""];
  for (let more = 0; more <= MORE_DIGITS; more++) {
    const precision = spread / 10 ** more;
    texts = [signed(formatMs(value, precision)), formatMs(spread, precision)];
    const [middle = NaN, reach = NaN] = texts.map(Number);
    if (middle - reach >= lower && middle + reach <= upper) break;
  }
  return texts;
}

function formatBounds({ lowerMs, upperMs }: ClockState): string {
  return `${outwards(lowerMs ?? 0, Math.floor)} to ${outwards(upperMs ?? 0, Math.ceil)} ms`;
}

function formatSkew(state: ClockState): string {
  const { skewPpm, skewSpreadPpm = Infinity, skewLowerPpm = 0, skewUpperPpm = 0 } = state;
  const spread = Math.max(skewSpreadPpm, MIN_SKEW_PPM);
  const [skew, reach] = formatEstimate(skewPpm, spread, skewLowerPpm, skewUpperPpm);
  const digits = digitsFor(spread);
  const lower = roundedText(skewLowerPpm, digits, Math.floor);
  const upper = roundedText(skewUpperPpm, digits, Math.ceil);
  return `${skew} ppm ± ${reach}, between ${lower} and ${upper}`;
}

/** Crystals wander by more than this. */
const MIN_SKEW_PPM = 0.01;

function cells(state: ClockState): string[] {
  if (!state.decidable) return [];
  const { skewPpm = 0, skewSpreadPpm = Infinity } = state;
  const [offset = "", spread = ""] = formatOffset(state).split(" ms ± ");
  return [
    offset,
    spread,
    outwards(state.lowerMs ?? 0, Math.floor),
    outwards(state.upperMs ?? 0, Math.ceil),
    signed(formatMs(skewPpm, Math.max(skewSpreadPpm, MIN_SKEW_PPM))),
    ((state.minRttNs ?? 0) / 1e6).toFixed(3),
    state.tickSettled ? tickOf(state) : "?",
    String(state.used),
  ];
}

function formatTick(state: ClockState): string {
  return state.tickSettled
    ? `${tickOf(state)} ms`
    : "not known yet; the bounds allow for a coarse one";
}

function tickOf({ tickMs }: ClockState): string {
  return String(Math.round(tickMs * 1e3) / 1e3);
}

function formatProbes({ state, counters }: ClockEvent): string {
  const parts = [
    `${counters.sent} sent`,
    `${counters.received} received`,
    ...(counters.lossRatio === 0 ? [] : [formatLoss(counters)]),
    ...(counters.lost === 0 ? [] : [`${counters.lost} lost`]),
    ...(counters.icmpErrors === 0 ? [] : [`${counters.icmpErrors} refused`]),
    ...(counters.unsent === 0 ? [] : [`${counters.unsent} not sent`]),
    ...(state.probes === 0 ? [] : [`${state.used} used`]),
    ...(state.decidable ? [`${state.shaping} shaped the answer`] : []),
    ...(state.outliers === 0 ? [] : [`${state.outliers} left out as outliers`]),
  ];
  return parts.join(", ");
}

function formatRestart({ reason, atNs, changeMs }: Restart, { minRttNs }: ClockState): string {
  const change = changeMs === undefined ? "" : `, by ${signed(formatMs(changeMs, 0.1))} ms`;
  // A path that becomes longer one way and shorter the other looks the same, within the round trip.
  const isDoubtful = Math.abs(changeMs ?? Infinity) <= (minRttNs ?? 0) / 1e6;
  const what = reason === "remote clock changed" && isDoubtful
    ? "remote clock, or its path, changed"
    : reason;
  return `${what} at ${formatTimeOfDay(msOfDay(atNs))} UTC${change}; measured anew since`;
}

/** Steps of what is no clock are no news. */
function restartsOf({ state }: ClockEvent): readonly Restart[] {
  return state.undecided === "the stamps do not keep time" ? [] : state.restarts;
}

/** Why probes could not be sent, or who answered them with an ICMP error. */
function troubles({ counters, unsent, icmpError }: ClockEvent): string[] {
  return [
    ...(unsent === undefined ? [] : [`${counters.unsent} not sent: ${unsent.message}`]),
    ...(icmpError === undefined
      ? []
      : [`${counters.icmpErrors} refused by ${icmpError.from}: ${icmpError.name}`]),
  ];
}

/** What is odd about a clock, a sentence each. */
function remarks(event: ClockEvent): string[] {
  const { state, flags } = event;
  // The tick has a place of its own.
  const found = flags.filter((flag) => flag !== "coarse-tick").map((flag) => {
    const meaning = (FLAG_MEANINGS as Readonly<Record<string, string>>)[flag];
    return meaning === undefined ? flag : `${flag}: ${meaning}`;
  });
  const rate = formatRate(state);
  if (rate !== undefined) found.push(rate);
  const scale = timescale(state);
  const zone = zoneMinutes(state);
  if (scale !== undefined) found.push(formatTimescale(scale));
  else if (zone !== undefined) {
    const sign = zone < 0 ? "-" : "+";
    const hours = String(Math.floor(Math.abs(zone) / 60)).padStart(2, "0");
    const minutes = String(Math.abs(zone) % 60).padStart(2, "0");
    found.push(`off by ${sign}${hours}:${minutes} h: perhaps it shows local time, not UT`);
  } else if (isFar(state)) {
    found.push("off by far: perhaps it counts from another moment than midnight UT");
  }
  return found;
}

/** NTP corrects no more than this (RFC 5905); crystals are far better. */
const USUAL_SKEW_PPM = 500;

/** That a clock is far from keeping time, where its rate is surely beyond the usual. */
function formatRate(
  { skewPpm = 0, skewLowerPpm = 0, skewUpperPpm = 0 }: ClockState,
): string | undefined {
  if (skewLowerPpm <= USUAL_SKEW_PPM && skewUpperPpm >= -USUAL_SKEW_PPM) return undefined;
  const secondsAnHour = Math.abs(skewPpm) * 3600 / 1e6;
  const verb = skewPpm < 0 ? "loses" : "gains";
  return `${verb} about ${secondsAnHour.toFixed(1)} s an hour: more than NTP corrects (500 ppm)`;
}

/** What an offset that is the difference of two timescales may mean, and what would show whether it does. */
function formatTimescale({ name, seconds, isOurs }: Timescale): string {
  return isOurs
    ? `${seconds} s behind us: our own clock may show ${name}; more such hosts would confirm it`
    : `${seconds} s ahead of us, as ${name} of UTC: may be ${name}; NTP would confirm it`;
}

function undecided(event: ClockEvent): string {
  return yellow(
    `not decided: ${undecidedReason(event.state, event.counters.received) ?? "unknown"}`,
  );
}

function signed(text: string): string {
  return text.startsWith("-") ? text : `+${text}`;
}

/** A bound to the microsecond, never rounded inwards. */
function outwards(ms: number, round: (value: number) => number): string {
  return roundedText(ms, 3, round);
}

function roundedText(value: number, digits: number, round: (value: number) => number): string {
  const unit = 10 ** digits;
  return formatMs(round(value * unit) / unit, 1 / unit);
}

function row(label: string, text: string): string {
  return `  ${dim(label.padEnd(9))}${text}`;
}

function nameOf(target: Target, numeric: boolean): string {
  const address = formatAddress(target.address);
  return numeric || target.label === address ? address : `${safeText(target.label)} (${address})`;
}
