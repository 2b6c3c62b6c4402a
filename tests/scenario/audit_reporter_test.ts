/** What each form of output has of one simulated audit. */

import { assert, assertEquals } from "@std/assert";
import { AuditReporter, type AuditReporterOptions } from "../../src/report/audit_reporter.ts";
import type { HostChange } from "../../src/run/audit/comparison.ts";
import type { RunInfo } from "../../src/run/event.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { MemorySink } from "../support/memory_sink.ts";
import { auditSimulated, type SimulatedAudit } from "../support/simulated_audit.ts";

const INFO: RunInfo = {
  ...{ command: "audit", version: "0", time: 7, kind: "timestamp", targets: 4, count: 14 },
  ...{ intervalMs: 230, timeoutMs: 1000, identifier: undefined, stampSource: "kernel" },
  ...{ stampAt: "driver", lengthBytes: 20, baseUnixMs: 0 },
};

/** Two right hosts, one five seconds ahead, and one without a clock. */
const FOUR = await auditSimulated({
  kinds: { 3: { clock: { offsetMs: 5000 } }, 4: { quirk: "zero" } },
}, { hosts: 4 });

const CHANGES: readonly HostChange[] = [
  {
    ...{ change: "gone", address: 0xc0000209, time: 8, now: undefined },
    before: { verdict: "right", labels: ["lazy"] },
  },
];

function write(
  { result, hosts }: SimulatedAudit,
  format: AuditReporterOptions["format"],
  more: {
    readonly options?: Partial<AuditReporterOptions>;
    readonly result?: object;
    readonly changes?: readonly HostChange[];
  } = {},
) {
  setColorEnabled(false);
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const reporter = new AuditReporter(lines, {
    ...{ format, numeric: false, all: false, maxOffsetMs: 1000, isUnsynchronised: false },
    ...more.options,
  });
  reporter.run(INFO);
  const named = hosts.map((host) => reporter.host(host));
  const end = { exitCode: 1, failedCalls: 0, kernelDrops: 0 };
  reporter.end({ ...result, ...end, ...more.result } as typeof result & typeof end, more.changes);
  return { named, text: sink.text, lines: sink.lines };
}

const typesOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).type);

Deno.test("audit output: text has the hosts in doubt, the summary, and whether the clocks agree", () => {
  const { lines, named } = write(FOUR, "text");
  assertEquals(lines, [
    "host-2 (198.18.0.3)  +5.000 ±0.001 s",
    "host-3 (198.18.0.4)  shows no time: constant-zero  Receive and transmit are 0.",
    "",
    "4 of 4 hosts answer: 2 right within 1 s, 1 wrong, 1 shows no time",
    "  (constant-zero 1).",
    ...lines.slice(5),
  ]);
  assert(lines.slice(5).join(" ").includes("2 of 3"), lines.slice(5).join("\n"));
  // Names are looked up for those that are printed.
  assertEquals(named, FOUR.hosts.map(({ verdict }) => verdict !== "right"));
});

Deno.test("audit output: text says what is open, what has changed, and what is wrong with this machine", () => {
  const plain = write(FOUR, "text").lines;
  const more = write(FOUR, "text", {
    ...{ options: { isUnsynchronised: true }, changes: CHANGES },
    result: { open: 1, kernelDrops: 3 },
  }).lines;
  const added = more.filter((line) => !plain.includes(line));
  assertEquals(added, [
    "1 of those is only not known to be wrong: a round trip bounds an offset no",
    "  better.",
    "Since the earlier audit: 1 gone.",
    "192.0.2.9  gone",
    "No program keeps our own clock right (adjtimex): offsets are against it.",
    "this machine's full receive buffer dropped 3 datagrams",
  ]);
  const two = write(FOUR, "text", { result: { open: 2 } }).text;
  assert(two.includes("2 of those are only not known"), two);
  assertEquals(write(FOUR, "text", { result: { open: 0 } }).lines, plain);
  // One column more than 80: "no" goes to the next line.
  const wide = write(FOUR, "text", { result: { open: 100_000 } }).lines;
  assert(wide.includes("  no better."), wide.join("\n"));
});

