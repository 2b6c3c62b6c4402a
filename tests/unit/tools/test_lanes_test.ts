/** Test files in lanes: each runs once, and those that must be alone are. */

import { assert, assertEquals } from "@std/assert";
import { findMissingFiles, planLanes, runBatches } from "../../../tools/test_lanes.ts";

const ALONE = "tests/system/queue_stamp_test.ts";

Deno.test("lanes: every file is run once, whatever their number", () => {
  for (let count = 0; count < 12; count++) {
    const others = Array.from({ length: count }, (_, index) => `tests/cli/${index}_test.ts`);
    const { alone, batches } = planLanes([...others, ALONE], 2);
    assertEquals(batches.flat().sort(), [...others].sort());
    assert(batches.every((files) => files.length > 0 && files.length <= 3));
    assertEquals(alone, [ALONE]);
  }
});

Deno.test("lanes: the longest files are batches of their own, and begin first", () => {
  const long = ["tests/integration/kernel_test.ts", "tests/integration/slurm_test.ts"];
  const others = Array.from({ length: 5 }, (_, index) => `tests/cli/${index}_test.ts`);
  const { batches } = planLanes([...others, ...long.toReversed()], 2);
  assertEquals(batches.slice(0, 2), long.map((path) => [path]));
  assertEquals(batches.slice(2).flat().sort(), others);
});

Deno.test("lanes: as many as processors, two at most", () => {
  assertEquals([1, 2, 64].map((processors) => planLanes([], processors).lanes), [1, 2, 2]);
});

Deno.test("lanes: a lane takes the next batch when it has ended one, and all results are there", async () => {
  const plan = { alone: [], batches: [["slow"], ["a"], ["b"], ["c"]], lanes: 2 };
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  const results = runBatches(plan, ([file = ""]) => {
    started.push(file);
    return new Promise<string>((resolve) => ends.set(file, () => resolve(file)));
  });
  const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));
  const settle = async () => {
    for (let count = 0; count < 10; count++) await turn();
  };
  for (
    const [end, then] of [["a", "slow,a,b"], ["b", "slow,a,b,c"], ["c", "slow,a,b,c"]] as const
  ) {
    ends.get(end)?.();
    await settle();
    assertEquals(started.join(), then);
  }
  ends.get("slow")?.();
  assertEquals((await results).sort(), ["a", "b", "c", "slow"]);
});

Deno.test("lanes: a name in the list that is no file any more is found", () => {
  assert(findMissingFiles([]).includes(ALONE));
  assertEquals(findMissingFiles([ALONE]).includes(ALONE), false);
});
