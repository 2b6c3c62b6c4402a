import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  emitIpv4Header,
  type Ipv4Fields,
  type Ipv4Header,
  parseIpv4Header,
} from "../../../src/packet/ipv4_header.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

// The example that textbooks and encyclopedias share: checksum 0xb861.
const KNOWN = "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7";

function mustParse(bytes: Uint8Array): Ipv4Header {
  const parsed = parseIpv4Header(bytes);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

Deno.test("ipv4: a known header, field by field", () => {
  assertEquals(mustParse(parseHex(KNOWN)), {
    headerLengthBytes: 20,
    tos: 0,
    totalLengthBytes: 115,
    identification: 0,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffsetBytes: 0,
    ttl: 64,
    protocol: 17,
    checksum: 0xb861,
    checksumOk: true,
    expectedChecksum: 0xb861,
    source: 0xc0a80001,
    destination: 0xc0a800c7,
    options: new Uint8Array(0),
  });
});

Deno.test("ipv4: emit writes the known header into a dirty buffer and nothing around it", () => {
  const target = new Uint8Array(30).fill(0xa5);
  const fields: Ipv4Fields = {
    source: 0xc0a80001,
    destination: 0xc0a800c7,
    dontFragment: true,
    protocol: 17,
  };
  assertEquals(emitIpv4Header(fields, 95, target, 5), 20);
  assertEquals(formatHex(target), "a5".repeat(5) + KNOWN.replaceAll(" ", "") + "a5".repeat(5));
});

Deno.test("ipv4: each field at its least and greatest survives", () => {
  const least = { source: 0, destination: 0, ttl: 0, protocol: 0 };
  const greatest = {
    source: 0xffffffff,
    destination: 0xffffffff,
    tos: 0xff,
    totalLengthBytes: 0xffff,
    identification: 0xffff,
    reservedFlag: true,
    dontFragment: true,
    moreFragments: true,
    fragmentOffsetBytes: 65_528,
    ttl: 0xff,
    protocol: 0xff,
    checksum: 0xffff,
    options: new Uint8Array(40).fill(0xff),
  };
  for (const fields of [least, greatest]) {
    const target = new Uint8Array(60).fill(0xa5);
    const lengthBytes = emitIpv4Header(fields, 0, target);
    const header: Record<string, unknown> = { ...mustParse(target.subarray(0, lengthBytes)) };
    for (const [name, value] of Object.entries(fields)) assertEquals(header[name], value, name);
    const again = new Uint8Array(lengthBytes);
    emitIpv4Header(mustParse(target), 0, again);
    assertEquals(again, target.subarray(0, lengthBytes));
  }
});

Deno.test("ipv4: every bit beside and in the fragment offset is its own, both ways", () => {
  for (let bit = 0; bit < 16; bit++) {
    const bytes = parseHex(KNOWN);
    bytes.set([1 << bit >>> 8, 1 << bit & 0xff], 6);
    const { reservedFlag, dontFragment, moreFragments, fragmentOffsetBytes } = mustParse(bytes);
    assertEquals(
      [reservedFlag, dontFragment, moreFragments, fragmentOffsetBytes],
      [bit === 15, bit === 14, bit === 13, bit < 13 ? 8 << bit : 0],
      `bit ${bit}`,
    );
    const again = new Uint8Array(20);
    emitIpv4Header(mustParse(bytes), 0, again);
    assertEquals(again.subarray(6, 8), bytes.subarray(6, 8), `bit ${bit}`);
  }
});

Deno.test("ipv4: a wrong checksum is reported with the right one", () => {
  const bytes = parseHex(KNOWN.replace("b861", "b862"));
  const header = mustParse(bytes);
  assertEquals([header.checksum, header.checksumOk, header.expectedChecksum], [
    0xb862,
    false,
    0xb861,
  ]);
});

Deno.test("ipv4: options lie between destination and payload", () => {
  const header = mustParse(parseHex("46" + KNOWN.slice(2) + "01020304" + "ffff"));
  assertEquals(header.headerLengthBytes, 24);
  assertEquals(header.options, parseHex("01020304"));
});

Deno.test("ipv4: every lie about the header's length", () => {
  const whole = parseHex("4f" + KNOWN.slice(2) + "00".repeat(40));
  for (let lengthBytes = 0; lengthBytes < 60; lengthBytes++) {
    const parsed = parseIpv4Header(whole.subarray(0, lengthBytes));
    assert(!parsed.ok);
    assertEquals(parsed.malformed.layer, "ipv4");
    assertEquals(parsed.malformed.available, lengthBytes);
    assertEquals(parsed.malformed.needed, lengthBytes < 20 ? 20 : 60);
  }
  assert(parseIpv4Header(whole).ok);
  for (let words = 0; words < 5; words++) {
    const bytes = parseHex(KNOWN);
    bytes[0] = 0x40 | words;
    const parsed = parseIpv4Header(bytes);
    assert(!parsed.ok);
    assertEquals(
      parsed.malformed.reason,
      `header length says ${words * 4} octets, 20 is the least`,
    );
  }
});

Deno.test("ipv4: every other version is refused", () => {
  for (let version = 0; version < 16; version++) {
    const bytes = parseHex(KNOWN);
    bytes[0] = (version << 4) | 5;
    assertEquals(parseIpv4Header(bytes).ok, version === 4, `version ${version}`);
  }
});

Deno.test("ipv4: a header may start anywhere in a buffer", () => {
  const bytes = parseHex("ffff ff" + KNOWN + "ffff");
  const parsed = parseIpv4Header(bytes, 3, 23);
  assert(parsed.ok);
  assertEquals(parsed.value, mustParse(parseHex(KNOWN)));
  assert(!parseIpv4Header(bytes, 3, 22).ok);
});

Deno.test("ipv4: emit refuses what does not fit", () => {
  const good = { source: 1, destination: 2 };
  const wrong: [string, Partial<Ipv4Fields>][] = [
    ["type of service", { tos: 256 }],
    ["type of service", { tos: -1 }],
    ["type of service", { tos: 1.5 }],
    ["total length", { totalLengthBytes: 65_536 }],
    ["identification", { identification: 65_536 }],
    ["fragment offset", { fragmentOffsetBytes: 4 }],
    ["fragment offset", { fragmentOffsetBytes: 65_536 }],
    ["time to live", { ttl: 256 }],
    ["time to live", { ttl: NaN }],
    ["protocol", { protocol: 256 }],
    ["header checksum", { checksum: 65_536 }],
    ["source", { source: 2 ** 32 }],
    ["source", { source: -1 }],
    ["destination", { destination: 2 ** 32 }],
    ["destination", { destination: -1 }],
    ["options", { options: new Uint8Array(3) }],
    ["header length", { options: new Uint8Array(44) }],
  ];
  for (const [name, fields] of wrong) {
    const emit = () => emitIpv4Header({ ...good, ...fields }, 0, new Uint8Array(80));
    assertThrows(emit, RangeError, name);
  }
  assertThrows(() => emitIpv4Header(good, 0, new Uint8Array(19)), RangeError, "buffer");
  assertThrows(() => emitIpv4Header(good, 0, new Uint8Array(20), 1), RangeError, "buffer");
  assertThrows(() => emitIpv4Header(good, 65_516, new Uint8Array(20)), RangeError, "total length");
});