Deno.test("audit output: where the hosts agree that our own clock is off, that is said first", async () => {
  const ahead = await auditSimulated({ clock: { offsetMs: 5000 } }, { hosts: 5 });
  assertEquals(ahead.result.consensus?.consensus.localClock, "off");
  const { lines } = write(ahead, "text");
  assert(/5 (?:of 5 )?hosts/.test(lines[0] ?? ""), lines[0]);
  assertEquals(lines.filter((line) => line === lines[0]).length, 1);
  assert(lines.findIndex((line) => line.startsWith("host-0")) > 0);
  const right = write(await auditSimulated({}, { hosts: 5 }), "text").lines;
  assertEquals(right[0], "5 of 5 hosts answer: 5 right within 1 s.");
  assert(right.length > 1, "the agreement of right clocks comes last");
});

Deno.test("audit output: JSON has a line for the run, each host, what they show together, each change and the end", () => {
  const { lines, named } = write(FOUR, "json", { changes: CHANGES });
  assertEquals(typesOf(lines), [
    ...["run", "host", "host", "host", "host", "consensus", "change", "end"],
  ]);
  assertEquals(named, [false, false, false, false]);
  const aliases = { groups: [], coincidences: [], disciplined: [], undecided: 0, unfollowed: 0 };
  const group = { members: [0, 1], skewPpm: 3, skewWithinPpm: 1, offsetWithinMs: 1, chance: 0.001 };
  const targets = FOUR.hosts.map(({ target }) => target);
  const result = { aliases: { ...aliases, groups: [group], targets, time: 9 } };
  assertEquals(typesOf(write(FOUR, "json", { result }).lines).slice(5), [
    ...["consensus", "alias", "end"],
  ]);
  const influx = write(FOUR, "influx", { result }).lines;
  assertEquals(influx.filter((line) => /alias/.test(line.split(" ")[0] ?? "")), []);
  assert(influx.some((line) => line.includes("verdict")));
  const chosen = write(FOUR, "json", { options: { fields: ["address", "verdict"] } }).lines;
  assertEquals(JSON.parse(chosen[3] ?? ""), {
    ...{ type: "host", address: "198.18.0.3", verdict: "wrong" },
  });
});

Deno.test("audit output: CSV has a header and a row for each host, and nothing else", () => {
  const { lines } = write(FOUR, "csv", {
    options: { fields: ["address", "verdict"] },
    changes: CHANGES,
  });
  assertEquals(lines, [
    ...["address,verdict", "198.18.0.1,right", "198.18.0.2,right", "198.18.0.3,wrong"],
    "198.18.0.4,unreadable",
  ]);
  const [header = "", ...rows] = write(FOUR, "csv").lines;
  assertEquals(rows.length, 4);
  assert(header.split(",").includes("offset_ms"));
});

Deno.test("audit output: Markdown has the summary, the hosts in doubt as a table, and the changes as a list", () => {
  const { lines, text } = write(FOUR, "markdown", { changes: CHANGES });
  assertEquals(
    lines[0],
    "4 of 4 hosts answer: 2 right within 1 s, 1 wrong, 1 shows no time (constant-zero 1).",
  );
  const rows = lines.filter((line) => line.startsWith("|"));
  assertEquals(rows.length, 4);
  assertEquals(rows[0], "| Host | Verdict | Finding |");
  assert(text.endsWith("\nSince the earlier audit: 1 gone.\n\n- 192.0.2.9  gone\n"), text);
});

Deno.test("audit output: metrics are one page at the end", () => {
  const { text, named } = write(FOUR, "prometheus");
  assertEquals(named, [false, false, false, false]);
  const samples = text.split("\n").filter((line) => !line.startsWith("#") && line !== "");
  const of = (part: string) => samples.filter((line) => line.includes(part));
  assertEquals(of("verdict").length > 0, true, text);
  assertEquals(text.endsWith("\n\n"), false);
});
