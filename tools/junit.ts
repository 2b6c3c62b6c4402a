/** The counts of a test run, read from the JUnit report that `deno test --junit-path` writes. */

/** A test, or a step of one, that failed. */
export interface FailedTest {
  /** Path in the project. */
  readonly file: string;
  /** As the report has it: a step bears the names of the tests around it. */
  readonly name: string;
}

/** What became of the tests of a run. */
export interface TestCounts {
  /** Tests and test steps that passed. */
  readonly passed: number;
  /** Tests and test steps that failed. */
  readonly failed: number;
  /** Those of them that a report names: a file that does not compile is in no report. */
  readonly failures: readonly FailedTest[];
  /** Names of the tests that failed at first and passed with nothing beside them; they are among the passed. */
  readonly passedAlone: readonly string[];
  /** Names of the tests that were skipped; each says why. */
  readonly skipped: readonly string[];
}

/** Counts the test cases of a JUnit report. Anything that is not a report counts nothing. */
export function countTests(xml: string): TestCounts {
  let passed = 0;
  const failures: FailedTest[] = [];
  const skipped: string[] = [];
  // Text is escaped in XML, so a tag inside a failure's message cannot be mistaken for a tag.
  for (const [, file = "", suite = ""] of xml.matchAll(SUITES)) {
    for (
      const [, attributes = "", body = ""] of suite.matchAll(
        /<testcase\s([^>]*)>(.*?)<\/testcase>/gs,
      )
    ) {
      const name = unescape(attributes.match(/name="([^"]*)"/)?.[1] ?? "");
      if (/<(?:failure|error)\b/.test(body)) failures.push({ file, name });
      else if (/<skipped\b/.test(body)) skipped.push(name);
      else passed++;
    }
  }
  return { passed, failed: failures.length, failures, passedAlone: [], skipped };
}

/** A file's part of a report, with its path. */
const SUITES = /<testsuite name="\.\/([^"]*)"[^>]*>(.*?)<\/testsuite>/gs;

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
