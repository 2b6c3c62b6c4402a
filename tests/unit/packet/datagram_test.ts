import { assert, assertEquals } from "@std/assert";
import { type Datagram, emitDatagram, parseDatagram } from "../../../src/packet/datagram.ts";
import { formatMalformed } from "../../../src/packet/malformed.ts";
import { parseHex } from "../../support/hex.ts";

const REPLY = parseHex(
  "4500 0028 1234 0000 4001 5495 0a00 0002 0a00 0001" +
    "0e00 0000 1234 0001 028b 7800 028b 7801 028b 7801",
);

function mustParse(bytes: Uint8Array): Datagram {
  const parsed = parseDatagram(bytes);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function withOctets(offset: number, hex: string): Uint8Array {
  const bytes = REPLY.slice();
  bytes.set(parseHex(hex), offset);
  return bytes;
}

function refusalOf(bytes: Uint8Array): string {
  const parsed = parseDatagram(bytes);
  assert(!parsed.ok, JSON.stringify(parsed));
  return formatMalformed(parsed.malformed);
}

Deno.test("datagram: header and message", () => {
  const { header, message } = mustParse(REPLY);
  assertEquals([header.source, header.destination, header.ttl], [0x0a000002, 0x0a000001, 64]);
  assert(message.kind === "timestamp-reply");
  assertEquals([message.originateMs, message.receiveMs], [42694656, 42694657]);
});

Deno.test("datagram: padding of the link is no part of it", () => {
  const padded = new Uint8Array(46).fill(0xee);
  padded.set(REPLY);
  const datagram = mustParse(padded);
  assertEquals(datagram, mustParse(REPLY));
  assertEquals(emitDatagram(datagram), REPLY);
});

Deno.test("datagram: every cut is refused", () => {
  for (let lengthBytes = 0; lengthBytes < REPLY.length; lengthBytes++) {
    const parsed = parseDatagram(REPLY.subarray(0, lengthBytes));
    assert(!parsed.ok);
    assertEquals([parsed.malformed.layer, parsed.malformed.available], ["ipv4", lengthBytes]);
  }
});

Deno.test("datagram: every lie of total length", () => {
  for (let totalLengthBytes = 0; totalLengthBytes < 0x10000; totalLengthBytes++) {
    const bytes = withOctets(2, totalLengthBytes.toString(16).padStart(4, "0"));
    const parsed = parseDatagram(bytes);
    if (totalLengthBytes === 40) {
      assert(parsed.ok);
      continue;
    }
    assert(!parsed.ok);
    const { layer, needed, available } = parsed.malformed;
    if (totalLengthBytes > 40) {
      assertEquals([layer, needed, available], ["ipv4", totalLengthBytes, 40]);
    } else if (totalLengthBytes < 20) {
      assertEquals([layer, needed, available], ["ipv4", 20, totalLengthBytes]);
    } else {
      assertEquals(layer, totalLengthBytes < 24 ? "icmp" : "timestamp");
      assertEquals(available, totalLengthBytes - 20);
    }
  }
});

Deno.test("datagram: refusals say what is wrong and where", () => {
  const table: [Uint8Array, string][] = [
    [new Uint8Array(0), "ipv4 at octet 0: a header has at least 20 octets, 0 are here"],
    [withOctets(0, "65"), "ipv4 at octet 0: version is 6, not 4"],
    [withOctets(0, "44"), "ipv4 at octet 0: header length says 16 octets, 20 is the least"],
    [withOctets(0, "4f"), "ipv4 at octet 0: header length says 60 octets, 40 are here"],
    [withOctets(0, "47"), "timestamp at octet 28: a timestamp message has 20 octets, 12 are here"],
    [withOctets(2, "0029"), "ipv4 at octet 2: total length says 41 octets, 40 are here"],
    [
      withOctets(2, "0010"),
      "ipv4 at octet 2: total length says 16 octets, less than the header's 20",
    ],
    [
      withOctets(6, "2000"),
      "ipv4 at octet 6: a fragment at offset 0, more to come, not a whole datagram",
    ],
    [
      withOctets(6, "2001"),
      "ipv4 at octet 6: a fragment at offset 8, more to come, not a whole datagram",
    ],
    [
      withOctets(6, "00b9"),
      "ipv4 at octet 6: a fragment at offset 1480, the last one, not a whole datagram",
    ],
    [withOctets(9, "11"), "ipv4 at octet 9: protocol is 17 (UDP), not 1 (ICMP)"],
    [withOctets(9, "fe"), "ipv4 at octet 9: protocol is 254, not 1 (ICMP)"],
  ];
  for (const [bytes, refusal] of table) {
    if (refusal.startsWith("timestamp")) bytes[20 + 8] = 14; // the message now starts 8 octets later
    assertEquals(refusalOf(bytes), refusal);
  }
});

Deno.test("datagram: what is odd but readable comes out octet for octet", () => {
  const oddities: [string, Uint8Array][] = [
    ["reserved flag", withOctets(6, "8000")],
    ["don't fragment", withOctets(6, "4000")],
    ["wrong header checksum", withOctets(10, "dead")],
    ["wrong ICMP checksum", withOctets(22, "dead")],
    ["odd code", withOctets(21, "ff")],
    ["TTL 0", withOctets(8, "00")],
    ["all ones in the stamps", withOctets(28, "ff".repeat(12))],
    ["unknown type", withOctets(20, "fe")],
  ];
  for (const [name, bytes] of oddities) {
    assertEquals(emitDatagram(mustParse(bytes)), bytes, name);
  }
});

Deno.test("datagram: the views share the received octets and cost no copy", () => {
  const bytes = emitDatagram({
    header: { source: 1, destination: 2, options: parseHex("01010100") },
    message: {
      kind: "timestamp-reply",
      identifier: 1,
      sequence: 2,
      originateMs: 3,
      trailing: parseHex("aabb"),
    },
  });
  const { header, message } = mustParse(bytes);
  assert(message.kind === "timestamp-reply");
  assertEquals(header.options.buffer, bytes.buffer);
  assertEquals(message.trailing.byteOffset, 44);
  assertEquals(message.trailing, parseHex("aabb"));
});
