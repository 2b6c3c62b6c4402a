import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  annotateDatagram,
  type AnnotatedField,
  annotateMessage,
} from "../../../src/packet/annotate.ts";
import { formatAnnotated } from "../../../src/packet/annotated_table.ts";
import { emitDatagram } from "../../../src/packet/datagram.ts";
import type { IcmpFields } from "../../../src/packet/icmp_message.ts";
import type { Ipv4Fields } from "../../../src/packet/ipv4_header.ts";
import { emitIpTimestampOption } from "../../../src/packet/ip_timestamp_option.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

const REPLY: IcmpFields = {
  kind: "timestamp-reply",
  identifier: 4660,
  sequence: 1,
  originateMs: 42694656,
  receiveMs: 0x80000000 + 42694656,
  transmitMs: 86_400_000,
};

function datagram(message: IcmpFields, header: Partial<Ipv4Fields> = {}): Uint8Array {
  return emitDatagram({
    header: { source: 0x0a000002, destination: 0x0a000001, ...header },
    message,
  });
}

function meaningsOf(fields: AnnotatedField[]): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ part, name, value, meaning }) => [`${part}: ${name}`, `${value} | ${meaning}`]),
  );
}

/** Every octet belongs to a row, or to several that share their octets; rows are in order, and each shows its own octets. */
function requireCover(bytes: Uint8Array, fields: AnnotatedField[]): void {
  let covered = 0, start = 0;
  for (const field of fields) {
    const isShared = field.offset === start && field.offset + field.lengthBytes === covered;
    assert(field.offset === covered || isShared, `${field.name} does not begin at ${covered}`);
    start = field.offset;
    const own = bytes.subarray(field.offset, field.offset + field.lengthBytes);
    assertEquals(formatHex(field.bytes), formatHex(own), field.name);
    covered = Math.max(covered, field.offset + field.lengthBytes);
  }
  assertEquals(covered, bytes.length);
}

Deno.test("annotate: a timestamp reply, field by field", () => {
  const bytes = datagram(REPLY, { tos: 0xb9, dontFragment: true, identification: 0xbeef, ttl: 57 });
  const fields = annotateDatagram(bytes);
  requireCover(bytes, fields);
  const meanings = meaningsOf(fields);
  const expected: Record<string, string> = {
    "IPv4 header: version": "4 | high four bits",
    "IPv4 header: header length": "5 | low four bits, × 4 = 20 octets, no options",
    "IPv4 header: type of service": "0xb9 | DSCP 46 (EF), ECN 1 (ECT(1))",
    "IPv4 header: total length": "40 | octets, header included",
    "IPv4 header: identification": "0xbeef | ",
    "IPv4 header: flags": "don't fragment | high three bits",
    "IPv4 header: time to live": "57 | hops left",
    "IPv4 header: protocol": "1 | ICMP",
    "IPv4 header: source": "10.0.0.2 | ",
    "IPv4 header: destination": "10.0.0.1 | ",
    "ICMP timestamp reply: type": "14 | timestamp reply",
    "ICMP timestamp reply: code": "0 | the only one defined",
    "ICMP timestamp reply: identifier": "4660 | 0x1234",
    "ICMP timestamp reply: sequence": "1 | 0x0001",
    "ICMP timestamp reply: originate": "42694656 | 11:51:34.656 UTC",
    "ICMP timestamp reply: receive":
      "2190178304 | non-standard: the high bit is set; without it 11:51:34.656",
    "ICMP timestamp reply: transmit": "86400000 | more than a day: not a time of day",
  };
  for (const [name, meaning] of Object.entries(expected)) {
    assertEquals(meanings[name], meaning, name);
  }
});

Deno.test("annotate: a wrong checksum says what it should be", () => {
  const message = { ...REPLY, kind: "timestamp-request", originateMs: 1, checksum: 0xbad } as const;
  const meanings = meaningsOf(annotateDatagram(datagram(message, { checksum: 1 })));
  assertStringIncludes(
    meanings["ICMP timestamp request: checksum"] ?? "",
    "0x0bad | wrong: it should be 0x",
  );
  assertStringIncludes(
    meanings["IPv4 header: header checksum"] ?? "",
    "0x0001 | wrong: it should be 0x",
  );
});

Deno.test("annotate: every ECN and the reserved flag", () => {
  const words = ["not ECN-capable", "ECT(1)", "ECT(0)", "congestion experienced"];
  words.forEach((word, tos) => {
    const meanings = meaningsOf(annotateDatagram(datagram(REPLY, { tos, reservedFlag: true })));
    assertStringIncludes(meanings["IPv4 header: type of service"] ?? "", `ECN ${tos} (${word})`);
    assertStringIncludes(meanings["IPv4 header: flags"] ?? "", "reserved bit");
  });
});

