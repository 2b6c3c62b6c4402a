import { assert, assertEquals, assertThrows } from "@std/assert";
import { emitIpTimestampOption, parseDatagram, parseIpv4Header } from "../../../src/packet/mod.ts";
import { fragmentDatagram } from "../../../src/packet/fragment.ts";
import { ProbeTemplate, type ProbeTemplateOptions } from "../../../src/packet/probe_template.ts";
import { parseHex } from "../../support/hex.ts";
import { Random } from "../../lab/random.ts";

function datagram(payloadBytes: number, options: Partial<ProbeTemplateOptions> = {}): Uint8Array {
  const payload = Uint8Array.from({ length: payloadBytes }, (_, index) => index * 7 & 0xff);
  const template = new ProbeTemplate({ kind: "echo", source: 0x0a000001, payload, ...options });
  return template.emit({ destination: 0x0a000002, sequence: 1, originateMs: 0 });
}

function headerOf(bytes: Uint8Array) {
  const parsed = parseIpv4Header(bytes);
  assert(parsed.ok);
  return parsed.value;
}

/** Puts fragments together as RFC 791 §3.2 has it: by offset, in any order. */
function reassemble(fragments: readonly Uint8Array[]): Uint8Array {
  const last = fragments.map(headerOf).find(({ moreFragments }) => !moreFragments);
  const first = fragments.find((bytes) => headerOf(bytes).fragmentOffsetBytes === 0);
  assert(last !== undefined && first !== undefined);
  const headerBytes = headerOf(first).headerLengthBytes;
  const payloadBytes = last.fragmentOffsetBytes + last.totalLengthBytes - last.headerLengthBytes;
  const whole = new Uint8Array(headerBytes + payloadBytes).fill(0xa5);
  whole.set(first.subarray(0, headerBytes));
  for (const bytes of fragments) {
    const { headerLengthBytes, fragmentOffsetBytes } = headerOf(bytes);
    whole.set(bytes.subarray(headerLengthBytes), headerBytes + fragmentOffsetBytes);
  }
  return whole;
}

/** What the fragments of a datagram change in its first header: total length, identification, flags and checksum. */
function withoutChanged(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, 2, 8);
  copy.fill(0, 10, 12);
  return copy;
}

Deno.test("fragments: offsets, flags, lengths and one identification", () => {
  const whole = datagram(3000);
  const fragments = fragmentDatagram(whole, 1500, 0x1234) ?? [];
  const seen = fragments.map(headerOf).map((header) => [
    header.totalLengthBytes,
    header.fragmentOffsetBytes,
    header.moreFragments,
    header.identification,
    header.checksumOk,
  ]);
  assertEquals(seen, [
    [1500, 0, true, 0x1234, true],
    [1500, 1480, true, 0x1234, true],
    [68, 2960, false, 0x1234, true],
  ]);
  assertEquals(withoutChanged(reassemble(fragments)), withoutChanged(whole));
});

Deno.test("fragments: the last one may be as long as the others, and is the last all the same", () => {
  // 8 octets of ICMP header and 40 of payload in units of 16.
  const fragments = fragmentDatagram(datagram(40), 36, 1) ?? [];
  const seen = fragments.map(headerOf).map((header) => [
    header.totalLengthBytes,
    header.fragmentOffsetBytes,
    header.moreFragments,
  ]);
  assertEquals(seen, [[36, 0, true], [36, 16, true], [36, 32, false]]);
});

Deno.test("fragments: any length and MTU gives the datagram back, none longer than the MTU", () => {
  const random = new Random(7);
  for (let turn = 0; turn < 300; turn++) {
    const ipOptions = [undefined, parseHex("01010101"), parseHex("830b04c0000201c0000202 00")];
    const whole = datagram(random.between(0, turn % 10 === 0 ? 65_400 : 4000), {
      ipOptions: ipOptions[turn % 3] ?? new Uint8Array(0),
    });
    const mtuBytes = random.between(68, 2000);
    const fragments = fragmentDatagram(whole, mtuBytes, turn + 1) ?? [];
    assert(fragments.every(({ length }) => length <= mtuBytes), `MTU ${mtuBytes}`);
    assert(fragments.every((bytes) => headerOf(bytes).checksumOk));
    assertEquals(withoutChanged(reassemble(fragments)), withoutChanged(whole));
    assertEquals(fragments.length === 1, whole.length <= mtuBytes);
  }
});

