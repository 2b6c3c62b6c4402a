import { assert, assertEquals } from "@std/assert";
import { formatJson } from "../../../src/record/field.ts";
import { FLAG_NAMES } from "../../../src/record/flags.ts";
import { parseCondition } from "../../../src/run/condition.ts";
import { findMet } from "../../../src/run/condition_watch.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { recordsOf } from "../../../src/record/registry.ts";
import { quirkNames } from "../../lab/scenario.ts";
import { EVENTFUL, QUEUED, reportRun } from "../../support/reported_run.ts";
import type { Network } from "../../support/simulated_network.ts";

/** Names that outside programs rely on. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  reply: [
    "target",
    "address",
    "probe",
    "sequence",
    "ttl",
    "rtt_ms",
    "queue_ms",
    "stamp_source",
    "originate_ms",
    "receive_ms",
    "transmit_ms",
    "arrival_ms",
    "out_ms",
    "back_ms",
    "offset_ms",
    "offset_lower_ms",
    "offset_upper_ms",
    "flags",
  ],
  summary: [
    ...["sent", "received", "lost", "unsent", "pending", "duplicates", "late", "icmp_errors"],
    "loss_ratio",
    ...["rtt", "out", "back", "out_jitter", "back_jitter"].flatMap((quantity) =>
      ["min", "median", "mean", "p95", "max", "stddev"].map((part) => `${quantity}_${part}_ms`)
    ),
  ],
  run: ["schema_version"],
};

interface FieldFacts {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly optional?: boolean;
  readonly values?: readonly string[];
}

const tables = new Map<string, readonly FieldFacts[]>(
  recordsOf("ping").map(({ type, fields }) => [type, fields]),
);

Deno.test("the names that others rely on are there", () => {
  for (const [type, names] of Object.entries(PROMISED)) {
    const have = tables.get(type)?.map(({ name }) => name) ?? [];
    for (const name of names) assert(have.includes(name), `${type} has no ${name}`);
  }
});

Deno.test("every field has one name, in small letters, and a description without its full stop", () => {
  for (const [type, fields] of tables) {
    assertEquals(new Set(fields.map(({ name }) => name)).size, fields.length, type);
    for (const { name, description } of fields) {
      assert(/^[a-z][a-z0-9_]*$/.test(name), name);
      assert(/^[A-Za-z].{3,}[^.]$/.test(description), `${name}: ${description}`);
    }
  }
});

/** A condition that is met, one that is unknown, and the summary of an interval. */
function intervalLines(): readonly string[] {
  const output = new MemorySink();
  const sink = new LineSink(output, () => {});
  const reporter = new JsonReporter(sink, { quiet: false });
  const statistics = new TargetStatistics({ index: 0, label: "host", address: 0xc6120001 });
  const conditions = ["unsent<1", "offset>1s"].map((text) => parseCondition(text));
  for (const event of findMet(conditions, [statistics.summary(1.5)], 1.5)) {
    reporter.condition(event);
  }
  const { target } = statistics;
  reporter.summary(new TargetStatistics(target, "interval").summary(1.5, 0.5));
  sink.flush();
  return output.lines;
}

async function records(network: Network): Promise<Record<string, unknown>[]> {
  const open = (sink: ConstructorParameters<typeof JsonReporter>[0]) =>
    new JsonReporter(sink, { quiet: false });
  const runs = await Promise.all([
    reportRun(network, { count: 8 }, open),
    reportRun(network, { count: 8, kind: "echo" }, open),
    reportRun(network, { count: null, stopAtMs: 2500 }, open),
  ]);
  return [...runs.flatMap(({ output }) => output.lines), ...intervalLines()]
    .map((line) => JSON.parse(line));
}

Deno.test("every key that is written is in the table, in its order, with its type", async () => {
  const seen = new Set<string>();
  for (const quirk of quirkNames) {
    for (const record of await records({ ...EVENTFUL, quirk })) checkRecord(record, seen);
  }
  for (const record of await records(QUEUED)) checkRecord(record, seen);
  for (const [type, fields] of tables) {
    for (const { name } of fields) {
      assert(seen.has(`${type}.${name}`), `${type}.${name} never came`);
    }
  }
});

function checkRecord(record: Record<string, unknown>, seen: Set<string>): void {
  const [first, ...keys] = Object.keys(record);
  assertEquals(first, "type");
  const fields = tables.get(String(record["type"]));
  assert(fields !== undefined, `no table for ${record["type"]}`);
  const places = keys.map((key) => fields.findIndex(({ name }) => name === key));
  assert(places.every((place) => place >= 0), `unknown key in ${JSON.stringify(record)}`);
  assertEquals(places, places.toSorted((a, b) => a - b), "keys in the order of the table");
  for (const field of fields) {
    const value = record[field.name];
    if (value === undefined) {
      assert(field.optional === true, `${record["type"]} came without ${field.name}`);
      continue;
    }
    seen.add(`${record["type"]}.${field.name}`);
    checkValue(field, value);
  }
}

function checkValue({ name, type, values }: FieldFacts, value: unknown): void {
  const shown = `${name}: ${JSON.stringify(value)}`;
  switch (type) {
    case "integer":
      assert(Number.isSafeInteger(value), shown);
      break;
    case "number":
      assert(typeof value === "number" && Number.isFinite(value), shown);
      break;
    case "strings":
      assert(Array.isArray(value) && value.every((item) => typeof item === "string"), shown);
      for (const item of value) assert(values?.includes(item) ?? true, shown);
      break;
    default:
      assertEquals(typeof value, type, shown);
      assert(values?.includes(String(value)) ?? true, shown);
  }
}

Deno.test("the bounds that are written hold the bounds that were measured", async () => {
  for (const record of await records({ clock: { offsetMs: -7.123456 } })) {
    if (record["type"] !== "reply" || record["offset_ms"] === undefined) continue;
    const { offset_lower_ms: lower, offset_upper_ms: upper } = record as Record<string, number>;
    assert(lower !== undefined && upper !== undefined);
    assert(lower <= -7.123456 && upper >= -7.123456, `${lower} to ${upper}`);
  }
});

Deno.test("every flag has a name of small letters and dashes", () => {
  for (const name of FLAG_NAMES) assert(/^[a-z]+(-[a-z0-9]+)*$/.test(name), name);
});

Deno.test("a record as JSON: strings escaped, undefined left out, what is no number null", () => {
  const field = (name: string, value: unknown) => ({
    name,
    type: "string" as const,
    description: "For the test",
    value: () => value as string,
  });
  const fields = [
    field("text", 'a "b"\n\u001b'),
    field("none", undefined),
    field("count", 12),
    field("nan", NaN),
    field("big", Infinity),
    field("zero", -0),
    field("list", ["x", "y"]),
    field("null", null),
  ];
  assertEquals(
    formatJson("kind", fields, {}),
    '{"type":"kind","text":"a \\"b\\"\\n\\u001b","count":12,"nan":null,"big":null,"zero":0,' +
      '"list":["x","y"],"null":null}',
  );
});
