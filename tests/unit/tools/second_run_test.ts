/** A second run: few files that failed, each whole and alone; what passes then is passed, and named. */

import { assertEquals } from "@std/assert";
import { MAX_AGAIN, mergeSecondRun, planSecondRun } from "../../../tools/second_run.ts";

const fail = (file: string, name: string) => ({ file, name });
const NONE = { passed: 0, failed: 0, failures: [], passedAlone: [], skipped: [] };
const FIRST = {
  ...NONE,
  passed: 10,
  failed: 4,
  failures: [fail("a", "one"), fail("a", "one ... step"), fail("b", "two")],
};

Deno.test("second run: each file once, and none when many failed", () => {
  assertEquals(planSecondRun([]), []);
  assertEquals(planSecondRun(FIRST.failures), ["a", "b"]);
  const files = (count: number) =>
    Array.from({ length: count }, (_, index) => fail(`${index}`, "x"));
  assertEquals(planSecondRun(files(MAX_AGAIN)).length, MAX_AGAIN);
  assertEquals(planSecondRun(files(MAX_AGAIN + 1)), []);
});

Deno.test("second run: what passes alone has passed and is named; a failure that no report names stays", () => {
  const merged = mergeSecondRun(FIRST, "a", { ...NONE, passed: 5 });
  assertEquals(merged, {
    ...NONE,
    passed: 12,
    failed: 2,
    failures: [fail("b", "two")],
    passedAlone: ["one", "one ... step"],
  });
});

Deno.test("second run: a file that fails again, ends early or runs nothing changes no count", () => {
  const again = { ...NONE, passed: 4, failed: 1, failures: [fail("a", "three")] };
  assertEquals(mergeSecondRun(FIRST, "a", again), FIRST);
  assertEquals(mergeSecondRun(FIRST, "a", { ...NONE, passed: 4, failed: 1 }), FIRST);
  assertEquals(mergeSecondRun(FIRST, "a", NONE), FIRST);
});
