/** Requests in, replies out: octets that scapy wrote, and what the scenario changes in them. */

import { assertEquals } from "@std/assert";
import { formatHex } from "../../support/hex.ts";
import { at, changed, ECHO_REQUEST, responderOf, TIMESTAMP_REQUEST } from "./support.ts";

Deno.test("responder: the reply to a timestamp request is scapy's, octet for octet", () => {
  const { fate, departures } = responderOf().answer(TIMESTAMP_REQUEST, at(250));
  assertEquals([fate, departures.length, departures[0]?.dueNs], ["replied", 1, 250e6]);
  // IP(src="198.18.0.1", dst="192.0.2.9", id=1)/ICMP(type=14, id=0x1234, seq=7, ts_ori=36000000, ts_rx=36000250, ts_tx=36000250)
  assertEquals(
    formatHex(departures[0]?.bytes ?? new Uint8Array()),
    "45000028000100004001f2b7c6120001c00002090e00e4601234000702255100022551fa022551fa",
  );
});

Deno.test("responder: the reply to an echo request is scapy's, octet for octet", () => {
  const { departures } = responderOf().answer(ECHO_REQUEST, at(0));
  // IP(src="198.18.0.1", dst="192.0.2.9", id=1)/ICMP(type=0, id=0x1234, seq=7)/b"abcdef"
  assertEquals(
    formatHex(departures[0]?.bytes ?? new Uint8Array()),
    "45000022000100004001f2bdc6120001c00002090000c39712340007616263646566",
  );
});

Deno.test("responder: what must not be answered is not, and is counted by reason", () => {
  const responder = responderOf();
  const fateOf = (bytes: Uint8Array) => {
    const { fate, departures } = responder.answer(bytes, at(0));
    assertEquals(departures.length, 0, fate);
    return fate;
  };
  // Header checksums below are right again: the change of one word is repaired in another.
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 19: 0xff })), "malformed");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 19: 0xff, 10: 0xf1, 11: 0xb9 })), "not_ours");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 16: 0xc7, 10: 0xf1 })), "not_ours");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 12: 0xe0, 10: 0xd2 })), "not_ours");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 12: 0xff, 10: 0xb3 })), "not_ours");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 12: 0x00, 10: 0xb2, 11: 0xb8 })), "not_ours");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 22: 0 })), "bad_checksum");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 21: 1, 23: 0x9e })), "odd_code");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 20: 14, 22: 0x8c })), "other");
  assertEquals(fateOf(changed(TIMESTAMP_REQUEST, { 0: 0x65 })), "other");
  assertEquals(fateOf(TIMESTAMP_REQUEST.subarray(0, 39)), "malformed");
  assertEquals(fateOf(new Uint8Array(0)), "malformed");
});

Deno.test("responder: more than the rate is not answered, and the rate recovers", () => {
  const responder = responderOf({}, { ratePps: 100 });
  const fates = (ms: number) =>
    Array.from({ length: 20 }, () => responder.answer(ECHO_REQUEST, at(ms)).fate)
      .filter((fate) => fate === "replied").length;
  assertEquals(fates(0), 10);
  assertEquals(fates(50), 5);
  assertEquals(fates(10_000), 10);
  assertEquals(responder.counts.fates.over_rate, 35);
});
