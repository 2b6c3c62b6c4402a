import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  type Checkpoint,
  CHECKPOINT_LINE_BYTES,
  CheckpointStore,
  digestBlocks,
  findDifference,
  formatCheckpoint,
  parseCheckpoint,
  type ScanIdentity,
} from "../../../src/scan/checkpoint.ts";
import { SettledMark } from "../../../src/scan/settled_mark.ts";

const identity: ScanIdentity = {
  targets: "0123456789abcdef",
  seed: 2 ** 53 - 1,
  shard: "2/8",
  maxTargets: 2 ** 32,
  probesPerTarget: 1,
};

const checkpoint: Checkpoint = {
  number: 4,
  ...identity,
  position: 17,
  length: 2_097_152,
  writtenAt: "2026-01-02T03:04:05.678Z",
};

/** A file in memory. */
class MemoryFile {
  bytes = new Uint8Array(0);

  writeAt(offset: number, bytes: Uint8Array): void {
    const grown = new Uint8Array(Math.max(this.bytes.length, offset + bytes.length));
    grown.set(this.bytes);
    grown.set(bytes, offset);
    this.bytes = grown;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }
}

Deno.test("a checkpoint is read back as it was written, in a line of fixed length", () => {
  const line = formatCheckpoint(checkpoint);
  assertEquals(line.length, CHECKPOINT_LINE_BYTES);
  assertEquals(parseCheckpoint(line), checkpoint);
});

Deno.test("the largest values still fit a line", () => {
  const huge = { number: 2 ** 52, position: 2 ** 52, length: 2 ** 52, probesPerTarget: 2 ** 20 };
  const line = formatCheckpoint({ ...checkpoint, ...huge, shard: "4294967295/4294967295" });
  assertEquals(line.length, CHECKPOINT_LINE_BYTES);
  assert(line.endsWith("  \n"));
});

Deno.test("the latest whole line counts, and any spoiled octet is found", () => {
  const older = formatCheckpoint(checkpoint),
    newer = formatCheckpoint({ ...checkpoint, number: 5, position: 18 });
  assertEquals((parseCheckpoint(older + newer) as Checkpoint).position, 18);
  assertEquals((parseCheckpoint(newer + older) as Checkpoint).position, 18);
  const used = newer.trimEnd().length;
  for (let cut = 0; cut < used; cut++) {
    const torn = newer.slice(0, cut) + "x" + newer.slice(cut + 1);
    if (torn === newer) continue;
    assertEquals(parseCheckpoint(older + torn), checkpoint, `octet ${cut}`);
  }
});

Deno.test("a write cut short at any octet leaves the checkpoint before or the new one", () => {
  const file = new MemoryFile();
  const store = new CheckpointStore(file, identity, 100);
  store.save(10, 0);
  store.save(20, 1000);
  const before = file.bytes.slice();
  store.save(30, 2000);
  const after = file.bytes.slice();
  for (let cut = 0; cut <= CHECKPOINT_LINE_BYTES; cut++) {
    // The third checkpoint goes to the first line.
    const torn = before.slice();
    torn.set(after.subarray(0, cut));
    const found = parseCheckpoint(new TextDecoder().decode(torn)) as Checkpoint;
    assert(found.position === 20 || found.position === 30, `cut at ${cut}: ${found.position}`);
  }
});

Deno.test("the store writes its two lines in turn, only when something changed, and goes on where it was", () => {
  const file = new MemoryFile();
  const store = new CheckpointStore(file, identity, 100);
  store.save(10, 0);
  assertEquals(file.text.length, CHECKPOINT_LINE_BYTES);
  store.save(10, 1000);
  assertEquals(file.text.length, CHECKPOINT_LINE_BYTES);
  store.save(20, 2000);
  assertEquals(file.text.length, 2 * CHECKPOINT_LINE_BYTES);
  const previous = parseCheckpoint(file.text) as Checkpoint;
  assertEquals([previous.position, previous.number], [20, 1]);
  const resumed = new CheckpointStore(file, identity, 100, previous);
  resumed.save(20, 3000);
  resumed.save(30, 4000);
  assertEquals((parseCheckpoint(file.text) as Checkpoint).position, 30);
  assertEquals(file.text.length, 2 * CHECKPOINT_LINE_BYTES);
});

Deno.test("what is not a checkpoint says so", () => {
  for (
    const text of [
      "",
      "\n",
      "hello",
      "{}",
      '0000000000000000 {"version":1}',
      formatCheckpoint(checkpoint).slice(0, 90),
    ]
  ) {
    assertEquals(parseCheckpoint(text), "it has no whole checkpoint", text);
  }
});

Deno.test("another scan's checkpoint is recognized", () => {
  assertEquals(findDifference(identity, { ...identity }), undefined);
  assertEquals(findDifference(identity, { ...identity, seed: 43 }), "seed");
  assertEquals(findDifference(identity, { ...identity, shard: "1/8" }), "shard");
  assertEquals(findDifference(identity, { ...identity, targets: "0" }), "targets");
});

Deno.test("digests tell blocks apart by their ends and their order", () => {
  const a = { first: 1, last: 5 }, b = { first: 9, last: 9 };
  const digests = [[], [a], [b], [a, b], [b, a], [{ first: 1, last: 6 }], [{ first: 0, last: 5 }]]
    .map(digestBlocks);
  assertEquals(new Set(digests).size, digests.length);
  assertEquals(digestBlocks([a, b]), digestBlocks([{ ...a }, { ...b }]));
  assertNotEquals(digests[0], "");
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
