/** What one turn of a sweep sends, reads and waits for. */

import { assert, assertEquals } from "@std/assert";
import { emitDatagram } from "../../../src/packet/mod.ts";
import { AddressSpace } from "../../../src/scan/address_space.ts";
import { ExactDuplicateFilter } from "../../../src/scan/duplicate_filter.ts";
import { ProofChecker } from "../../../src/scan/proof.ts";
import { SweepReceiver } from "../../../src/scan/sweep_receiver.ts";
import { answer, Recording, SimulatedNetwork } from "../../support/swept_network.ts";
import { answering, prepareSweep } from "./simulated_sweep.ts";

Deno.test("what is neither a reply nor an error about a probe is counted, and ends nothing", async () => {
  const header = { source: 0x0a0000fe, destination: 0x0a000001 };
  const others = [
    // An error that quotes no datagram, one that is cut, another kind of message, and an error about none of ours.
    emitDatagram({ header, message: { kind: "error", type: 3, body: new Uint8Array(3) } }),
    emitDatagram({ header, message: { kind: "error", type: 3, body: new Uint8Array(28) } }),
    emitDatagram({ header, message: { kind: "echo-reply", identifier: 1, sequence: 1 } }),
    new Uint8Array(24),
  ];
  const { listener, sweep } = prepareSweep(() => others.map((bytes) => ({ bytes, delayMs: 1 })), {
    block: "10.1.0.0/30",
  });
  const { replies, icmpErrors, notices, unproven, malformed } = await sweep.run();
  assertEquals({ replies, icmpErrors, notices, unproven, malformed }, {
    ...{ replies: 0, icmpErrors: 0, notices: 0, unproven: 12, malformed: 4 },
  });
  assertEquals([listener.replies.length, listener.refusals.length], [0, 0]);
});

Deno.test("one address that is passed over is not asked", async () => {
  const skipped = new Set([0x0a010007]);
  const { network, sweep } = prepareSweep(answering, { options: { skipped } });
  const result = await sweep.run();
  assertEquals([result.sent, result.replies, result.isComplete], [255, 255, true]);
  assertEquals(network.probes.some(({ destination }) => skipped.has(destination)), false);
});

Deno.test("between probes a sweep rests a millisecond, or until one is due, 50 ms at most", async () => {
  for (const [rate, rests, most] of [[4000, "pause", 1], [1, "wait", 50]] as const) {
    const { network, sweep } = prepareSweep(answering, {
      ...{ block: "10.1.0.0/30", options: { rate, cooldownMs: 0 } },
    });
    const rested: Record<string, number[]> = { pause: [], wait: [] };
    for (const name of ["pause", "wait"] as const) {
      const call = network[name];
      Object.assign(network, {
        [name]: (timeoutMs: number) => {
          if (network.probes.length < 4) rested[name]?.push(timeoutMs);
          return call.call(network, timeoutMs);
        },
      });
    }
    await sweep.run();
    const times = rested[rests] ?? [];
    assert(times.length > 0, rests);
    assertEquals(Math.max(...times), most);
    if (rests === "pause") assertEquals(rested["wait"], []);
  }
});

/** A receiver beside a sender of batches of `batchProbes`, and the network that it reads from. */
function openReceiver(batchProbes: number, seen?: () => number) {
  const network = new SimulatedNetwork(() => []);
  const answeredNs: number[] = [];
  const receiver = new SweepReceiver({
    source: network,
    space: new AddressSpace([{ first: 1, last: 100 }]),
    proofs: new ProofChecker({ k0: 1, k1: 2 }),
    duplicates: new ExactDuplicateFilter(100),
    listener: new Recording(),
    clock: network,
    witness: seen && { seen },
    answered: (nowNs) => void answeredNs.push(nowNs),
    batchProbes,
  });
  return { network, receiver, answeredNs };
}

Deno.test("receiver: a turn reads at least two datagrams for each probe of a batch, and no more once those are read", () => {
  // A read of this network brings 32 at most.
  for (const [batchProbes, most] of [[64, 128], [40, 96], [1, 32]] as const) {
    const { network, receiver, answeredNs } = openReceiver(batchProbes);
    for (let i = 0; i < most; i++) network.deliver(new Uint8Array(8), 0);
    assertEquals(receiver.collect(5), false, `${batchProbes}`);
    assertEquals([receiver.collector.malformed, receiver.heardNs], [most, -Infinity]);
    assertEquals(receiver.collect(6), true);
    assertEquals([receiver.heardNs, answeredNs], [6, []]);
  }
});

Deno.test("receiver: a reply that the witness saw and that comes a moment later was not blocked", async () => {
  for (const delayMs of [5, 50]) {
    const { network, receiver } = openReceiver(1, () => 1);
    const probe = { source: 9, destination: 1, identifier: 0, sequence: 0, originateMs: 0 };
    network.deliver(answer({ ...probe, bytes: new Uint8Array() }), delayMs);
    await receiver.collectAll(() => false);
    const isLate = delayMs > 10;
    assertEquals([receiver.collector.unproven, receiver.blocked], isLate ? [0, 1] : [1, 0]);
    // All that arrived is proof enough that not everything is blocked.
    assertEquals(receiver.isBlocked, isLate);
  }
});

Deno.test("a probe that is refused is tried again at once, which is no lack of room", async () => {
  for (const threads of [0, 2]) {
    const { network, sweep } = prepareSweep(answering, { threads, options: { retries: 2 } });
    let calls = 0;
    network.refusals = (_from, count) => calls++ % 4 < 2 ? -1 : count;
    const result = await sweep.run();
    assertEquals([result.sent, result.unsent, result.backoffs], [256, 0, 0]);
  }
});
