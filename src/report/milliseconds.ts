/** Milliseconds as text for people: no more digits than the bounds support, and large offsets as h:min:s. */

import { timescale, zoneMinutes } from "../clock/remarks.ts";
import type { BoundedMs } from "../measurement/interval.ts";
import { digitsFor, formatMs } from "../time/precision.ts";

/** Offsets up to this are called "within … of ours" where ours lies inside their bounds: stamps show no less. */
export const NEAR_MS = 2;
/** From here on an offset reads as seconds, and from the second on as h:min:s, milliseconds. */
const SECONDS_MS = 1000, HOURS_MS = 60_000;
/** Stamps are whole milliseconds: no offset in seconds has more decimals. */
const FINEST_SECONDS = 0.001, MOST_SECOND_DIGITS = 3;

/** `0.034`, `0.29`, `25.9`, `534`: three digits, and no more decimals than `mostDigits`. */
export function formatThreeDigits(ms: number, mostDigits: number = 3): string {
  const digits = ms > 0 ? 2 - Math.floor(Math.log10(ms)) : mostDigits;
  return ms.toFixed(Math.min(mostDigits, Math.max(0, digits)));
}

/** A bound, rounded up so that it stays one: two digits from 10 on or where the first is 1, else one. */
export function formatBound(bound: number, mostDigits: number = 6): string {
  if (!(bound > 0)) return "0";
  const place = Math.floor(Math.log10(bound));
  const hasTwo = place > 0 || bound / 10 ** place < 2;
  const digits = Math.min(mostDigits, (hasTwo ? 1 : 0) - place);
  if (digits < 0) return String(Math.ceil(bound / 10 ** -digits - 1e-9) * 10 ** -digits);
  const scale = 10 ** digits;
  return String(Math.ceil(bound * scale - 1e-9) / scale);
}

/** `+6 ±14 ms`, `-1.500 ±0.001 s`, `+1:00:00.000 ±0.001 s`: the printed interval holds the whole of the given one. */
export function formatOffset({ valueMs, lowerMs, upperMs }: BoundedMs): string {
  const halfMs = (upperMs - lowerMs) / 2;
  const sizeMs = Math.max(Math.abs(valueMs), halfMs);
  if (sizeMs < SECONDS_MS) {
    const text = formatMs(valueMs, halfMs);
    return `${signed(text)} ±${boundAround(Number(text), lowerMs, upperMs)} ms`;
  }
  const halfSeconds = Math.max(halfMs / 1e3, FINEST_SECONDS);
  const seconds = formatMs(valueMs / 1e3, halfSeconds);
  const bound = boundAround(Number(seconds), lowerMs / 1e3, upperMs / 1e3, MOST_SECOND_DIGITS);
  return sizeMs < HOURS_MS
    ? `${signed(seconds)} ±${bound} s`
    : `${formatHours(Number(seconds), digitsFor(halfSeconds))} ±${bound} s`;
}

/** `within 0.6 ms of ours` where a clock may be right and is known to be near; else its offset. */
export function formatClockOffset(offset: BoundedMs): string {
  const { lowerMs, upperMs } = offset;
  const farthestMs = Math.max(upperMs, -lowerMs);
  const isNear = lowerMs <= 0 && upperMs >= 0 && farthestMs <= NEAR_MS;
  return isNear ? `within ${formatBound(farthestMs)} ms of ours` : formatOffset(offset);
}

/** `within 20 ms of ours`, `ahead of ours by 12.2 ±0.4 ms`: where a remote clock is. */
export function describeOffset(offset: BoundedMs): string {
  const { lowerMs, upperMs } = offset;
  if (lowerMs <= 0 && upperMs >= 0) {
    return `within ${formatFarthest(Math.max(upperMs, -lowerMs))} of ours`;
  }
  const side = lowerMs > 0 ? "ahead of" : "behind";
  return `${side} ours by ${formatOffset(offset).slice(1)}`;
}

/** What may explain an offset, as a question; undefined for one that many things may. */
export function explainOffset({ valueMs: offsetMs }: BoundedMs): string | undefined {
  const scale = timescale({ offsetMs });
  if (scale !== undefined) {
    return scale.isOurs ? `our clock on ${scale.name} time?` : `${scale.name} time?`;
  }
  const minutes = zoneMinutes({ offsetMs });
  if (minutes === undefined) return undefined;
  return `${minutes % 60 === 0 ? "whole" : "quarter"} hours: local time?`;
}

function formatFarthest(ms: number): string {
  return ms < SECONDS_MS ? `${formatBound(ms)} ms` : `${formatBound(ms / 1e3)} s`;
}

/** A number with its sign, also where it is not negative; never `-0`. */
export function signed(text: string): string {
  return text.startsWith("-") ? text : `+${text}`;
}

/** `+1:00:00.000`: seconds with the given decimals. */
export function formatHours(seconds: number, digits: number): string {
  const whole = Math.abs(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const width = digits === 0 ? 2 : 3 + digits;
  const rest = (whole - hours * 3600 - minutes * 60).toFixed(digits).padStart(width, "0");
  return `${seconds < 0 ? "-" : "+"}${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** How far the bounds reach from the value as printed, so that the truth is inside what is read. */
function boundAround(printed: number, lower: number, upper: number, mostDigits?: number): string {
  return formatBound(Math.max(upper - printed, printed - lower), mostDigits);
}
