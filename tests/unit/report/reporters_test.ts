/** What each format writes of one eventful run, to the letter. The lines were checked by hand once. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { annotateDatagram, formatAnnotated } from "../../../src/packet/mod.ts";
import { CsvReporter } from "../../../src/record/csv_reporter.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import type { LineSink } from "../../../src/terminal/line_sink.ts";
import type { Reporter } from "../../../src/run/reporter.ts";
import { TextReporter, type TextReporterOptions } from "../../../src/report/text_reporter.ts";
import { TspingReporter } from "../../../src/report/tsping_reporter.ts";
import { fpingForm } from "../../support/fping_form.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";
import golden from "./golden_reports.json" with { type: "json" };

const RUN = { count: 8 };
const TEXT: TextReporterOptions = {
  quiet: false,
  verbose: true,
  numeric: false,
  timestamps: true,
};

const text = (options: Partial<TextReporterOptions>) => (output: LineSink): Reporter =>
  new TextReporter(output, { ...TEXT, ...options });
const fping = fpingForm({ reportsUnsent: true }, { time: "unix" });
const tsping = (output: LineSink, errors: LineSink): Reporter =>
  new TspingReporter(output, { timestamps: true, separator: ",", errors });

Deno.test("text: verbose, with the time", async () => {
  const { output } = await reportRun(EVENTFUL, RUN, text({}));
  assertEquals(output.lines, golden.textVerbose);
});

Deno.test("text: two targets, one with a name that is no good for a terminal", async () => {
  const labels = ["bücher\x1b[31m.example", "198.18.0.2"];
  const options = { ...RUN, targets: 2, labels };
  const { output } = await reportRun(
    EVENTFUL,
    options,
    text({ verbose: false, timestamps: false }),
  );
  assertEquals(output.lines, golden.textPlain);
});

Deno.test("text: quiet, echo, stamps in user space", async () => {
  const network = { ...EVENTFUL, stampSource: "user" as const };
  const { output } = await reportRun(network, { ...RUN, kind: "echo" }, text({ quiet: true }));
  assertEquals(output.lines, golden.textQuiet);
});

Deno.test("text: the line of a reply fits 80 columns, whatever the name, the offset and the time before it", async () => {
  const labels = ["a-host-with-a-long-name.some-department.example.org"];
  const network = { out: 0.1, back: 0.1, clock: { offsetMs: -43_199_000 } };
  for (const timestamps of [true, false]) {
    for (const numeric of [true, false]) {
      const { output } = await reportRun(
        network,
        { count: 2, labels },
        text({ verbose: false, timestamps, numeric }),
      );
      const lines = output.lines.slice(1, output.lines.indexOf(""));
      for (const line of lines) assert(line.length <= 80, line);
      assert(lines.some((line) => line.includes("clock -11:59:59.000 ±0.001 s")), lines.join("\n"));
    }
  }
});

Deno.test("text: a reply says what a clock may show that is an hour off", async () => {
  const { output } = await reportRun(
    { out: 0.1, back: 0.1, clock: { offsetMs: 3_600_000 } },
    { count: 1 },
    text({ verbose: false, timestamps: false, numeric: true }),
  );
  assertEquals(
    output.lines[1],
    "198.18.0.1: seq=0 ttl=61 rtt=0.200 ms  clock +1:00:00.000 ±0.001 s  local time?",
  );
});

Deno.test("text: numeric shows no name", async () => {
  const { output } = await reportRun(EVENTFUL, RUN, text({ numeric: true }));
  assert(!output.text.includes("host-0"));
  assert(output.text.includes("198.18.0.1: seq=0"));
});

Deno.test("text: the times of lines never go back, but for late stamps", async () => {
  const { output } = await reportRun(EVENTFUL, RUN, text({}));
  const times = output.lines.flatMap((line) => /^\[(\d+\.\d{6})\]/.exec(line)?.[1] ?? []);
  assertEquals(times, times.toSorted());
  assertEquals(times.length, 12);
});

Deno.test("text: explained packets name every field", async () => {
  const { output } = await reportRun(
    { rules: [{ probes: [1], fate: { error: { type: 3, code: 1 } } }] },
    { count: 2, explain: true },
    text({ explain: (bytes) => formatAnnotated(annotateDatagram(bytes)) }),
  );
  for (
    const words of [
      "Request 0 to host-0 (198.18.0.1)",
      "Reply 0 from host-0 (198.18.0.1)",
      "Request 1 to",
      "ICMP error about request 1",
      "originate",
      "header checksum",
    ]
  ) assert(output.text.includes(words), `${words} is not in\n${output.text}`);
});

Deno.test("json: every kind of record", async () => {
  const { output } = await reportRun(
    EVENTFUL,
    RUN,
    (sink) => new JsonReporter(sink, { quiet: false }),
  );
  assertEquals(output.lines, golden.json);
});

Deno.test("json: quiet leaves run, summary and end", async () => {
  const { output } = await reportRun(
    EVENTFUL,
    RUN,
    (sink) => new JsonReporter(sink, { quiet: true }),
  );
  const types = output.lines.map((line) => JSON.parse(line).type);
  assertEquals(types, ["run", "summary", "end"]);
});

Deno.test("json: chosen fields in the order chosen", async () => {
  const fields = ["rtt_ms", "address", "no_such_field"];
  const open = (sink: LineSink) => new JsonReporter(sink, { quiet: false, fields });
  const { output } = await reportRun(EVENTFUL, RUN, open);
  const keys = new Map(
    output.lines.map((line) => [JSON.parse(line).type, Object.keys(JSON.parse(line))]),
  );
  assertEquals(keys.get("reply"), ["type", "rtt_ms", "address"]);
  assertEquals(keys.get("timeout"), ["type", "address"]);
});

Deno.test("csv: a header and a row for each probe, quoted where need be", async () => {
  const options = { ...RUN, labels: ['a "quoted", name'] };
  const { output } = await reportRun(
    EVENTFUL,
    options,
    (sink) => new CsvReporter(sink, { quiet: false }),
  );
  assertEquals(output.lines, golden.csv);
});

Deno.test("csv: quiet gives a row for each target", async () => {
  const open = (sink: LineSink) => new CsvReporter(sink, { quiet: true });
  const { output } = await reportRun(EVENTFUL, { ...RUN, targets: 3 }, open);
  const [head = "", ...rows] = output.lines;
  assertEquals(rows.length, 3);
  const columns = head.split(",");
  for (const row of rows) assertEquals(row.split(",").length, columns.length);
  assertEquals(rows.map((row) => row.split(",")[columns.indexOf("received")]), ["4", "4", "4"]);
  assert(columns.includes("rtt_median_ms"), head);
});

Deno.test("fping: seventeen tokens for a reply", async () => {
  const { output, errors } = await reportRun(EVENTFUL, RUN, fping);
  assertEquals(output.lines, golden.fping);
  const [icmp, others] = [true, false].map((is) =>
    errors.lines.filter((line) => line.startsWith("ICMP ") === is)
  );
  assertEquals(others, golden.fpingErrors);
  assertEquals(icmp?.length, 1);
  assertMatch(icmp?.[0] ?? "", / from 192\.0\.10\.1 for ICMP Timestamp sent to host-0$/);
  const replies = output.lines.filter((line) => line.includes("bytes"));
  assertEquals(replies.map((line) => line.split(/\s+/).length), replies.map(() => 17));
});

Deno.test("fping: twelve tokens for an echo", async () => {
  const { output } = await reportRun(EVENTFUL, { ...RUN, kind: "echo" }, fping);
  const replies = output.lines.filter((line) => line.includes("bytes"));
  assertEquals(replies.map((line) => line.split(/\s+/).length), replies.map(() => 12));
});

Deno.test("tsping: ten fields", async () => {
  const { output, errors } = await reportRun(EVENTFUL, RUN, tsping);
  assertEquals(output.lines, golden.tsping);
  assertEquals(errors.lines, golden.tspingErrors);
});

Deno.test("tsping: the differences are right over midnight", async () => {
  const network = { startOfDayMs: 86_399_997.2, clock: { offsetMs: 3 } };
  const { output } = await reportRun(network, { count: 1 }, tsping);
  const [, , , originate, receive, , finished, rtt, down, up] = (output.lines[0] ?? "").split(",")
    .map(Number);
  assertEquals([originate, receive, finished], [86_399_997, 5, 7]);
  assertEquals([rtt, down, up], [10, 2, 8]);
});
