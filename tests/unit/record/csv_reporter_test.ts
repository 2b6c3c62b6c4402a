import { assert, assertEquals } from "@std/assert";
import { CsvReporter } from "../../../src/record/csv_reporter.ts";
import { csvColumns } from "../../../src/record/registry.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import type { LineSink } from "../../../src/terminal/line_sink.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

const csv = (quiet: boolean, fields?: readonly string[]) => (output: LineSink) =>
  new CsvReporter(output, { quiet, fields });

/** Rows of a text without quoted cells. */
const rowsOf = (lines: readonly string[]) => lines.map((line) => line.split(","));

/** Cells of one row by column. */
function cellsOf(head: readonly string[], row: readonly string[]): Record<string, string> {
  assertEquals(row.length, head.length);
  return Object.fromEntries(head.map((name, index) => [name, row[index] as string]));
}

/** A value of JSON as a cell. */
function cell(value: unknown): string {
  return value === undefined ? "" : Array.isArray(value) ? value.join(";") : String(value);
}

Deno.test("csv: the same numbers as JSON, row by row", async () => {
  const run = { count: 8 };
  const json = await reportRun(
    EVENTFUL,
    run,
    (output) => new JsonReporter(output, { quiet: false }),
  );
  const { output } = await reportRun(EVENTFUL, run, csv(false));
  const [head = [], ...rows] = rowsOf(output.lines);
  assertEquals(head, csvColumns("ping", false));
  const records = json.output.lines.map((line) => JSON.parse(line))
    .filter(({ type }) => !["run", "summary", "end"].includes(type));
  assertEquals(rows.length, records.length);
  for (const [index, record] of records.entries()) {
    const cells = cellsOf(head, rows[index] ?? []);
    for (const name of head) assertEquals([name, cells[name]], [name, cell(record[name])]);
    for (const name of Object.keys(record)) assert(head.includes(name), `${name} has no column`);
  }
});

Deno.test("csv: quiet has one row for each target", async () => {
  const run = { count: 8, targets: 2 };
  const json = await reportRun(
    EVENTFUL,
    run,
    (output) => new JsonReporter(output, { quiet: true }),
  );
  const { output } = await reportRun(EVENTFUL, run, csv(true));
  const [head = [], ...rows] = rowsOf(output.lines);
  const summaries = json.output.lines.map((line) => JSON.parse(line)).filter(({ type }) =>
    type === "summary"
  );
  assertEquals([rows.length, summaries.length], [2, 2]);
  for (const [index, summary] of summaries.entries()) {
    const cells = cellsOf(head, rows[index] ?? []);
    for (const [name, value] of Object.entries(summary)) {
      assertEquals(cells[name], cell(value));
    }
  }
});

Deno.test("csv: chosen columns in their order, empty where a record has no such field", async () => {
  const { output } = await reportRun(
    EVENTFUL,
    { count: 6 },
    csv(false, ["error_code", "type", "flags", "probe"]),
  );
  const [head, ...rows] = output.lines;
  assertEquals(head, "error_code,type,flags,probe");
  assertEquals(
    rows.toSorted(),
    [
      ...[",reply,tick-assumed,0", ",timeout,,1", ",reply,tick-assumed,2", ",timeout,,3"],
      ...[",reply,duplicate;tick-assumed,2", ",reply,late;tick-assumed,3", ",icmp_error,,4"],
      "ENETUNREACH,unsent,,5",
    ].toSorted(),
  );
});

Deno.test("csv: a name with a comma, a quote or a line break stays one cell", async () => {
  const labels = ["a,b", 'say "no"', "two\nlines", "plain"];
  const { output } = await reportRun(
    {},
    { count: 1, targets: 4, labels },
    csv(false, ["target", "ttl"]),
  );
  assertEquals(output.text, 'target,ttl\n"a,b",61\n"say ""no""",61\n"two\nlines",61\nplain,61\n');
});
