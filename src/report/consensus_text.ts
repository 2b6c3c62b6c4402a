/** What several hosts say of our own clock, in sentences. */

import { yellow } from "../terminal/color.ts";
import { type Agreement, type Nearness, nearOurs, type OffsetWitness } from "../clock/mod.ts";
import { formatAddress } from "../packet/address.ts";
import type { ClockEvent, ConsensusEvent } from "../run/clock/event.ts";
import { safeText } from "../terminal/safe_text.ts";
import { formatCount } from "../terminal/quantity.ts";
import { NO_BREAK, wrap } from "../terminal/width.ts";
import { offsetBounds } from "./clock_numbers.ts";
import { formatOffset } from "./milliseconds.ts";

/** Hosts that are named where many differ. */
const MAX_NAMED = 8;

/**
 * Whether our clock agrees with most, and who does not: a sentence a line, wrapped. No line break at the end.
 *
 * @param clocks the clocks that were measured, among them those that count
 */
export function formatConsensus(
  { consensus, notCounted }: ConsensusEvent,
  clocks: readonly ClockEvent[],
  columns: number,
): string {
  return formatWitnesses(
    { consensus, notCounted },
    witnessesOf(clocks, new Set(notCounted)),
    columns,
  );
}

/** As {@linkcode formatConsensus}, from the clocks that count alone. */
export function formatWitnesses(
  { consensus, notCounted }: Pick<ConsensusEvent, "consensus" | "notCounted">,
  witnesses: readonly OffsetWitness[],
  columns: number,
): string {
  const near = nearOurs(witnesses);
  const sentences = consensus.localClock === "right" && near !== undefined
    ? describeAgreement(consensus, near)
    : describeDisagreement(consensus, witnesses);
  if (notCounted.length > 0) {
    sentences.push(
      `Not counted (this machine, or counted already): ${list(notCounted)}.`,
    );
  }
  return sentences.map((sentence) => wrap(sentence, columns, 2)).join("\n");
}

/** Our clock is where most are: how near, and who is farther off. */
function describeAgreement(consensus: Agreement, { withinMs, count, farther }: Nearness): string[] {
  const sentences = [
    `Our clock agrees with most: ${formatCount(count)} of ${
      formatCount(consensus.hosts)
    } hosts are ` +
    `within ${formatDistance(withinMs)} of it.`,
    `If most are right, it is ${describePlace(consensus)} (RFC${NO_BREAK}5905).`,
  ];
  if (farther.length > 0) sentences.push(yellow(`Farther off: ${list(farther.map(describe))}.`));
  return sentences;
}

function describeDisagreement(
  consensus: Agreement,
  witnesses: readonly OffsetWitness[],
): string[] {
  const { hosts, agreeing, majority, divided, toleranceMs, localClock } = consensus;
  const { lowerMs = NaN, upperMs = NaN } = consensus;
  const within = toleranceMs === 0 ? "" : ` to within ${toleranceMs} ms`;
  const share = `${formatCount(agreeing)} of ${formatCount(hosts)}`;
  if (!majority) {
    const others = [...witnesses].sort(byDistanceFrom(0)).map(describe);
    return [
      yellow(`No majority: at most ${share} hosts agree${within}.`),
      `They are at ${list(others)}.`,
    ];
  }
  const places = divided ? ", at more than one place" : "";
  const agreement = `${share} hosts agree${within}${places} (RFC${NO_BREAK}5905)`;
  const sentences = localClock === "off"
    ? [
      yellow(`Our clock is off, if most hosts are right: ${agreement}.`),
      `It is ${describePlace(consensus)}.`,
    ]
    : [`Our clock may be right or not: ${agreement}.`, `It is ${describePlace(consensus)}.`];
  const others = witnesses.filter(({ host }) => consensus.falsetickers.includes(host));
  if (others.length > 0) {
    const named = [...others].sort(byDistanceFrom((lowerMs + upperMs) / 2)).map(describe);
    sentences.push(yellow(`Not with the majority: ${list(named)}.`));
  }
  return sentences;
}

/** Where our clock is, seen from the hosts' agreement. */
function describePlace({ lowerMs = NaN, upperMs = NaN }: Agreement): string {
  const [lower, upper] = offsetBounds({ lowerMs, upperMs }).map((text) =>
    text.replace(/^[+-]/, "")
  );
  const unit = lower?.includes(":") ? "" : " ms";
  if (lowerMs > 0) return `${lower} to ${upper}${unit} behind true time`;
  if (upperMs < 0) return `${upper} to ${lower}${unit} ahead of true time`;
  return `between ${lower}${unit} ahead of true time and ${upper}${unit} behind it`;
}

/** `10.20.0.10 +1:00:00.000 ±0.001 s`. */
function describe({ host, lowerMs, upperMs }: OffsetWitness): string {
  const offset = formatOffset({ valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs });
  return `${safeText(host)} ${offset}`.replaceAll(" ", NO_BREAK);
}

/** The first few of them, and how many there are besides. */
function list(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).join(", ");
  const more = names.length - MAX_NAMED;
  return more > 0 ? `${named} and ${formatCount(more)} more` : named;
}

/** The farthest from a place first. */
function byDistanceFrom(placeMs: number): (one: OffsetWitness, other: OffsetWitness) => number {
  const distance = ({ lowerMs, upperMs }: OffsetWitness): number =>
    Math.abs((lowerMs + upperMs) / 2 - placeMs);
  return (one, other) => distance(other) - distance(one);
}

function witnessesOf(clocks: readonly ClockEvent[], left: ReadonlySet<string>): OffsetWitness[] {
  return clocks.flatMap(({ target, state: { lowerMs, upperMs } }) =>
    lowerMs === undefined || upperMs === undefined || left.has(formatAddress(target.address))
      ? []
      : [{ host: target.label, lowerMs, upperMs }]
  );
}

function formatDistance(ms: number): string {
  return ms < 1000 ? `${Number(ms.toFixed(1))} ms` : `${formatCount(ms / 1000)} s`;
}
