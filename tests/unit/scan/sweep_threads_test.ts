// Several threads that send, in an unpredictable order: nothing is lost, nothing sent twice.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SenderPool } from "../../../src/scan/sender_pool.ts";
import { Random } from "../../lab/random.ts";
import { addresses, answering, prepareSweep } from "./simulated_sweep.ts";

const block = "10.1.0.0/20", total = 4096;

for (const threads of [2, 3, 8]) {
  for (const rate of [Infinity, 20_000]) {
    Deno.test(`${threads} threads at ${rate} a second ask everybody once`, async () => {
      const { network, listener, sweep } = prepareSweep(answering, {
        ...{ block, threads, options: { rate } },
      });
      let turns = 0;
      const { now } = network;
      network.now = () => {
        turns++;
        return now.call(network);
      };
      const result = await sweep.run();
      assert(result.isComplete);
      // A loop that does not wait for its threads would turn many times for each batch.
      assert(turns < total / 2, `${turns} turns for ${total} probes`);
      assertEquals([result.sent, result.replies, result.unproven], [total, total, 0]);
      assertEquals(new Set(network.probes.map(({ destination }) => destination)).size, total);
      assertEquals([result.position, listener.checkpointed.position], [total, total]);
      if (rate === Infinity) return;
      const seconds = ((network.sentNs.at(-1) as number) - (network.sentNs[0] as number)) / 1e9;
      assert(Math.abs((total - 1) / seconds / rate - 1) < 0.01, `${(total - 1) / seconds}`);
      // What one thread has not sent yet is not given to another as well.
      const most = mostWithin(network.sentNs, 10e6);
      assert(most <= rate * 0.013, `${most} probes in 10 ms`);
    });
  }
}

/** The most events that fall into any window of that length. */
function mostWithin(sortedNs: readonly number[], windowNs: number): number {
  let first = 0;
  const counts = sortedNs.map((ns, index) => {
    while (ns - (sortedNs[first] as number) >= windowNs) first++;
    return index - first + 1;
  });
  return Math.max(...counts);
}

Deno.test("a full queue and refusals in the midst of it: each probe leaves once or is reported", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed);
    const { network, listener, sweep } = prepareSweep(answering, {
      ...{ block, threads: 4, options: { rate: seed % 2 === 0 ? Infinity : 50_000 } },
    });
    network.refusals = (_from, count) => {
      const choice = random.u32() % 4;
      return choice === 0 ? 0 : choice === 1 ? -105 : choice === 2 ? random.u32() % count : count;
    };
    const result = await sweep.run();
    assertEquals(result.sent + result.unsent, total, `seed ${seed}`);
    assert(result.unsent > 10 && result.backoffs > 10);
    const asked = addresses(network.probes.map(({ destination }) => ({ address: destination })));
    const refused = addresses(listener.unsentProbes);
    assertEquals([asked.size, refused.size], [result.sent, result.unsent]);
    assertEquals(asked.intersection(refused).size, 0);
    assertEquals(addresses(listener.replies).size, asked.size);
  }
});

Deno.test("skipped addresses are passed over, a whole batch of them too", async () => {
  const skipped = new Set(Array.from({ length: 900 }, (_, host) => 0x0a010000 + host));
  const { network, sweep } = prepareSweep(answering, {
    ...{ block: "10.1.0.0/22", threads: 3, options: { rate: Infinity, skipped } },
  });
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.isComplete], [124, 124, true]);
  assert(network.probes.every(({ destination }) => !skipped.has(destination)));
});

Deno.test("a stop waits for what the threads have, and says where no probe is missing", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new Random(seed);
    const { network, listener, sweep, order } = prepareSweep(answering, {
      ...{ block, threads: 4, options: { rate: Infinity } },
    });
    network.refusals = (_from, count) => random.u32() % 3 === 0 ? random.u32() % count : count;
    network.beforeTransmit = () => {
      if (network.probes.length < 1000) return;
      // A second stop would end the cooldown too.
      network.beforeTransmit = undefined;
      sweep.stop();
    };
    const result = await sweep.run();
    assert(!result.isComplete && result.sent >= 1000 && result.sent < 1600, `${result.sent}`);
    assertEquals(result.replies, result.sent);
    const asked = new Set(network.probes.map(({ destination }) => destination));
    for (let position = 0; position < result.position; position++) {
      assert(asked.has(order.addressAt(position)), `probe ${position} of ${result.position}`);
    }
    assertEquals(listener.checkpointed.position, result.position);
  }
});

Deno.test("a stop without a cooldown still counts what the threads send", async () => {
  const { network, sweep } = prepareSweep(answering, {
    ...{ block, threads: 4, options: { rate: Infinity, cooldownMs: 0 } },
  });
  network.beforeTransmit = () => sweep.stop();
  const result = await sweep.run();
  for (let turn = 0; turn < 100; turn++) await network.yieldToEventLoop();
  assertEquals(network.probes.length, result.sent);
  assert(result.sent > 0 && !result.isComplete);
});

