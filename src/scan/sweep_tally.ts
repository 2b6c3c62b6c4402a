/** The numbers of a sweep: its counters, and its speed since the last report. */

import type { ScanCounts, ScanProgress } from "./scan_record.ts";
import type { ReplySource } from "./reply_collector.ts";
import type { SweepReceiver } from "./sweep_receiver.ts";
import type { SweepSender } from "./sweep_sender.ts";

const REPORT_NS = 1e9;

/** Puts together what the two sides of a sweep count. */
export class SweepTally {
  /** Until then (monotonic nanoseconds) answers are awaited, once all is sent. */
  listenEndNs: number = -Infinity;
  /** Probes that the kernel did not take, for good. */
  unsent = 0;
  readonly #sender: SweepSender;
  readonly #receiver: SweepReceiver;
  readonly #source: ReplySource;
  readonly #length: number;
  #startNs = NaN;
  #last = { atNs: NaN, sent: 0, replies: 0 };

  /** Counts for a sweep of `length` probes. */
  constructor(
    sender: SweepSender,
    receiver: SweepReceiver,
    source: ReplySource,
    length: number,
  ) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#source = source;
    this.#length = length;
  }

  /** Speeds count from `nowNs` (monotonic). */
  start(nowNs: number): void {
    this.#startNs = this.#last.atNs = nowNs;
  }

  /** Whether the last report is a second old. */
  isReportDue(nowNs: number): boolean {
    return nowNs - this.#last.atNs >= REPORT_NS;
  }

  /** All counters as they stand. */
  counts(): ScanCounts {
    const { replies, duplicates, icmpErrors, notices, unproven, malformed } =
      this.#receiver.collector;
    const { unsent } = this;
    const { sent, backoffs } = this.#sender;
    return {
      ...{ sent, unsent, backoffs, replies, duplicates, icmpErrors, notices, unproven, malformed },
      dropped: this.#source.droppedDatagrams(),
      blocked: this.#receiver.blocked,
      failedCalls: this.#source.failedCalls?.() ?? 0,
    };
  }

  /** A report with the speeds since the last one. `position`: probes dealt with. */
  progress(nowNs: number, position: number, phase: ScanProgress["phase"]): ScanProgress {
    const counts = this.counts();
    const { atNs, sent, replies } = this.#last;
    const seconds = Math.max(1e-9, (nowNs - atNs) / 1e9);
    const sendRate = (counts.sent - sent) / seconds;
    this.#last = { atNs: nowNs, sent: counts.sent, replies: counts.replies };
    const left = this.#length - position;
    const sendSeconds = left === 0 ? 0 : left / sendRate;
    const listenSeconds = Math.max(0, this.listenEndNs - nowNs) / 1e9;
    return {
      ...counts,
      position,
      length: this.#length,
      elapsedSeconds: this.secondsUntil(nowNs),
      sendRate,
      replyRate: (counts.replies - replies) / seconds,
      remainingSeconds: phase === "sending" ? sendSeconds : listenSeconds,
      phase,
    };
  }

  /** Seconds from the start to `nowNs`. */
  secondsUntil(nowNs: number): number {
    return (nowNs - this.#startNs) / 1e9;
  }
}