Deno.test("annotate: the names of differentiated services follow from their bits", () => {
  const names = new Map([[0, "default"], [44, "voice admit"], [46, "EF"]]);
  // RFC 2474 §4.2.2 and RFC 2597 §6: the class in the upper three bits, the drop precedence in the next two.
  for (let level = 1; level <= 7; level++) names.set(8 * level, `CS${level}`);
  for (const [level, drop] of [1, 2, 3, 4].flatMap((x) => [1, 2, 3].map((y) => [x, y] as const))) {
    names.set(8 * level + 2 * drop, `AF${level}${drop}`);
  }
  for (let dscp = 0; dscp < 64; dscp++) {
    const meanings = meaningsOf(annotateDatagram(datagram(REPLY, { tos: dscp << 2 })));
    const [, shown] = /DSCP (.*), ECN/.exec(meanings["IPv4 header: type of service"] ?? "") ?? [];
    const name = names.get(dscp);
    assertEquals(shown, name === undefined ? `${dscp}` : `${dscp} (${name})`);
  }
});

Deno.test("annotate: blank stamps of a request wait for the other host", () => {
  const message: IcmpFields = {
    kind: "timestamp-request",
    identifier: 1,
    sequence: 2,
    originateMs: 0,
  };
  const meanings = meaningsOf(annotateDatagram(datagram(message)));
  assertEquals(meanings["ICMP timestamp request: originate"], "0 | 00:00:00.000 UTC");
  assertEquals(meanings["ICMP timestamp request: receive"], "0 | for the other host to fill in");
});

Deno.test("annotate: an ICMP error names its quote's fields too, options included", () => {
  const options = emitIpTimestampOption({
    flag: 3,
    pointer: 13,
    entries: [{ address: 0x0a000002, stampMs: 1000 }, { address: 0x0a000003, stampMs: 0 }],
  });
  const quoted = datagram({ ...REPLY, kind: "timestamp-request" }, { options });
  const bytes = datagram({ kind: "error", type: 3, code: 4, restOfHeader: 1400, body: quoted });
  const fields = annotateDatagram(bytes);
  requireCover(bytes, fields);
  const meanings = meaningsOf(fields);
  assertEquals(
    meanings["ICMP destination unreachable: code"],
    "4 | fragmentation needed and DF set",
  );
  assertEquals(meanings["ICMP destination unreachable: next-hop MTU"], "1400 | octets (RFC 1191)");
  assertEquals(meanings["quoted IPv4 header: option"], "68 | internet timestamp");
  assertEquals(meanings["quoted IPv4 header: option pointer"], "13 | 1 of 2 entries written");
  assertEquals(meanings["quoted IPv4 header: overflow"], "0 | hosts that found no room");
  assertEquals(meanings["quoted IPv4 header: option flag"], "3 | prespecified addresses");
  assertEquals(meanings["quoted IPv4 header: stamp"], "0 | not written yet");
  assertEquals(meanings["quoted ICMP timestamp request: identifier"], "4660 | 0x1234");
  const stamps = fields.filter(({ name }) => name === "stamp").map(({ meaning }) => meaning);
  assertEquals(stamps, ["00:00:01.000 UTC", "not written yet"]);
});

Deno.test("annotate: every kind of packet, whole and cut anywhere, has all its octets named", () => {
  const quoted = datagram(REPLY, { options: parseHex("0707040000000000") });
  const extended = new Uint8Array(140);
  extended.set(quoted);
  const messages: IcmpFields[] = [
    REPLY,
    { ...REPLY, trailing: parseHex("010203") },
    { kind: "echo-request", identifier: 1, sequence: 2, payload: new Uint8Array(56) },
    { kind: "other", type: 42, body: new Uint8Array(9) },
    ...[3, 4, 5, 11, 12].map((type) => ({ kind: "error", type, body: quoted }) as const),
    { kind: "error", type: 12, code: 1, body: quoted.subarray(0, 20) },
    { kind: "error", type: 11, restOfHeader: 32 << 16, body: extended },
  ];
  const headers: Partial<Ipv4Fields>[] = [
    {},
    { options: parseHex("94040000") },
    { options: parseHex("44ff0500") },
    { options: parseHex("4408050200000000") },
    { options: parseHex("4403050001000000") },
    { protocol: 17 },
    { moreFragments: true },
  ];
  for (const message of messages) {
    for (const header of headers) {
      const whole = new Uint8Array([...datagram(message, header), 0, 0]);
      for (let lengthBytes = 0; lengthBytes <= whole.length; lengthBytes++) {
        const bytes = whole.subarray(0, lengthBytes);
        const fields = annotateDatagram(bytes);
        requireCover(bytes, fields);
        if (lengthBytes < whole.length - 2) assertEquals(fields.at(-1)?.name, "malformed");
      }
    }
  }
});

