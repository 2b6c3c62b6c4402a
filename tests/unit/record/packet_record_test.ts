/** The record of a captured packet: everything that it says, and nothing that it does not. */

import { assertEquals } from "@std/assert";
import { parseCaptured } from "../../../src/packet/capture/captured_datagram.ts";
import type { CapturedPacket } from "../../../src/packet/capture/captured_packet.ts";
import { formatJson } from "../../../src/record/field.ts";
import { PACKET_FIELDS } from "../../../src/record/packet_record.ts";
import { sealMessage, write16 } from "../../lab/octets.ts";
import { datagramOf, errorAbout } from "../run/capture/exchange.ts";

function record(
  bytes: Uint8Array,
  more: Partial<CapturedPacket> = {},
): Record<string, unknown> {
  const packet: CapturedPacket = {
    ...{ frame: 3, linkType: 101, bytes, originalLengthBytes: bytes.length },
    ...{ unixSeconds: 1_795_780_294, nanoseconds: 656_271_828, direction: undefined },
    comment: undefined,
    ...more,
  };
  const event = { packet, content: parseCaptured(packet, 0), decodedAtUnixMs: 0 };
  return JSON.parse(formatJson("packet", PACKET_FIELDS, event));
}

const FRAME = {
  ...{ type: "packet", time: 1_795_780_294.656271828, frame: 3, time_ns: 656_271_828 },
};
const ENDS = { source: "198.51.100.1", destination: "192.0.2.7" };
const EXCHANGE = { identifier: 7, sequence: 300, originateMs: 42_694_650, ttl: 63 };
const REQUEST = datagramOf({ ...EXCHANGE, atMs: 42_694_656, asks: true });
const REPLY = datagramOf({ ...EXCHANGE, atMs: 42_694_656, asks: false });

Deno.test("packet record: a timestamp request and its reply", () => {
  assertEquals(record(REQUEST, { direction: "out", comment: "first" }), {
    ...{ ...FRAME, direction: "out", ...ENDS, ttl: 63, icmp_type: 13, icmp_code: 0 },
    ...{ is_checksum_right: true, identifier: 7, sequence: 300 },
    ...{ originate_ms: 42_694_650, receive_ms: 0, transmit_ms: 0 },
    ...{ wire_length_bytes: 40, comment: "first" },
  });
  const reply = record(REPLY);
  assertEquals(
    ["source", "icmp_type", "originate_ms", "receive_ms", "transmit_ms"].map((name) => reply[name]),
    ["192.0.2.7", 14, 42_694_650, 42_694_656, 42_694_656],
  );
});

Deno.test("packet record: an echo has no timestamps, and a wrong checksum is called one", () => {
  const echo = REQUEST.slice();
  echo[20] = 8;
  const wrong = record(echo);
  assertEquals([wrong["icmp_type"], wrong["is_checksum_right"]], [8, false]);
  sealMessage(echo, 20, 40);
  assertEquals(record(echo), {
    ...{ ...FRAME, ...ENDS, ttl: 63, icmp_type: 8, icmp_code: 0, is_checksum_right: true },
    ...{ identifier: 7, sequence: 300, wire_length_bytes: 40 },
  });
});

Deno.test("packet record: an ICMP error has the numbers of the message that it quotes, and none of its own", () => {
  const error = errorAbout({ ...EXCHANGE, atMs: 0, asks: true }, 0x0a000001);
  assertEquals(record(error), {
    ...{ ...FRAME, source: "10.0.0.1", destination: "198.51.100.1", ttl: 255 },
    ...{ icmp_type: 11, icmp_code: 0, is_checksum_right: true, quoted_destination: "192.0.2.7" },
    ...{ quoted_identifier: 7, quoted_sequence: 300, wire_length_bytes: 56 },
  });
  // The quote is of another protocol: what stands there is no identifier.
  const about = error.slice();
  about[28 + 9] = 17;
  const udp = record(about);
  assertEquals([udp["quoted_destination"], udp["quoted_identifier"], udp["quoted_sequence"]], [
    ...["192.0.2.7", undefined, undefined],
  ]);
  // The quote breaks off within its header.
  const short = record(error.slice(0, 28 + 12), { originalLengthBytes: 28 + 12 });
  assertEquals(short["quoted_destination"], undefined);
});

Deno.test("packet record: of a message that the capture cut, what is left of it", () => {
  const cut = (kept: number) => record(REPLY.slice(0, kept), { originalLengthBytes: 40 });
  const head = {
    ...{ ...FRAME, source: "192.0.2.7", destination: "198.51.100.1", ttl: 63 },
    wire_length_bytes: 40,
  };
  const start = { ...head, icmp_type: 14, icmp_code: 0, identifier: 7, sequence: 300 };
  const originate = { originate_ms: 42_694_650 };
  assertEquals([27, 28, 32, 36].map(cut), [
    head,
    start,
    { ...start, ...originate },
    { ...start, ...originate, receive_ms: 42_694_656 },
  ]);
  // Less than the header was kept.
  assertEquals(cut(10), { ...FRAME, wire_length_bytes: 40 });
});

Deno.test("packet record: a fragment has no message of its own, a broken packet has the reason", () => {
  const later = REQUEST.slice();
  write16(later, 6, 3);
  assertEquals(record(later), { ...FRAME, ...ENDS, ttl: 63, wire_length_bytes: 40 });
  assertEquals(record(REQUEST.slice(0, 10)), {
    ...FRAME,
    wire_length_bytes: 10,
    malformed_reason: "ipv4 at octet 0: a header has at least 20 octets, 10 are here",
  });
});
