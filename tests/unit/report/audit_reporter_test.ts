/** The end of an audit as text: which of its paragraphs are there, and where. */

import { assertEquals } from "@std/assert";
import { findAgreement, type OffsetWitness } from "../../../src/clock/mod.ts";
import { AuditReporter, type AuditReporterOptions } from "../../../src/report/audit_reporter.ts";
import type { HostChange } from "../../../src/run/audit/comparison.ts";
import type { HostFindings } from "../../../src/run/audit/host_findings.ts";
import type { AuditResult } from "../../../src/run/audit/run.ts";
import { AuditTally } from "../../../src/run/audit/tally.ts";
import type { EndInfo, RunInfo } from "../../../src/run/event.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";

const witness = (octet: number, offsetMs: number): OffsetWitness => ({
  ...{ host: `192.0.2.${octet}`, lowerMs: offsetMs - 1, upperMs: offsetMs + 1 },
});

const NO_ANSWER = {
  target: { index: 0, label: "192.0.2.9", address: 0xc0000209 },
  ...{ verdict: "silent", behaviour: { labels: [] }, conformance: [], offset: undefined },
} as unknown as HostFindings;

interface Given {
  readonly offsetsMs?: readonly number[];
  readonly open?: number;
  readonly changes?: readonly HostChange[];
  readonly hosts?: readonly HostFindings[];
}

/** Lines of a whole audit. */
function report(given: Given, more: Partial<AuditReporterOptions> = {}): string[] {
  setColorEnabled(false);
  const output = new MemorySink();
  const sink = new LineSink(output, (error) => {
    throw error;
  });
  const reporter = new AuditReporter(sink, {
    ...{ format: "text", isUnsynchronised: false, all: false, numeric: true },
    ...{ maxOffsetMs: 1000, columns: 300 },
    ...more,
  });
  if (more.format === "csv") reporter.run({} as RunInfo);
  const tally = new AuditTally();
  for (const host of given.hosts ?? []) {
    tally.add(host);
    reporter.host(host);
  }
  const witnesses = (given.offsetsMs ?? []).map((ms, index) => witness(index + 1, ms));
  const agreement = findAgreement(witnesses);
  const consensus = agreement && { consensus: agreement, notCounted: [], time: 0 };
  const result = {
    ...{ tally, consensus, witnesses, open: given.open, targets: 1, reason: "complete" },
    ...{ failedCalls: 0, kernelDrops: 0, totals: new ProbeCounters() },
  } as unknown as AuditResult & EndInfo;
  reporter.end(result, given.changes);
  return output.lines;
}

const SUMMARY = "None of 0 hosts answers.";

Deno.test("audit output: nothing but the summary where there is nothing more to say", () => {
  assertEquals(report({}), [SUMMARY]);
});

Deno.test("audit output: hosts stand above the summary, an empty line between", () => {
  assertEquals(report({ hosts: [NO_ANSWER] }), [
    ...["192.0.2.9  no answer", "", "None of 1 host answers."],
  ]);
});

Deno.test("audit output: our own clock, first where it is off, and of one witness not at all", () => {
  assertEquals(report({ offsetsMs: [5000, 5001] }).map((line) => line.split(",")[0]), [
    "Our clock is off",
    "It is 5000.000 to 5001.000 ms behind true time.",
    SUMMARY,
  ]);
  assertEquals(report({ offsetsMs: [0, 0.5] }).map((line) => line.split(":")[0]), [
    ...[SUMMARY, "Our clock agrees with most"],
    "If most are right, it is between 0.500 ms ahead of true time and 1.000 ms behind it (RFC 5905).",
  ]);
  assertEquals(report({ offsetsMs: [0] }), [SUMMARY]);
});

Deno.test("audit output: hosts that a long round trip keeps from being wrong", () => {
  const remark = "only not known to be wrong: a round trip bounds an offset no better.";
  assertEquals(report({ open: 0 }), [SUMMARY]);
  assertEquals(report({ open: 1 }), [SUMMARY, `1 of those is ${remark}`]);
  assertEquals(report({ open: 1200 }), [SUMMARY, `1,200 of those are ${remark}`]);
});

Deno.test("audit output: what changed, and whether our own clock is kept right", () => {
  const unsynchronised = { isUnsynchronised: true };
  assertEquals(report({ changes: [] }, unsynchronised), [
    SUMMARY,
    "Nothing has changed since the earlier audit.",
    "No program keeps our own clock right (adjtimex): offsets are against it.",
  ]);
  const narrow = report({ open: 1 }, { ...unsynchronised, columns: 40 });
  assertEquals(narrow, [
    SUMMARY,
    "1 of those is only not known to be",
    "  wrong: a round trip bounds an offset",
    "  no better.",
    "No program keeps our own clock right",
    "  (adjtimex): offsets are against it.",
  ]);
});

Deno.test("audit output: Markdown has a table of hosts and a list of changes", () => {
  const change = { change: "gone", address: 0xc0000205, time: 7 } as HostChange;
  assertEquals(report({ hosts: [NO_ANSWER], changes: [change] }, { format: "markdown" }), [
    ...["None of 1 host answers.", ""],
    ...["| Host | Verdict | Finding |", "| --- | --- | --- |"],
    "| 192.0.2.9 | silent | no answer |",
    ...["", "Since the earlier audit: 1 gone.", "", "- 192.0.2.5  gone"],
  ]);
  assertEquals(report({}, { format: "markdown" }), [SUMMARY, ""]);
});

Deno.test("audit output: CSV has a header and a row for each host, in the columns chosen", () => {
  const fields = ["verdict", "type", "address"];
  assertEquals(report({ hosts: [NO_ANSWER] }, { format: "csv", fields }), [
    ...["verdict,type,address", "silent,host,192.0.2.9"],
  ]);
});
