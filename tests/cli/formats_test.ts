/** Output for programs: every line against the published schema, columns, chosen fields, summaries of intervals. */

import { Ajv2020, type ValidateFunction } from "npm:ajv@8.20.0/dist/2020.js";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMAND_RECORDS, recordsOf } from "../../src/record/registry.ts";
import { FLAG_NAMES } from "../../src/record/flags.ts";
import { SCAN_FLAG_NAMES } from "../../src/record/scan_record.ts";
import { outputSchema } from "../../tools/output_schema.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { runCommand } from "../support/command.ts";
import { Lab, labTest } from "../lab/lab.ts";
import type { Scenario } from "../lab/scenario.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords, type SummaryRecord } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const SCHEMA_PATH = `${PROJECT_FOLDER}docs/output.schema.json`;

/** The published schema of a command's lines, and the same without room for unknown keys. */
function validators(command: string): { published: ValidateFunction; strict: ValidateFunction } {
  const published = new Ajv2020({ strict: true, allErrors: true });
  published.addSchema(JSON.parse(Deno.readTextFileSync(SCHEMA_PATH)), "output");
  const strict = new Ajv2020({ strict: true, allErrors: true });
  strict.addSchema(outputSchema(true), "output");
  return {
    published: published.compile({ $ref: `output#/$defs/${command}` }),
    strict: strict.compile({ $ref: `output#/$defs/${command}` }),
  };
}

/** Fails unless every line is as the schema says, and names the kinds of records that there were. */
function validateAll(command: string, lines: readonly object[]): Set<unknown> {
  const { published, strict } = validators(command);
  for (const line of lines) {
    for (const validate of [published, strict]) {
      if (!validate(line)) {
        throw new Error(`${JSON.stringify(line)}\n${JSON.stringify(validate.errors, null, 1)}`);
      }
    }
  }
  return new Set(lines.map((line) => (line as { type: unknown }).type));
}

Deno.test("formats: the document names every record, field and flag", async () => {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/output.md`);
  const watchChapter = text.split("\n## JSON Lines of watch\n")[1]?.split("\n## ")[0] ?? "";
  for (const [command, records] of Object.entries(COMMAND_RECORDS)) {
    for (const { type, fields } of records) {
      // Records of watch are those of ping; what they have besides is in the words of its chapter.
      const described = command === "watch" ? "ping" : command;
      const [, section = ""] = text.split(`### ${described}: \`${type}\`\n`);
      const own = section.split("\n## ")[0]?.split("\n### ")[0] ?? "";
      for (const { name } of fields) {
        const isKnown = own.includes(`| \`${name}\``) ||
          command === "watch" && name === "message" && watchChapter.includes(`\`${name}\``);
        assert(isKnown, `${command} ${type} ${name}`);
      }
    }
  }
  for (const flag of FLAG_NAMES) assert(text.includes(`| \`${flag}\``), flag);
});

/** One host for each thing that can happen. */
const EVERYTHING: Scenario = {
  defaults: { out: 3, back: 3 },
  hosts: {
    "198.18.0.2": { duplicate: { ratio: 1, copies: 1, gap: 1 } },
    "198.18.0.3": { out: 1500 },
    "198.18.0.4": { corruption: { ratio: 1, kinds: ["bad-checksum"] } },
    "198.18.0.5": { quirk: "little-endian" },
    "198.18.0.6": { quirk: "high-bit" },
    "198.18.0.7": { quirk: "zero" },
    "198.18.0.8": { quirk: "other-originate" },
    "198.18.0.9": { corruption: { ratio: 1, kinds: ["ip-options"] } },
    "198.18.0.10": { error: { ratio: 1, type: 3, code: 13, from: "198.18.99.1" } },
    "198.18.0.11": { silent: true },
    "198.18.0.12": { forgery: { ratio: 1, kinds: ["other-identifier"], instead: true } },
  },
};
const EVERYBODY = ["198.18.0.1-198.18.0.12", "203.0.113.1"];

