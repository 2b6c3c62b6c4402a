/** Round-trip times as they were on the wire, by tcpdump's stamps. */

import type { CommandResult } from "./command.ts";
import type { Namespace, VethPair } from "./namespace.ts";

/** A run of a pinging program, and what the wire saw of it, by ICMP sequence number. */
export interface WireRun {
  /** How the program ended. */
  readonly result: CommandResult;
  /**
   * From the request coming out of the cable at the far end to the reply coming out of it at the near end, in
   * nanoseconds: two receive stamps of one clock, with nothing of tcpdump's own work between them and ours.
   */
  readonly cableNs: ReadonlyMap<number, number>;
  /**
   * From request to reply as seen at the near end alone, in nanoseconds. The kernel shows a request to tcpdump
   * before it gives it to the driver, so this holds the time that tcpdump's copy took.
   */
  readonly tapNs: ReadonlyMap<number, number>;
}

/** One line of `tcpdump -tt`: seconds, nanoseconds, what it is, sequence. */
const LINE =
  /^(\d+)\.(\d{9}) .* ICMP (?:echo|time stamp) (request|query|reply),? id \d+,? seq (\d+)/;
/** Stamps are counted modulo this number of seconds, so that nanoseconds stay exact. */
const WRAP_SECONDS = 8_000_000;

/**
 * Runs a program at the near end of a cable while tcpdump stamps what passes at both ends.
 *
 * @param count Probes that the program sends, each of which must be answered once.
 */
export async function runOnWire(
  pair: VethPair,
  argv: readonly string[],
  count: number,
): Promise<WireRun> {
  await using near = spawnTcpdump(pair.near, 2 * count, "icmp");
  await using far = spawnTcpdump(pair.far, count, `icmp and dst ${pair.farAddress}`);
  await near.output(/listening on/, "stderr");
  await far.output(/listening on/, "stderr");
  const result = await pair.near.run(argv);
  const atNear = readStamps((await near.result()).stdout);
  const atFar = readStamps((await far.result()).stdout);
  const cableNs = new Map<number, number>();
  const tapNs = new Map<number, number>();
  for (const [sequence, replyNs] of atNear.replies) {
    cableNs.set(sequence, replyNs - (atFar.requests.get(sequence) ?? NaN));
    tapNs.set(sequence, replyNs - (atNear.requests.get(sequence) ?? NaN));
  }
  return { result, cableNs, tapNs };
}

/** Starts a tcpdump that ends by itself once it has that many packets. */
function spawnTcpdump(namespace: Namespace, packets: number, filter: string) {
  return namespace.spawn([
    // Short frames: more fit its ring.
    ...["tcpdump", "-i", "veth0", "--time-stamp-precision=nano", "-s", "128", "-B", "16384"],
    ...["-c", String(packets), "-tt", "-n", "-l", filter],
  ]);
}

function readStamps(text: string) {
  const requests = new Map<number, number>();
  const replies = new Map<number, number>();
  for (const line of text.split("\n")) {
    const match = line.match(LINE);
    if (match === null) continue;
    const [, seconds, nanoseconds, what, sequence] = match;
    const atNs = (Number(seconds) % WRAP_SECONDS) * 1e9 + Number(nanoseconds);
    (what === "reply" ? replies : requests).set(Number(sequence), atNs);
  }
  return { requests, replies };
}

/** The middle value of a list, or the mean of the two in the middle; NaN of an empty one. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (lower + upper) / 2;
}
