import { assert, assertEquals } from "@std/assert";
import { parseDatagram } from "../../../src/packet/mod.ts";
import { halfSipHash } from "../../../src/packet/half_sip_hash.ts";
import {
  createPlainSlots,
  emitProbeTemplate,
  ProbeWriter,
} from "../../../src/scan/probe_writer.ts";
import { ReplyReader } from "../../../src/scan/reply_reader.ts";
import { Random } from "../../lab/random.ts";

const key = { k0: 0xdeadbeef, k1: 0x01020304 };
const shape = { source: 0xc0000201, ttl: 77, tos: 0x10 };

Deno.test("each patched probe is a right datagram, whatever stood in the slot before", () => {
  const writer = new ProbeWriter(createPlainSlots(4, emitProbeTemplate(shape)), 0, key);
  const random = new Random(5);
  const ends = [0, 0xffffffff, 0x0000ffff, 0xffff0000, 0x80000000];
  for (let round = 0; round < 4000; round++) {
    const destination = ends[round] ?? random.u32();
    const originateMs = round % 3 === 0 ? 0 : random.u32() % 86_400_000;
    writer.write(round % 4, destination, originateMs);
    const parsed = parseDatagram(writer.datagram(round % 4));
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    const { header, message } = parsed.value;
    assert(header.checksumOk && message.checksumOk, `destination ${destination}`);
    assertEquals([header.source, header.destination], [shape.source, destination]);
    assertEquals([header.ttl, header.tos, header.dontFragment], [77, 0x10, true]);
    if (message.kind !== "timestamp-request") throw new Error(message.kind);
    const proof = halfSipHash(key.k0, key.k1, destination, originateMs);
    assertEquals((message.identifier * 65_536 + message.sequence) >>> 0, proof);
    assertEquals([message.originateMs, message.receiveMs, message.transmitMs], [originateMs, 0, 0]);
  }
});

Deno.test("the reader agrees with the full parser on replies, and refuses what is cut", () => {
  const writer = new ProbeWriter(createPlainSlots(1, emitProbeTemplate(shape)), 0, key);
  writer.write(0, 0x0a000001, 43_200_000);
  const bytes = writer.datagram(0);
  const reader = new ReplyReader();
  assertEquals(reader.read(bytes, 0, bytes.length), "other", "a request is no reply");
  bytes[20] = 14;
  assertEquals(reader.read(bytes, 0, bytes.length), "reply");
  assertEquals(reader.checksumOk, false);
  bytes[22] = (bytes[22] as number) - 1; // Type 13 became 14, the top octet of the first word; this repairs the sum.
  assertEquals(reader.read(bytes, 0, bytes.length), "reply");
  assertEquals([reader.source, reader.ttl, reader.code], [shape.source, 77, 0]);
  assertEquals([reader.originateMs, reader.receiveMs, reader.transmitMs], [43_200_000, 0, 0]);
  assertEquals(reader.proof, halfSipHash(key.k0, key.k1, 0x0a000001, 43_200_000));
  assert(reader.checksumOk);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(reader.read(bytes, 0, length), "malformed", `${length} octets`);
  }
  const spoiled = bytes.slice();
  spoiled[8] = 3;
  assertEquals(reader.read(spoiled, 0, bytes.length), "malformed", "a wrong header checksum");
  const padded = new Uint8Array(60).fill(0xa5);
  padded.set(bytes, 7);
  assertEquals(reader.read(padded, 7, 50), "reply");
  assert(reader.checksumOk, "octets beyond the total length are not summed");
});

Deno.test("the reader never throws and never accepts a lie about a length", () => {
  const random = new Random(9);
  const reader = new ReplyReader();
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from({ length: random.u32() % 64 }, () => random.u32() & 0xff);
    if (bytes.length > 20) {
      bytes[0] = 0x40 | (random.u32() % 16);
      bytes[2] = 0;
      bytes[3] = random.u32() % 64;
    }
    const kind = reader.read(bytes, 0, bytes.length);
    const headerBytes = ((bytes[0] ?? 0) & 15) * 4, totalBytes = bytes[3] ?? 0;
    if (kind === "reply") {
      assert(headerBytes >= 20 && totalBytes - headerBytes >= 20 && totalBytes <= bytes.length);
    }
  }
});
