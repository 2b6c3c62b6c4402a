/**
 * A second, lonely run of tests that failed beside others.
 *
 * Tests with a kernel share processors with each other and with whatever else the machine does; a fault of the program fails
 * alone as well. So few tests that failed are run once more with nothing beside them, and one that passes then is named in
 * the closing lines: it counts as passed, and as news. Many that fail are no matter of company: they are not run again.
 */

import type { TestCounts } from "./junit.ts";

/** Tests that may be run again; when more have failed, none is. */
export const MAX_AGAIN = 3;

/** Between the name of a test and that of a step of it, as a report has them. */
const STEP = " ... ";

/** A run of test files. */
export interface FileRun {
  /** Paths in the project. */
  readonly files: readonly string[];
  /** What became of it. */
  readonly counts: TestCounts;
}

/** Names of the tests that failed, without those of their steps. */
export function failedTests(names: readonly string[]): string[] {
  const all = new Set(names);
  const isStep = (name: string) => {
    for (let at = name.indexOf(STEP); at >= 0; at = name.indexOf(STEP, at + 1)) {
      if (all.has(name.slice(0, at))) return true;
    }
    return false;
  };
  return [...all].filter((name) => !isStep(name));
}

/** The runs with tests to run again; none when too many failed, or when one failed that no report names. */
export function planSecondRun(runs: readonly FileRun[]): FileRun[] {
  const failed = runs.filter(({ counts }) => counts.failed > 0);
  const tests = failed.flatMap(({ counts }) => failedTests(counts.failures));
  const isNamed = failed.every(({ counts }) => counts.failures.length === counts.failed);
  return isNamed && tests.length <= MAX_AGAIN ? failed : [];
}

/** A filter for `deno test` that these tests pass, and no other. */
export function filterFor(names: readonly string[]): string {
  const escaped = failedTests(names).map((name) => name.replace(/[/\\^$.*+?()[\]{}|]/g, "\\$&"));
  return `/^(?:${escaped.join("|")})$/`;
}

/** The counts of a run after its failed tests ran again; its failures become passes only when each of them passed now. */
export function mergeSecondRun(first: TestCounts, second: TestCounts): TestCounts {
  const tests = failedTests(first.failures);
  if (second.failed > 0 || second.passed < tests.length) return first;
  return {
    ...first,
    passed: first.passed + first.failed,
    failed: 0,
    failures: [],
    passedAlone: [...first.passedAlone, ...tests],
  };
}
