import { assertEquals } from "@std/assert";
import {
  type Checkpoint,
  CheckpointStore,
  findDifference,
  formatCheckpoint,
  parseCheckpoint,
  type ScanIdentity,
} from "../../../src/scan/checkpoint.ts";
import { SettledMark } from "../../../src/scan/settled_mark.ts";

const identity: ScanIdentity = {
  targets: "10.0.0.0/8",
  seed: 42,
  shard: "2/8",
  maxTargets: 16_777_216,
  probesPerTarget: 1,
};

Deno.test("a checkpoint is read back as it was written", () => {
  const checkpoint: Checkpoint = {
    version: 1,
    ...identity,
    position: 17,
    length: 2_097_152,
    writtenAt: "2026-01-02T03:04:05.678Z",
  };
  assertEquals(parseCheckpoint(formatCheckpoint(checkpoint)), checkpoint);
});

Deno.test("what is not a checkpoint says why", () => {
  const good = { version: 1, ...identity, position: 1, length: 2, writtenAt: "" };
  const cases: [string, string][] = [
    ["", "it is not JSON"],
    ["null", "it is not an object"],
    [JSON.stringify({ ...good, version: 2 }), "its version is 2, want 1"],
    [JSON.stringify({ ...good, seed: "x" }), "seed is missing"],
    [JSON.stringify({ ...good, targets: undefined }), "targets is missing"],
    [JSON.stringify({ ...good, position: 3 }), "position 3 is not within 0 and 2"],
    [formatCheckpoint(good as Checkpoint).slice(0, -20), "it is not JSON"],
  ];
  for (const [text, expected] of cases) assertEquals(parseCheckpoint(text), expected, text);
});

Deno.test("another scan's checkpoint is recognized", () => {
  assertEquals(findDifference(identity, { ...identity }), undefined);
  assertEquals(findDifference(identity, { ...identity, seed: 43 }), "seed");
  assertEquals(findDifference(identity, { ...identity, shard: "1/8" }), "shard");
  assertEquals(findDifference(identity, { ...identity, targets: "10.0.0.0/9" }), "targets");
});

Deno.test("the store writes a draft, then puts it in place, and only when something changed", () => {
  const log: string[] = [];
  const store = new CheckpointStore("scan.state", identity, 100, {
    write: (path, text) =>
      log.push(`write ${path} ${(parseCheckpoint(text) as Checkpoint).position}`),
    rename: (from, to) => log.push(`rename ${from} ${to}`),
  });
  store.save(10, 0);
  store.save(10, 1000);
  store.save(20, 2000);
  assertEquals(log, [
    "write scan.state.new 10",
    "rename scan.state.new scan.state",
    "write scan.state.new 20",
    "rename scan.state.new scan.state",
  ]);
});

Deno.test("settled is what left a whole cooldown ago, never more", () => {
  const settled = new SettledMark(1000, 2000);
  assertEquals(settled.settled(0), 1000);
  for (let ms = 0; ms <= 10_000; ms++) {
    settled.note(1000 + ms, ms * 1e6);
    const position = settled.settled(ms * 1e6);
    const exact = 1000 + Math.max(0, ms - 2000);
    if (position > exact) throw new Error(`${position} at ${ms} ms: ${exact} have settled`);
    if (position < exact - 60) throw new Error(`${position} at ${ms} ms lags behind ${exact}`);
  }
});
