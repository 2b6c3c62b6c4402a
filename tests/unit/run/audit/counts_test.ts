/** What an audit keeps of all hosts together: counts, witnesses and changes. */

import { assertEquals } from "@std/assert";
import type { Label } from "../../../../src/behaviour/label.ts";
import { AuditComparison, type ComparedHost } from "../../../../src/run/audit/comparison.ts";
import type { HostFindings, Verdict } from "../../../../src/run/audit/host_findings.ts";
import { AuditTally } from "../../../../src/run/audit/tally.ts";
import { AuditWitnesses } from "../../../../src/run/audit/witnesses.ts";

function host(
  address: number,
  verdict: Verdict,
  labels: readonly Label[] = [],
  { isFromBlock = false, utcOffsetMinutes }: {
    readonly isFromBlock?: boolean;
    readonly utcOffsetMinutes?: number;
  } = {},
): HostFindings {
  return {
    target: { index: address, label: `host ${address}`, address, isFromBlock },
    ...{ time: 7, verdict },
    behaviour: { labels: labels.map((label) => ({ label, count: 1, of: 1 })), utcOffsetMinutes },
    offset: verdict === "right" ? { valueMs: 0, lowerMs: -1, upperMs: 1 } : undefined,
  } as unknown as HostFindings;
}

Deno.test("tally: a silent address of a block is no trouble, one that refuses or answers wrongly is", () => {
  const tallyOf = (...hosts: readonly HostFindings[]) => {
    const tally = new AuditTally();
    for (const each of hosts) tally.add(each);
    return [tally.hosts, tally.answering, tally.unusedOfBlocks, tally.isAllRight];
  };
  const fromBlock = { isFromBlock: true };
  assertEquals(tallyOf(), [0, 0, 0, true]);
  assertEquals(tallyOf(host(1, "right"), host(2, "silent", [], fromBlock)), [2, 1, 1, true]);
  assertEquals(tallyOf(host(1, "right", [], fromBlock), host(2, "silent")), [2, 1, 0, false]);
  assertEquals(tallyOf(host(1, "wrong", [], fromBlock)), [1, 1, 0, false]);
  assertEquals(tallyOf(host(1, "unreadable"), host(2, "icmp_error")), [2, 1, 0, false]);
});

Deno.test("tally: addresses that no host was found at add up, refused ones apart", () => {
  const tally = new AuditTally();
  tally.addUnused(10, 3);
  tally.addUnused(2, 1);
  assertEquals(tally.verdicts, { right: 0, wrong: 0, unreadable: 0, silent: 12, icmp_error: 4 });
  assertEquals([tally.hosts, tally.unusedOfBlocks, tally.isAllRight], [16, 16, true]);
});

Deno.test("tally: labels are counted by verdict; undecided ones only where nothing else explains them", () => {
  const tally = new AuditTally();
  for (let address = 1; address <= 3; address++) tally.add(host(address, "right", ["lazy"]));
  tally.add(host(4, "wrong", ["lazy", "little-endian"]));
  tally.add(host(5, "unreadable", ["undecided"]));
  tally.add(host(6, "unreadable", ["wrong-checksum", "undecided"]));
  tally.add(host(7, "unreadable", ["undecided", "originate-tampered"]));
  assertEquals(tally.labels("right"), new Map([["lazy", 3]] as const));
  assertEquals([...tally.labels("right", "wrong")], [["lazy", 4], ["little-endian", 1]]);
  assertEquals([...tally.labels("unreadable")], [
    ...[["undecided", 1], ["wrong-checksum", 1], ["originate-tampered", 1]] as const,
  ]);
  assertEquals(tally.labels("silent").size, 0);
});

Deno.test("witnesses: local times and clocks that cannot be read say nothing of UTC", () => {
  const witnesses = new AuditWitnesses();
  for (const each of [host(1, "right"), host(2, "unreadable"), host(3, "right")]) {
    witnesses.add(each);
  }
  witnesses.add(host(4, "right", ["time-zone"], { utcOffsetMinutes: 60 }));
  const { consensus, witnesses: kept } = witnesses.agree(17, () => false);
  assertEquals(kept.map(({ address }) => address), [1, 3]);
  assertEquals([consensus?.consensus.hosts, consensus?.notCounted, consensus?.time], [2, [], 17]);
});

