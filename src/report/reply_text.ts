/** The line of a reply: what it says of the path and of the remote clock, and what is odd. */

import { dim, yellow } from "../terminal/color.ts";
import type { HostMeasurement } from "../measurement/history.ts";
import { type BoundedMs, halfWidthMs } from "../measurement/interval.ts";
import { ORDINARY_FLAGS } from "../measurement/timestamp.ts";
import type { ReplyEvent } from "../run/event.ts";
import { joinFitting, NO_BREAK, USUAL_COLUMNS, widthOf, wrap } from "../terminal/width.ts";
import { formatMs } from "../time/precision.ts";
import {
  explainOffset,
  formatBound,
  formatClockOffset,
  formatThreeDigits,
} from "./milliseconds.ts";
import { formatQueue } from "./queue_text.ts";
import { formatStamps } from "./stamps_text.ts";

/** Our own stamps are some 50 µs late, and more on a busy machine. */
const USER_STAMP_DIGITS = 1;
/** Single delays are shown for round trips of at least this many remote ticks: shorter ones are lost in the rounding of the stamps. */
const TICKS_SHOWN = 2;
/** A clock that is off by more hides the delays, which contain its offset; milliseconds. */
const HIDING_OFFSET_MS = 1000;

/**
 * `192.0.2.7: seq=0 ttl=62 rtt=0.034 ms  clock within 0.6 ms of ours`, as wide as `columns` unless the name is long.
 *
 * @param isQueueInRtt the round-trip time contains the wait in our own queue
 */
export function formatReply(
  { probe, reply, flags }: ReplyEvent,
  name: string,
  isQueueInRtt: boolean,
  columns: number,
): string {
  const isExact = probe.sentAt.source === "kernel" && reply.receivedAt.source === "kernel";
  const rtt = formatThreeDigits(reply.rttNs / 1e6, isExact ? undefined : USER_STAMP_DIGITS);
  const numbers = `seq=${probe.index} ttl=${reply.header.ttl} rtt=${rtt} ms` +
    formatQueue(probe.queueNs, isQueueInRtt);
  const { measurement } = reply;
  const clock = reply.stamps === undefined ? "" : `  clock ${formatClock(measurement?.offset)}`;
  const line = `${name}: ${numbers}${clock}`;
  const odd = flags.filter((flag) => !ORDINARY_FLAGS.has(flag)).join(", ");
  if (widthOf(line) > columns && clock !== "") {
    const head = `${name}: ${numbers}`;
    const [first, rest] = widthOf(head) <= columns
      ? [head, clock.trim()]
      : [`${name}:`, `${numbers}${clock}`];
    return `${first}\n    ${wrapIndented(odd === "" ? rest : `${rest}  ${yellow(odd)}`)}`;
  }
  const whole = odd === "" ? line : `${line}  ${yellow(odd)}`;
  if (widthOf(whole) > columns && odd !== "") return `${line}\n    ${yellow(wrapIndented(odd))}`;
  const why = measurement?.offset === undefined ? undefined : explainOffset(measurement.offset);
  // The line has no room for more than the question.
  const question = why?.replace(/^.*: /, "");
  const more = [
    ...(question === undefined ? [] : [yellow(question)]),
    ...formatDelays(measurement),
  ];
  return joinFitting([whole, ...more], "  ", columns);
}

/** Every number of a reply, in indented lines of at most 80 columns. */
export function formatReplyDetail({ reply, flags }: ReplyEvent): string[] {
  const { measurement, stamps, receivedAt } = reply;
  const { out, back, offset } = measurement ?? {};
  const numbers = [
    `rtt=${(reply.rttNs / 1e6).toFixed(3)} ms`,
    `out=${formatExact(out)}`,
    `back=${formatExact(back)}`,
    `offset=${formatExact(offset)}`,
  ];
  if (stamps === undefined) return [];
  const joined = numbers.map((text) => text.replaceAll(" ", NO_BREAK)).join(" ");
  const lines = [joined, ...formatStamps(stamps, receivedAt)];
  if (flags.length > 0) lines.push(`flags: ${flags.join(", ")}`);
  return lines.map((line) => dim(`    ${wrapIndented(line)}`));
}

/** Text that begins, and goes on, four columns from the left. */
function wrapIndented(text: string): string {
  return wrap(text, USUAL_COLUMNS, 4, 4);
}

function formatClock(offset: BoundedMs | undefined): string {
  return offset === undefined ? "unknown" : formatClockOffset(offset);
}

/** `out 19.2 back 6.7 ±0.5`: both delays in milliseconds, where the stamps can show them. */
function formatDelays(measurement: HostMeasurement | undefined): string[] {
  const { out, back, offset, rttNs = 0 } = measurement ?? {};
  if (out === undefined || back === undefined || offset === undefined) return [];
  const halfMs = halfWidthMs(out);
  if (rttNs / 1e6 < TICKS_SHOWN * 2 * halfMs) return [];
  if (Math.abs(offset.valueMs) >= HIDING_OFFSET_MS) return [];
  const texts = [out, back].map(({ valueMs }) => formatMs(valueMs, halfMs));
  const bounds = [out, back].map(({ lowerMs, upperMs }, index) => {
    const printed = Number(texts[index]);
    return Math.max(upperMs - printed, printed - lowerMs);
  });
  return [`out ${texts[0]} back ${texts[1]} ±${formatBound(Math.max(...bounds))}`];
}

/** `19.2 ±0.54 ms`, or `?`. */
function formatExact(interval: BoundedMs | undefined): string {
  if (interval === undefined) return "?";
  const text = formatMs(interval.valueMs, halfWidthMs(interval));
  // From the value as printed, so that the truth is inside what is read.
  const printed = Number(text);
  return `${text} ±${
    formatBound(Math.max(interval.upperMs - printed, printed - interval.lowerMs))
  } ms`;
}
