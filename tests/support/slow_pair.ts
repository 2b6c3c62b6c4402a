/** A cable with a queue in front of it that hardly moves. */

import { VethPair } from "./namespace.ts";

/** What a queue has seen. */
export interface QueueCounts {
  /** Packets that have left. */
  readonly sent: number;
  /** Packets that wait. */
  readonly waiting: number;
}

/**
 * Opens a pair whose ends know each other's hardware addresses. At the near one a token bucket lets out some twenty
 * frames and then none for long. Needs `tc` and `ping`.
 *
 * @param limit what the queue holds, as tc-tbf(8) takes it
 */
export async function openSlowPair(limit: string): Promise<VethPair> {
  const pair = await VethPair.open();
  try {
    // IPv6 looks for routers and groups whenever it likes: here each packet counts. It may not be there at all.
    await pair.near.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"]);
    await pair.near.mustRun(["ping", "-c", "1", pair.farAddress]);
    const shaper = ["tbf", "rate", "100bit", "burst", "1600", "limit", limit];
    await pair.near.mustRun(["tc", "qdisc", "add", "dev", pair.device, "root", ...shaper]);
  } catch (error) {
    await pair.close();
    throw error;
  }
  return pair;
}

/** Counts of the queue at the near end. */
export async function readQueue({ near, device }: VethPair): Promise<QueueCounts> {
  const { stdout } = await near.mustRun(["tc", "-s", "qdisc", "show", "dev", device]);
  const [, sent] = /Sent \d+ bytes (\d+) pkt/.exec(stdout) ?? [];
  const [, waiting] = /backlog \S+ (\d+)p/.exec(stdout) ?? [];
  return { sent: Number(sent), waiting: Number(waiting) };
}
