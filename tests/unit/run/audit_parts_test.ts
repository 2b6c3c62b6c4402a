import { assert, assertEquals } from "@std/assert";
import type { Label } from "../../../src/behaviour/label.ts";
import { AuditComparison, type ComparedHost } from "../../../src/run/audit/comparison.ts";
import { AuditPace } from "../../../src/run/audit/pace.ts";
import { AuditTally } from "../../../src/run/audit/tally.ts";
import { AuditWitnesses } from "../../../src/run/audit/witnesses.ts";
import { DueQueue } from "../../../src/run/due_queue.ts";
import type { HostFindings, Verdict } from "../../../src/run/audit/host_findings.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

function host(address: number, verdict: Verdict, ...labels: readonly Label[]): HostFindings {
  return {
    target: { index: address, label: `host ${address}`, address },
    time: 7,
    verdict,
    behaviour: {
      labels: labels.map((label) => ({ label, count: 1, of: 1 })),
      form: undefined,
      utcOffsetMinutes: undefined,
      tick: undefined,
    },
    offset: verdict === "right" ? { valueMs: 0, lowerMs: -1, upperMs: 1 } : undefined,
    tickMs: undefined,
    conformance: [],
    summary: { counters: new ProbeCounters(), rttMs: undefined },
    ttl: undefined,
    icmpError: undefined,
    likelySystems: [],
  } as HostFindings;
}

Deno.test("due queue: by time, without what has another ticket since", () => {
  const queue = new DueQueue<{ ticket: number; readonly name: string }>();
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ ticket: 1, name })) as [
    { ticket: number; readonly name: string },
    { ticket: number; readonly name: string },
    { ticket: number; readonly name: string },
  ];
  queue.push(a, 30);
  queue.push(b, 10);
  queue.push(c, 20);
  b.ticket++;
  queue.push(b, 40);
  assertEquals(queue.dueNs, 20);
  assertEquals([queue.take()?.name, queue.take()?.name, queue.take()?.name], ["c", "a", "b"]);
  assertEquals([queue.dueNs, queue.take()], [Infinity, undefined]);
  for (let i = 0; i < 5000; i++) {
    queue.push(c, i);
    assertEquals(queue.take(), c);
  }
});

Deno.test("pace: no second has more than 5 % more probes than asked, whichever part sends them", () => {
  const pace = new AuditPace(1000);
  const left: number[] = [];
  let nowNs = 0;
  for (let turn = 0; turn < 4000; turn++) {
    // A busy machine comes back late now and then.
    nowNs += turn % 100 === 0 ? 200e6 : 1e6;
    for (; pace.readyNs <= nowNs; left.push(nowNs)) pace.take(nowNs, 1);
    if (turn % 50 !== 0) continue;
    pace.take(nowNs, 20, nowNs - 20e6);
    for (let i = 0; i < 20; i++) left.push(nowNs);
  }
  for (const [i, at] of left.entries()) {
    const inSecond = left.slice(i, i + 1200).filter((other) => other < at + 1e9).length;
    assert(inSecond <= 1000 * 1.05 + 20, `${inSecond}`);
  }
  // Of the 40 pauses of 200 ms, 50 ms each can be caught up.
  assert(left.length > 3960 + 40 * 40, `${left.length} in ${nowNs / 1e9} s`);
});

Deno.test("tally: addresses of blocks that do not answer are no trouble, named hosts are", () => {
  const tally = new AuditTally();
  tally.add(host(1, "right", "lazy"));
  tally.addUnused(250, 4);
  assertEquals([tally.hosts, tally.answering, tally.isAllRight], [255, 1, true]);
  tally.add(host(2, "silent"));
  assertEquals(tally.isAllRight, false);
  tally.add(host(3, "unreadable", "stuck"));
  assertEquals([...tally.labels("right", "unreadable")], [["lazy", 1], ["stuck", 1]]);
});

Deno.test("witnesses: bounded, and no place in the order decides who is kept", () => {
  const firsts = Array.from({ length: 200 }, () => {
    const witnesses = new AuditWitnesses(10);
    for (let address = 1; address <= 100; address++) witnesses.add(host(address, "right"));
    const { witnesses: kept } = witnesses.agree(0, () => false);
    assertEquals(kept.length, 10);
    return kept.filter(({ host }) => Number(host.slice(5)) <= 10).length;
  }).reduce((sum, count) => sum + count, 0);
  // 200 times 10 of 100 with 10 early ones: 200 expected, and 120 or 280 are six standard deviations off.
  assert(firsts > 120 && firsts < 280, `${firsts}`);
});

Deno.test("comparison: each host once, and what was not asked is not gone", () => {
  const before = new Map<number, ComparedHost>([
    [1, { verdict: "right", labels: ["lazy"] }],
    [2, { verdict: "right", labels: ["lazy"] }],
    [3, { verdict: "wrong", labels: ["lazy"] }],
    [4, { verdict: "silent", labels: [] }],
    [5, { verdict: "right", labels: ["lazy"] }],
    [6, { verdict: "right", labels: ["lazy"] }],
    [7, { verdict: "unreadable", labels: ["stuck"] }],
    [9, { verdict: "icmp_error", labels: [] }],
  ]);
  const comparison = new AuditComparison(before);
  for (
    const each of [
      ...[host(1, "right", "lazy"), host(2, "wrong", "lazy"), host(3, "right", "lazy")],
      ...[host(8, "right", "normal"), host(4, "right", "lazy")],
      ...[host(7, "unreadable", "constant-zero"), host(10, "silent")],
    ]
  ) comparison.add(each);
  const changes = comparison.finish((address) => address !== 6, 9);
  assertEquals(changes.map(({ address, change }) => [address, change]), [
    [2, "became_wrong"],
    [3, "became_right"],
    [4, "new"],
    [8, "new"],
    [5, "gone"],
    [7, "label_changed"],
  ]);
});

Deno.test("pace: at 400 a second a probe whose time is used up waits for the next, not for a group", () => {
  const pace = new AuditPace(400);
  // 50 ms may be caught up: 20 probes; the next one is 2.5 ms away.
  pace.take(0, 21);
  assertEquals(pace.readyNs, 2.5e6);
  const faster = new AuditPace(500);
  faster.take(0, 26);
  assertEquals(faster.readyNs, 2e6 + 2.5e6);
});
