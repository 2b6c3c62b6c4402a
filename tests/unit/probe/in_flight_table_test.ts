import { assertEquals, assertThrows } from "@std/assert";
import { InFlightTable } from "../../../src/probe/in_flight_table.ts";
import { type InFlightProbe } from "../../../src/probe/probe.ts";
import { makeProbe } from "../../support/probes.ts";
import type { Target } from "../../../src/targets/target.ts";

const REMEMBER_MS = 10;
const TARGETS: readonly Target[] = [
  { index: 0, label: "one", address: 0xc0000201 },
  { index: 1, label: "two", address: 0xfffffffe },
  { index: 2, label: "three", address: 1 },
];

let keys = 0;

function probe(target: number, number: number, deadlineMs: number): InFlightProbe {
  const sequence = number & 0xffff;
  const sentAt = { realtimeNs: 0, monotonicNs: 0, source: "user" } as const;
  const key = keys++;
  return makeProbe({
    target: TARGETS[target] as Target,
    index: number,
    identifier: 1,
    sequence,
    token: 7,
    key,
    sentAt,
    deadlineNs: deadlineMs * 1e6,
  });
}

function expire(table: InFlightTable, nowMs: number): InFlightProbe[] {
  const timedOut: InFlightProbe[] = [];
  table.expire(nowMs * 1e6, (each) => {
    table.settle(each, "timedOut");
    timedOut.push(each);
  });
  return timedOut;
}

Deno.test("a probe is found by address, sequence and identifier, and by no other", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const probes = [probe(0, 0, 1), probe(1, 0, 1), probe(2, 0, 1), probe(0, 65_535, 1)];
  for (const each of probes) table.add(each);
  for (const each of probes) {
    assertEquals(table.find(each.target.address, each.sequence, 1), each);
    assertEquals(table.find(each.target.address, each.sequence, 2), undefined);
  }
  assertEquals(table.find(0xc0000201, 1, 1), undefined);
  assertEquals(table.find(0xc0000202, 0, 1), undefined);
  assertEquals([table.size, table.pending], [4, 4]);
});

Deno.test("settling ends the wait once, and the probe is remembered", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const one = probe(0, 5, 1);
  table.add(one);
  assertEquals(table.isPending(one.target.address, 5), true);
  table.settle(one, "reply");
  table.settle(one, "timedOut");
  assertEquals([one.state, table.pending, table.size], ["reply", 0, 1]);
  assertEquals(table.isPending(one.target.address, 5), false);
  assertEquals(table.find(one.target.address, 5, 1), one);
});

Deno.test("the deadline is that of the oldest that waits", () => {
  const table = new InFlightTable(REMEMBER_MS);
  assertEquals(table.nextDeadlineNs, Infinity);
  const probes = [probe(0, 0, 1), probe(0, 1, 2), probe(0, 2, 3)];
  for (const each of probes) table.add(each);
  assertEquals(table.nextDeadlineNs, 1e6);
  table.settle(probes[1] as InFlightProbe, "reply");
  table.settle(probes[0] as InFlightProbe, "reply");
  assertEquals(table.nextDeadlineNs, 3e6);
  table.settle(probes[2] as InFlightProbe, "icmpError");
  assertEquals(table.nextDeadlineNs, Infinity);
});

Deno.test("probes time out in the order of their deadlines, and not before", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const probes = [probe(0, 0, 1), probe(1, 0, 2), probe(2, 0, 2), probe(0, 1, 3)];
  for (const each of probes) table.add(each);
  table.settle(probes[1] as InFlightProbe, "reply");
  assertEquals(expire(table, 0.999), []);
  assertEquals(expire(table, 2), [probes[0], probes[2]]);
  assertEquals(expire(table, 2), []);
  assertEquals(expire(table, 50), [probes[3]]);
  assertEquals(probes.map(({ state }) => state), ["timedOut", "reply", "timedOut", "timedOut"]);
});

Deno.test("a probe is forgotten its time after its deadline, and lets go of the younger ones", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const probes = [probe(0, 0, 1), probe(0, 1, 5)];
  for (const each of probes) table.add(each);
  expire(table, 10.999);
  assertEquals([table.size, probes[0]?.younger], [2, probes[1]]);
  expire(table, 11);
  assertEquals([table.size, probes[0]?.younger], [1, null]);
  assertEquals(table.find(0xc0000201, 0, 1), undefined);
  assertEquals(table.find(0xc0000201, 1, 1), probes[1]);
  expire(table, 15);
  assertEquals(table.size, 0);
});

Deno.test("a probe that waits keeps those after it from being forgotten", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const probes = [probe(0, 0, 1), probe(0, 1, 100)];
  for (const each of probes) table.add(each);
  table.settle(probes[0] as InFlightProbe, "reply");
  expire(table, 99);
  assertEquals([table.size, table.pending], [1, 1]);
});

Deno.test("a table emptied by age starts again", () => {
  const table = new InFlightTable(REMEMBER_MS);
  table.add(probe(0, 0, 1));
  expire(table, 20);
  assertEquals(table.size, 0);
  const later = probe(0, 0, 0.5);
  table.add(later);
  assertEquals(later.reusedSequence, false);
  assertEquals([table.nextDeadlineNs, table.pending], [0.5e6, 1]);
});

Deno.test("a number that is remembered is reused, marked, and outlives the older one", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const older = probe(0, 9, 1);
  table.add(older);
  table.settle(older, "reply");
  const newer = probe(0, 65_536 + 9, 8);
  table.add(newer);
  assertEquals([newer.reusedSequence, older.reusedSequence], [true, false]);
  assertEquals(table.find(0xc0000201, 9, 1), newer);
  // The older one's end must not take the newer one along.
  table.settle(newer, "reply");
  expire(table, 12);
  assertEquals(table.find(0xc0000201, 9, 1), newer);
});

Deno.test("a number that still waits is not reused", () => {
  const table = new InFlightTable(REMEMBER_MS);
  table.add(probe(0, 9, 1));
  table.add(probe(1, 9, 1));
  assertThrows(
    () => table.add(probe(0, 65_536 + 9, 2)),
    RangeError,
    "Cannot reuse sequence 9 of one",
  );
});

Deno.test("deadlines must not go back", () => {
  const table = new InFlightTable(REMEMBER_MS);
  table.add(probe(0, 0, 5));
  assertThrows(() => table.add(probe(0, 1, 4)), RangeError, "before that of an earlier one");
});

Deno.test("those that wait are listed oldest first", () => {
  const table = new InFlightTable(REMEMBER_MS);
  const probes = Array.from({ length: 6 }, (_, i) => probe(0, i, i));
  for (const each of probes) table.add(each);
  for (const i of [0, 1, 4]) table.settle(probes[i] as InFlightProbe, "reply");
  assertEquals([...table.pendingProbes()].map(({ sequence }) => sequence), [2, 3, 5]);
});

Deno.test("no two pairs of address and sequence number are one place", () => {
  const pairs = [[0x0a000001, 1], [0x0a010001, 0], [0x0a000000, 2], [0x0a000002, 0], [1, 65_535]];
  for (const [address = 0, sequence = 0] of pairs) {
    const table = new InFlightTable(REMEMBER_MS);
    const target = { index: 0, label: "", address };
    table.add(makeProbe({ target, sequence, deadlineNs: 1 }));
    const found = pairs.filter(([other = 0, number = 0]) => table.find(other, number, 0));
    assertEquals(found, [[address, sequence]]);
  }
});
