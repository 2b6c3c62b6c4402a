/** Counts and round-trip times of one target as fping keeps them: whole nanoseconds, of the run and of the interval. */

/** Probes and round-trip times of one stretch of time. */
export class Count {
  /** Probes whose fate is known. One that is still out is not among them. */
  sent = 0;
  /** Probes that were answered. */
  received = 0;
  /** Shortest round-trip time, nanoseconds; meaningful once something was received. */
  minNs = 0;
  /** Longest round-trip time, nanoseconds. */
  maxNs = 0;
  #totalNs = 0;

  /** Mean round-trip time in whole nanoseconds; undefined before the first answer. */
  get meanNs(): number | undefined {
    return this.received === 0 ? undefined : Math.floor(this.#totalNs / this.received);
  }

  /** Lost probes in whole percent, rounded down; 0 where none was sent. */
  get lossPercent(): number {
    return this.sent === 0 ? 0 : Math.floor((this.sent - this.received) * 100 / this.sent);
  }

  /** Answered probes in whole percent, rounded down; 0 where none was sent. */
  get returnPercent(): number {
    return this.sent === 0 ? 0 : Math.floor(this.received * 100 / this.sent);
  }

  /** Counts an answer. */
  addReply(rttNs: number): void {
    const isFirst = this.received++ === 0;
    this.minNs = isFirst ? rttNs : Math.min(this.minNs, rttNs);
    this.maxNs = Math.max(this.maxNs, rttNs);
    this.#totalNs += rttNs;
  }

  /** Starts again at zero. */
  reset(): void {
    this.sent =
      this.received =
      this.minNs =
      this.maxNs =
      this.#totalNs =
        0;
  }
}

/** One target. */
export class Tally {
  /** Since the start. */
  readonly run: Count = new Count();
  /** Since the last report. */
  readonly interval: Count = new Count();
  /** Round-trip times by probe, nanoseconds; a hole where there was no answer. Undefined unless they are kept. */
  readonly rttsNs: (number | undefined)[] | undefined;

  /** Starts empty. */
  constructor(keepsRtts: boolean) {
    this.rttsNs = keepsRtts ? [] : undefined;
  }

  /** Counts an answered probe. */
  addReply(index: number, rttNs: number): void {
    this.run.sent++;
    this.interval.sent++;
    this.recover(index, rttNs);
  }

  /** Counts an answer to a probe that was counted as lost. */
  recover(index: number, rttNs: number): void {
    this.run.addReply(rttNs);
    this.interval.addReply(rttNs);
    if (this.rttsNs !== undefined) this.rttsNs[index] = rttNs;
  }

  /** Counts a probe without an answer. */
  addLoss(index: number): void {
    this.run.sent++;
    this.interval.sent++;
    if (this.rttsNs !== undefined) this.rttsNs[index] = undefined;
  }
}

/** What fping counts over all targets. */
export class Totals {
  /** Targets that have answered. */
  alive = 0;
  /** Probes whose time was over. */
  timeouts = 0;
  /** Probes, those that the kernel did not take among them. */
  sent = 0;
  /** Answers, repeated and late ones among them. */
  received = 0;
  /** ICMP errors. */
  errors = 0;
  /** Round-trip times of all answers that count. */
  readonly rtt: Count = new Count();
}
