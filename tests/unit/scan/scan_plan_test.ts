import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { planScan, type ScanPlanOptions } from "../../../src/scan/scan_plan.ts";
import { type Block, formatBlock, parseBlock } from "../../../src/targets/block.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseBlock(text) as Block);
const base: ScanPlanOptions = {
  targets: blocks("10.0.0.0/24"),
  excluded: [],
  ownAddresses: [],
  includeReserved: false,
  seed: 1,
  probesPerTarget: 1,
  rate: 100,
  cooldownMs: 2000,
};

Deno.test("a plan states size and time, and that private space is not public", () => {
  const plan = planScan(base);
  assertEquals(plan.order.length, 256);
  assertAlmostEquals(plan.expectedSeconds, 4.56, 1e-9);
  assertEquals(plan.isPublic, false);
  assertEquals(plan.leftOut, []);
});

Deno.test("reserved blocks and our own address are left out, and said to be", () => {
  const plan = planScan({
    ...base,
    targets: blocks("198.17.0.0-198.20.255.255", "10.0.0.0/24"),
    ownAddresses: [0x0a000005, 0x7f000001],
  });
  assertEquals(plan.space.blocks.map(formatBlock), [
    "10.0.0.0/24",
    "198.17.0.0/16",
    "198.20.0.0/16",
  ]);
  assertEquals(plan.leftOut, [
    { reason: "Benchmarking (RFC 2544)", addresses: 131_072 },
    { reason: "this machine", addresses: 1 },
  ]);
  assertEquals(plan.skipped, new Set([0x0a000005]));
  const first = planScan({ ...base, ownAddresses: [0x0a000000, 0x09ffffff] });
  assertEquals(first.skipped, new Set([0x0a000000]));
  assert(plan.isPublic);
});

Deno.test("private targets that were named stay in, whatever stands beside them", () => {
  const plan = (...texts: string[]) => {
    const { space, leftOut } = planScan({ ...base, targets: blocks(...texts) });
    return [space.blocks.map(formatBlock), leftOut.map(({ addresses }) => addresses)];
  };
  assertEquals(plan("192.168.0.0/16", "192.169.0.0/24"), [["192.168.0.0-192.169.0.255"], []]);
  assertEquals(plan("10.0.0.0/9", "10.128.0.0/9"), [["10.0.0.0/8"], []]);
  assertEquals(plan("10.1.2.3", "8.0.0.0/6"), [
    ["8.0.0.0/7", "10.1.2.3", "11.0.0.0/8"],
    [2 ** 24 - 1],
  ]);
  const { space } = planScan({
    ...base,
    targets: blocks("10.1.0.0/24", "8.0.0.0/6"),
    excluded: blocks("10.1.0.0/25", "8.0.0.0/6"),
  });
  assertEquals(space.size, 0);
});

Deno.test("include reserved leaves nothing out but what was excluded by hand", () => {
  const plan = planScan({
    ...base,
    targets: blocks("198.18.0.0/15"),
    excluded: blocks("198.18.0.0/16"),
    includeReserved: true,
  });
  assertEquals(plan.space.blocks.map(formatBlock), ["198.19.0.0/16"]);
  assert(!plan.isPublic, "benchmarking space is not public");
});

Deno.test("machines with different addresses share one order", () => {
  const here = planScan({ ...base, ownAddresses: [0x0a000005] });
  const there = planScan({ ...base, ownAddresses: [0x0a000009] });
  assertEquals(here.identity, there.identity);
  for (let position = 0; position < here.order.length; position++) {
    assertEquals(here.order.addressAt(position), there.order.addressAt(position));
  }
});

Deno.test("loopback that was asked for stays in", () => {
  const plan = planScan({ ...base, targets: blocks("127.0.0.0/30"), ownAddresses: [0x7f000001] });
  assertEquals(plan.space.size, 4);
});

Deno.test("nothing left to scan is a plan of length 0", () => {
  const plan = planScan({ ...base, targets: blocks("224.0.0.0/8") });
  assertEquals([plan.space.size, plan.order.length, plan.isPublic], [0, 0, false]);
});

Deno.test("the identity follows everything that changes the order", () => {
  const text = (options: Partial<ScanPlanOptions>) =>
    JSON.stringify(planScan({ ...base, ...options }).identity);
  const changes: Partial<ScanPlanOptions>[] = [
    { seed: 2 },
    { shard: { index: 1, count: 2 } },
    { maxTargets: 9 },
    { probesPerTarget: 2 },
    { excluded: blocks("10.0.0.1") },
  ];
  for (const change of changes) assertNotEquals(text(change), text({}));
  assertEquals(text({ rate: 5, cooldownMs: 1 }), text({}));
});

Deno.test("a share of the targets is rounded up: one address at least, of any that there are", () => {
  const targets = (ratio: number, ...texts: string[]) => {
    const plan = planScan({ ...base, targets: blocks(...texts), maxTargets: { ratio } });
    assertEquals(plan.identity.maxTargets, plan.order.targets);
    return plan.order.targets;
  };
  assertEquals(targets(0.1, "10.0.0.0/24"), 26);
  assertEquals(targets(0.25, "10.0.0.0/24"), 64);
  assertEquals(targets(1e-9, "10.0.0.0/24"), 1);
  assertEquals(targets(0, "10.0.0.0/24"), 0);
  assertEquals(targets(0.5, "224.0.0.0/8"), 0);
});

Deno.test("without a limit to the rate a scan takes its cooldown", () => {
  assertEquals(planScan({ ...base, rate: Infinity }).expectedSeconds, 2);
});

Deno.test("the identity of a scan is written as its checkpoints keep it", () => {
  const { targets, ...usual } = planScan(base).identity;
  assertEquals(usual, {
    ...{ seed: 1, shard: "1/1", maxTargets: 256, probesPerTarget: 1 },
    ...{ message: "timestamp", sources: "" },
  });
  assertEquals(targets.length, 16);
  const other = planScan({
    ...base,
    shard: { index: 2, count: 3 },
    message: "echo",
    sources: { first: 0x0a090001, last: 0x0a090004 },
  });
  const { shard, message, sources, maxTargets } = other.identity;
  assertEquals({ shard, message, sources, maxTargets }, {
    ...{ shard: "2/3", message: "echo", sources: "10.9.0.1-10.9.0.4", maxTargets: 256 },
  });
  // Its own part alone takes time: 85 of 256 addresses, and the cooldown.
  assertAlmostEquals(other.expectedSeconds, 0.85 + 2, 1e-9);
});
