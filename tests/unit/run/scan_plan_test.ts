/** What a scan does where no option says otherwise, and how many threads send. */

import { assertEquals } from "@std/assert";
import { planScanRun, type ScanRunOptions } from "../../../src/run/scan/options.ts";
import type { Checkpoint } from "../../../src/scan/checkpoint.ts";
import { PackedBlocks } from "../../../src/targets/packed_blocks.ts";

const FIRST = 0x0a010000;

/** The plan of a scan of 10.1.0.0/24 on a machine with that many processors. */
function plan(options: Partial<ScanRunOptions> = {}, processors = 1) {
  const targets = new PackedBlocks();
  targets.push(FIRST, FIRST + 255);
  const machine = { ownAddresses: () => [FIRST + 3], processors: () => processors };
  return planScanRun({ targets, ...options }, machine);
}

/** Draws `words` in place of random ones while `act` runs. */
function withDrawn<T>(words: readonly number[], act: () => T): T {
  const { crypto } = globalThis;
  const original = crypto.getRandomValues;
  crypto.getRandomValues = (array) => {
    (array as unknown as Uint32Array).set(words);
    return array;
  };
  try {
    return act();
  } finally {
    crypto.getRandomValues = original;
  }
}

Deno.test("scan plan: one timestamp request to each host, 10 000 a second, and four seconds of waiting", () => {
  const { rate, cooldownMs, probesPerTarget, skipsAnswered, retries, ttl, tos, ...rest } = plan();
  assertEquals([rate, cooldownMs, probesPerTarget, retries], [10_000, 4000, 1, 0]);
  assertEquals([skipsAnswered, ttl, tos, rest.message], [false, 64, 0, "timestamp"]);
  assertEquals([rest.startPosition, rest.previous, rest.egress], [0, undefined, {}]);
  // This machine does not ask itself.
  assertEquals([rest.order.shardTargets, rest.skipped.has(FIRST + 3)], [256, true]);
});

Deno.test("scan plan: what is set is planned", () => {
  const egress = { interfaceName: "eth7" };
  const set: Partial<ScanRunOptions> = {
    ...{ rate: 5, cooldownMs: 0, probesPerTarget: 3, skipsAnswered: true, retries: 2 },
    ...{ ttl: 9, tos: 8, seed: 0, senderThreads: 4, message: "echo", egress },
  };
  const planned: Readonly<Record<string, unknown>> = { ...plan(set) };
  for (const [name, value] of Object.entries(set)) assertEquals(planned[name], value, name);
  assertEquals(plan({ includeReserved: true }).skipped.has(FIRST + 3), false);
});

Deno.test("scan plan: a resumed scan goes on where it was, in the order that it had", () => {
  const previous = { seed: 77, position: 40 } as Checkpoint;
  const { seed, startPosition } = plan({ previous });
  assertEquals([seed, startPosition], [77, 40]);
  assertEquals(plan({ previous, seed: 5 }).seed, 5);
});

Deno.test("scan plan: one thread sends up to 100 000 a second, above that two for each processor, eight at most", () => {
  const threads = (rate: number, processors: number) => plan({ rate }, processors).senderThreads;
  assertEquals([threads(100_000, 4), threads(100_001, 4), threads(Infinity, 1)], [1, 8, 1]);
  assertEquals([2, 3, 4, 64].map((processors) => threads(Infinity, processors)), [4, 6, 8, 8]);
  assertEquals(plan({ rate: Infinity, senderThreads: 1 }, 4).senderThreads, 1);
});

Deno.test("scan plan: a seed that is drawn has 53 bits, each of them random", () => {
  const drawn = (...words: number[]) => withDrawn(words, () => plan().seed);
  assertEquals(drawn(0xffff_ffff, 0xffff_ffff), Number.MAX_SAFE_INTEGER);
  assertEquals([drawn(0, 5), drawn(3, 5)], [5, 3 * 2 ** 32 + 5]);
  assertEquals([drawn(2 ** 20, 0), drawn(2 ** 21, 7)], [2 ** 52, 7]);
});
