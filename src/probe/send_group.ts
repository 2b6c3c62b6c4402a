/** How long a probe may wait for those that fall due after it, so that they leave in one system call. */

/** Targets are close when less than this lies between two probes. */
const CLOSE_MS = 4;
/** Longest group of close targets: what is sent and received in that time must fit the socket's buffers. */
const MAX_GROUP_MS = 40;
/** Most probes of a group that is longer than asked for: fewer than one system call takes. */
const MAX_GROUP_PROBES = 40;

/** The options that decide it. */
export interface SendGroupOptions {
  /** Targets of the run, at least 1. */
  readonly targetCount: number;
  /** Time between two probes of one target, in milliseconds. */
  readonly intervalMs: number;
  /** Time between two targets in milliseconds, where that is set: it is kept to but for groups of `groupMs`. */
  readonly spacingMs?: number | undefined;
  /** Length of a group where targets are not close, in milliseconds; 0 for none at all. */
  readonly groupMs: number;
}

/**
 * The length of a group in milliseconds. Most of what a run of hundreds of targets costs is waking for each group, so theirs
 * are longer: kernel stamps keep the measurement the same. At most half an interval: a schedule that is an interval late
 * slips, and a run would last longer than its options say.
 */
export function sendGroupMs(options: SendGroupOptions): number {
  const { targetCount, intervalMs, spacingMs, groupMs } = options;
  if (targetCount === 1 || groupMs === 0) return 0;
  const sharedMs = intervalMs / targetCount;
  if (spacingMs !== undefined || sharedMs > CLOSE_MS) return groupMs;
  const longestMs = Math.min(MAX_GROUP_MS, MAX_GROUP_PROBES * sharedMs, intervalMs / 2);
  return Math.max(groupMs, longestMs);
}
