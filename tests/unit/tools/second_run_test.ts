/** A second run: few tests that failed, alone; what passes then is passed, and named. */

import { assertEquals } from "@std/assert";
import {
  failedTests,
  filterFor,
  MAX_AGAIN,
  mergeSecondRun,
  planSecondRun,
} from "../../../tools/second_run.ts";

const NONE = { passed: 0, failed: 0, failures: [], passedAlone: [], skipped: [] };
const FAILURES = ["one", "one ... step", "one ... step ... of it", "two ... dots"];
const FIRST = { ...NONE, passed: 10, failed: 4, failures: FAILURES, skipped: ["x"] };
const RUN = { files: ["a_test.ts", "b_test.ts"], counts: FIRST };

Deno.test("second run: steps of a test that failed are no tests, dots in a name are no step", () => {
  assertEquals(failedTests(FAILURES), ["one", "two ... dots"]);
});

Deno.test("second run: runs with failures, and none when many failed or one has no name", () => {
  const good = { files: ["c_test.ts"], counts: { ...NONE, passed: 3 } };
  assertEquals(planSecondRun([good, RUN, good]), [RUN]);
  const failing = (count: number) => {
    const failures = Array.from({ length: count }, (_, index) => `test ${index}`);
    return { files: [], counts: { ...NONE, failed: count, failures } };
  };
  assertEquals(planSecondRun([failing(MAX_AGAIN - 1), failing(1)]).length, 2);
  assertEquals(planSecondRun([failing(MAX_AGAIN), { ...failing(1) }]), []);
  const unnamed = { files: [], counts: { ...NONE, failed: 1 } };
  assertEquals(planSecondRun([unnamed]), []);
  assertEquals(planSecondRun([RUN, unnamed]), []);
});

Deno.test("second run: the filter passes the failed tests alone", () => {
  const filter = filterFor(["a/b (c) [d] $1.0 ^|\\ {x}?*+", ...FAILURES]);
  const pattern = new RegExp(filter.slice(1, -1));
  assertEquals(
    ["a/b (c) [d] $1.0 ^|\\ {x}?*+", "one", "two ... dots", "one more", "two", "a/b (c) [d] $1x0"]
      .map((name) => pattern.test(name)),
    [true, true, true, false, false, false],
  );
});

Deno.test("second run: what passes alone has passed and is named", () => {
  assertEquals(mergeSecondRun(FIRST, { ...NONE, passed: 2 }), {
    ...NONE,
    passed: 14,
    passedAlone: ["one", "two ... dots"],
    skipped: ["x"],
  });
});

Deno.test("second run: a test that fails again, or does not run, changes no count", () => {
  assertEquals(mergeSecondRun(FIRST, { ...NONE, passed: 2, failed: 1 }), FIRST);
  assertEquals(mergeSecondRun(FIRST, { ...NONE, passed: 1 }), FIRST);
  assertEquals(mergeSecondRun(FIRST, NONE), FIRST);
});