Deno.test("annotate: the table has a heading for each part and a line for each field", () => {
  const bytes = datagram({
    kind: "echo-reply",
    identifier: 1,
    sequence: 2,
    payload: new Uint8Array(9),
  });
  const fields = annotateDatagram(bytes);
  const lines = formatAnnotated(fields).split("\n");
  assertEquals(lines.length, fields.length + 2 * 2 + 1);
  assertEquals(lines[0], "IPv4 header");
  const header = lines[1] ?? "";
  assertEquals(header.trim().split(/\s+/), ["offset", "octets", "field", "value", "meaning"]);
  const column = header.indexOf("meaning");
  assert(lines.some((line) => line.indexOf("right") === column), lines.join("\n"));
  assertEquals(
    lines.at(-1)?.trim().replaceAll(/\s{2,}/g, "  "),
    "28  00 00 00 00 00 00 00 00 …  payload  9 octets  data that is to be returned",
  );
  for (const line of lines) assertEquals(line, line.trimEnd());
});

Deno.test("annotate: the pointer of a parameter problem counts with code 0 alone", () => {
  const pointerOf = (code: number): string | undefined => {
    const body = datagram({ ...REPLY, kind: "timestamp-request" });
    const bytes = datagram({ kind: "error", type: 12, code, restOfHeader: 0x14000000, body });
    return meaningsOf(annotateDatagram(bytes))["ICMP parameter problem: pointer"];
  };
  assertEquals(pointerOf(0), "20 | octet in error");
  assertEquals(pointerOf(1), "20 | unused with this code");
});

Deno.test("annotate: lengths that count in units say both numbers", () => {
  const body = datagram({ ...REPLY, kind: "timestamp-request" });
  const error = datagram({ kind: "error", type: 11, code: 0, restOfHeader: 0xff050000, body });
  const meanings = meaningsOf(annotateDatagram(error));
  assertEquals(meanings["ICMP time exceeded: quote length"], "5 | × 4 = 20 octets (RFC 4884)");
  const unused = (bytes: Uint8Array) =>
    annotateDatagram(bytes).filter(({ name }) => name === "unused").map(({ value }) => value);
  assertEquals(unused(error), ["0xff", "0x0000"]);
  assertEquals(unused(datagram({ kind: "error", type: 4, restOfHeader: 7, body })), ["0x00000007"]);
  const fragment = datagram(REPLY, { fragmentOffsetBytes: 1480 });
  assertEquals(
    meaningsOf(annotateDatagram(fragment))["IPv4 header: fragment offset"],
    "185 | low thirteen bits, × 8 = 1480 octets",
  );
});

Deno.test("annotate: octets that are no datagram or message are one row, with the reason", () => {
  assertEquals(
    formatAnnotated(annotateDatagram(parseHex("4500 0028"))),
    `IPv4 header
  offset  octets       field      value     meaning
       0  45 00 00 28  malformed  4 octets  ipv4 at octet 0: a header has at least 20 octets, 4 are here`,
  );
  assertEquals(
    formatAnnotated(annotateMessage(parseHex("0d00 f2fe 0000 0000 0000 0000"))),
    `not readable
  offset  octets                     field      value      meaning
       0  0d 00 f2 fe 00 00 00 00 …  malformed  12 octets  timestamp at octet 0: a timestamp message has 20 octets, 12 are here`,
  );
});

Deno.test("annotate: a table of two parts, the rest of a datagram that cannot be read in the second", () => {
  const udp = datagram(REPLY);
  udp.set([17, 0, 0], 9);
  const table = formatAnnotated(annotateDatagram(udp.subarray(0, 41)));
  assertEquals(
    table.split("\n").slice(-6).join("\n"),
    `      12  0a 00 00 02                source           10.0.0.2
      16  0a 00 00 01                destination      10.0.0.1

not readable
  offset  octets                     field            value      meaning
      20  0e 00 09 8d 12 34 00 01 …  malformed        20 octets  ipv4 at octet 9: protocol is 17 (UDP), not 1 (ICMP)`,
  );
});
