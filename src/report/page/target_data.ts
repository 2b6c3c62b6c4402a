/** Buckets of a target as the columns of its charts. */

import type { Bounded, Bucket, DelayName } from "../../log/bucket.ts";
import type { Column, TargetData } from "../../page/data.ts";
import { packBounds, packDelay, packTimes } from "../../page/pack.ts";
import type { TargetSummary } from "../log/target_summary.ts";

/** The columns of a target. */
export function targetData(
  { log, buckets }: TargetSummary,
  id: string,
  startMs: number,
): TargetData {
  const middles = buckets.map(({ firstS, lastS }) =>
    Math.round((firstS + lastS) / 2 * 1e3 - startMs)
  );
  const spans = buckets.map(({ firstS, lastS }) => Math.round((lastS - firstS) * 1e3));
  const delay = (name: DelayName) => delayColumns(buckets, name);
  return {
    name: log.name,
    id,
    times: packTimes(middles),
    spans: spans.every((span) => span === 0) ? [] : spans,
    received: buckets.map(({ counts }) => counts.received),
    unanswered: buckets.map(({ settled, counts }) => settled - counts.received),
    rtt: delay("rtt"),
    out: delay("out"),
    back: delay("back"),
    queue: delay("queue"),
    offset: boundsColumns(buckets.map(({ offset }) => offset)),
    skew: boundsColumns(buckets.map(({ skew }) => skew)),
    events: log.happenings.events.map(({ timeS, kind, text }) =>
      [Math.round(timeS * 1e3 - startMs), kind, text] as const
    ),
    isSummarized: log.isSummarized,
  };
}

/** Milliseconds as whole microseconds, or parts per million as thousandths. */
function thousandths(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1e3) : null;
}

function delayColumns(buckets: readonly Bucket[], name: DelayName) {
  const at = (share: number): Column =>
    buckets.map(({ delays }) => {
      const some = delays[name];
      return some === undefined ? null : thousandths(some.quantile(share));
    });
  return packDelay({ min: at(0), p5: at(0.05), mid: at(0.5), p95: at(0.95), max: at(1) });
}

function boundsColumns(values: readonly (Bounded | undefined)[]) {
  const column = (key: keyof Bounded): Column =>
    values.map((bounded) => bounded === undefined ? null : thousandths(bounded[key]));
  return packBounds({ lower: column("lower"), mid: column("value"), upper: column("upper") });
}
