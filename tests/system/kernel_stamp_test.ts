import type { Instant } from "../../src/time/instant.ts";
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import type { RawSocket } from "../../ffi/mod.ts";
import { Random } from "../lab/random.ts";
import { type CapturedTimestamp, startCapture } from "../support/capture.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { awaitReceiveStamps, exchange, openRawSocket, whyNoKeys } from "../support/raw_exchange.ts";
import { addressNumber, buildRequest, readSequence } from "../support/request_bytes.ts";
import { systemTest } from "../support/tools.ts";

const loopback = addressNumber("127.0.0.1");
const methods = [["key", whyNoKeys()], ["content", undefined]] as const;
/** How exactly a pair of clock readings, and so a stamp's monotonic side, is known. */
const pairNs = 10_000;

function assertOrdered(instants: readonly (Instant | undefined)[], what: string): void {
  for (let index = 1; index < instants.length; index++) {
    const before = instants[index - 1];
    const after = instants[index];
    assert(before !== undefined && after !== undefined, `${what}: an instant is missing`);
    assertLessOrEqual(before.realtimeNs, after.realtimeNs, `${what}: realtime, instant ${index}`);
    const monotonic = `${what}: monotonic, instant ${index}`;
    assertLessOrEqual(before.monotonicNs, after.monotonicNs + pairNs, monotonic);
  }
}

for (const [attribution, missing] of methods) {
  systemTest({
    name: `kernel stamps lie between our own (${attribution})`,
    namespaces: true,
    missing,
  }, async () => {
    await using namespace = await Namespace.open();
    // While one socket has receive stamps, the kernel takes them at once for another.
    using keeper = openRawSocket(namespace);
    await awaitReceiveStamps(keeper, loopback);
    for (let run = 0; run < 20; run++) {
      using socket = openRawSocket(namespace, { attribution });
      assertEquals(socket.stampSource, "kernel");
      const firstKey = 1_000 * run;
      const { sentAt, stamps, queueStamps, arrivals } = await exchange(socket, [loopback], 1, {
        firstKey,
      });
      const after = socket.clock.now();
      assertEquals(stamps.map((stamp) => stamp.key), [firstKey]);
      assertEquals(queueStamps.map((stamp) => stamp.key), [firstKey]);
      const [stamp] = stamps;
      const [queueStamp] = queueStamps;
      const [arrival] = arrivals;
      assertEquals([sentAt[0]?.source, stamp?.at.source], ["user", "kernel"]);
      assertEquals(arrival?.receivedAt.source, "kernel");
      assertOrdered(
        [sentAt[0], queueStamp?.at, stamp?.at, arrival?.receivedAt, after],
        `run ${run}`,
      );
    }
  });

  systemTest({
    name: `stamps are those that tcpdump sees on the wire (${attribution})`,
    namespaces: true,
    missing,
    tools: ["tcpdump"],
  }, async () => {
    await using pair = await VethPair.open();
    const far = addressNumber(pair.farAddress);
    using socket = openRawSocket(pair.near, { attribution });
    await awaitReceiveStamps(socket, far);
    await using capture = await startCapture(pair.near, pair.device);
    const { sentAt, stamps, arrivals } = await exchange(socket, Array(50).fill(far), 50);
    const wire = await capture.until(49);
    const baseSeconds = socket.clock.baseUnixMs / 1000;
    assertEquals(stamps.map((stamp) => stamp.key), Array.from({ length: 50 }, (_, key) => key));
    for (const { bytes, receivedAt } of arrivals) {
      // The kernel stamps a received datagram once, and shows that stamp to tcpdump and to us.
      const seen = sequenceOf(wire, "reply", readSequence(bytes));
      assertEquals(receivedAt.realtimeNs, realtimeOf(seen, baseSeconds));
    }
    for (const { key, at: stamp } of stamps) {
      // tcpdump is shown a datagram just before the driver takes it.
      const query = realtimeOf(sequenceOf(wire, "query", key), baseSeconds);
      const reply = realtimeOf(sequenceOf(wire, "reply", key), baseSeconds);
      assertLessOrEqual((sentAt[key] as Instant).realtimeNs, query);
      assertLessOrEqual(query, stamp.realtimeNs);
      assertLessOrEqual(stamp.realtimeNs, reply);
    }
  });

  systemTest({
    name: `no stamp goes to the wrong datagram among refused ones (${attribution})`,
    namespaces: true,
    missing,
    tools: ["tcpdump"],
  }, async () => {
    await using pair = await VethPair.open();
    await pair.ownBlock("198.18.0.0/24");
    await pair.near.ip("route add blackhole 198.19.0.1", "route add unreachable 198.19.0.2");
    // Drops come after the kernel has counted a datagram, missing routes before; and one rule drops every other one,
    // so that the batch's second try of a refused datagram gets through.
    await pair.near.nft(
      `table ip t { chain c { type filter hook output priority 0;
         ip daddr 198.18.0.66 drop; ip daddr 198.18.0.67 numgen inc mod 2 0 drop; }; }`,
    );
    const kinds = [
      "198.18.0.1",
      "198.18.0.66",
      "198.18.0.67",
      "198.19.0.1",
      "198.19.0.2",
      "198.18.0.2",
    ].map(addressNumber);
    using socket = openRawSocket(pair.near, { attribution, batchSlots: 16 });
    await exchange(socket, [addressNumber(pair.farAddress)], 1, { firstKey: 60_000 });
    await using capture = await startCapture(pair.near, pair.device);
    const last = 1_500;
    const sent = await sendMixed(socket, kinds, last);
    const wire = await capture.until(last);
    const baseSeconds = socket.clock.baseUnixMs / 1000;
    const queries = wire.filter((each) => each.kind === "query");
    assertEquals(queries.map((each) => each.sequence), sent.accepted);
    // Datagrams are handed to the driver one after the other, so a stamp that lies between a datagram's capture and
    // the next one's is its own, and a stamp given to the wrong datagram cannot lie there.
    const places = new Map(queries.map(({ sequence }, place) => [sequence, place]));
    for (const [key, stamp] of sent.stamps) {
      const place = places.get(key);
      assert(place !== undefined, `a stamp for datagram ${key}, which was refused`);
      const own = realtimeOf(queries[place] as CapturedTimestamp, baseSeconds);
      assertLessOrEqual(own, stamp.realtimeNs, `datagram ${key}`);
      const next = queries[place + 1];
      if (next === undefined) continue;
      assertLessOrEqual(stamp.realtimeNs, realtimeOf(next, baseSeconds), `datagram ${key}`);
    }
    assertGreater(sent.refused, 300);
    assertEquals(sent.stamps.size, sent.accepted.length);
  });
}

