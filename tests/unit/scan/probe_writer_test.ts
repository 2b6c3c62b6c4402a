import { assert, assertEquals } from "@std/assert";
import { emitDatagram, parseDatagram, parseQuotedDatagram } from "../../../src/packet/mod.ts";
import { halfSipHash } from "../../../src/packet/half_sip_hash.ts";
import {
  createPlainSlots,
  emitProbeTemplate,
  ProbeWriter,
} from "../../../src/scan/probe_writer.ts";
import { ProofChecker, requestTypeOf } from "../../../src/scan/proof.ts";
import { ReplyReader } from "../../../src/scan/reply_reader.ts";
import { sealHeaderChecksum } from "../../lab/octets.ts";
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
  for (const version of [0, 3, 5, 6, 15]) {
    const foreign = bytes.slice();
    foreign[0] = version << 4 | 5;
    sealHeaderChecksum(foreign);
    assertEquals(reader.read(foreign, 0, bytes.length), "malformed", `version ${version}`);
  }
  const padded = new Uint8Array(60).fill(0xa5);
  padded.set(bytes, 7);
  assertEquals(reader.read(padded, 7, 50), "reply");
  assert(reader.checksumOk, "octets beyond the total length are not summed");
  const header = { source: 1, destination: 2 };
  const other = emitDatagram({
    header,
    message: { kind: "other", type: 42, body: new Uint8Array(0) },
  });
  assertEquals([other.length, reader.read(other, 0, 24), reader.read(other, 0, 23)], [
    24,
    "other",
    "malformed",
  ]);
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

Deno.test("an echo probe is a right echo request; its reply and its quote prove themselves", () => {
  const template = emitProbeTemplate({ ...shape, message: "echo" });
  // Destination, identifier and sequence are left to the writer: RFC 792 has the latter at 4 and 6.
  assertEquals([...template.subarray(16, 20), ...template.subarray(24, 28)], Array(8).fill(0));
  const writer = new ProbeWriter(createPlainSlots(1, template), 0, key);
  const proofs = new ProofChecker(key, requestTypeOf("echo"));
  const random = new Random(6);
  for (let round = 0; round < 500; round++) {
    const destination = random.u32(), originateMs = random.u32() % 86_400_000;
    writer.write(0, destination, originateMs);
    const bytes = writer.datagram(0);
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    const { header, message } = parsed.value;
    if (message.kind !== "echo-request") throw new Error(message.kind);
    assert(header.checksumOk && message.checksumOk);
    assertEquals(message.payload.length, 12);
    // Type 8 becomes 0, and the checksum grows by as much.
    const reply = bytes.slice();
    reply[20] = 0;
    const sum = ((reply[22] as number) << 8 | (reply[23] as number)) + 0x800;
    const folded = (sum & 0xffff) + (sum >>> 16);
    reply.set([folded >>> 8, folded & 0xff], 22);
    const reader = new ReplyReader(0);
    assertEquals([reader.read(reply, 0, reply.length), reader.checksumOk], ["reply", true]);
    assert(proofs.isProven(destination, reader.originateMs, reader.proof));
    assertEquals(new ReplyReader().read(reply, 0, reply.length), "other");
    for (const octets of [28, 40]) {
      const quote = parseQuotedDatagram(bytes.slice(0, octets));
      if (!quote.ok) throw new Error(quote.malformed.reason);
      assertEquals(proofs.originateOfQuote(quote.value, originateMs, 0), originateMs);
      assertEquals(new ProofChecker(key).originateOfQuote(quote.value, originateMs, 0), undefined);
    }
  }
});

Deno.test("each frame holds its datagram behind a header of the link, and its address in a second place where it has one", () => {
  const template = emitProbeTemplate(shape);
  const firstFrame = 16, strideBytes = 80, addressDelta = 64, datagramOffset = 14, capacity = 3;
  const bytes = new Uint8Array(firstFrame + capacity * strideBytes).fill(0xa5);
  for (let slot = 0; slot < capacity; slot++) {
    bytes.set(template, firstFrame + slot * strideBytes + datagramOffset);
  }
  const view = new DataView(bytes.buffer);
  const slots = { capacity, view, firstFrame, strideBytes, addressDelta };
  const writer = new ProbeWriter(slots, datagramOffset, key);
  const plain = new ProbeWriter(createPlainSlots(1, template), 0, key);
  for (let slot = 0; slot < capacity; slot++) {
    const destination = 0xc0000201 + slot;
    writer.write(slot, destination, 5000 + slot);
    plain.write(0, destination, 5000 + slot);
    assertEquals(writer.datagram(slot), plain.datagram(0));
    const frame = firstFrame + slot * strideBytes;
    assertEquals(view.getUint32(frame + addressDelta), destination);
    // All else is as it was.
    const around = bytes.slice(frame, frame + strideBytes);
    around.fill(0xa5, datagramOffset, datagramOffset + template.length);
    around.fill(0xa5, addressDelta, addressDelta + 4);
    assertEquals(around, new Uint8Array(strideBytes).fill(0xa5));
  }
  assertEquals(bytes.slice(0, firstFrame), new Uint8Array(firstFrame).fill(0xa5));
});

Deno.test("a reply is plain without options and as long as those to our probes", () => {
  const isPlain = (changes: { options?: Uint8Array; trailing?: Uint8Array }) => {
    const { options = new Uint8Array(0), trailing = new Uint8Array(0) } = changes;
    const stamps = { originateMs: 1, receiveMs: 2, transmitMs: 3 };
    const bytes = emitDatagram({
      header: { source: 1, destination: 2, options },
      message: { kind: "timestamp-reply", identifier: 1, sequence: 2, ...stamps, trailing },
    });
    const reader = new ReplyReader();
    assertEquals(reader.read(bytes, 0, bytes.length), "reply");
    assertEquals([reader.originateMs, reader.receiveMs, reader.transmitMs], [1, 2, 3]);
    return reader.isPlain;
  };
  assertEquals(isPlain({}), true);
  assertEquals(isPlain({ trailing: new Uint8Array(4) }), false);
  assertEquals(isPlain({ options: new Uint8Array(4).fill(1) }), false);
  assertEquals(isPlain({ options: new Uint8Array(4).fill(1), trailing: new Uint8Array(4) }), false);
});
