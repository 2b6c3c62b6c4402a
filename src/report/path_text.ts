/** Which part of the path is slow, in words: the same for summaries and the screen. */

import {
  judgePart,
  noiseOf,
  type PathPart,
  REPLIES_FOR_P95,
  type Spread,
} from "../run/slow_part.ts";
import { formatThreeDigits } from "./milliseconds.ts";

/** What each part is called. */
export const PART_NAMES: Readonly<Record<PathPart, string>> = {
  queue: "this machine's queue",
  out: "out",
  back: "back",
};

/** `out`, `out and back`, `this machine's queue, out and back`. */
export function nameParts(parts: readonly PathPart[]): string {
  const names = parts.map((part) => PART_NAMES[part]);
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** A sentence about a part of the path. */
export interface PartWords {
  /** The sentence, without colour. */
  readonly text: string;
  /** It says that the part is slow. */
  readonly isSlow: boolean;
}

/** What the rise of delays above the least says of a direction; `tickMs`: the tick of the remote clock, at least 1. */
export function describeRise(
  change: Spread,
  replies: number,
  part: "out" | "back",
  tickMs: number,
): PartWords {
  const { median, most, max } = numbersOf(change, replies);
  const state = judgePart(change, replies, noiseOf(part, tickMs));
  const text = state === "slow"
    ? `congestion: half of the delays rose by more than ${median} ms${most}`
    : state === "spikes"
    ? `no congestion, but single delays rose by up to ${max} ms`
    : `no congestion: delays rose by ${max} ms at most`;
  return { text, isSlow: state === "slow" };
}

/** What the waits in this machine's own queue say. */
export function describeQueue(queue: Spread, replies: number): PartWords {
  const { median, most, max } = numbersOf(queue, replies);
  const isSlow = judgePart(queue, replies, noiseOf("queue", 1)) === "slow";
  const text = isSlow
    ? `congestion in ${PART_NAMES.queue}: half of the probes waited for more than ${median} ms${most}`
    : `no probe waited for more than ${max} ms`;
  return { text, isSlow };
}

function numbersOf(spread: Spread, replies: number) {
  const [median, p95, max] = [spread.median, spread.p95, spread.max].map((ms) =>
    formatThreeDigits(Math.max(0, ms), 1)
  );
  const most = replies >= REPLIES_FOR_P95 ? `, 95 % below ${p95}, all below ${max} ms` : "";
  return { median, most, max };
}
