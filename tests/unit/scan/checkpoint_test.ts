import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  type Checkpoint,
  CHECKPOINT_LINE_BYTES,
  CheckpointStore,
  digestBlocks,
  digestText,
  findDifference,
  formatCheckpoint,
  parseCheckpoint,
  type ScanIdentity,
} from "../../../src/scan/checkpoint.ts";
import { type Departures, SettledMark } from "../../../src/scan/settled_mark.ts";

const identity: ScanIdentity = {
  targets: "0123456789abcdef",
  seed: 2 ** 53 - 1,
  shard: "2/8",
  maxTargets: 2 ** 32,
  probesPerTarget: 1,
  message: "echo",
  sources: "203.0.113.100-203.0.113.163",
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
  // Other versions look for the second line there.
  assertEquals([line.length, CHECKPOINT_LINE_BYTES], [512, 512]);
  assertEquals(parseCheckpoint(line), checkpoint);
});

Deno.test("a checkpoint that an earlier version wrote is read", () => {
  const line =
    '3cfa444930b8791f {"version":1,"number":4,"targets":"0123456789abcdef","seed":9007199254740991,' +
    '"shard":"2/8","maxTargets":4294967296,"probesPerTarget":1,"message":"echo",' +
    '"sources":"203.0.113.100-203.0.113.163","position":17,"length":2097152,' +
    '"writtenAt":"2026-01-02T03:04:05.678Z"}';
  assertEquals(parseCheckpoint(`${line}\n`), checkpoint);
  // And the targets of its scan are recognised.
  assertEquals(digestBlocks([{ first: 1, last: 5 }]), "c1980d77d0d6ad30");
});

Deno.test("the largest values still fit a line", () => {
  const huge = { number: 2 ** 52, position: 2 ** 52, length: 2 ** 52, probesPerTarget: 2 ** 20 };
  const line = formatCheckpoint({ ...checkpoint, ...huge, shard: "4294967295/4294967295" });
  assertEquals(line.length, CHECKPOINT_LINE_BYTES);
  assert(line.endsWith("  \n"));
});

Deno.test("each field of a checkpoint with a right digest is looked at", () => {
  const read = (fields: Record<string, unknown>) => {
    const body = JSON.stringify({ version: 1, ...checkpoint, ...fields });
    return parseCheckpoint(`${digestText(body)} ${body}\n`);
  };
  assertEquals(read({ unknown: "passed over" }), checkpoint);
  // The least values, and the largest.
  for (
    const fields of [
      { number: 0, seed: 0, maxTargets: 0, probesPerTarget: 1, position: 0, length: 0 },
      { maxTargets: 2 ** 32, probesPerTarget: 2 ** 32, position: 2_097_152 },
      { seed: Number.MAX_SAFE_INTEGER },
      { number: 2 ** 52, length: 2 ** 52, position: 2 ** 52 },
    ]
  ) assertEquals(read(fields), { ...checkpoint, ...fields });
  const wrong: Record<string, unknown>[] = [
    ...[-1, 0.5, "4", null, 2 ** 52 + 1, 2 ** 53].map((number) => ({ number })),
    ...["", "0123", 7, "0123456789ABCDEF"].map((targets) => ({ targets })),
    ...[-1, 1.5, 2 ** 53, "7"].map((seed) => ({ seed })),
    ...["", "2", "0/8", "2/08x", 28, "2/"].map((shard) => ({ shard })),
    ...[-1, 2 ** 32 + 1, "all"].map((maxTargets) => ({ maxTargets })),
    ...[0, 1.5, null, 2 ** 32 + 1].map((probesPerTarget) => ({ probesPerTarget })),
    ...[-1, 1.5, "x", 2_097_153, null, [17]].map((position) => ({ position })),
    ...[-1, 1.5, 16, "17", 2 ** 60].map((length) => ({ length })),
    ...["", "yesterday", 0].map((writtenAt) => ({ writtenAt })),
    ...["", "icmp", null, 8].map((message) => ({ message })),
    ...["a.b", null, 7, "1".repeat(32)].map((sources) => ({ sources })),
  ];
  for (const fields of wrong) {
    const [name = ""] = Object.keys(fields);
    const found = read(fields);
    assertEquals(typeof found, "string", JSON.stringify(fields));
    // A length that is wrong leaves no room for the place.
    assert(new RegExp(`its (${name}|length|position) is`).test(found as string), String(found));
  }
  for (const body of ["{", "null", "7", "[]"]) {
    assertEquals(typeof parseCheckpoint(`${digestText(body)} ${body}\n`), "string", body);
  }
  // No writer of ours makes a zero with a sign.
  const signed = JSON.stringify({ version: 1, ...checkpoint, number: 0 }).replace(
    '"number":0',
    '"number":-0',
  );
  assertEquals(
    parseCheckpoint(`${digestText(signed)} ${signed}\n`),
    `its number is not a whole number from 0 to ${2 ** 52}`,
  );
  assertEquals(read({ length: -1 }), `its length is not a whole number from 0 to ${2 ** 52}`);
  assertEquals(read({ version: 2 }), "it has no whole checkpoint");
  const forged = JSON.stringify({ version: 1, ...checkpoint, number: 9, position: "x" });
  assertEquals(
    typeof parseCheckpoint(formatCheckpoint(checkpoint) + `${digestText(forged)} ${forged}\n`),
    "string",
    "beside a right one too",
  );
});