labTest({ name: "formats: every kind of line of ping is as the schema says" }, async () => {
  await using lab = await Lab.open({ scenario: EVERYTHING });
  const argv = SOURCE_PROGRAM.argv(
    ...["--json", "--loop", "-w", "5", "-i", "400ms", "-W", "1200ms", "--summary-every", "500ms"],
    ...["--fail-if", "loss>5%"],
    ...EVERYBODY,
  );
  const { code, stdout } = await lab.run(argv);
  assertEquals(code, 1);
  const { all, replies, summaries } = readRecords(stdout);
  const kinds = validateAll("ping", all);
  assertEquals(kinds, new Set(recordsOf("ping").map(({ type }) => type)));
  const flags = new Set(replies.flatMap((reply) => reply.flags));
  for (
    const flag of [
      "duplicate",
      "late",
      "bad-checksum",
      "byte-swapped",
      "non-standard",
      "ip-options",
    ]
  ) {
    assert(flags.has(flag), `no reply was flagged ${flag}`);
  }
  assertEquals(new Set(summaries.map((summary) => summary["scope"])), new Set(["run", "interval"]));
});

labTest({ name: "formats: echo, quiet and chosen fields are as the schema says" }, async () => {
  await using lab = await Lab.open({ scenario: EVERYTHING });
  const echo = await lab.run(
    SOURCE_PROGRAM.argv(
      ...["--echo", "--json", "-c", "2", "-i", "50ms", "-W", "30s", "198.18.0.1", "198.18.0.2"],
    ),
  );
  const echoed = readRecords(echo.stdout);
  assertEquals(validateAll("ping", echoed.all), new Set(["run", "reply", "summary", "end"]));
  assertEquals(echoed.replies.map((reply) => "originate_ms" in reply).includes(true), false);
  const quiet = await lab.run(
    SOURCE_PROGRAM.argv("-q", "--json", "-c", "1", "-W", "30s", "198.18.0.1"),
  );
  assertEquals(
    validateAll("ping", readRecords(quiet.stdout).all),
    new Set(["run", "summary", "end"]),
  );
  const endless = lab.spawn(SOURCE_PROGRAM.argv("--json", "--loop", "-i", "20ms", "198.18.0.1"));
  await endless.output(/"type":"reply"/);
  endless.sendSignal("SIGINT");
  assertEquals("count" in readRecords((await endless.result()).stdout).run, false);
});

labTest({ name: "formats: every kind of line of clock is as the schema says" }, async () => {
  await using lab = await Lab.open({ scenario: EVERYTHING });
  for (const hosts of [["198.18.0.1-198.18.0.12", "203.0.113.1"], ["198.18.0.11"]]) {
    const argv = SOURCE_PROGRAM.argv(
      ...["clock", "--json", "-c", "20", "-W", "300ms", "--fail-if", "loss<101%"],
      ...hosts,
    );
    const { stdout } = await lab.run(argv);
    const { all } = readRecords(stdout);
    const kinds = validateAll("clock", all);
    for (const type of ["run", "clock", "condition", "end"]) {
      assert(kinds.has(type), `no line of type ${type}`);
    }
    assertEquals(kinds.has("consensus"), hosts.length > 1);
  }
});

labTest({
  name: "formats: every kind of line of scan is as the schema says",
  tools: ["nft"],
}, async () => {
  await using lab = await Lab.open({ scenario: EVERYTHING });
  await lab.mustRun(["nft", "-f", "-"], {
    stdin:
      "table ip t { chain o { type filter hook output priority 0; ip daddr 198.18.0.5 drop; }; }",
  });
  const argv = SOURCE_PROGRAM.argv(
    ...["scan", "--include-reserved", "--json", "--cooldown", "3s", "198.18.0.0/28"],
  );
  const { code, stdout } = await lab.run(argv);
  assertEquals(code, 1);
  const { all, icmpErrors, unsent } = readRecords(stdout);
  assertEquals(validateAll("scan", all), new Set(recordsOf("scan").map(({ type }) => type)));
  assertEquals([icmpErrors.length, unsent.length], [1, 1]);
});

