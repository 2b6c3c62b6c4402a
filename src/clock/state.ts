/** What the tracker knows about a remote clock. */

/** Why the tracker restarted. */
export type RestartReason =
  /** Our own realtime clock was stepped. */
  | "local clock stepped"
  /** Several replies in a row contradict the earlier ones: a step, a new rate, or a new path. */
  | "remote clock changed"
  /** The replies contradict each other now that more is known about the tick. */
  | "tick found";

/** A moment from which earlier replies no longer count. */
export interface Restart {
  /** Our realtime of the first probe after it, nanoseconds since the clock's base. */
  readonly atNs: number;
  /** Why. */
  readonly reason: RestartReason;
  /** By how much the offset is estimated to have moved, milliseconds; undefined when not known. */
  readonly changeMs: number | undefined;
}

/** Why no number is given. */
export type Undecided =
  /** No reply could be used yet. */
  | "no reply yet"
  /** All stamps are the same so far: whether the clock goes at all is not known. */
  | "the stamp has not moved yet"
  /** The newest replies contradict the earlier ones, and too few have come to say what is true now. */
  | "replies contradict each other"
  /** The stamps do not behave as a clock's do. */
  | "the stamps do not keep time";

/** What is known of a remote clock. Numbers are undefined while they are not decidable. */
export interface ClockState {
  /** Whether offset, skew and their bounds are given. */
  readonly decidable: boolean;
  /** Why they are not. */
  readonly undecided: Undecided | undefined;
  /** Our realtime for which the offset holds, nanoseconds since the clock's base. */
  readonly atNs: number;
  /**
   * Remote clock minus ours, milliseconds in ± 12 h, if the fastest ways out and back take equally
   * long.
   */
  readonly offsetMs: number | undefined;
  /** One standard deviation of that estimate, milliseconds, under the same assumption. */
  readonly spreadMs: number | undefined;
  /** The offset is at least this, milliseconds, whatever the delay in each direction. */
  readonly lowerMs: number | undefined;
  /** The offset is at most this, milliseconds, whatever the delay in each direction. */
  readonly upperMs: number | undefined;
  /** Rate of the remote clock against ours, minus one, parts per million. */
  readonly skewPpm: number | undefined;
  /** One standard deviation of that, parts per million, under the same assumption. */
  readonly skewSpreadPpm: number | undefined;
  /** The skew is at least this, parts per million. */
  readonly skewLowerPpm: number | undefined;
  /** The skew is at most this, parts per million. */
  readonly skewUpperPpm: number | undefined;
  /** Shortest round trip of the replies in use, nanoseconds; undefined without one. */
  readonly minRttNs: number | undefined;
  /** Remote tick that was shown, milliseconds; 1 while none coarser was. */
  readonly tickMs: number;
  /** Whether a coarser tick is ruled out. Until then the bounds allow for it. */
  readonly tickSettled: boolean;
  /** Replies added, whatever became of them. */
  readonly probes: number;
  /** Replies that the numbers rest on: since the last restart and within the window. */
  readonly used: number;
  /** Replies whose bounds are edges of the region of what is possible. */
  readonly shaping: number;
  /** Replies that contradicted the others and were left out. */
  readonly outliers: number;
  /** The latest restarts, oldest first; at most 32. */
  readonly restarts: readonly Restart[];
  /** Number of restarts. */
  readonly restartCount: number;
}
