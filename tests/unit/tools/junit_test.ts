import { assertEquals } from "@std/assert";
import { addCounts, closingLine, countTests } from "../../../tools/junit.ts";

/** What deno 2.9.6 wrote for a passing, a skipped and two failing cases. */
const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="2" errors="0" time="0.120">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="2">
        <testcase name="adds" classname="./a_test.ts" time="0.001" line="1" col="6">
        </testcase>
        <testcase name="listens (skipped: &quot;tcpdump&quot; is not installed)" classname="./a_test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="subtracts &gt; twice" classname="./a_test.ts" time="0.001" line="3" col="6">
            <failure message="Uncaught Error: boo">Error: boo
Deno.test(&quot;&lt;skipped/&gt;&quot;, () =&gt; {});</failure>
        </testcase>
        <testcase name="divides" classname="./a_test.ts" time="0.002" line="4" col="6">
            <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
    </testsuite>
</testsuites>`;

const NONE = { passed: 0, failed: 0, failures: [], passedAlone: [], skipped: [] };

Deno.test("a JUnit report is counted case by case", () => {
  assertEquals(countTests(REPORT), {
    passed: 1,
    failed: 2,
    failures: ["subtracts > twice", "divides"],
    passedAlone: [],
    skipped: ['listens (skipped: "tcpdump" is not installed)'],
  });
});

Deno.test("a missing report counts nothing", () => {
  assertEquals(countTests(""), NONE);
});

Deno.test("the closing line adds up all runs, and names skips only when there are any", () => {
  const one = { ...NONE, passed: 3 };
  assertEquals(closingLine(addCounts([one, one])), "6 passed, 0 failed");
  const other = { ...NONE, passed: 1, failed: 2, skipped: ["x"] };
  assertEquals(closingLine(addCounts([one, other])), "4 passed, 2 failed, 1 skipped");
});
