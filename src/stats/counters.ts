/** What became of the probes, counted. */

/**
 * Counts of one target's probes. Every probe that was to be sent ends as exactly one of received,
 * an ICMP error, lost or unsent; until then it is pending. Duplicates are extra replies and change
 * nothing else. A late reply came after its probe was counted as lost; the probe stays lost.
 */
export class ProbeCounters {
  /** Probes handed to the kernel and taken by it. */
  sent = 0;
  /** Probes answered in time. */
  received = 0;
  /** Probes whose time ran out. */
  lost = 0;
  /** Lost probes whose answers this machine's receive buffer may have dropped: it overflowed while they waited. */
  droppedByUs = 0;
  /** Probes answered by an ICMP error. */
  icmpErrors = 0;
  /** Probes that the kernel did not take; they are not in `sent`. */
  unsent = 0;
  /** Further replies to a probe that was answered already. */
  duplicates = 0;
  /** Replies that came after their probe's time had run out. */
  late = 0;

  /** Adds the counts of another target; returns this. */
  add(other: Readonly<ProbeCounters>): this {
    this.sent += other.sent;
    this.received += other.received;
    this.lost += other.lost;
    this.droppedByUs += other.droppedByUs;
    this.icmpErrors += other.icmpErrors;
    this.unsent += other.unsent;
    this.duplicates += other.duplicates;
    this.late += other.late;
    return this;
  }

  /** Probes sent whose fate is still open. */
  get pending(): number {
    return this.sent - this.received - this.lost - this.icmpErrors;
  }

  /** Probes that were due and whose fate is known: answered, timed out, ended by an ICMP error, or unsent. */
  get settled(): number {
    return this.received + this.lost + this.icmpErrors + this.unsent;
  }

  /**
   * Share of the settled probes without an answer, 0 to 1; unsent ones have none. Undefined while no probe
   * is settled: a loss of nothing is not a loss of 0.
   */
  get lossRatio(): number | undefined {
    const { settled } = this;
    return settled === 0 ? undefined : (settled - this.received) / settled;
  }
}
