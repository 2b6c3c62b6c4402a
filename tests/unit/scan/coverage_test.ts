import { assertEquals, assertThrows } from "@std/assert";
import { formatCoverage } from "../../../src/cli/commands/scan/verify.ts";
import { judgeCoverage, parseShardRun, type ShardRun } from "../../../src/scan/coverage.ts";

/** Metadata of shard K of 3, of 100 probes each. */
function metadata(shard: number, changes: Readonly<Record<string, unknown>> = {}): string {
  const {
    seed = 7,
    start = 0,
    position = 100,
    resumed = false,
    drops = 0,
    unsent = 0,
    version = "1",
    shards = 3,
  } = changes;
  return JSON.stringify({
    version,
    command: "scan",
    options: { seed, shard: `${shard}/${shards}`, probes_per_target: 1, resumed },
    targets: { of_scan: 300, of_shard: 100, digest: "abc" },
    counts: {
      ...{ start_position: start, position, probes: 100, kernel_drops: drops, unsent },
      ...{ sent: Number(position) - Number(start), targets_answered: 10 },
    },
  });
}

function judge(...texts: readonly string[]): readonly string[] {
  const runs = texts.map((text, index) => parseShardRun(`${index}.json`, text));
  return formatCoverage(judgeCoverage(runs as ShardRun[]));
}

Deno.test("coverage: all shards, each to its end, are complete", () => {
  assertEquals(judge(metadata(2), metadata(1), metadata(3)), [
    "complete: 3 shards, 300 probes sent, 30 hosts answered",
  ]);
});

Deno.test("coverage: an absent, an unfinished and a lossy shard are named with what they miss", () => {
  assertEquals(judge(metadata(1, { position: 40 }), metadata(3, { drops: 1, unsent: 2 })), [
    "incomplete: 3 of 3 shards lacking, 140 probes sent, 20 hosts answered",
    "shard 1/3: ended at position 40, 60 probes missing: resume it",
    "shard 2/3: no metadata: not finished, or its file is not among these",
    "shard 3/3: 2 probes not sent",
    "shard 3/3: 1 reply lost on its machine",
  ]);
});

Deno.test("coverage: a resumed run vouches for what its checkpoint had", () => {
  const resumed = metadata(2, { start: 40, resumed: true });
  assertEquals(judge(metadata(1), resumed, metadata(3)), [
    "complete: 3 shards, 260 probes sent, 30 hosts answered",
    "shard 2/3: 40 probes more by a run that left no metadata, known from its checkpoint",
  ]);
  assertEquals(
    judge(metadata(1), metadata(2, { start: 40 }), metadata(3))[1],
    [
      "shard 2/3: 40 probes missing from position 0",
    ][0],
  );
});

Deno.test("coverage: what two runs of a shard probed both is said; what they divide is not", () => {
  const begun = metadata(2, { position: 40 }), rest = metadata(2, { start: 40, resumed: true });
  assertEquals(judge(metadata(1), begun, rest, metadata(3)).length, 1);
  assertEquals(
    judge(metadata(1), begun, metadata(2), metadata(3))[1],
    "shard 2/3: probed more than once in part, count each address once",
  );
});

Deno.test("coverage: files of another scan are named with the property that differs, and count for nothing", () => {
  assertEquals(judge(metadata(1), metadata(2, { seed: 8 }), metadata(3)), [
    "incomplete: 1 of 3 shards lacking, 200 probes sent, 20 hosts answered",
    "shard 2/3: no metadata: not finished, or its file is not among these",
    "1.json: of another scan, its seed differs",
  ]);
  // The scan is that of most files, whichever comes first.
  assertEquals(judge(metadata(2, { seed: 8 }), metadata(1), metadata(3)), [
    "incomplete: 1 of 3 shards lacking, 200 probes sent, 20 hosts answered",
    "shard 2/3: no metadata: not finished, or its file is not among these",
    "0.json: of another scan, its seed differs",
  ]);
  assertEquals(
    judge(metadata(1), metadata(2, { shards: 4 }), metadata(3))[2],
    [
      "1.json: of another scan, its number of shards differs",
    ][0],
  );
  assertEquals(judge(metadata(1), metadata(2), metadata(3), metadata(3, { version: "2" })), [
    "incomplete: 0 of 3 shards lacking, 300 probes sent, 30 hosts answered",
    "3.json: of another scan, its version differs",
  ]);
});

Deno.test("coverage: what is no metadata is refused with its reason", () => {
  const refuse = (text: string) => parseShardRun("x", text);
  assertEquals(refuse("{"), "it is no JSON");
  assertEquals(refuse("[1]"), "it is no file of scan --metadata");
  const notOurs = ["null", "7", '"scan"', '{"command":"scan","options":"1/1"}'];
  for (
    const change of [{ command: "ping" }, { options: { shard: "1" } }, { targets: { digest: 5 } }]
  ) {
    notOurs.push(JSON.stringify({ ...JSON.parse(metadata(1)), ...change }));
  }
  for (const text of notOurs) assertEquals(refuse(text), "it is no file of scan --metadata", text);
  assertEquals(refuse(metadata(4)), "its options.shard 4/3 is no shard");
  assertEquals(refuse(metadata(0)), "its options.shard 0/3 is no shard");
  assertEquals(refuse(metadata(1, { position: -1 })), "its counts.position is no whole number");
  assertEquals(refuse(metadata(1, { seed: null })), "its options.seed is no whole number");
});

Deno.test("coverage: of two scans with as many files the first is meant, and without a file there is none", () => {
  const other = { seed: 8 };
  for (const [first, second, differs] of [[{}, other, "1"], [other, {}, "1"]] as const) {
    const lines = judge(metadata(1, first), metadata(1, second));
    assertEquals(lines.at(-1), `${differs}.json: of another scan, its seed differs`);
  }
  assertThrows(() => judgeCoverage([]), RangeError, "without runs");
});
