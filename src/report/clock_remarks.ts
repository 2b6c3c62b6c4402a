/** What is odd about a remote clock, and what went wrong while it was measured, a sentence each. */

import {
  type ClockState,
  isFar,
  type Restart,
  type Timescale,
  timescale,
  undecidedReason,
  zoneMinutes,
} from "../clock/mod.ts";
import { FLAG_MEANINGS } from "../record/flags.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { countOf } from "../terminal/quantity.ts";
import { formatMs, formatTimeOfDay, msOfDay } from "../time/mod.ts";
import { signed } from "./milliseconds.ts";

/** NTP corrects no more than this (RFC 5905); crystals are far better. */
const USUAL_SKEW_PPM = 500;

/** Why there is no number: who sent ICMP errors, where nothing else came. */
export function describeUndecided(event: ClockEvent): string {
  const { state, counters } = event;
  const reason = isRefused(event)
    ? describeIcmpError(event)
    : undecidedReason(state, counters.received);
  return `not decided: ${reason ?? "unknown"}`;
}

/** ICMP errors came, and no reply. */
function isRefused({ counters, icmpError }: ClockEvent): boolean {
  return counters.received === 0 && icmpError !== undefined;
}

/** `4 ICMP errors from 192.0.2.1: destination unreachable: host unreachable`. */
function describeIcmpError({ counters, icmpError }: ClockEvent): string | undefined {
  if (icmpError === undefined) return undefined;
  return `${countOf(counters.icmpErrors, "ICMP error")} from ${icmpError.from}: ${icmpError.name}`;
}

/** Why probes could not be sent, or who answered them with an ICMP error where some were answered otherwise. */
export function listTroubles(event: ClockEvent): string[] {
  const { counters, unsent } = event;
  const icmpError = isRefused(event) ? undefined : describeIcmpError(event);
  return [
    ...(unsent === undefined ? [] : [`${counters.unsent} not sent: ${unsent.message}`]),
    ...(icmpError === undefined ? [] : [icmpError]),
  ];
}

/** The restarts of a clock, oldest first; none of what is no clock. */
export function restartsOf({ state }: ClockEvent): readonly Restart[] {
  return state.undecided === "the stamps do not keep time" ? [] : state.restarts;
}

/** `remote clock changed at 11:58:20.500 UTC, by +1000.0 ms; measured from there on`. */
export function describeRestart(
  { reason, atNs, changeMs }: Restart,
  { minRttNs }: ClockState,
): string {
  const change = changeMs === undefined ? "" : `, by ${signed(formatMs(changeMs, 0.1))} ms`;
  // A path that becomes longer in one direction and shorter in the other looks the same, within the round trip.
  const isDoubtful = minRttNs !== undefined && Math.abs(changeMs ?? Infinity) <= minRttNs / 1e6;
  const what = reason === "remote clock changed" && isDoubtful
    ? "remote clock, or its path, changed"
    : reason;
  return `${what} at ${formatTimeOfDay(msOfDay(atNs))} UTC${change}; measured from there on`;
}

/** What is odd. The tick has its own place. */
export function listRemarks({ state, flags }: ClockEvent): string[] {
  const meanings: Readonly<Record<string, string>> = FLAG_MEANINGS;
  const remarks = flags.filter((flag) => flag !== "coarse-tick").map((flag) => {
    const meaning = meanings[flag];
    return meaning === undefined ? flag : `${flag}: ${meaning}`;
  });
  return [...remarks, ...describeRate(state), ...describeOrigin(state)];
}

/** That a clock is far from keeping time, where its rate is surely beyond the usual. */
function describeRate(
  { skewPpm = NaN, skewLowerPpm = NaN, skewUpperPpm = NaN }: ClockState,
): string[] {
  if (!(skewLowerPpm > USUAL_SKEW_PPM || skewUpperPpm < -USUAL_SKEW_PPM)) return [];
  const secondsAnHour = Math.abs(skewPpm) * 3600 / 1e6;
  const verb = skewPpm < 0 ? "loses" : "gains";
  return [`${verb} about ${secondsAnHour.toFixed(1)} s an hour: more than NTP corrects (500 ppm)`];
}

/** What the offset may come from. */
function describeOrigin(state: ClockState): string[] {
  const scale = timescale(state);
  if (scale !== undefined) return [describeTimescale(scale)];
  const zone = zoneMinutes(state);
  if (zone !== undefined) {
    const sign = zone < 0 ? "-" : "+";
    const hours = String(Math.floor(Math.abs(zone) / 60)).padStart(2, "0");
    const minutes = String(Math.abs(zone) % 60).padStart(2, "0");
    return [`off by ${sign}${hours}:${minutes} h: perhaps it shows local time, not UT`];
  }
  return isFar(state) ? ["off by far: perhaps it counts from another moment than midnight UT"] : [];
}

/** What an offset that is the difference of two timescales may mean, and what would show whether it does. */
function describeTimescale({ name, seconds, isOurs }: Timescale): string {
  return isOurs
    ? `${seconds} s behind us: our own clock may show ${name}; more such hosts would confirm it`
    : `${seconds} s ahead of us, as ${name} of UTC: may be ${name}; NTP would confirm it`;
}
