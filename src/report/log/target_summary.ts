/** The numbers of one target over a whole log, from its buckets. */

import { type Bounded, type Bucket, type Outcome, OUTCOMES } from "../../log/bucket.ts";
import { Delays } from "../../log/histogram.ts";
import { countOf, numberOf } from "../../log/loose_record.ts";
import type { TargetLog } from "../../log/target_log.ts";
import { latestOffset, movedBy } from "./clock_course.ts";

/** Delays of a direction, and when they were longest. */
export interface DirectionSummary {
  /** All of them. */
  readonly delays: Delays;
  /** When the greatest was seen: within the bucket's width. Unix time in seconds. */
  readonly worstS: number;
}

/** A target in numbers. */
export interface TargetSummary {
  /** Where they come from. */
  readonly log: TargetLog;
  /** Its course, in order of time. */
  readonly buckets: readonly Bucket[];
  /** Probes by how they ended. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Probes of which the end is known. */
  readonly settled: number;
  /** Round trips; undefined without a reply. */
  readonly rtt: DirectionSummary | undefined;
  /** Delays out above their running minimum; undefined where no timestamp could be read. */
  readonly out: DirectionSummary | undefined;
  /** Delays back above their running minimum. */
  readonly back: DirectionSummary | undefined;
  /** Waits in the local queue. */
  readonly queue: DirectionSummary | undefined;
  /** Remote clock minus local clock, milliseconds: of the last `clock` record, else the narrowest bounds that the latest confirm. */
  readonly offset: Bounded | undefined;
  /** By how much the remote clock moved against ours at least, milliseconds; 0 where all bounds agree. */
  readonly movedMs: number;
}

/** Adds up a target. */
export function summarizeTarget(log: TargetLog): TargetSummary {
  const buckets = log.series.sorted();
  const counts: Record<Outcome, number> = { received: 0, lost: 0, icmpErrors: 0, unsent: 0 };
  for (const bucket of buckets) {
    for (const name of OUTCOMES) counts[name] += bucket.counts[name];
  }
  const course = buckets.flatMap(({ offset }) => offset ?? []);
  const { clock } = log;
  if (clock !== undefined && OUTCOMES.every((name) => counts[name] === 0)) {
    counts.received = countOf(clock, "received");
    counts.lost = countOf(clock, "lost");
    counts.icmpErrors = countOf(clock, "icmp_errors");
    counts.unsent = countOf(clock, "unsent");
  }
  return {
    log,
    buckets,
    counts,
    settled: OUTCOMES.reduce((sum, name) => sum + counts[name], 0),
    rtt: direction(buckets, "rtt") ?? leastRtt(log),
    out: direction(buckets, "out"),
    back: direction(buckets, "back"),
    queue: direction(buckets, "queue"),
    offset: (clock === undefined ? undefined : buckets.at(-1)?.offset) ?? latestOffset(course),
    movedMs: movedBy(course),
  };
}

function direction(
  buckets: readonly Bucket[],
  name: "rtt" | "out" | "back" | "queue",
): DirectionSummary | undefined {
  const delays = new Delays();
  let worstS = 0;
  for (const bucket of buckets) {
    const some = bucket.delays[name];
    if (some === undefined) continue;
    if (some.max > delays.max) worstS = (bucket.firstS + bucket.lastS) / 2;
    delays.addAll(some);
  }
  return delays.count === 0 ? undefined : { delays, worstS };
}

/** A clock's record has the least round trip alone. */
function leastRtt({ clock }: TargetLog): DirectionSummary | undefined {
  const rttMs = clock === undefined ? undefined : numberOf(clock, "rtt_min_ms");
  if (rttMs === undefined) return undefined;
  const delays = new Delays();
  delays.add(rttMs);
  return { delays, worstS: 0 };
}