Deno.test("formats: the schema refuses what is not a line of ours", () => {
  const { published, strict } = validators("ping");
  const namespaceFree = {
    type: "timeout",
    target: "a",
    address: "192.0.2.7",
    time: 1,
    probe: 0,
    sequence: 0,
    identifier: 7,
  };
  const refused: readonly object[] = [
    { ...namespaceFree, type: "timeouts" },
    { ...namespaceFree, sequence: "0" },
    { ...namespaceFree, probe: 0.5 },
    { type: "timeout", target: "a" },
    {},
  ];
  assertEquals(published(namespaceFree), true);
  for (const line of refused) assertEquals([line, published(line)], [line, false]);
  // Readers must ignore keys that they do not know; tests must not.
  assertEquals(
    [published({ ...namespaceFree, extra: 1 }), strict({ ...namespaceFree, extra: 1 })],
    [true, false],
  );
});

/** Rows and cells of a CSV text, RFC 4180. */
function readCsv(text: string): string[][] {
  assert(text.endsWith("\n"));
  return text.slice(0, -1).split("\n").map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
    ).slice(0, line.endsWith(",") ? undefined : -1)
  );
}

labTest({ name: "formats: csv has a header and as many cells in every row" }, async () => {
  await using lab = await Lab.open({ scenario: EVERYTHING });
  const run = async (...args: string[]) => {
    const argv = SOURCE_PROGRAM.argv(
      "--format",
      "csv",
      "-c",
      "2",
      "-i",
      "300ms",
      "-W",
      "1200ms",
      ...args,
    );
    return readCsv((await lab.run([...argv, ...EVERYBODY])).stdout);
  };
  const [head = [], ...rows] = await run();
  assertEquals(head.slice(0, 3), ["type", "target", "address"]);
  for (const row of rows) assertEquals([row[0], row.length], [row[0], head.length]);
  const cell = (row: string[], name: string) => row[head.indexOf(name)];
  assertEquals(
    new Set(rows.map((row) => row[0])),
    new Set(["reply", "icmp_error", "timeout", "unsent"]),
  );
  const twice = rows.filter((row) => cell(row, "flags")?.includes("duplicate"));
  assertEquals(
    twice.map((row) => [cell(row, "target"), cell(row, "flags")]),
    Array(2).fill(["198.18.0.2", "duplicate;tick-assumed"]),
  );
  const unsent = rows.find((row) => row[0] === "unsent") ?? [];
  assertEquals([cell(unsent, "error_code"), cell(unsent, "rtt_ms")], ["ENETUNREACH", ""]);

  const [quietHead = [], ...hosts] = await run("-q");
  assertEquals(hosts.map((row) => row[quietHead.indexOf("address")]).length, 13);
  assert(quietHead.includes("rtt_p95_ms") && quietHead.includes("back_change_max_ms"));
  for (const row of hosts) assertEquals([row[0], row.length], ["summary", quietHead.length]);
});

systemTest({
  name: "formats: --fields chooses fields and their order, for json and csv",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const run = (...args: string[]) =>
    namespace.run(SOURCE_PROGRAM.argv("-c", "1", ...args, "127.0.0.1"));
  const json = await run("--json", "--fields", "rtt_ms,rtt_max_ms,address,loss_ratio");
  const { replies, summaries } = readRecords(json.stdout);
  assertEquals(replies.map((reply) => Object.keys(reply)), [["type", "rtt_ms", "address"]]);
  assertEquals(Object.keys(summaries[0] ?? {}), ["type", "rtt_max_ms", "address", "loss_ratio"]);
  const csv = await run("--format", "csv", "--fields", "address,probe,type");
  assertEquals(csv.stdout, "address,probe,type\n127.0.0.1,0,reply\n");
  const quiet = await run("-q", "--format", "csv", "--fields", "address,received,rtt_p95_ms");
  assertMatch(quiet.stdout, /^address,received,rtt_p95_ms\n127\.0\.0\.1,1,\d+(\.\d+)?\n$/);
});

