/** Random networks, and random runs over them. */

import type { Random } from "../lab/random.ts";
import { manglingKinds } from "../support/simulated_datagram.ts";
import type { Network } from "../support/simulated_network.ts";
import type { RunOptions } from "../support/simulated_run.ts";

/** Spoiled replies that cannot be told from an answer to another probe by anybody are left out. */
const MANGLINGS = manglingKinds.filter((kind) => kind !== "flipped-sequence");

function randomDelay(random: Random, most: number): Network["out"] {
  const ms = random.between(0, most * 1000) / 1000;
  switch (random.below(3)) {
    case 0:
      return ms;
    case 1:
      return { kind: "uniform", minMs: ms / 2, maxMs: ms };
    default:
      return { kind: "exponential", baseMs: ms / 2, meanMs: ms / 4 };
  }
}

/** A network of which any part may be odd. */
export function randomNetwork(random: Random): Network {
  const some = (most: number) => random.chance(0.5) ? random.below(1000) / 1000 * most : 0;
  const delay = (most: number) => randomDelay(random, most) ?? 0;
  return {
    seed: random.u32(),
    out: delay(random.pick([0, 3, 50, 400])),
    back: delay(random.pick([0, 3, 50, 400])),
    processing: random.chance(0.5) ? delay(3) : 0,
    lossOutRatio: some(0.2),
    lossBackRatio: some(0.2),
    duplicateRatio: some(0.3),
    copies: random.between(1, 3),
    copyAfterMs: random.pick([0, 0.5, 900, 20_000]),
    holdRatio: some(0.2),
    holdMs: random.pick([1, 80, 1500, 15_000]),
    refuseRatio: some(0.1),
    refuseWith: random.pick([
      { code: "EPERM", errno: 1 },
      { code: "ENOBUFS", errno: 105 },
      { code: "EAGAIN", errno: 11 },
    ]),
    errorRatio: some(0.1),
    manglingRatio: some(0.3),
    manglings: MANGLINGS,
    strays: random.chance(0.3) ? [random.pick(MANGLINGS.filter((kind) => isStray(kind)))] : [],
    stampSource: random.pick(["kernel", "kernel", "user"]),
    ...(random.chance(0.3) ? { transmitStamp: random.pick(["lost", 2, 700]) } : {}),
    clock: {
      offsetMs: random.pick([0, 0.25, -3.7, 40_000, -7_200_000, 43_199_990]),
      skewPpm: random.pick([0, 50, -200]),
    },
    steps: Array.from({ length: random.pick([0, 0, 1, 3]) }, () => ({
      atMs: random.between(0, 5000),
      byMs: random.pick([-3_600_000, -1000, -0.4, 0.4, 1000, 3_600_000]),
    })),
    ...(random.chance(0.1) ? { sleeps: [{ atMs: 700, forMs: 3000 }] } : {}),
    quirk: random.pick(["normal", "lazy", "normal", "high-bit"]),
    ...(random.chance(0.3) ? { startOfDayMs: 86_400_000 - random.below(20_000) + 0.3 } : {}),
  };
}

/** Spoiled copies that must never count as an answer, beside a good reply that must. */
function isStray(kind: string): boolean {
  return [
    "lying-length",
    "short",
    "fragment-first",
    "fragment-last",
    "wrong-source",
    "wrong-identifier",
    "echo-reply",
    "timestamp-request",
    "router-advertisement",
    "other-protocol",
    "ipv6",
    "oversize",
    "empty",
  ].includes(kind);
}

/** A run of which any part may be odd, of a few thousand probes at most. */
export function randomOptions(random: Random): RunOptions {
  const timeoutMs = random.pick([1, 30, 1000, 5000]);
  return {
    targets: random.pick([1, 1, 2, 7, 40]),
    kind: random.chance(0.8) ? "timestamp" : "echo",
    count: random.between(1, 30),
    intervalMs: random.pick([0, 0.3, 5, 100, 1000]),
    timeoutMs,
    firstSequence: random.pick([0, 65_520, 999]),
    ...(random.chance(0.2) ? { deadlineMs: random.between(1, 5000) } : {}),
    ...(random.chance(0.2) ? { stopAtMs: random.between(0, 3000) } : {}),
    groupMs: random.pick([0, 0, 5]),
    ...(random.chance(0.2) ? { stopOnReply: true, backoff: random.pick([1, 1.5]) } : {}),
  };
}
