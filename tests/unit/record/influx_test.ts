import { assertEquals } from "@std/assert";
import type { Field } from "../../../src/record/field.ts";
import { influxFormatter } from "../../../src/record/influx.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

type Row = Readonly<Record<string, Parameters<typeof JSON.stringify>[0]>>;

const field = (name: string, type: Field<Row>["type"]): Field<Row> => ({
  name,
  type,
  description: "A field",
  value: (row) => row[name],
});

const TABLE = [
  ...[field("target", "string"), field("address", "string"), field("time", "number")],
  ...[field("probe", "integer"), field("rtt_ms", "number"), field("is_met", "boolean")],
  ...[field("error", "string"), field("flags", "strings")],
];

const line = (row: Row, names?: readonly string[]) =>
  influxFormatter("kind", TABLE, names)({ target: "host", time: 1.5, ...row });

Deno.test("influx: measurement, tags, fields by type, nanoseconds", () => {
  assertEquals(
    line({
      ...{ address: "192.0.2.7", probe: 0, rtt_ms: 5, is_met: false },
      ...{ error: "refused", flags: ["late", "odd"], time: 1764250000.123456 },
    }),
    "icmptime_kind,target=host,address=192.0.2.7 " +
      'probe=0i,rtt_ms=5,is_met=false,error="refused",flags="late;odd" 1764250000123456000',
  );
});

Deno.test("influx: tags are escaped, and what they cannot hold becomes an underscore", () => {
  const names: readonly (readonly [name: string, tag: string])[] = [
    ["a b,c=d", "a\\ b\\,c\\=d"],
    ["line\nbreak\r\x1b[m", "line_break__[m"],
    ["ends in \\", "ends\\ in\\ _"],
    ['"quoted" µ 日本', '"quoted"\\ µ\\ 日本'],
  ];
  for (const [target, tag] of names) {
    assertEquals(line({ target, probe: 1 }), `icmptime_kind,target=${tag} probe=1i 1500000000`);
  }
  assertEquals(line({ target: "", probe: 1 }), "icmptime_kind probe=1i 1500000000");
});

Deno.test("influx: strings are escaped, and have no line breaks", () => {
  assertEquals(
    line({ error: 'a "b" c\\, d=e\nf' }),
    'icmptime_kind,target=host error="a \\"b\\" c\\\\, d=e f" 1500000000',
  );
});

Deno.test("influx: a line without fields is none, and no number is no field", () => {
  assertEquals(line({}), undefined);
  assertEquals(line({ rtt_ms: NaN, probe: null, error: undefined }), undefined);
  assertEquals(
    line({ rtt_ms: 1e-7, flags: [] }),
    'icmptime_kind,target=host rtt_ms=1e-7,flags="" 1500000000',
  );
});

Deno.test("influx: chosen fields in their order; tags and time are always there", () => {
  const row = { probe: 3, rtt_ms: 0.5, error: "x" };
  assertEquals(
    line(row, ["rtt_ms", "time", "probe"]),
    "icmptime_kind,target=host rtt_ms=0.5,probe=3i 1500000000",
  );
  assertEquals(line(row, ["flags"]), undefined);
});

Deno.test("influx: one line for each record of a run; none where it has no chosen field", async () => {
  const run = async (options: Omit<ConstructorParameters<typeof JsonReporter>[1], "quiet">) => {
    const { output } = await reportRun(
      EVENTFUL,
      { count: 8 },
      (lines) => new JsonReporter(lines, { quiet: false, ...options }),
    );
    return output.lines;
  };
  const form = influxFormatter;
  const types = (await run({})).map((text) => JSON.parse(text).type);
  const kinds = (lines: readonly string[]) =>
    lines.map((text) => text.match(/^icmptime_(\w+)/)?.[1]);
  assertEquals(kinds(await run({ form })), types);
  assertEquals(
    kinds(await run({ form, fields: ["error_code"] })),
    types.filter((type) => ["run", "unsent", "end"].includes(type)),
  );
});
