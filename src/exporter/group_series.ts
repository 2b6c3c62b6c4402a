/** The series of a group of targets: what a run fills and a scrape reads. */

import type { ExtraReply, ProbeOutcome } from "../probe/outcome.ts";
import type { RunView } from "../run/run_state.ts";
import type { DelayChange } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import { BucketHistogram } from "../prometheus/bucket_histogram.ts";
import { QUEUE_BUCKETS_S } from "../prometheus/buckets.ts";
import { encodeText } from "../prometheus/byte_text.ts";
import type { SeriesLabels } from "../prometheus/exposition.ts";
import { slotNsFor } from "./followed_slots.ts";
import { formatLabels, type Labels } from "../prometheus/label_text.ts";
import { type TargetBuckets, TargetSeries } from "./target_series.ts";

/** A group, as far as its series depend on it. */
export interface GroupIdentity {
  /** Name that the configuration gives it. */
  readonly name: string;
  /** Labels of all its targets' series. */
  readonly labels: Labels;
  /** Message that is sent. */
  readonly kind: "timestamp" | "echo";
  /** Time between two probes of a target, milliseconds. */
  readonly intervalMs: number;
  /** Bounds of histograms. */
  readonly buckets: TargetBuckets;
}

/** A target's series and their labels. */
export interface LabelledSeries extends SeriesLabels {
  /** Its counters and histograms. */
  readonly series: TargetSeries;
}

/** Series of a group; follows its run. */
export class GroupSeries implements RunView, SeriesLabels {
  /** The group that they are of. */
  readonly group: GroupIdentity;
  /** Labels of the group alone. */
  readonly labels: string;
  /** The same in UTF-8. */
  readonly labelBytes: Uint8Array;
  /** Series in the order of the targets. */
  readonly targets: readonly LabelledSeries[];
  /** Waits in this machine's own queue, seconds. */
  readonly queue: BucketHistogram;

  /**
   * Starts empty, or where the group of the same name was: a target of the same word goes on unless what it is asked, or
   * its buckets, changed.
   */
  constructor(group: GroupIdentity, targets: readonly Target[], former?: GroupSeries) {
    this.group = group;
    this.labels = formatLabels({ group: group.name });
    this.labelBytes = encodeText(this.labels);
    this.queue = former?.queue ?? new BucketHistogram(QUEUE_BUCKETS_S);
    const slotNs = group.kind === "echo" ? undefined : slotNsFor(targets.length, group.intervalMs);
    const goesOn = former !== undefined && isAlike(former.group, group);
    const kept = new Map(
      goesOn ? former.targets.map(({ series }) => [series.target.label, series]) : [],
    );
    this.targets = targets.map((target) => {
      const series = kept.get(target.label) ?? new TargetSeries(target, group.buckets, slotNs);
      series.setSlot(slotNs);
      series.move(target);
      const labels = formatLabels({ group: group.name, target: target.label, ...group.labels });
      return { labels, labelBytes: encodeText(labels), series };
    });
  }

  /** Takes in the outcome of a probe. */
  add(outcome: ProbeOutcome, target: Target, change: DelayChange | undefined): void {
    this.targets[target.index]?.series.add(outcome, target.address, change);
    if (outcome.kind !== "reply") return;
    const { queueNs } = outcome.probe;
    if (queueNs !== undefined) this.queue.add(queueNs / 1e9);
  }

  /** Counts a further reply. */
  addExtra(extra: ExtraReply, target: Target): void {
    this.targets[target.index]?.series.addExtra(extra);
  }

  /** A target is another host from now on. */
  move(target: Target): void {
    this.targets[target.index]?.series.move(target);
  }

  /** A view of a run has no statistics of its own here. */
  statistics(): undefined {
    return undefined;
  }

  /** Nor a history. */
  history(): undefined {
    return undefined;
  }

  /** A scrape asks the series for their clocks. */
  clock(): undefined {
    return undefined;
  }
}

function isAlike(one: GroupIdentity, other: GroupIdentity): boolean {
  return one.kind === other.kind &&
    JSON.stringify(one.buckets) === JSON.stringify(other.buckets);
}
