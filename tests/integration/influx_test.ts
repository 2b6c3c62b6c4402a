/** `--format influx`: a real InfluxDB takes every line, and gives back what the JSON Lines of the same run say. */

import { assert, assertEquals } from "@std/assert";
import { influxFormatter } from "../../src/record/influx.ts";
import { JsonReporter, type JsonReporterOptions } from "../../src/record/json_reporter.ts";
import { recordsOf } from "../../src/record/registry.ts";
import { Lab, labTest } from "../lab/lab.ts";
import { InfluxServer, type Point } from "../support/influx_server.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { EVENTFUL, reportRun } from "../support/reported_run.ts";
import { systemTest } from "../support/tools.ts";

const TOOLS = ["influxd", "curl"];
/** Names that a list of targets could hold at worst. */
const LABELS = ["plain", 'odd, "name" = a\\', "日本\tµ"];
const STORED = ["plain", 'odd, "name" = a_', "日本_µ"];

/** A record of JSON as a point: strings joined, microseconds. */
function asPoint(record: Readonly<Record<string, unknown>>): Point {
  const entries = Object.entries(record).filter(([name]) => name !== "type");
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (name === "time") return [name, Math.round(Number(value) * 1e6)];
      if (name === "target") return [name, STORED[LABELS.indexOf(String(value))] ?? null];
      return [name, Array.isArray(value) ? value.join(";") : value as string | number | boolean];
    }),
  );
}

/** A point without what it has not. */
function withoutNulls(point: Point): Point {
  return Object.fromEntries(Object.entries(point).filter(([, value]) => value !== null));
}

const byText = (a: Point, b: Point) => keyOf(a) < keyOf(b) ? -1 : 1;

function keyOf(point: Point): string {
  return JSON.stringify(Object.entries(point).toSorted(([a], [b]) => a < b ? -1 : 1));
}

systemTest({
  name: "influx: every record of a run comes back from InfluxDB as JSON has it",
  tools: TOOLS,
  namespaces: true,
}, async () => {
  const report = async (options: Omit<JsonReporterOptions, "quiet">) => {
    const { output } = await reportRun(
      EVENTFUL,
      { count: 8, targets: LABELS.length, labels: LABELS },
      (lines) => new JsonReporter(lines, { quiet: false, ...options }),
    );
    return output;
  };
  const { lines } = await report({});
  await using namespace = await Namespace.open();
  await using server = await InfluxServer.open(namespace);
  await server.write((await report({ form: influxFormatter })).text);
  const records = lines.map((line) => JSON.parse(line));
  const types = new Set(records.map(({ type }) => type));
  assertEquals(types.size, 7, [...types].join());
  for (const type of types) {
    const expected = records.filter((record) => record.type === type).map(asPoint);
    const found = (await server.points(`icmptime_${type}`)).map(withoutNulls);
    assertEquals(found.toSorted(byText), expected.toSorted(byText));
  }
});

labTest(
  { name: "influx: InfluxDB takes what ping, clock and audit write", tools: TOOLS },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        hosts: {
          "198.18.0.2": { silent: true },
          "198.18.0.3": { duplicate: { ratio: 1, copies: 1, gap: 1 } },
          "198.18.0.4": { quirk: "zero" },
        },
      },
    });
    await using server = await InfluxServer.open(lab);
    const hosts = [1, 2, 3, 4].map((host) => `198.18.0.${host}`);
    const runs: Readonly<Record<string, readonly string[]>> = {
      ping: [
        ...["-c", "6", "-i", "100ms", "-W", "300ms", "--summary-every", "200ms"],
        ...["--fail-if", "loss>5%", "203.0.113.1"],
      ],
      clock: ["clock", "-c", "40", "-i", "20ms"],
      audit: ["audit", "-W", "300ms"],
    };
    for (const [command, words] of Object.entries(runs)) {
      const argv = SOURCE_PROGRAM.argv(...words, "--format", "influx", ...hosts);
      const { stdout, stderr } = await lab.run(argv);
      assert(stdout !== "", stderr);
      await server.write(stdout);
      for (const { type } of recordsOf(command)) {
        const written = stdout.split("\n").filter((line) => line.startsWith(`icmptime_${type}`));
        const found = await server.points(`icmptime_${type}`);
        const own = new Set(written.map((line) => line.split(" ").at(-1)?.slice(0, -3)));
        const points = found.filter(({ time }) => own.has(String(time)));
        // Addresses of one machine are for JSON; nothing unsent, no condition or change is for single commands.
        const isMissing = ["alias", "change", "icmp_error"].includes(type) ||
          command === "clock" && type === "condition";
        assertEquals([command, type, points.length > 0], [command, type, !isMissing]);
        assertEquals([command, type, points.length], [command, type, written.length]);
      }
    }
  },
);
