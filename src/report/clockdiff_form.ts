/**
 * The output of clockdiff of iputils, so that a program that reads clockdiff reads icmptime.
 *
 * Off a terminal one line: the UNIX time and the offset twice, in whole milliseconds. On a terminal a dot for each reply
 * and one line with the round-trip times. The first offset is that of the whole measurement, the second that of the fastest
 * probe alone.
 */

import type { ReplyDetail } from "../probe/outcome.ts";
import { foldMs } from "../time/mod.ts";

/** How the time of a measurement is written: as ctime(3) or in ISO 8601. */
export type ClockdiffTimeFormat = "ctime" | "iso";

/** Weight of the newest round trip in the mean, and of its distance from it. */
const WEIGHT = 1 / 4;
const NS_PER_MS = 1e6;

/** What clockdiff keeps of the replies of one host. */
export class ClockdiffReplies {
  #meanMs: number | undefined;
  #distanceMs = 0;
  #fastestNs = Infinity;
  #fastestOffsetMs: number | undefined;

  /** Takes in one reply. */
  add({ rttNs, measurement }: Pick<ReplyDetail, "rttNs" | "measurement">): void {
    const rttMs = rttNs / NS_PER_MS;
    const meanMs = this.#meanMs ?? rttMs;
    this.#meanMs = meanMs + WEIGHT * (rttMs - meanMs);
    this.#distanceMs += WEIGHT * (Math.abs(rttMs - this.#meanMs) - this.#distanceMs);
    if (rttNs >= this.#fastestNs || measurement?.offset === undefined) return;
    this.#fastestNs = rttNs;
    this.#fastestOffsetMs = foldMs(measurement.offset.valueMs);
  }

  /** Mean round trip, its mean distance and the shortest round trip, whole milliseconds; undefined before a usable reply. */
  get rtts(): { meanMs: number; distanceMs: number; leastMs: number } | undefined {
    if (this.#meanMs === undefined || this.#fastestNs === Infinity) return undefined;
    return {
      meanMs: Math.floor(this.#meanMs),
      distanceMs: Math.floor(this.#distanceMs),
      leastMs: Math.floor(this.#fastestNs / NS_PER_MS),
    };
  }

  /** Remote clock minus ours by the fastest reply, milliseconds; undefined before a usable one. */
  get fastestOffsetMs(): number | undefined {
    return this.#fastestOffsetMs;
  }
}

/** One finished measurement. */
export interface ClockdiffResult {
  /** The host as the user wrote it. */
  readonly host: string;
  /** Remote clock minus ours by all replies, milliseconds. */
  readonly offsetMs: number;
  /** What the replies showed. */
  readonly replies: ClockdiffReplies;
  /** When it was finished. */
  readonly finishedAt: Date;
}

/** The line for programs. */
export function formatClockdiffLine({ offsetMs, replies, finishedAt }: ClockdiffResult): string {
  const seconds = Math.floor(finishedAt.getTime() / 1000);
  return `${seconds} ${wholeMs(offsetMs)} ${wholeMs(replies.fastestOffsetMs ?? offsetMs)}`;
}

/** The line for people, which stands below the dots. */
export function formatClockdiffText(result: ClockdiffResult, format: ClockdiffTimeFormat): string {
  const { host, offsetMs, replies, finishedAt } = result;
  const { meanMs, distanceMs, leastMs } = replies.rtts ?? { meanMs: 0, distanceMs: 0, leastMs: 0 };
  const fastest = wholeMs(replies.fastestOffsetMs ?? offsetMs);
  const time = format === "iso" ? formatIso(finishedAt) : formatCtime(finishedAt);
  return `host=${host} rtt=${meanMs}(${distanceMs})ms/${leastMs}ms ` +
    `delta=${wholeMs(offsetMs)}ms/${fastest}ms ${time}`;
}

/** Rounds, without a minus before zero. */
function wholeMs(ms: number): number {
  return Math.round(ms) + 0;
}

const DAYS: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: readonly string[] = [
  ...["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
];

/** As ctime(3), local time: `Fri Nov 27 13:52:37 2026`. */
function formatCtime(date: Date): string {
  const day = String(date.getDate()).padStart(2);
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${formatTime(date)} ` +
    `${date.getFullYear()}`;
}

/** ISO 8601, local time with its distance from UTC: `2026-11-27T13:52:42+0000`. */
function formatIso(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  const zone = (minutes < 0 ? "-" : "+") + two(Math.floor(size / 60)) + two(size % 60);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${formatTime(date)}${zone}`;
}

function formatTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
