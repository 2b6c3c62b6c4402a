/** Which probe a recorded packet is named after, and how long its stamp is waited for. */

import { assertEquals } from "@std/assert";
import { CaptureReader } from "../../../../src/packet/capture/capture_reader.ts";
import type { TransmitMoment } from "../../../../src/probe/transport.ts";
import { PacketRecorder } from "../../../../src/run/recording/packet_recorder.ts";
import type { Instant } from "../../../../src/time/mod.ts";
import { checksum, headerLength, read32, write32 } from "../../../lab/octets.ts";
import { makeProbe } from "../../../support/probes.ts";
import { CLIENT, datagramOf, errorAbout, HOST } from "../capture/exchange.ts";

const OWN = 0xc6336401;

const at = (ns: number): Instant => ({ realtimeNs: ns, monotonicNs: ns, source: "kernel" });

function openRecorder(stampAt: TransmitMoment = "driver", asked: number[] = []): PacketRecorder {
  return new PacketRecorder({
    ...{ program: "icmptime", remark: "a test", stampAt },
    findSource: (destination) => {
      asked.push(destination);
      return OWN;
    },
  });
}

/** What was recorded: comments, times in nanoseconds of 1970, and octets. */
function read(fill: (take: (blocks: Uint8Array) => void) => void) {
  const reader = new CaptureReader();
  const packets: { comment: string | undefined; atNs: number; bytes: Uint8Array }[] = [];
  fill((blocks) => {
    for (const { bytes, unixSeconds, nanoseconds, comment } of reader.read(blocks)) {
      packets.push({ comment, atNs: unixSeconds * 1e9 + nanoseconds, bytes: bytes.slice() });
    }
  });
  reader.finish();
  assertEquals(reader.broken, undefined);
  return { packets, end: reader.end, comments: packets.map(({ comment }) => comment) };
}

/** A request that the kernel completes, to a host. */
function request(host = HOST, optionBytes = 0): Uint8Array {
  const plain = datagramOf({ atMs: 0, asks: true, host });
  const bytes = new Uint8Array(plain.length + optionBytes).fill(1, 20, 20 + optionBytes);
  bytes.set(plain.subarray(0, 20));
  bytes.set(plain.subarray(20), 20 + optionBytes);
  bytes[0] = 0x45 + optionBytes / 4;
  bytes[3] = bytes.length;
  write32(bytes, 12, 0);
  return bytes;
}

function probe(index: number, sequence = index, address = HOST, label = "host") {
  return makeProbe({
    ...{ target: { index: 0, label, address }, index, sequence, identifier: 7, key: index },
  });
}

const reply = (sequence: number, identifier = 7, host = HOST) =>
  datagramOf({ atMs: 1, asks: false, sequence, identifier, host });

Deno.test("recording: an answer is named after its probe by address, sequence and identifier", () => {
  const recorder = openRecorder();
  const { comments } = read((take) => {
    recorder.received(reply(0), at(1));
    recorder.name(probe(0));
    recorder.received(reply(0), at(2));
    recorder.name(probe(1, 40, HOST + 1, "other"));
    recorder.received(reply(0), at(3));
    recorder.received(reply(40, 7, HOST + 1), at(4));
    recorder.received(reply(40), at(5));
    recorder.received(reply(0, 8), at(6));
    const quoted = { atMs: 0, asks: true, sequence: 40, identifier: 7, host: HOST + 1 };
    recorder.received(errorAbout(quoted, 0xcb007101), at(7));
    recorder.received(errorAbout({ ...quoted, host: HOST }, 0xcb007101), at(8));
    recorder.received(new Uint8Array(12), at(9));
    // A request of another program passes by.
    recorder.received(datagramOf({ atMs: 1, asks: true, host: CLIENT, client: HOST }), at(10));
    recorder.finish(take);
  });
  assertEquals(comments, [
    undefined,
    "host probe 0",
    "host probe 0",
    "other probe 1",
    ...[undefined, undefined],
    "other probe 1",
    ...[undefined, undefined, undefined],
  ]);
});

Deno.test("recording: no two pairs of address and sequence have one name", () => {
  const recorder = openRecorder();
  const pairs = [[HOST, 1], [HOST + 0x10000, 0], [HOST + 1, 0], [HOST, 0xffff], [HOST - 1, 2]];
  const { comments } = read((take) => {
    for (const [i, [host, sequence]] of pairs.entries()) recorder.name(probe(i, sequence, host));
    for (const [host, sequence = 0] of pairs) recorder.received(reply(sequence, 7, host), at(1));
    recorder.finish(take);
  });
  assertEquals(comments, pairs.map((_, i) => `host probe ${i}`));
});

Deno.test("recording: answers to the latest 65,536 probes are named", () => {
  const recorder = openRecorder();
  const { comments } = read((take) => {
    for (let index = 0; index < 65_536; index++) recorder.name(probe(index));
    recorder.received(reply(0), at(1));
    recorder.name(probe(65_536, 0, HOST + 1));
    for (const sequence of [0, 1]) recorder.received(reply(sequence), at(2));
    recorder.received(reply(0, 7, HOST + 1), at(3));
    recorder.finish(take);
  });
  assertEquals(comments, ["host probe 0", undefined, "host probe 1", "host probe 65536"]);
});

