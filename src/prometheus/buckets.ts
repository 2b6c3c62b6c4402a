/** Upper bounds of histogram buckets, in seconds. */

/** Round-trip times: from a switch to the other side of the world, and above. */
export const RTT_BUCKETS_S: readonly number[] = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5],
];

/** Changes of delay: remote stamps are whole milliseconds. */
export const CHANGE_BUCKETS_S: readonly number[] = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
];

/** Waits in this machine's own queue. */
export const QUEUE_BUCKETS_S: readonly number[] = [
  ...[0.00001, 0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
];

/** Most buckets that a configuration may ask for. */
export const MAX_BUCKETS = 40;