Deno.test("killed at random moments and resumed with other numbers of threads: no address is missing", async () => {
  const random = new Random(77);
  const found = new Set<number>();
  let startPosition = 0;
  class Kill extends Error {}
  for (let run = 0; run <= 10; run++) {
    const killAfter = run === 10 ? Infinity : 200 + random.u32() % 2500;
    const { network, listener, sweep } = prepareSweep(answering, {
      ...{ block, threads: 2 + run % 4, startMs: 43_200_000 + run * 10_000 },
      options: { rate: 1000, cooldownMs: 500, startPosition },
    });
    const { now } = network;
    network.now = () => {
      if (network.probes.length >= killAfter) throw new Kill();
      return now.call(network);
    };
    try {
      await sweep.run();
    } catch (error) {
      if (!(error instanceof Kill)) throw error;
    }
    const kept = listener.replies.slice(0, listener.checkpointed.replies);
    for (const { address } of kept) found.add(address);
    startPosition = Math.max(startPosition, listener.checkpointed.position);
  }
  assertEquals([startPosition, found.size], [total, total]);
});

Deno.test("what a thread fails with ends the sweep, when the others are done", async () => {
  const { network, sweep, listener } = prepareSweep(answering, {
    ...{ block, threads: 8, options: { rate: Infinity } },
  });
  let calls = 0;
  network.refusals = (_from, count) => calls++ === 5 ? -105 : count;
  listener.unsent = () => {
    throw new Error("broken listener");
  };
  await assertRejects(() => sweep.run(), Error, "broken listener");
  const probes = network.probes.length;
  for (let turn = 0; turn < 100; turn++) await network.yieldToEventLoop();
  assertEquals(network.probes.length, probes);
});

Deno.test("a full queue is waited for, longer each time that it stays full", async () => {
  for (const threads of [0, 4]) {
    const { network, sweep } = prepareSweep(answering, {
      ...{ block, threads, options: { rate: Infinity } },
    });
    const waits: number[] = [];
    const { wait } = network;
    network.wait = (timeoutMs) => {
      waits.push(timeoutMs);
      wait.call(network, timeoutMs);
    };
    let calls = 0;
    network.refusals = (_from, count) => calls++ < 40 ? 0 : count;
    const result = await sweep.run();
    assertEquals(result.sent, total);
    assertEquals(waits.slice(0, 4), [0.1, 0.2, 0.4, 0.8]);
    assertEquals(Math.max(...waits.slice(0, 15)), 50);
  }
});

Deno.test("replies are read while every thread is at work", async () => {
  const backlog = 1000;
  const { network } = prepareSweep(answering);
  let received = 0;
  const { receive } = network;
  network.receive = () => {
    const count = receive.call(network);
    received += count;
    return count;
  };
  const threads = network.threads(2, new Random(1));
  const patient = threads.map((thread) => ({
    ...thread,
    transmit: thread.transmit,
    waiting: () => thread.waiting(),
    transmitOnThread: async (from: number, count: number) => {
      for (let turn = 0; received < backlog; turn++) {
        if (turn === 1000) throw new Error("no reader");
        await network.yieldToEventLoop();
      }
      return await thread.transmitOnThread(from, count);
    },
  }));
  const { sweep } = prepareSweep(answering, {
    options: { rate: Infinity, transmitters: patient, replies: network, clock: network },
  });
  for (let number = 0; number < backlog; number++) network.deliver(new Uint8Array(8), 0);
  const result = await sweep.run();
  assertEquals([result.malformed, result.sent], [backlog, 256]);
});

Deno.test("an error ends the sweep when no thread is at work any more", async () => {
  const { network, sweep } = prepareSweep(answering, {
    ...{ block, threads: 4, options: { rate: Infinity } },
  });
  const { receive } = network;
  network.receive = () => {
    if (network.probes.length >= 500) throw new Error("broken socket");
    return receive.call(network);
  };
  await assertRejects(() => sweep.run(), Error, "broken socket");
  const probes = network.probes.length;
  for (let turn = 0; turn < 100; turn++) await network.yieldToEventLoop();
  assertEquals(network.probes.length, probes);
});

Deno.test("a pool without a transmitter is refused", () => {
  const { order } = prepareSweep(answering);
  const nothing = () => {};
  const callbacks = { left: nothing, unsent: nothing, answered: nothing };
  const key = { k0: 1, k1: 2 };
  assertThrows(
    () =>
      new SenderPool({
        ...{ transmitters: [], order, skipped: new Set(), startPosition: 0, key },
        ...callbacks,
      }),
    RangeError,
  );
});
