/**
 * A second, lonely run for files of which a test failed beside others.
 *
 * Tests with a kernel share processors with each other and with whatever else the machine does; a fault of the program fails
 * alone as well. So few files that failed are run once more with nothing beside them, and a test that passes then is named in
 * the closing lines: it counts as passed, and as news. Many files that fail are no matter of company: they are not run again.
 */

import { type FailedTest, type TestCounts } from "./junit.ts";

/** Files that may be run again; when more have failed, none is. */
export const MAX_AGAIN = 3;

/** The files to run again, each once, in the order of their failures; none when too many failed. */
export function planSecondRun(failures: readonly FailedTest[]): string[] {
  const files = [...new Set(failures.map(({ file }) => file))];
  return files.length <= MAX_AGAIN ? files : [];
}

/**
 * The counts of a first run after one of its files ran again alone.
 *
 * Its failures become passes only when the second run of the whole file has no failure; else the first run stays as it was.
 */
export function mergeSecondRun(
  first: TestCounts,
  file: string,
  second: TestCounts,
): TestCounts {
  if (second.failures.length > 0 || second.failed > 0 || second.passed === 0) return first;
  const healed = first.failures.filter((failure) => failure.file === file);
  return {
    ...first,
    passed: first.passed + healed.length,
    failed: first.failed - healed.length,
    failures: first.failures.filter((failure) => failure.file !== file),
    passedAlone: [...first.passedAlone, ...healed.map(({ name }) => name)],
  };
}
