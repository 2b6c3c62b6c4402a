import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatFpingMs } from "../../../src/report/fping/number_text.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { fpingForm, QUIET } from "../../support/fping_form.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

const DAY_MS = 86_400_000;

const fping = (isQuiet = false, hasTime = true) =>
  fpingForm(isQuiet ? QUIET : {}, { time: hasTime ? "unix" : undefined });

/** A time, and how fping 5.1 writes it (measured). */
const TIMES: readonly (readonly [ms: number, text: string])[] = [
  [0.0004, "0.000"],
  [0.0386, "0.039"],
  [0.9994, "0.999"],
  [1, "1.00"],
  [5.064, "5.06"],
  [12.34, "12.3"],
  [9.994, "9.99"],
  [10, "10.0"],
  [99.94, "99.9"],
  [100, "100"],
  [1234.5, "1235"],
];

for (const [ms, text] of TIMES) {
  Deno.test(`fping: ${ms} ms is written ${text}`, () => assertEquals(formatFpingMs(ms), text));
}

Deno.test("fping: a reply to a timestamp request has seventeen tokens, one to an echo twelve", async () => {
  for (const [kind, tokens] of [["timestamp", 17], ["echo", 12]] as const) {
    const { output } = await reportRun({}, { count: 3, kind }, fping());
    assertEquals(output.lines.map((line) => line.split(/\s+/).length), Array(3).fill(tokens));
    const untimed = await reportRun({}, { count: 3, kind }, fping(false, false));
    assertEquals(
      untimed.output.lines.map((line) => line.split(/\s+/).length),
      Array(3).fill(tokens - 1),
    );
  }
});

Deno.test("fping: over midnight here, the raw stamps start again and the line keeps its form", async () => {
  const network = { startOfDayMs: DAY_MS - 1500.5, out: 20, back: 30 };
  const { output } = await reportRun(network, { count: 4 }, fping());
  const stamps = output.lines.map((line) => {
    const tokens = line.split(/\s+/);
    assertEquals(tokens.length, 17);
    assertMatch(line, / 50\.0 ms \(50\.0 avg, 0% loss\), timestamps: /);
    return tokens.slice(13).map((token) => Number(token.split("=")[1]));
  });
  assertEquals(stamps.map(([originate = NaN]) => originate > DAY_MS / 2), [
    true,
    true,
    false,
    false,
  ]);
  for (const each of stamps) for (const stamp of each) assert(stamp >= 0 && stamp < DAY_MS);
  // The time in front goes on: it is not a time of day.
  const times = output.lines.map((line) => Number(line.slice(1, line.indexOf("]"))));
  assert(times.every((time, index) => index === 0 || time - (times[index - 1] as number) > 0.9));
});

Deno.test("fping: replies and time-outs on one stream, errors and the summary on the other", async () => {
  const { output, errors } = await reportRun(EVENTFUL, { count: 8 }, fping(false, false));
  assertEquals(
    output.lines.map((line) => line.match(/: \[(\d)\], (timed out|\d+ bytes)/)?.slice(1)),
    [
      ["0", "20 bytes"],
      ["1", "timed out"],
      ["2", "20 bytes"],
      ["3", "timed out"],
      ["4", "timed out"],
      ["6", "20 bytes"],
      ["7", "20 bytes"],
    ],
  );
  assertEquals(
    errors.lines.map((line) =>
      line.replace(/\d+(\.\d+)? ms$/, "RTT ms").replace(/= [\d./]+$/, "= …")
    ),
    [
      "ICMP Unreachable (Communication Administratively Prohibited) from 192.0.10.1 for ICMP Timestamp sent to host-0",
      "",
      "host-0   : xmt/rcv/%loss = 8/4/50%, min/avg/max = …",
    ],
  );
});

Deno.test("fping: a quiet count has the summary alone", async () => {
  const { output, errors } = await reportRun(EVENTFUL, { count: 8 }, fping(true));
  assertEquals(output.text, "");
  assertEquals(errors.lines.map((line) => line.replace(/max = .*$/, "max = …")), [
    "host-0   : xmt/rcv/%loss = 8/4/50%, min/avg/max = …",
  ]);
});

Deno.test("fping: names stand in a column, and cannot reach the terminal", async () => {
  const labels = ["a", "b\x1b[2J"];
  const { output } = await reportRun({}, { count: 1, targets: 2, labels }, fping(false, false));
  assertEquals(output.lines.map((line) => line.split(" : ")[0]), ["a       ", "b\ufffd[2J   "]);
});

Deno.test("fping: a summary in mid-run has the time, and does not wait for the end", () => {
  const errors = new MemorySink();
  const sink = new LineSink(errors, () => {});
  const target = { index: 0, label: "host", address: 1 };
  const reporter = fping(true)(new LineSink(new MemorySink(), () => {}), sink);
  reporter.summary(new TargetStatistics(target).summary(0));
  const [heading = "", ...lines] = errors.lines;
  assertMatch(heading, /^\[\d\d:\d\d:\d\d\]$/);
  assertEquals(lines, ["host     : xmt/rcv/%loss = 0/0/0%"]);
});
