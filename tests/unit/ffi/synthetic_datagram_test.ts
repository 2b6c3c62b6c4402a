import { assert, assertEquals } from "@std/assert";
import {
  composeError,
  composeReply,
  type QueuedIcmpError,
} from "../../../ffi/linux/synthetic_datagram.ts";
import { type IcmpErrorMessage, parseDatagram } from "../../../src/packet/mod.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

const header = { source: 0xc0000207, destination: 0xc6336401, ttl: 57, tos: 0xb8 };
/** Echo request, identifier 0x0102, sequence 3, an odd number of octets. */
const quoted = parseHex("0800 5a26 0102 0003 616263");

function parseError(error: Partial<QueuedIcmpError>): IcmpErrorMessage {
  const queued = { type: 3, code: 0, info: 0, quotedDestination: 0xcb007105, quoted, ...error };
  const parsed = parseDatagram(composeError(header, queued));
  assert(parsed.ok && parsed.value.message.kind === "error");
  assertEquals([parsed.value.header.checksumOk, parsed.value.message.checksumOk], [true, true]);
  return parsed.value.message;
}

Deno.test("a composed reply is the message under a header of what is known, with a right checksum", () => {
  const message = parseHex("0000 0000 0102 0003 00");
  const bytes = composeReply(header, message);
  // The checksum by hand: RFC 1071 over 45b8 001d 0000 0000 3901 c000 0207 c633 6401.
  assertEquals(formatHex(bytes.subarray(0, 20)), "45b8001d00000000390194ecc0000207c6336401");
  const parsed = parseDatagram(bytes);
  assert(parsed.ok);
  const { checksumOk, source, destination, ttl, tos } = parsed.value.header;
  assertEquals({ checksumOk, source, destination, ttl, tos }, { checksumOk: true, ...header });
});

Deno.test("a composed ICMP error quotes the message to where it was sent, from where the error came to", () => {
  const { quote } = parseError({ type: 11 });
  assert(quote.ok);
  const { header: inner, icmp, payload } = quote.value;
  assertEquals([inner.source, inner.destination], [header.destination, 0xcb007105]);
  assertEquals([icmp?.type, icmp?.identifier, icmp?.sequence], [8, 0x0102, 3]);
  assertEquals(payload, quoted);
});

Deno.test("a composed ICMP error has the MTU, pointer or gateway that the kernel told of", () => {
  assertEquals(parseError({ type: 3, code: 4, info: 1400 }).nextHopMtuBytes, 1400);
  assertEquals(parseError({ type: 12, info: 20 }).pointer, 20);
  // The gateway is in network byte order, and was read as a little-endian number.
  assertEquals(parseError({ type: 5, code: 1, info: 0x090200c0 }).gateway, 0xc0000209);
  assertEquals(parseError({ type: 3, code: 1, info: 7 }).restOfHeader, 0);
});