Deno.test("recording: a datagram is named after the probe of its batch alone", () => {
  const recorder = openRecorder();
  const { comments } = read((take) => {
    recorder.beginBatch();
    recorder.sent(request(), at(1), 0, false);
    recorder.sent(request(), at(2), 1, false);
    recorder.name(probe(1));
    recorder.name(probe(0));
    recorder.beginBatch();
    recorder.sent(request(), at(3), 2, false);
    // The datagram with key 1 was of an earlier batch.
    recorder.name({ ...probe(9), key: 1, target: probe(9).target } as ReturnType<typeof probe>);
    recorder.finish(take);
  });
  assertEquals(comments, ["host probe 0", "host probe 1", undefined]);
});

Deno.test("recording: a stamp is waited for for 200 ms, and what came after it with it", () => {
  const recorder = openRecorder();
  const { packets } = read((take) => {
    const seen: number[] = [];
    const flush = (nowNs: number) => {
      recorder.flush(nowNs, take);
      seen.push(nowNs);
    };
    recorder.sentTo(request(), at(4));
    recorder.sent(request(), at(5), 1, true);
    recorder.sentTo(request(), at(6));
    flush(200e6 + 5);
    recorder.stamped(1, "driver", at(300e6));
    recorder.sent(request(), at(400e6), 2, true);
    flush(600e6 + 1);
    // Too late: it is in the file with the time of the call.
    recorder.stamped(2, "driver", at(600e6));
    flush(600e6 + 2);
  });
  assertEquals(packets.map(({ atNs }) => atNs), [4, 6, 300e6, 400e6]);
});

Deno.test("recording: while a stamp may come, the packets from it on are held back", () => {
  const recorder = openRecorder();
  const counts: number[] = [];
  const { packets } = read((take) => {
    let blocks = 0;
    const flush = (nowNs: number) => {
      blocks = 0;
      recorder.flush(nowNs, () => blocks++);
      counts.push(blocks);
    };
    recorder.flush(0, take);
    recorder.sent(request(), at(5), 1, true);
    recorder.received(reply(0), at(6));
    flush(200e6 + 5);
    flush(200e6 + 6);
    recorder.finish(take);
  });
  assertEquals([counts, packets.length], [[0, 1], 0]);
});

Deno.test("recording: the stamp of the moment that is asked for, and none after the driver's", () => {
  const timeOf = (stampAt: TransmitMoment, ...moments: readonly TransmitMoment[]) => {
    const recorder = openRecorder(stampAt);
    const { packets } = read((take) => {
      recorder.sent(request(), at(1), 3, true);
      for (const [i, moment] of moments.entries()) recorder.stamped(3, moment, at(10 * (i + 1)));
      recorder.stamped(4, "driver", at(99));
      recorder.finish(take);
    });
    return packets[0]?.atNs;
  };
  assertEquals([timeOf("driver", "queue", "driver"), timeOf("driver", "driver", "driver")], [
    ...[20, 10],
  ]);
  assertEquals([timeOf("queue", "queue", "driver"), timeOf("queue", "driver", "queue")], [10, 1]);
  assertEquals([timeOf("queue", "queue", "queue"), timeOf("driver", "queue")], [10, 1]);
});

Deno.test("recording: the kernel's part of a header is filled in, options and all, and a whole one is left", () => {
  const asked: number[] = [];
  const recorder = openRecorder("driver", asked);
  const whole = datagramOf({ atMs: 0, asks: true });
  const { packets } = read((take) => {
    for (const bytes of [request(), request(HOST, 8), request(HOST + 1), whole]) {
      recorder.sentTo(bytes, at(1));
      recorder.sent(bytes, at(2), 1, false);
      assertEquals(read32(bytes, 12), bytes === whole ? CLIENT : 0);
    }
    recorder.finish(take);
  });
  for (const { bytes } of packets) assertEquals(checksum(bytes, 0, headerLength(bytes)), 0);
  assertEquals(packets.map(({ bytes }) => read32(bytes, 12)), [
    ...[OWN, OWN, OWN, CLIENT, OWN, OWN, OWN, CLIENT],
  ]);
  assertEquals(packets[3]?.bytes, whole);
  assertEquals(packets[1]?.bytes.length, 48);
  // The kernel is asked for the address once for each destination.
  assertEquals(asked, [HOST, HOST + 1]);
});

Deno.test("recording: the route to the first 65,536 destinations is remembered", () => {
  const asked: number[] = [];
  const recorder = openRecorder("driver", asked);
  for (let i = 0; i <= 65_536; i++) recorder.sentTo(request(HOST + i), at(1));
  asked.length = 0;
  for (const i of [0, 65_535, 65_536, 65_536]) recorder.sentTo(request(HOST + i), at(1));
  assertEquals(asked, [HOST + 65_536, HOST + 65_536]);
});

Deno.test("recording: the end is the first one, and after an abandonment nothing is written", () => {
  const endOf = (act: (recorder: PacketRecorder) => void) => {
    const recorder = openRecorder();
    let now = 0;
    recorder.start({ baseUnixMs: 0, now: () => at(++now * 1e9) });
    const { packets, end } = read((take) => {
      recorder.sentTo(request(), at(1));
      recorder.flush(2, take);
      act(recorder);
      recorder.name(probe(0));
      recorder.sentTo(request(), at(3));
      recorder.sent(request(), at(4), 1, false);
      recorder.received(reply(0), at(5));
      recorder.finish(take);
      // What follows the end of the file is not in it.
      recorder.sentTo(request(), at(6));
      recorder.finish(take);
    });
    return [packets.length, end?.unixSeconds];
  };
  assertEquals(endOf(() => {}), [4, 1]);
  assertEquals(endOf((recorder) => [recorder.end(), recorder.end()]), [4, 1]);
  assertEquals(endOf((recorder) => recorder.abandon()), [1, undefined]);
});