Deno.test("fragments: only options with the copied flag go into later fragments", () => {
  const loose = parseHex("8307 04c0000201");
  const timestamp = emitIpTimestampOption({ flag: 0, entries: [{ address: 0, stampMs: 0 }] });
  const ipOptions = new Uint8Array(20);
  ipOptions.set(timestamp);
  ipOptions.set(loose, timestamp.length);
  const fragments = fragmentDatagram(datagram(100, { ipOptions }), 68, 1) ?? [];
  const [first, ...later] = fragments.map(headerOf);
  assertEquals(first?.options, ipOptions);
  for (const header of later) assertEquals(header.options, parseHex("8307 04c0000201 00"));
});

Deno.test("fragments: what fits stays whole, what may not be fragmented stays away", () => {
  const whole = datagram(100);
  assertEquals(fragmentDatagram(whole, 128, 1), [whole]);
  assertEquals(fragmentDatagram(datagram(101, { dontFragment: true }), 128, 1), undefined);
  assertEquals(fragmentDatagram(datagram(100, { dontFragment: true }), 128, 1)?.length, 1);
  assertThrows(() => fragmentDatagram(whole, 27, 1), RangeError, "expected at least 28");
});

Deno.test("fragments: a fragment is cut into fragments of the original", () => {
  const whole = datagram(3000);
  const twice = (fragmentDatagram(whole, 1500, 9) ?? []).flatMap((fragment) =>
    fragmentDatagram(fragment, 576, 1) ?? []
  );
  assertEquals(withoutChanged(reassemble(twice)), withoutChanged(whole));
  assertEquals(twice.map((bytes) => headerOf(bytes).identification), twice.map(() => 9));
  assertEquals(twice.filter((bytes) => !headerOf(bytes).moreFragments).length, 1);
  const parsed = parseDatagram(reassemble(fragmentDatagram(whole, 576, 3) ?? []));
  assertEquals(parsed.ok, false, "the total length is that of the first fragment");
});

Deno.test("fragments: of the options only those with the copied flag are in the later ones, padded to four octets", () => {
  // Record Route is not copied (RFC 791 §3.1), Router Alert is (RFC 2113); option 131 with five octets needs padding.
  const cases = [
    [[7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 0], [148, 4, 0, 0]],
    [[131, 5, 4, 1, 2, 0, 0, 0], [131, 5, 4, 1, 2, 0, 0, 0]],
    [[7, 7, 4, 0, 0, 0, 0, 0], []],
    [[1, 1, 148, 4, 0, 0, 131, 5, 4, 1, 2, 0], [148, 4, 0, 0, 131, 5, 4, 1, 2, 0, 0, 0]],
  ] as const;
  for (const [options, expected] of cases) {
    const plain = datagram(400);
    const whole = new Uint8Array(plain.length + options.length);
    whole.set(plain.subarray(0, 20));
    whole.set(options, 20);
    whole.set(plain.subarray(20), 20 + options.length);
    whole[0] = 0x40 | (20 + options.length) / 4;
    const [first, ...later] = fragmentDatagram(whole, 128, 7) ?? [];
    assertEquals(first?.subarray(20, 20 + options.length), Uint8Array.from(options));
    assert(later.length >= 3);
    for (const fragment of later) {
      assertEquals(headerOf(fragment).headerLengthBytes, 20 + expected.length);
      assertEquals(fragment.subarray(20, 20 + expected.length), Uint8Array.from(expected));
      assert(headerOf(fragment).checksumOk);
    }
  }
});