Deno.test("witnesses: one alone is no consensus, and this machine's own address is named", () => {
  const witnesses = new AuditWitnesses();
  witnesses.add(host(0x0a000001, "right"));
  assertEquals(witnesses.agree(0, () => false), { consensus: undefined, witnesses: [] });
  witnesses.add(host(0x0a000002, "right"));
  witnesses.add(host(0x0a000003, "right"));
  const { consensus, witnesses: kept } = witnesses.agree(0, (address) => address === 0x0a000002);
  assertEquals(consensus?.notCounted, ["10.0.0.2"]);
  assertEquals(kept.map(({ address }) => address), [0x0a000001, 0x0a000003]);
});

Deno.test("witnesses: of more than 65,536 clocks as many are kept", () => {
  const witnesses = new AuditWitnesses();
  for (let address = 1; address <= 65_600; address++) witnesses.add(host(address, "right"));
  assertEquals(witnesses.agree(0, () => false).witnesses.length, 65_536);
});

Deno.test("witnesses: the kernel is asked about 4096 addresses at most", () => {
  const lookupsOf = (count: number) => {
    const witnesses = new AuditWitnesses();
    for (let address = 1; address <= count; address++) witnesses.add(host(address, "right"));
    let lookups = 0;
    witnesses.agree(0, () => {
      lookups++;
      return false;
    });
    return lookups;
  };
  assertEquals([lookupsOf(4096), lookupsOf(4097)], [4096, 0]);
});

Deno.test("comparison: how one host has changed, by its verdicts and labels", () => {
  const changeOf = (before: ComparedHost | undefined, now: HostFindings) => {
    const comparison = new AuditComparison(new Map(before === undefined ? [] : [[1, before]]));
    comparison.add(now);
    return comparison.finish(() => true, 9).map(({ change }) => change);
  };
  const was = (verdict: Verdict, ...labels: readonly Label[]) => ({ verdict, labels });
  assertEquals(changeOf(undefined, host(1, "wrong")), ["new"]);
  assertEquals(changeOf(undefined, host(1, "icmp_error")), []);
  assertEquals(changeOf(was("icmp_error"), host(1, "unreadable")), ["new"]);
  assertEquals(changeOf(was("silent"), host(1, "icmp_error")), []);
  assertEquals(changeOf(was("wrong"), host(1, "silent")), ["gone"]);
  assertEquals(changeOf(was("right"), host(1, "icmp_error")), ["gone"]);
  assertEquals(changeOf(was("right"), host(1, "unreadable")), ["became_wrong"]);
  assertEquals(changeOf(was("unreadable"), host(1, "right")), ["became_right"]);
  assertEquals(changeOf(was("wrong", "lazy"), host(1, "unreadable", ["lazy"])), ["label_changed"]);
  assertEquals(
    changeOf(was("right", "lazy", "copies-tos"), host(1, "right", ["copies-tos", "lazy"])),
    [],
  );
  assertEquals(changeOf(was("right", "lazy", "copies-tos"), host(1, "right", ["lazy"])), [
    "label_changed",
  ]);
  assertEquals(changeOf(was("right", "lazy"), host(1, "right", ["lazy", "copies-tos"])), [
    "label_changed",
  ]);
  assertEquals(
    changeOf(was("right", "lazy", "copies-tos"), host(1, "right", ["lazy", "echoes-long"])),
    ["label_changed"],
  );
});

Deno.test("comparison: a host that is gone has no findings now, and the time of the end; equal changes go by address", () => {
  const before = new Map<number, ComparedHost>(
    [9, 3, 5].map((address) => [address, { verdict: "right", labels: ["lazy"] }]),
  );
  before.set(4, { verdict: "silent", labels: [] });
  const comparison = new AuditComparison(before);
  comparison.add(host(5, "silent"));
  assertEquals(comparison.finish(() => true, 9), [
    { change: "gone", address: 3, time: 9, before: before.get(3), now: undefined },
    {
      change: "gone",
      address: 5,
      time: 7,
      before: before.get(5),
      now: { verdict: "silent", labels: [] },
    },
    { change: "gone", address: 9, time: 9, before: before.get(9), now: undefined },
  ]);
});
