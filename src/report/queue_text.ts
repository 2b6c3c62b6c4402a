/** Time in this machine's own queue, as text shows it. */

/**
 * Shorter waits are not shown, in milliseconds. Between its two stamps of a datagram an idle kernel takes some
 * microseconds, a busy one some tens: less than this is no queue, and as much is that of a few packets at 100 Mbit/s.
 */
export const QUEUE_NOISE_MS = 0.1;

/**
 * ` queue=534 ms`, to three digits, in brackets where the round-trip time contains it; empty for what is noise or unknown.
 */
export function formatQueue(queueNs: number | undefined, isInRtt: boolean): string {
  const queueMs = (queueNs ?? 0) / 1e6;
  if (queueMs < QUEUE_NOISE_MS) return "";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(queueMs)));
  const text = `queue=${queueMs.toFixed(digits)} ms`;
  return isInRtt ? ` (${text})` : ` ${text}`;
}
