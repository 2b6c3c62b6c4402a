/** Datagrams of which the capture kept only the start. */

import { assert, assertEquals } from "@std/assert";
import {
  asDatagram,
  isIcmp,
  parseCaptured,
} from "../../../../src/packet/capture/captured_datagram.ts";
import { writeHeader, writeTimestampReply } from "../../../lab/packet.ts";
import { write16 } from "../../../lab/octets.ts";

const LINK_BYTES = 3;

/** A timestamp reply behind three octets of a link-layer header. */
function frame(): Uint8Array {
  const bytes = new Uint8Array(LINK_BYTES + 40);
  const datagram = bytes.subarray(LINK_BYTES);
  writeTimestampReply(datagram, 20, 0x1cab, 7, 1000, 2000, 3000);
  writeHeader(datagram, 20, 40, 0, 1, 61, 0xc6120001, 0xc0000201);
  return bytes;
}

/** What is read of a frame of which only the first octets of the datagram were kept. */
function parse(keptBytes: number, originalLengthBytes = LINK_BYTES + 40, bytes = frame()) {
  return parseCaptured({
    frame: 1,
    linkType: 1,
    bytes: bytes.slice(0, LINK_BYTES + keptBytes),
    originalLengthBytes,
    unixSeconds: 0,
    nanoseconds: 0,
    direction: undefined,
    comment: undefined,
  }, LINK_BYTES);
}

Deno.test("captured: a whole datagram is parsed, and is not cut", () => {
  const parsed = parse(40);
  assertEquals(parsed.ok && [parsed.value.message?.kind, parsed.value.isCut], [
    "timestamp-reply",
    undefined,
  ]);
});

Deno.test("captured: of a cut timestamp reply, the fields that were kept whole", () => {
  for (let kept = 0; kept < 40; kept++) {
    const parsed = parse(kept);
    assert(parsed.ok, `${kept} octets`);
    const { header, start, message, isCut } = parsed.value;
    const source = kept >= 20 ? 0xc6120001 : undefined;
    assertEquals([header?.source, message, isCut], [source, undefined, true], `${kept} octets`);
    assertEquals(start !== undefined, kept >= 28, `${kept} octets`);
    if (start === undefined) continue;
    assertEquals(
      [start.type, start.identifier, start.sequence, start.originateMs],
      [14, 0x1cab, 7, kept >= 32 ? 1000 : undefined],
    );
    assertEquals(
      [start.receiveMs, start.transmitMs],
      [kept >= 36 ? 2000 : undefined, kept >= 40 ? 3000 : undefined],
    );
  }
});

Deno.test("captured: a message that is whole without its last octets is read, and marked as cut", () => {
  const bytes = new Uint8Array(LINK_BYTES + 60);
  bytes.set(frame());
  const datagram = bytes.subarray(LINK_BYTES);
  // An echo reply with 32 octets of payload, of which 12 were kept.
  datagram[20] = 0;
  writeHeader(datagram, 20, 60, 0, 1, 61, 0xc6120001, 0xc0000201);
  const parsed = parse(40, LINK_BYTES + 60, bytes);
  assertEquals(parsed.ok && [parsed.value.message?.kind, parsed.value.isCut], ["echo-reply", true]);
});

Deno.test("captured: what was short on the wire is malformed, not cut", () => {
  assertEquals(parse(32, LINK_BYTES + 32).ok, false);
  // Less was on the wire than a header, or than its options take.
  assertEquals(parse(12, LINK_BYTES + 19).ok, false);
  const withOptions = frame();
  withOptions[LINK_BYTES] = 0x48;
  assertEquals(parse(28, LINK_BYTES + 31, withOptions).ok, false);
  assertEquals(parse(28, LINK_BYTES + 32, withOptions).ok, true);
  const tooShort = frame();
  tooShort[LINK_BYTES] = 0x44;
  assertEquals(parse(28, undefined, tooShort).ok, false);
  // The capture cut padding away, not the datagram, whose length is a lie.
  const lying = frame();
  write16(lying, LINK_BYTES + 2, 30);
  assertEquals(parse(32, LINK_BYTES + 60, lying).ok, false);
});

Deno.test("captured: the start of another protocol is no message", () => {
  const udp = frame();
  udp[LINK_BYTES + 9] = 17;
  assertEquals([isIcmp(frame(), LINK_BYTES), isIcmp(udp, LINK_BYTES)], [true, false]);
  assertEquals(parse(32, undefined, udp).ok, false);
});

Deno.test("captured: of fragments, the first is a start and later ones are none", () => {
  const first = frame();
  write16(first, LINK_BYTES + 6, 0x2000);
  const read = parse(40, LINK_BYTES + 40, first);
  assertEquals(read.ok && [read.value.message?.kind, read.value.fragment, read.value.isCut], [
    "timestamp-reply",
    "first",
    true,
  ]);
  const later = frame();
  write16(later, LINK_BYTES + 6, 3);
  const other = parse(40, LINK_BYTES + 40, later);
  assertEquals(other.ok && [other.value.message, other.value.fragment], [undefined, "later"]);
});

Deno.test("captured: a fragment whose length is less than its header is malformed, one without octets is none", () => {
  const later = (totalLengthBytes: number) => {
    const bytes = frame();
    write16(bytes, LINK_BYTES + 2, totalLengthBytes);
    write16(bytes, LINK_BYTES + 6, 3);
    const parsed = parse(40, undefined, bytes);
    return parsed.ok && parsed.value.fragment;
  };
  assertEquals([19, 20, 40].map(later), [false, "later", "later"]);
});

Deno.test("captured: of a first fragment that is cut, what was kept", () => {
  const first = frame();
  write16(first, LINK_BYTES + 6, 0x2000);
  const cut = parse(32, LINK_BYTES + 40, first);
  assertEquals(cut.ok && [cut.value.start?.originateMs, cut.value.isCut], [1000, true]);
  // On the wire it had no more: half a message is malformed, in a fragment too.
  assertEquals(parse(32, LINK_BYTES + 32, first).ok, false);
});

Deno.test("captured: as a datagram, a message that was kept, and the start of an echo", () => {
  const asOf = (parsed: ReturnType<typeof parse>) =>
    parsed.ok ? asDatagram(parsed.value)?.message : undefined;
  const whole = asOf(parse(40));
  assertEquals([whole?.kind, whole?.type], ["timestamp-reply", 14]);
  assertEquals([asOf(parse(30)), asDatagram({})], [undefined, undefined]);
  const header = parse(40);
  assert(header.ok && header.value.header !== undefined);
  const start = { code: 0, checksum: 7, identifier: 1, sequence: 2, originateMs: undefined };
  const stamps = { receiveMs: undefined, transmitMs: undefined };
  for (const [type, kind] of [[8, "echo-request"], [0, "echo-reply"]] as const) {
    const made = asDatagram({ header: header.value.header, start: { type, ...start, ...stamps } });
    assertEquals(made?.message, {
      ...{ type, code: 0, checksum: 7, expectedChecksum: 7, checksumOk: true },
      ...{ kind, identifier: 1, sequence: 2, payload: new Uint8Array(0) },
    });
  }
});
