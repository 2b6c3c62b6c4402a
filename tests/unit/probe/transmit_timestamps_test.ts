import { assertEquals } from "@std/assert";
import { type InFlightProbe } from "../../../src/probe/probe.ts";
import { makeProbe } from "../../support/probes.ts";
import { DropWatch } from "../../../src/probe/drop_watch.ts";
import { hasLeft, TransmitTimestamps } from "../../../src/probe/transmit_timestamps.ts";
import type { TransmitMoment, TransmitStamp, Transport } from "../../../src/probe/transport.ts";
import type { Instant, StampSource } from "../../../src/time/instant.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

function instant(ms: number, source: StampSource): Instant {
  return { realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source };
}

function probe(key: number): InFlightProbe {
  const target = { index: 0, label: "one", address: 1 };
  return makeProbe({
    target,
    index: key,
    sequence: key & 0xffff,
    key,
    sentAt: instant(key, "user"),
  });
}

/** A transport whose stamps are those of a list of turns. */
function stamping(turns: TransmitStamp[][], stampSource: StampSource = "kernel"): Transport {
  const transport = new SimulatedTransport({ stampSource });
  return Object.assign(transport, { receiveTransmitStamps: () => turns.shift() ?? [] });
}

const stamp = (key: number, moment: TransmitMoment = "driver"): TransmitStamp => ({
  key,
  moment,
  at: instant(key + (moment === "driver" ? 0.25 : 0.125), "kernel"),
});

Deno.test("stamps find their probes in any order, over several turns", () => {
  const turns = [[stamp(2), stamp(0)], [stamp(1)]];
  const book = new TransmitTimestamps(stamping(turns));
  const probes = [0, 1, 2].map(probe);
  for (const each of probes) book.expect(each);
  book.collect();
  assertEquals(probes.map(({ sentAt }) => sentAt), [0, 1, 2].map((key) => stamp(key).at));
});

Deno.test("an unexpected or repeated stamp changes nothing", () => {
  const book = new TransmitTimestamps(stamping([[stamp(9), stamp(3)], [stamp(3)]]));
  const three = probe(3);
  const four = probe(4);
  book.expect(three);
  book.expect(four);
  book.collect();
  assertEquals(three.sentAt.source, "kernel");
  const seen = three.sentAt;
  book.collect();
  assertEquals([three.sentAt, four.sentAt.source], [seen, "user"]);
});

Deno.test("a stamp that comes 16,384 probes late is not given to another", () => {
  const book = new TransmitTimestamps(stamping([[stamp(5)]]));
  const old = probe(5);
  const young = probe(5 + 16_384);
  book.expect(old);
  book.expect(young);
  book.collect();
  assertEquals([old.sentAt.source, young.sentAt.source], ["user", "user"]);
});

Deno.test("delays count from the driver or from the queue, and both are known", () => {
  for (const stampAt of ["driver", "queue"] as const) {
    const book = new TransmitTimestamps(stamping([[stamp(1, "queue")], [], [stamp(1)]]), stampAt);
    const one = probe(1);
    book.expect(one);
    book.collect();
    assertEquals(one.sentAt.source, stampAt === "queue" ? "kernel" : "user");
    assertEquals(one.queueNs, undefined);
    book.collect();
    assertEquals(one.sentAt, stamp(1, stampAt).at);
    assertEquals(one.queueNs, 0.125e6);
  }
});

Deno.test("of several queues the first counts, and no stamp of one is a last stamp", () => {
  const second = { ...stamp(1, "queue"), at: instant(9, "kernel") };
  const book = new TransmitTimestamps(stamping([[stamp(1, "queue"), second], [stamp(1)]]), "queue");
  const one = probe(1);
  book.expect(one);
  book.collect();
  book.collect();
  assertEquals([one.queuedAt, one.leftAt], [stamp(1, "queue").at, stamp(1).at]);
});

Deno.test("a probe that timed out is in our queue if the queue took it and a driver that stamps did not", () => {
  const turns = [[stamp(1, "queue"), stamp(2, "queue")], [], [stamp(1)]];
  const book = new TransmitTimestamps(stamping(turns));
  const [one, two, three] = [probe(1), probe(2), probe(3)] as const;
  for (const each of [one, two, three]) book.expect(each);
  book.collect();
  // Nothing says yet that the driver stamps at all.
  assertEquals(book.timedOut(two), { kind: "timedOut", probe: two });
  book.collect();
  assertEquals(book.timedOut(one), { kind: "timedOut", probe: one });
  assertEquals(book.timedOut(two), { kind: "timedOut", probe: two, isQueued: true });
  // What waits for a hardware address is in no queue of an interface.
  assertEquals(book.timedOut(three), { kind: "timedOut", probe: three });
});

Deno.test("keys wrap after 2^32", () => {
  const last = 0xffffffff;
  const book = new TransmitTimestamps(stamping([[stamp(0), stamp(last)]]));
  const probes = [probe(last), probe(0)];
  for (const each of probes) book.expect(each);
  book.collect();
  assertEquals(probes.map(({ sentAt }) => sentAt.source), ["kernel", "kernel"]);
});

Deno.test("the transport is not asked while no stamp is expected, nor when it has none", () => {
  let asked = 0;
  const ask = (source: StampSource) => {
    const transport = new SimulatedTransport({ stampSource: source });
    return new TransmitTimestamps(Object.assign(transport, {
      receiveTransmitStamps: () => {
        asked++;
        return [];
      },
    }));
  };
  ask("kernel").collect();
  const user = ask("user");
  user.expect(probe(1));
  user.collect();
  assertEquals(asked, 0);
});

Deno.test("a target that is another host from now on may have another route, whose driver stamps nothing", () => {
  const book = new TransmitTimestamps(stamping([[stamp(1), stamp(2, "queue")]]));
  const probes = [probe(1), probe(2)];
  for (const each of probes) book.expect(each);
  book.collect();
  assertEquals(book.isQueued(probes[1] as InFlightProbe), true);
  book.forget(1);
  assertEquals(book.isQueued(probes[1] as InFlightProbe), true, "the other target");
  book.forget(0);
  assertEquals(book.isQueued(probes[1] as InFlightProbe), false);
});

Deno.test("an answer that timed out may be among what was dropped here, as often as was dropped", () => {
  const transport = { dropped: 0, clock: { baseUnixMs: 0, now: () => instant(50, "user") } };
  const drops = new DropWatch(
    Object.assign(transport, { droppedDatagrams: () => transport.dropped }),
  );
  const book = new TransmitTimestamps(stamping([]), "driver", drops);
  transport.dropped = 1;
  const [one, two] = [probe(1), probe(2)];
  assertEquals(book.timedOut(one), { kind: "timedOut", probe: one, mayBeDropped: true });
  assertEquals(book.timedOut(two), { kind: "timedOut", probe: two });
});

Deno.test("a probe had left by its driver's stamp, else by its queue's, else by ours, at the latest at that moment", () => {
  const one = probe(5);
  const at = (ms: number) => hasLeft(one, instant(ms, "kernel"));
  assertEquals([at(4.999), at(5)], [false, true]);
  one.queuedAt = instant(6, "kernel");
  assertEquals([at(5.999), at(6)], [false, true]);
  one.leftAt = instant(7, "kernel");
  assertEquals([at(6.999), at(7)], [false, true]);
});