systemTest({
  name: "formats: fields that do not exist, or a format without fields, are refused",
  namespaces: true,
}, async () => {
  // Were one taken, its packets must not leave this machine.
  await using namespace = await Namespace.open();
  const wrong: readonly (readonly [args: string[], complaint: RegExp])[] = [
    [
      ["--json", "--fields", "rtt_m"],
      /Cannot print field rtt_m: no such field, did you mean rtt_ms\?$/m,
    ],
    [["--format", "csv", "--fields", "rtt_p95_ms"], /Cannot print field rtt_p95_ms: no such field/],
    [["--json", "--fields", "address,,ttl"], /for --fields: expected words separated by commas$/m],
    [["--fields", "rtt_ms"], /Cannot choose fields of this format: expected json or csv$/m],
    [["--format", "fping", "--fields", "rtt_ms"], /Cannot choose fields of this format/],
  ];
  for (const [args, complaint] of wrong) {
    const { code, stdout, stderr } = await namespace.run(
      SOURCE_PROGRAM.argv(...args, "192.0.2.7"),
    );
    assertEquals([args, code, stdout], [args, 3, ""]);
    assertComplaint(stderr, complaint);
  }
});

for (
  const [command, words, flags] of [
    ["ping", [], FLAG_NAMES],
    ["clock", ["clock"], FLAG_NAMES],
    ["scan", ["scan"], SCAN_FLAG_NAMES],
  ] as const
) {
  Deno.test(`formats: ${command} --list-fields lists every record, field and flag`, async () => {
    const { code, stdout } = await runCommand(SOURCE_PROGRAM.argv(...words, "--list-fields"));
    assertEquals(code, 0);
    for (const { type, fields } of recordsOf(command)) {
      const [, section = ""] = stdout.split(new RegExp(`^${type}: `, "m"));
      const own = section.split("\n\n")[0] ?? "";
      for (const { name } of fields) assertMatch(own, new RegExp(`^  ${name} +\\S`, "m"));
    }
    for (const flag of flags) assertMatch(stdout, new RegExp(`^  ${flag} +[A-Z]`, "m"));
  });
}

labTest({
  name: "formats: --summary-every reports each interval, and the intervals make up the run",
}, async () => {
  await using lab = await Lab.open({
    scenario: { hosts: { "198.18.0.2": { loss: { kind: "pattern", out: ".x" } } } },
  });
  const argv = SOURCE_PROGRAM.argv(
    ...["--json", "-c", "20", "-i", "50ms", "-W", "3s", "--summary-every", "300ms"],
    ...["198.18.0.1", "198.18.0.2"],
  );
  const { summaries } = readRecords((await lab.run(argv)).stdout);
  for (const address of ["198.18.0.1", "198.18.0.2"]) {
    const own = summaries.filter((summary) => summary.address === address);
    const intervals = own.filter((summary) => summary["scope"] === "interval");
    const [run] = own.filter((summary) => summary["scope"] === "run");
    assert(intervals.length >= 3 && run !== undefined);
    // What came after the last stretch is in the summary of the run alone.
    for (const count of ["sent", "received", "lost"] as const) {
      const sum = intervals.reduce((total, summary: SummaryRecord) => total + summary[count], 0);
      assert(sum <= run[count] && sum > 0 || run[count] === 0, `${count}: ${sum} of ${run[count]}`);
    }
    assertEquals([run.sent, run.lost], [20, address === "198.18.0.1" ? 0 : 10]);
  }
});
