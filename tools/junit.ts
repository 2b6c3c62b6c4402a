/** The counts of a test run, read from the JUnit report that `deno test --junit-path` writes. */

/** What became of the tests of a run. */
export interface TestCounts {
  /** Tests and test steps that passed. */
  readonly passed: number;
  /** Tests and test steps that failed. */
  readonly failed: number;
  /**
   * Names of those of them that a report has: a file that does not compile is in none. The name of a step comes after that of
   * its test, with ` ... ` between. Which file a test is of is not known: the report has the place that registers it.
   */
  readonly failures: readonly string[];
  /** Names of the tests that failed at first and passed with nothing beside them; they are among the passed. */
  readonly passedAlone: readonly string[];
  /** Names of the tests that were skipped; each says why. */
  readonly skipped: readonly string[];
}

/** Counts the test cases of a JUnit report. Anything that is not a report counts nothing. */
export function countTests(xml: string): TestCounts {
  let passed = 0;
  const failures: string[] = [];
  const skipped: string[] = [];
  // Text is escaped in XML, so a tag inside a failure's message cannot be mistaken for a tag.
  for (
    const [, attributes = "", body = ""] of xml.matchAll(/<testcase\s([^>]*)>(.*?)<\/testcase>/gs)
  ) {
    const name = unescape(attributes.match(/name="([^"]*)"/)?.[1] ?? "");
    if (/<(?:failure|error)\b/.test(body)) failures.push(name);
    else if (/<skipped\b/.test(body)) skipped.push(name);
    else passed++;
  }
  return { passed, failed: failures.length, failures, passedAlone: [], skipped };
}

/** Adds up several runs. */
export function addCounts(counts: readonly TestCounts[]): TestCounts {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    failures: counts.flatMap(({ failures }) => failures),
    passedAlone: counts.flatMap(({ passedAlone }) => passedAlone),
    skipped: counts.flatMap(({ skipped }) => skipped),
  };
}

/** The closing line: `12 passed, 0 failed`, and `, 3 skipped` when any was. */
export function closingLine(counts: TestCounts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.skipped.length === 0 ? line : `${line}, ${counts.skipped.length} skipped`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function unescape(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
