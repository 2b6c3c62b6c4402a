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
  const noiseMs = noiseOf(part, tickMs);
  const max = inDigits(change.max);
  switch (judgePart(change, replies, noiseMs)) {
    case "slow":
      return { isSlow: true, text: describeSlow(change, replies, noiseMs, RISE) };
    case "spikes":
      return { isSlow: false, text: `no congestion, but single delays rose by up to ${max} ms` };
    case "steady":
      return { isSlow: false, text: `no congestion: delays rose by ${max} ms at most` };
  }
}

/** What the waits in this machine's own queue say. */
export function describeQueue(queue: Spread, replies: number): PartWords {
  const noiseMs = noiseOf("queue", 1);
  if (judgePart(queue, replies, noiseMs) === "slow") {
    const text = describeSlow(queue, replies, noiseMs, WAIT);
    return { isSlow: true, text: `${PART_NAMES.queue}: ${text}` };
  }
  return { isSlow: false, text: `no probe waited for more than ${inDigits(queue.max)} ms` };
}

/** Nouns and verbs of a part. */
interface Wording {
  readonly half: string;
  readonly one: string;
  readonly largest: string;
}

const RISE: Wording = {
  half: "half of the delays rose by",
  one: "one delay in twenty rose by",
  largest: "the largest by",
};
const WAIT: Wording = {
  half: "half of the probes waited for",
  one: "one probe in twenty waited for",
  largest: "the longest for",
};

/** Where half of the delays rose the usual delay did; where fewer did, congestion comes and goes. */
function describeSlow(
  spread: Spread,
  replies: number,
  noiseMs: number,
  { half, one, largest }: Wording,
): string {
  const [median, p95, max] = [spread.median, spread.p95, spread.max].map(inDigits);
  if (replies >= REPLIES_FOR_P95 && spread.median <= noiseMs) {
    return `congestion at times: ${one} more than ${p95} ms, ${largest} ${max} ms`;
  }
  const most = replies >= REPLIES_FOR_P95 ? `, 95 % below ${p95}, all below ${max} ms` : "";
  return `congestion: ${half} more than ${median} ms${most}`;
}

function inDigits(ms: number): string {
  return formatThreeDigits(Math.max(0, ms), 1);
}