Deno.test("a checkpoint of before there was a choice is one of timestamp requests from one address", () => {
  const { message: _, sources: __, ...old } = checkpoint;
  const body = JSON.stringify({ version: 1, ...old });
  const found = parseCheckpoint(`${digestText(body)} ${body}\n`);
  assertEquals(found, { ...old, message: "timestamp", sources: "" });
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
  const latest = file.text.slice(CHECKPOINT_LINE_BYTES);
  const resumed = new CheckpointStore(file, identity, 100, previous);
  resumed.save(20, 3000);
  // The latest one stays until the next is whole.
  assertEquals(file.text.slice(CHECKPOINT_LINE_BYTES), latest);
  assertEquals((parseCheckpoint(file.text) as Checkpoint).number, 2);
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
  assertEquals(findDifference(checkpoint, { ...checkpoint }), undefined);
  assertEquals(findDifference(checkpoint, { ...checkpoint, seed: 43 }), "seed");
  assertEquals(findDifference(checkpoint, { ...checkpoint, shard: "1/8" }), "shard");
  assertEquals(findDifference(checkpoint, { ...checkpoint, targets: "0" }), "targets");
  assertEquals(findDifference(checkpoint, { ...checkpoint, length: 18 }), "length");
  assertEquals(findDifference(checkpoint, { ...checkpoint, message: "timestamp" }), "message");
  assertEquals(findDifference(checkpoint, { ...checkpoint, sources: "" }), "sources");
});

Deno.test("digests distinguish blocks by their ends and their order", () => {
  const a = { first: 1, last: 5 }, b = { first: 9, last: 9 };
  const digests = [[], [a], [b], [a, b], [b, a], [{ first: 1, last: 6 }], [{ first: 0, last: 5 }]]
    .map(digestBlocks);
  assertEquals(new Set(digests).size, digests.length);
  assertEquals(digestBlocks([a, b]), digestBlocks([{ ...a }, { ...b }]));
  assertNotEquals(digests[0], "");
});

/** A sender that hands over a probe a millisecond; each leaves `delayMs` later. */
function departuresAt(nowMs: () => number, delayMs: (ms: number) => number): Departures {
  return {
    get departed() {
      return 1000 + nowMs();
    },
    get sent() {
      return [nowMs()];
    },
    get gone() {
      return [Math.max(0, nowMs() - delayMs(nowMs()))];
    },
  };
}

for (
  const [what, delayMs, exactAt] of [
    ["at once", () => 0, (ms: number) => ms - 2000],
    ["after three seconds in a queue", () => 3000, (ms: number) => ms - 5000],
    ["no more from the fourth second on", (ms: number) => ms - 4000, () => 4000],
  ] as const
) {
  Deno.test(`settled is what left a whole cooldown ago, never more: it leaves ${what}`, () => {
    let nowMs = 0;
    const settled = new SettledMark(
      departuresAt(() => nowMs, (ms) => Math.max(0, delayMs(ms))),
      2000,
    );
    assertEquals(settled.settled(0), 1000);
    for (; nowMs <= 10_000; nowMs++) {
      if (settled.isDue(nowMs * 1e6)) settled.note(nowMs * 1e6);
      const position = settled.settled(nowMs * 1e6);
      const exact = 1000 + Math.max(0, Math.min(nowMs - 2000, exactAt(nowMs)));
      if (position > exact) throw new Error(`${position} at ${nowMs} ms: ${exact} have settled`);
      // Two marks lie 50 ms apart, and what has left is seen at the next one.
      if (position < exact - 110) throw new Error(`${position} at ${nowMs} ms lags ${exact}`);
    }
  });
}

Deno.test("what one of two senders still holds is not settled, whatever the other has sent", () => {
  const departures = { departed: 0, sent: [0, 0], gone: [0, 0] };
  const settled = new SettledMark(departures, 1000);
  Object.assign(departures, { departed: 500, sent: [400, 100], gone: [400, 99] });
  settled.note(0);
  Object.assign(departures, { departed: 900, sent: [800, 100], gone: [800, 99] });
  settled.note(1e9);
  assertEquals(settled.settled(60e9), 0);
  departures.gone[1] = 100;
  settled.note(60e9);
  assertEquals([settled.settled(60.9e9), settled.settled(61e9)], [0, 900]);
});

Deno.test("a digest is that of every letter and its place, those beyond 16 bits too", () => {
  const texts = ["", "a", "b", "ab", "ba", "aa", "\u{1f600}", "\u{1f601}", "\ud83d"];
  assertEquals(new Set(texts.map(digestText)).size, texts.length);
  for (const text of texts) assert(/^[0-9a-f]{16}$/.test(digestText(text)), text);
});

Deno.test("a resumed scan writes its place again although it is the start", () => {
  const file = new MemoryFile();
  new CheckpointStore(file, identity, 100).save(0, 0);
  assertEquals((parseCheckpoint(file.text) as Checkpoint).position, 0);
});
