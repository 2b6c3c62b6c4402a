/** What the offset of a remote clock suggests: another zone, another timescale, or no time of day at all. */

import { MS_PER_DAY, msOfDay } from "../time/day.ts";
import type { ClockState, Undecided } from "./state.ts";

const QUARTER_HOUR_MS = 15 * 60_000;

/** A clock that is off by more than this may count from something else than midnight (RFC 1122 §3.2.2.8). */
const FAR_MS = 15 * 60_000;

/** A clock that is right but for its time zone is off by quarter hours, to within this. */
const ZONE_TOLERANCE_MS = 10_000;

/** Why no number is given: reasons of the tracker, and that no reply reached it. */
export type UndecidedReason = Undecided | "no reply carries a time that can be read";

const NO_TIME: UndecidedReason = "no reply carries a time that can be read";

/** All of them. */
export const UNDECIDED_REASONS: readonly UndecidedReason[] = [
  "no reply yet",
  NO_TIME,
  "the stamp has not moved yet",
  "replies contradict each other",
  "the stamps do not keep time",
];

/**
 * Why no number is given; undefined when one is.
 *
 * @param received probes that were answered, whether or not the answers carry a time
 */
export function undecidedReason(
  { undecided }: Pick<ClockState, "undecided">,
  received: number,
): UndecidedReason | undefined {
  return undecided === "no reply yet" && received > 0 ? NO_TIME : undecided;
}

/**
 * The remote clock's time of day, milliseconds since midnight UT; undefined when it is not known.
 *
 * @param nowNs our realtime, nanoseconds since a midnight UT
 */
export function remoteTimeOfDay(
  { offsetMs }: Pick<ClockState, "offsetMs">,
  nowNs: number,
): number | undefined {
  if (offsetMs === undefined) return undefined;
  const ms = msOfDay(nowNs) + offsetMs;
  return ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
}

/**
 * How many minutes ahead of UTC the zone is whose local time the clock may show; undefined when its offset is no whole
 * number of quarter hours.
 */
export function zoneMinutes({ offsetMs }: Pick<ClockState, "offsetMs">): number | undefined {
  if (offsetMs === undefined) return undefined;
  const quarters = Math.round(offsetMs / QUARTER_HOUR_MS);
  const isZone = Math.abs(offsetMs - quarters * QUARTER_HOUR_MS) <= ZONE_TOLERANCE_MS;
  return isZone && quarters !== 0 ? quarters * 15 : undefined;
}

/** Whether a clock is off by so much, over 15 minutes, that it may not show the time of day at all. */
export function isFar({ offsetMs }: Pick<ClockState, "offsetMs">): boolean {
  return Math.abs(offsetMs ?? 0) > FAR_MS;
}

/** A timescale that runs ahead of UTC by whole seconds. */
export interface Timescale {
  /** International Atomic Time, or that of GPS. */
  readonly name: "TAI" | "GPS";
  /** How far it is ahead of UTC. */
  readonly seconds: number;
  /** It may be our clock that shows it, and the remote one UTC. */
  readonly isOurs: boolean;
}

/** Ahead of UTC since 2017-01-01 (IERS Bulletin C 52); the next leap second changes both. */
const TIMESCALES = [{ name: "TAI", seconds: 37 }, { name: "GPS", seconds: 18 }] as const;

/** A clock that keeps such a timescale keeps it to within this. */
const TIMESCALE_TOLERANCE_MS = 100;

/** The timescale that the remote clock may show, or ours; undefined when the offset is not that of one. */
export function timescale({ offsetMs }: Pick<ClockState, "offsetMs">): Timescale | undefined {
  if (offsetMs === undefined) return undefined;
  const found = TIMESCALES.find(({ seconds }) =>
    Math.abs(Math.abs(offsetMs) - seconds * 1000) <= TIMESCALE_TOLERANCE_MS
  );
  return found === undefined ? undefined : { ...found, isOurs: offsetMs < 0 };
}
