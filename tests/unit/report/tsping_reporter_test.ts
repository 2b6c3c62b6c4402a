import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LineSink } from "../../../src/terminal/line_sink.ts";
import { TspingReporter } from "../../../src/report/tsping_reporter.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

const DAY_MS = 86_400_000;

const tsping =
  (separator: string | undefined, timestamps = true) => (output: LineSink, errors: LineSink) =>
    new TspingReporter(output, { timestamps, separator, errors });

/** The numbers of a machine-readable line after time and address. */
function numbersOf(line: string): number[] {
  const fields = line.split(",");
  assertEquals(fields.length, 10, line);
  assertMatch(fields[0] ?? "", /^\d{10}\.\d{6}$/);
  return fields.slice(2).map(Number);
}

/** Midnight passes here, there, or at both ends; the remote clock is ahead by so much. */
const MIDNIGHTS: Readonly<Record<string, readonly [startOfDayMs: number, offsetMs: number]>> = {
  "at both ends": [DAY_MS - 1500.5, 0.25],
  "here first": [DAY_MS - 1500.5, -700.25],
  "there first": [DAY_MS - 2500.5, 1400.25],
  "here, the other clock eleven hours behind": [DAY_MS - 1500.5, -39_600_000],
};

for (const [name, [startOfDayMs, offsetMs]] of Object.entries(MIDNIGHTS)) {
  Deno.test(`tsping: differences are right when midnight passes ${name}`, async () => {
    const network = { startOfDayMs, clock: { offsetMs }, out: 20, back: 30 };
    const { output, errors } = await reportRun(network, { count: 5 }, tsping(","));
    assertEquals([output.lines.length, errors.text], [5, ""]);
    const originates: number[] = [];
    for (const [index, line] of output.lines.entries()) {
      const [sequence, originate = NaN, , , finished = NaN, rtt, down = NaN, up = NaN] = numbersOf(
        line,
      );
      assertEquals(sequence, index);
      assert(finished >= 0 && finished < DAY_MS);
      // Whole milliseconds: each difference is within one of the truth.
      assert(Math.abs(rtt as number - 50) <= 1, `rtt ${rtt}`);
      assert(Math.abs(down - (30 - offsetMs)) <= 1, `down ${down}`);
      assert(Math.abs(up - (20 + offsetMs)) <= 1, `up ${up}`);
      originates.push(originate);
    }
    assert(Math.max(...originates) - Math.min(...originates) > DAY_MS / 2, "midnight did not pass");
  });
}

Deno.test("tsping: only the answer that counts has a line", async () => {
  const { output, errors } = await reportRun(EVENTFUL, { count: 8 }, tsping(","));
  assertEquals(output.lines.map((line) => numbersOf(line)[0]), [0, 2, 6, 7]);
  assertEquals(errors.lines, ["icmptime: 198.18.0.1: Cannot send to the host: ENETUNREACH"]);
});

Deno.test("tsping: another separator, no time, and words", async () => {
  const plain = await reportRun({}, { count: 1 }, tsping(";", false));
  assertMatch(plain.output.text, /^198\.18\.0\.1;0(;-?\d+){7}\n$/);
  const words = await reportRun({}, { count: 1 }, tsping(undefined));
  assertMatch(
    words.output.text,
    /^\[\d{10}\.\d{6}\] 198\.18\.0\.1 {6}: \[0\] Originate: \d+, Received: \d+, Transmit: \d+, Finished: \d+, RTT: 10, Down: -?\d+, Up: -?\d+,\n$/,
  );
  const echo = await reportRun({}, { count: 1, kind: "echo" }, tsping(",", false));
  assertEquals(echo.output.text, "198.18.0.1,0,10\n");
});

Deno.test("tsping: a host whose stamps cannot be used is reported once", async () => {
  const { output, errors } = await reportRun(
    { quirk: "other-originate" },
    { count: 3 },
    tsping(","),
  );
  assertEquals(output.text, "");
  assertEquals(errors.lines, [
    "icmptime: 198.18.0.1: stamps that cannot be used (originate-changed)",
  ]);
});
