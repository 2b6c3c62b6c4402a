/** Whether what is known of a clock is enough for a number. */

import type { Undecided } from "./state.ts";

/** This number of restarts, with fewer replies than ERRATIC_RUN for each, is no clock. */
const ERRATIC_RESTARTS = 3;
const ERRATIC_RUN = 48;

/** A share of outliers above this is no clock either. */
const ERRATIC_OUTLIER_SHARE = 1 / 4;

/** After a restart this many replies are required before a number is given. */
const REPLIES_AFTER_RESTART = 4;

/** What it is decided from. */
export interface TrackedReplies {
  /** Replies added so far. */
  readonly probes: number;
  /** Replies in the fit; undefined without a fit. */
  readonly used: number | undefined;
  /** Replies that were left out. */
  readonly outliers: number;
  /** Number of restarts. */
  readonly restarts: number;
  /** The latest stamp has repeated for too long. */
  readonly isStuck: boolean;
  /** Two stamps differed. */
  readonly hasMoved: boolean;
  /** The newest replies contradict the fit. */
  readonly hasSuspects: boolean;
}

/** Why no number is given; undefined where one is. */
export function findUndecided(replies: TrackedReplies): Undecided | undefined {
  const { probes, used, outliers, restarts, isStuck, hasMoved, hasSuspects } = replies;
  if (probes === 0) return "no reply yet";
  const isErratic = restarts >= ERRATIC_RESTARTS && probes < ERRATIC_RUN * restarts;
  if (isStuck || isErratic || outliers > ERRATIC_OUTLIER_SHARE * probes) {
    return "the stamps do not keep time";
  }
  if (!hasMoved) return "the stamp has not moved yet";
  if (hasSuspects) return "replies contradict each other";
  if (used === undefined) return "no reply yet";
  return restarts > 0 && used < REPLIES_AFTER_RESTART ? "replies contradict each other" : undefined;
}
