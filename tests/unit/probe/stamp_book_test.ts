import { assertEquals } from "@std/assert";
import { Probe } from "../../../src/probe/probe.ts";
import { StampBook } from "../../../src/probe/stamp_book.ts";
import type { TransmitStamp, Transport } from "../../../src/probe/transport.ts";
import type { Instant, StampSource } from "../../../src/time/instant.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

function instant(ms: number, source: StampSource): Instant {
  return { realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source };
}

function probe(key: number): Probe {
  const target = { index: 0, label: "one", address: 1 };
  return new Probe(target, key, 1, key & 0xffff, 0, key, instant(key, "user"), 0);
}

/** A transport whose stamps are those of a list of turns. */
function stamping(turns: TransmitStamp[][], stampSource: StampSource = "kernel"): Transport {
  const transport = new SimulatedTransport({ stampSource });
  return Object.assign(transport, { receiveTransmitStamps: () => turns.shift() ?? [] });
}

const stamp = (key: number): TransmitStamp => ({ key, sentAt: instant(key + 0.25, "kernel") });

Deno.test("stamps find their probes in any order, over several turns", () => {
  const turns = [[stamp(2), stamp(0)], [stamp(1)]];
  const book = new StampBook(stamping(turns));
  const probes = [0, 1, 2].map(probe);
  for (const each of probes) book.expect(each);
  book.collect();
  assertEquals(probes.map(({ sentAt }) => sentAt), [0, 1, 2].map((key) => stamp(key).sentAt));
});

Deno.test("a stamp that nobody expects, or that comes twice, changes nothing", () => {
  const book = new StampBook(stamping([[stamp(9), stamp(3)], [stamp(3)]]));
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
  const book = new StampBook(stamping([[stamp(5)]]));
  const old = probe(5);
  const young = probe(5 + 16_384);
  book.expect(old);
  book.expect(young);
  book.collect();
  assertEquals([old.sentAt.source, young.sentAt.source], ["user", "user"]);
});

Deno.test("keys wrap after 2^32", () => {
  const last = 0xffffffff;
  const book = new StampBook(stamping([[stamp(0), stamp(last)]]));
  const probes = [probe(last), probe(0)];
  for (const each of probes) book.expect(each);
  book.collect();
  assertEquals(probes.map(({ sentAt }) => sentAt.source), ["kernel", "kernel"]);
});

Deno.test("the transport is not asked while no stamp is expected, nor when it has none", () => {
  let asked = 0;
  const ask = (source: StampSource) => {
    const transport = new SimulatedTransport({ stampSource: source });
    return new StampBook(Object.assign(transport, {
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
