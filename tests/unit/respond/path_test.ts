/** The path to a host: delays, losses, copies, order, limits, ICMP errors, and what a reply can have wrong. */

import { assert, assertEquals } from "@std/assert";
import type { Answered } from "../../../src/respond/responder.ts";
import type { BehaviourChange } from "../../../src/respond/scenario.ts";
import { formatHex } from "../../support/hex.ts";
import { at, ECHO_REQUEST, responderOf, TIMESTAMP_REQUEST } from "./support.ts";

const COUNT = 10_000;

function many(change: BehaviourChange, seed = 1): Answered[] {
  const responder = responderOf(change, { seed });
  return Array.from({ length: COUNT }, (_, i) => responder.answer(TIMESTAMP_REQUEST, at(i)));
}

const u32 = (bytes: Uint8Array | undefined, offset: number) =>
  new DataView((bytes ?? new Uint8Array()).slice().buffer).getUint32(offset);

Deno.test("path: the receive timestamp lies after the way out, the reply leaves after all of it", () => {
  const responder = responderOf({ outMs: 30, processingMs: 4, backMs: 7, separateStamps: true });
  const { departures } = responder.answer(TIMESTAMP_REQUEST, at(100));
  const reply = departures[0]?.bytes;
  assertEquals(departures[0]?.dueNs, 141e6);
  assertEquals([u32(reply, 32), u32(reply, 36)], [36_000_130, 36_000_134]);
});

Deno.test("path: no clock shows less than the time at which the request was read, and no reply leaves before it is stamped", () => {
  // Read 2 ms after the moment at which it is believed to have arrived.
  const cases = [
    [{}, 102, [102, 102]],
    [{ outMs: 1, processingMs: 4, separateStamps: true }, 106, [102, 106]],
    [{ outMs: 1, backMs: 9 }, 110, [102, 102]],
    [{ outMs: 30, backMs: 7 }, 137, [130, 130]],
  ] as const;
  for (const [change, dueMs, stampsMs] of cases) {
    const answered = responderOf(change).answer(TIMESTAMP_REQUEST, at(100), undefined, at(102));
    const [departure] = answered.departures;
    assertEquals(departure?.dueNs, dueMs * 1e6);
    assertEquals([u32(departure?.bytes, 32), u32(departure?.bytes, 36)], [
      36_000_000 + stampsMs[0],
      36_000_000 + stampsMs[1],
    ]);
  }
});

Deno.test("path: jitter is exponential with its mean, and the timestamps know that of the way out", () => {
  const answers = many({ outMs: 10, outJitterMs: 2, backJitterMs: 5 });
  const outs = answers.map(({ stamps }, i) => (stamps?.receiveMs ?? 0) - 36_000_000 - i);
  const totals = answers.map(({ departures }, i) => (departures[0]?.dueNs ?? 0) / 1e6 - i);
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / COUNT;
  // Whole milliseconds are half a millisecond less in the mean; 4 standard errors.
  assert(Math.abs(mean(outs) - 11.5) < 0.1, `${mean(outs)}`);
  assert(Math.abs(mean(totals) - 17) < 0.25, `${mean(totals)}`);
  assert(Math.min(...totals) >= 10);
  // An exponential delay is above its mean in a share of 1/e.
  const above = totals.filter((total, i) => total - (outs[i] ?? 0) > 5.5).length / COUNT;
  assert(above > 0.3 && above < 0.45, `${above}`);
});

Deno.test("path: shares of requests meet the fates that they should, each by its own chance", () => {
  const count = (answers: readonly Answered[], fate: string) =>
    answers.filter((answered) => answered.fate === fate).length / COUNT;
  const near = (share: number, expected: number) =>
    assert(Math.abs(share - expected) < 0.015, `${share}, expected ${expected}`);
  const lossy = many({ lossOutRatio: 0.1, lossBackRatio: 0.2 });
  near(count(lossy, "lost_out"), 0.1);
  near(count(lossy, "lost_back"), 0.9 * 0.2);
  near(count(lossy, "replied"), 0.9 * 0.8);
  const doubled = many({ duplicateRatio: 0.3 });
  near(doubled.filter(({ departures }) => departures.length === 2).length / COUNT, 0.3);
  const held = many({ reorderRatio: 0.25, reorderMs: 50 });
  near(
    held.filter(({ departures }, i) => departures[0]?.dueNs === (i + 50) * 1e6).length / COUNT,
    0.25,
  );
  const refused = many({ icmpError: { type: 3, code: 1 }, icmpErrorRatio: 0.4 });
  near(count(refused, "icmp_error"), 0.4);
});

Deno.test("path: the same seed repeats every fate, another one does not", () => {
  const fates = (seed: number) => many({ lossOutRatio: 0.5 }, seed).map(({ fate }) => fate).join();
  assertEquals(fates(3), fates(3));
  assert(fates(3) !== fates(4));
});

Deno.test("path: a host with a rate answers that many, whatever the others do", () => {
  const answers = many({ ratePps: 20 });
  const replied = answers.filter(({ fate }) => fate === "replied").length;
  // 10 seconds, and what the bucket held at the start.
  assert(Math.abs(replied - 202) <= 2, `${replied}`);
});

Deno.test("path: an ICMP error quotes the request, and is scapy's octet for octet", () => {
  const responder = responderOf({ icmpError: { type: 3, code: 13 }, backMs: 3 });
  const { fate, departures } = responder.answer(TIMESTAMP_REQUEST, at(0));
  assertEquals([fate, departures[0]?.dueNs], ["icmp_error", 3e6]);
  // IP(src="198.18.0.1", dst="192.0.2.9", tos=0xc0, id=1)/ICMP(type=3, code=13)/request
  assertEquals(
    formatHex(departures[0]?.bytes ?? new Uint8Array()),
    "45c00044000100004001f1dbc6120001c0000209030dfcf20000000045000028000100004001f2b7c0000209c61200010d008d9f12340007022551000000000000000000",
  );
});

Deno.test("path: a reply has wrong what it should have wrong, and nothing else", () => {
  const right = responderOf().answer(TIMESTAMP_REQUEST, at(0)).departures[0]?.bytes as Uint8Array;
  const changedOctets = (change: BehaviourChange) => {
    const reply = responderOf(change).answer(TIMESTAMP_REQUEST, at(0)).departures[0]?.bytes;
    return Array.from(right.keys()).filter((offset) => reply?.[offset] !== right[offset]);
  };
  // Each with the checksum that follows from it.
  assertEquals(changedOctets({ tampers: ["originate"] }), [22, 23, 30, 31]);
  assertEquals(changedOctets({ tampers: ["identifier"] }), [22, 24]);
  assertEquals(changedOctets({ tampers: ["sequence"] }), [22, 26]);
  assertEquals(changedOctets({ tampers: ["source"] }), [11, 15]);
  assertEquals(changedOctets({ tampers: ["checksum"] }), [22]);
  assertEquals(changedOctets({ ttl: 255 }), [8, 10]);
  assertEquals(changedOctets({ dontFragment: true }), [6, 10]);
});

Deno.test("path: a host that answers one kind of question is silent to the other", () => {
  const responder = responderOf({ answersTimestamp: false });
  assertEquals(responder.answer(TIMESTAMP_REQUEST, at(0)).fate, "silent");
  assertEquals(responder.answer(ECHO_REQUEST, at(0)).fate, "replied");
});