/** Sends `last` datagrams of all kinds in uneven batches, then one that must arrive. */
async function sendMixed(socket: RawSocket, kinds: readonly number[], last: number) {
  const accepted: number[] = [];
  const stamps = new Map<number, Instant>();
  let refused = 0;
  const random = new Random(12_345);
  for (let key = 0; key <= last;) {
    const size = key === last ? 1 : Math.min(1 + random.below(40), last - key);
    const destinations = Array.from(
      { length: size },
      () => kinds[random.below(kinds.length)] as number,
    );
    if (key === last) destinations[0] = kinds[0] as number;
    const results = socket.send(
      destinations.map((destination, index) => ({
        destination,
        bytes: buildRequest(destination, key + index),
        key: key + index,
      })),
    );
    results.forEach((result, index) => result.ok ? accepted.push(key + index) : refused++);
    key += size;
    if (random.below(3) === 0 || key > last) await socket.wait(1);
    for (const { key: stamped, moment, at } of socket.receiveTransmitStamps()) {
      if (moment !== "driver") continue;
      assertEquals(stamps.has(stamped), false, `two stamps for datagram ${stamped}`);
      stamps.set(stamped, at);
    }
    while (socket.receive().length > 0);
  }
  return { accepted, stamps, refused };
}

function sequenceOf(
  wire: readonly CapturedTimestamp[],
  kind: CapturedTimestamp["kind"],
  sequence: number,
): CapturedTimestamp {
  const found = wire.find((each) => each.kind === kind && each.sequence === sequence);
  assert(found !== undefined, `tcpdump did not see ${kind} ${sequence}`);
  return found;
}

function realtimeOf(captured: CapturedTimestamp, baseSeconds: number): number {
  return (captured.unixSeconds - baseSeconds) * 1e9 + captured.nanoseconds;
}
