/** JSON Lines as a table: DuckDB finds the columns by itself, and every number is one. */

import { assert, assertEquals } from "@std/assert";
import { JsonReporter } from "../../src/record/json_reporter.ts";
import { COMMAND_RECORDS } from "../../src/record/registry.ts";
import { queryLines } from "../support/duckdb.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { EVENTFUL, reportRun } from "../support/reported_run.ts";
import { systemTest } from "../support/tools.ts";

/** Types of DuckDB that `avg` and `max` work on. */
const NUMERIC = new Set(["DOUBLE", "BIGINT", "HUGEINT"]);

/** The type that a key has in the tables of every command. */
const fieldTypes = new Map(
  Object.values(COMMAND_RECORDS).flatMap((records) =>
    records.flatMap(({ fields }) => fields.map(({ name, type }) => [name, type] as const))
  ),
);

/** Fails unless every column that has a value has its key's type. */
function assertTypes(types: Readonly<Record<string, string>>): void {
  for (const [name, found] of Object.entries(types)) {
    const type = fieldTypes.get(name);
    if (type === "number" || type === "integer") assert(NUMERIC.has(found), `${name} is ${found}`);
    if (type === "boolean") assertEquals([name, found], [name, "BOOLEAN"]);
    if (type === "strings") assert(/^(VARCHAR|JSON)\[\]$/.test(found), `${name} is ${found}`);
    assert(!/^(STRUCT|MAP|JSON$)/.test(found), `${name} is ${found}`);
  }
}

Deno.test("duckdb: averages and maxima of a run with replies and summaries", async () => {
  const { output } = await reportRun(
    EVENTFUL,
    { count: 8, targets: 3 },
    (lines) => new JsonReporter(lines, { quiet: false }),
  );
  const { types } = await queryLines([output.text], "SELECT * FROM lines");
  assertTypes(types);
  const { rows: [found] } = await queryLines(
    [output.text],
    `SELECT avg(rtt_ms) AS mean, max(rtt_p95_ms) AS p95, sum(icmp_errors) FILTER (type = 'summary') AS errors,
            any_value(error_code) AS code, max(time) - min(time) AS length
     FROM lines`,
  );
  const records = output.lines.map((line) => JSON.parse(line));
  const rtts = records.filter(({ rtt_ms }) => rtt_ms !== undefined).map(({ rtt_ms }) => rtt_ms);
  const mean = rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length;
  assert(Math.abs(Number(found?.["mean"]) - mean) < 1e-9, `${found?.["mean"]} for ${mean}`);
  const p95 = Math.max(...records.map(({ rtt_p95_ms = 0 }) => rtt_p95_ms));
  assertEquals([found?.["p95"], Number(found?.["errors"])], [p95, 3]);
  assertEquals(found?.["code"], "ENETUNREACH");
  assert(Number(found?.["length"]) > 6, "time is in seconds");
});

systemTest({
  name: "duckdb: real lines of ping, clock, scan and decode in one table",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const runs = [
    ["--json", "-c", "3", "-i", "50ms", "--summary-every", "60ms", "127.0.0.1", "127.0.0.2"],
    ["clock", "--json", "-c", "20", "-i", "10ms", "127.0.0.1", "127.0.0.2"],
    ["scan", "--json", "--include-reserved", "--cooldown", "100ms", "127.0.0.0/30"],
    ["decode", "--json", "42694656"],
  ];
  const texts: string[] = [];
  for (const words of runs) {
    const { stdout, stderr } = await namespace.run(SOURCE_PROGRAM.argv(...words));
    assert(stdout !== "", stderr);
    texts.push(stdout);
  }
  const { types } = await queryLines(texts, "SELECT * FROM lines");
  assertTypes(types);
  const { rows: [found] } = await queryLines(
    texts,
    `SELECT avg(rtt_ms) AS mean, max(rtt_p95_ms) AS p95, count(DISTINCT command) AS commands,
            bool_and(time > 1.7e9) AS timed, count(*) FILTER (scope = 'interval' AND time < "from") AS torn
     FROM lines`,
  );
  assert(Number(found?.["mean"]) > 0 && Number(found?.["p95"]) > 0, JSON.stringify(found));
  assertEquals([Number(found?.["commands"]), found?.["timed"], Number(found?.["torn"])], [
    3,
    true,
    0,
  ]);
});
