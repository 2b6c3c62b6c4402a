/** Addresses of an audit that are one machine, by clocks that were followed. */

import { type AliasFindings, type ClockView, findAliases } from "../../clock/alias.ts";
import type { ClockState, ClockTracker } from "../../clock/mod.ts";
import type { Target } from "../../targets/target.ts";

/** Addresses that show one clock, or clocks of which nothing can be said. */
export interface AliasResult extends AliasFindings {
  /** The hosts that were followed; groups give places in it. */
  readonly targets: readonly Target[];
  /** Hosts with a readable clock that were not followed, since there are too many. */
  readonly unfollowed: number;
  /** Clocks that showed no offset and rate. */
  readonly undecided: number;
  /** When it was found, Unix time in seconds. */
  readonly time: number;
}

/** A host and what is known of its clock. */
export interface FollowedHost {
  /** The host. */
  readonly target: Target;
  /** Offset and rate of the clock, as measured so far. */
  readonly tracker: ClockTracker;
}

/**
 * Finds the addresses that show one clock.
 *
 * @param hosts those that were followed
 * @param atNs our realtime, nanoseconds since the clock's base: in the middle of the time offset and rate are known independently
 */
export function findAliasedHosts(
  hosts: readonly FollowedHost[],
  atNs: number,
  options: { readonly isOwnRateKept: boolean; readonly unfollowed: number; readonly time: number },
): AliasResult {
  const ordered = [...hosts].sort((one, other) => one.target.address - other.target.address);
  const decided = ordered.flatMap(({ target, tracker }) => {
    const view = viewOf(tracker.state(atNs));
    return view === undefined ? [] : [{ target, view }];
  });
  const { isOwnRateKept, unfollowed, time } = options;
  return {
    ...findAliases(decided.map(({ view }) => view), { isOwnRateKept }),
    targets: decided.map(({ target }) => target),
    unfollowed,
    undecided: hosts.length - decided.length,
    time,
  };
}

/** Undefined where offset and rate are not decided. */
function viewOf(state: ClockState): ClockView | undefined {
  const { offsetMs, spreadMs, lowerMs, upperMs, minRttNs, tickSettled } = state;
  const { skewPpm, skewSpreadPpm, skewLowerPpm, skewUpperPpm } = state;
  if (offsetMs === undefined || spreadMs === undefined || !tickSettled) return undefined;
  if (lowerMs === undefined || upperMs === undefined || minRttNs === undefined) return undefined;
  if (skewPpm === undefined || skewSpreadPpm === undefined) return undefined;
  if (skewLowerPpm === undefined || skewUpperPpm === undefined) return undefined;
  return {
    ...{ offsetMs, spreadMs, lowerMs, upperMs, minRttMs: minRttNs / 1e6 },
    ...{ skewPpm, skewSpreadPpm, skewLowerPpm, skewUpperPpm },
  };
}
