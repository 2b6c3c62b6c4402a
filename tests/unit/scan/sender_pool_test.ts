/** Which probes a pool of senders hands over, and what it says of them. */

import { assert, assertEquals } from "@std/assert";
import { AddressSpace } from "../../../src/scan/address_space.ts";
import { createPlainSlots, emitProbeTemplate } from "../../../src/scan/probe_writer.ts";
import { ScanOrder } from "../../../src/scan/scan_order.ts";
import type { Transmitter } from "../../../src/scan/sender.ts";
import { SenderPool } from "../../../src/scan/sender_pool.ts";
import { read32 } from "../../lab/octets.ts";

const TEMPLATE = emitProbeTemplate({ source: 1, ttl: 64, tos: 0 });

/** A way out with frames for four probes, that takes as many as its answers say. */
class Way implements Transmitter {
  readonly path = "test";
  readonly batch = createPlainSlots(4, TEMPLATE);
  readonly datagramOffset = 0;
  /** Originate timestamps of the probes that were taken. */
  readonly originates: number[] = [];
  readonly answers: number[] = [];
  held = 0;

  transmit(from: number, count: number): number {
    const taken = this.answers.shift() ?? count;
    const octets = new Uint8Array(this.batch.view.buffer);
    for (let slot = from; slot < from + taken; slot++) {
      this.originates.push(read32(octets, slot * this.batch.strideBytes + 28));
    }
    return taken;
  }

  async transmitOnThread(from: number, count: number): Promise<number> {
    await Promise.resolve();
    return this.transmit(from, count);
  }

  waiting(): number {
    return this.held;
  }
}

function open(
  targets: number,
  ways: readonly Way[],
  changes: { probesPerTarget?: number; startPosition?: number } = {},
) {
  const { probesPerTarget = 1, startPosition = 0 } = changes;
  const space = new AddressSpace([{ first: 1, last: targets }]);
  const told = { left: 0, unsent: [] as number[], hadRoom: [] as boolean[] };
  const pool = new SenderPool({
    ...{ transmitters: ways, startPosition, skipped: new Set<number>(), key: { k0: 1, k1: 2 } },
    order: new ScanOrder({ space, seed: 1, probesPerTarget }),
    left: (count) => void (told.left += count),
    unsent: (address) => void told.unsent.push(address),
    answered: (hasRoom) => void told.hadRoom.push(hasRoom),
  });
  return { pool, told };
}

Deno.test("pool: a batch is what is due, what its frames hold, and what is left, whichever is least", () => {
  const way = new Way();
  const { pool, told } = open(10, [way]);
  assertEquals([pool.batchProbes, pool.isDone, pool.departed], [4, false, 0]);
  assertEquals([pool.send(0, 5), told.left], [false, 0]);
  assertEquals([pool.send(3, 5), told.left, pool.departed], [true, 3, 3]);
  assertEquals([pool.send(Infinity, 6), told.left], [true, 7]);
  assertEquals([pool.send(Infinity, 7), told.left, pool.isDone], [true, 10, true]);
  assertEquals([pool.send(Infinity, 8), told.left], [false, 10]);
  assertEquals(way.originates, [5, 5, 5, 6, 6, 6, 6, 7, 7, 7]);
});

Deno.test("pool: what found no room goes before the rest, with the time of the new attempt", () => {
  const way = new Way();
  way.answers.push(1, 0, 0);
  const { pool, told } = open(10, [way]);
  assertEquals([pool.send(4, 5), pool.pending, pool.departed], [true, 3, 1]);
  assertEquals([pool.send(4, 6), pool.pending, told.hadRoom], [true, 3, [false, false]]);
  assertEquals([pool.send(4, 7), pool.pending, pool.departed], [true, 0, 4]);
  assertEquals([told.hadRoom, way.originates], [[false, false, true], [5, 7, 7, 7]]);
});

Deno.test("pool: passes lie a millisecond apart, and no thread may have some of the one before", async () => {
  const way = new Way();
  const { pool } = open(2, [way], { probesPerTarget: 3 });
  assertEquals([pool.send(9, 5), pool.send(9, 5), pool.send(9, 6), pool.send(9, 7)], [
    ...[true, false, true, true],
  ]);
  assertEquals([pool.isDone, way.originates], [true, [5, 5, 6, 6, 7, 7]]);
  const [one, other] = [new Way(), new Way()];
  const threads = open(2, [one, other], { probesPerTarget: 2 }).pool;
  assertEquals([threads.send(9, 5), threads.isUnderWay, threads.send(9, 6)], [true, true, false]);
  await threads.allCalls();
  assertEquals([threads.isUnderWay, threads.send(9, 6)], [false, true]);
  await threads.allCalls();
  assertEquals(threads.isDone, true);
});

Deno.test("pool: with several threads, what one has is due no more, and the rest goes to another", async () => {
  const ways = [new Way(), new Way()];
  const { pool } = open(20, ways);
  assertEquals([pool.send(6, 1), pool.pending], [true, 4]);
  assertEquals([pool.send(6, 1), pool.pending], [true, 6]);
  // Both are at work.
  assertEquals(pool.send(20, 1), false);
  await pool.nextCall();
  await pool.allCalls();
  assertEquals([pool.sent, pool.pending, pool.departed], [[4, 2], 0, 6]);
  for (const [place, way] of ways.entries()) way.held = place + 1;
  assertEquals([pool.gone, pool.waiting], [[3, 0], 3]);
  pool.goBack(1);
  assertEquals([pool.departed, pool.isDone], [1, false]);
  assert(pool.send(1, 2));
  await pool.allCalls();
  assertEquals(pool.departed, 2);
});

Deno.test("pool: a scan that goes on begins at its place, in the pass that it is in", () => {
  const way = new Way();
  const { pool } = open(4, [way], { probesPerTarget: 2, startPosition: 3 });
  assertEquals([pool.departed, pool.send(9, 5), pool.departed], [3, true, 4]);
  assertEquals([pool.send(9, 5), pool.send(9, 6), pool.isDone], [false, true, true]);
});
