/**
 * Every output of one audit whose truth is chosen here, as files: `deno run -RW tests/golden/transcripts.ts` rewrites them. Read
 * the difference against the truth below before you keep it.
 *
 * Each direction takes 0.2 ms, replies arrive with TTL 61, and the run starts at 2026-09-13 11:51:34.656 UTC.
 *
 * | host | truth |
 * |---|---|
 * | 198.18.0.1 | right |
 * | .2 | 5 ms ahead |
 * | .3 | one hour ahead to the millisecond: local time |
 * | .4 | seconds of the day |
 * | .5 | Unix seconds |
 * | .6 | stands still |
 * | .7 | little-endian |
 * | .8 | copies the originate |
 * | .9 | bit 31 set |
 * | .10 | no reply |
 * | .11 | a firewall at 192.0.2.254 refuses (type 3, code 13) |
 * | .12 | replies carry wrong checksums |
 * | .13 | 90 s behind |
 * | .14 | tick of 15.625 ms |
 * | .15 | 1,234.567 s after its start, in milliseconds: 20 min 34.567 s, of which 11:31:00.089 is missing to the time of day |
 * | .16 | receive and transmit 3 ms apart: separate timestamps |
 * | .17 | 5 h 30 min ahead: local time |
 * | .18 | zeros |
 * | .19 | the low 16 bits in the high half |
 * | .20 | replies have code 1 |
 */

import { AuditPage } from "../../src/report/page/audit_page.ts";
import { AuditReporter, type AuditReporterOptions } from "../../src/report/audit_reporter.ts";
import { formatAuditProgress } from "../../src/report/audit_status.ts";
import { AuditComparison, type ComparedHost } from "../../src/run/audit/comparison.ts";
import type { RunInfo } from "../../src/run/event.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { MemorySink } from "../support/memory_sink.ts";
import {
  auditSimulated,
  type SimulatedAudit,
  type SimulatedAuditOptions,
} from "../support/simulated_audit.ts";
import type { Network } from "../support/simulated_network.ts";

const FIRST = 0xc6120001;
/** The first record of a run. */
const INFO: RunInfo = {
  ...{ command: "audit", version: "1.2.3", time: 1789300294.656, kind: "timestamp", targets: 20 },
  ...{ count: 28, intervalMs: 230, timeoutMs: 1000, identifier: undefined, baseUnixMs: 0 },
  ...{ stampSource: "kernel", stampAt: "driver", lengthBytes: 20 },
};

/** The hosts of the table. */
const ODD: Network = {
  kinds: {
    2: { clock: { offsetMs: 5 } },
    3: { clock: { offsetMs: 3_600_000 } },
    4: { quirk: "seconds-of-day" },
    5: { quirk: "unix-seconds" },
    6: { quirk: "stuck" },
    7: { quirk: "little-endian" },
    8: { quirk: "copy-originate" },
    9: { quirk: "high-bit" },
    13: { clock: { offsetMs: -90_000 } },
    14: { clock: { tickMs: 15.625 } },
    15: { quirk: "uptime-ms" },
    17: { quirk: "local-time-zone", zoneMinutes: 330 },
    18: { quirk: "zero" },
    19: { quirk: "low-16-bits-zero" },
  },
  rules: [
    { hosts: [10], fate: { lossOutRatio: 1 } },
    { hosts: [11], fate: { error: { type: 3, code: 13, reporter: 0xc00002fe } } },
    { hosts: [12], fate: { mangling: "bad-checksum" } },
    { hosts: [16], fate: { processing: 3 } },
    { hosts: [20], fate: { mangling: "odd-code" } },
  ],
};

/** What an earlier audit is to have said of some of them; .30 is no target any more. */
const EARLIER = new Map<number, ComparedHost>([
  [FIRST, { verdict: "wrong", labels: ["lazy", "checksum-lazy"] }],
  [FIRST + 1, { verdict: "right", labels: ["lazy", "checksum-lazy"] }],
  [FIRST + 5, { verdict: "right", labels: ["lazy"] }],
  [FIRST + 9, { verdict: "right", labels: ["lazy"] }],
  [FIRST + 12, { verdict: "right", labels: ["lazy", "checksum-lazy"] }],
  [FIRST + 15, { verdict: "right", labels: ["lazy", "checksum-lazy"] }],
  [FIRST + 29, { verdict: "right", labels: ["lazy"] }],
]);

/** One form of the output of an audit. */
export function writeAudit(
  { result, hosts }: SimulatedAudit,
  options: Partial<AuditReporterOptions>,
  compares = false,
): string {
  setColorEnabled(false);
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const reporter = new AuditReporter(lines, {
    ...{ format: "text", numeric: false, all: false, maxOffsetMs: 1000, isUnsynchronised: false },
    ...options,
  });
  const comparison = compares ? new AuditComparison(EARLIER) : undefined;
  reporter.run(INFO);
  for (const host of hosts) {
    reporter.host(host);
    comparison?.add(host);
  }
  const end = { exitCode: 1, failedCalls: 0, kernelDrops: 0 };
  const changes = comparison?.finish((address) => address < FIRST + 29, result.time);
  reporter.end({ ...result, ...end }, changes);
  return sink.text;
}

/** The page of an audit. */
export function writeAuditPage({ result, hosts }: SimulatedAudit): string {
  const page = new AuditPage();
  page.run(INFO);
  for (const host of hosts) page.host(host);
  const end = { exitCode: 1, failedCalls: 0, kernelDrops: 0 };
  return withoutScripts(
    page.format({ ...result, ...end }, { version: "1.2.3", isUnsynchronised: true }),
  );
}

/** A page without its script and style, which other tests run. */
export function withoutScripts(page: string): string {
  return page
    .replace(/sha256-[^&]*/, "sha256-")
    .replace(/<style>.*?<\/style>/gs, "<style></style>")
    .replace(/<script>.*?<\/script>/gs, "<script></script>");
}

/** The texts by the names of their files. */
export async function auditTranscripts(): Promise<ReadonlyMap<string, string>> {
  const audit = (network: Network, options: SimulatedAuditOptions) =>
    auditSimulated(network, options);
  const odd = await audit(ODD, { hosts: 20 });
  const narrow = await audit({
    kinds: { 2: { clock: { offsetMs: 0.8 } }, 3: { clock: { offsetMs: 5 } } },
  }, { hosts: 4, maxOffsetMs: 1 });
  return new Map([
    ["audit_text.txt", writeAudit(odd, {})],
    ["audit_verbose.txt", writeAudit(odd, { all: true, verbose: true, numeric: true })],
    [
      "audit_narrow_window.txt",
      writeAudit(odd, { all: true, columns: 50, isUnsynchronised: true }),
    ],
    ["audit.jsonl", writeAudit(odd, { format: "json" }, true)],
    ["audit.csv", writeAudit(odd, { format: "csv" })],
    ["audit.influx", writeAudit(odd, { format: "influx" })],
    ["audit.prom", writeAudit(odd, { format: "prometheus" })],
    ["audit.md.txt", writeAudit(odd, { format: "markdown" }, true)],
    ["audit.html.txt", writeAuditPage(odd)],
    ["audit_compare.txt", writeAudit(odd, {}, true)],
    ["audit_one_millisecond.txt", writeAudit(narrow, { all: true, maxOffsetMs: 1 })],
    ["audit_progress.txt", `${formatAuditProgress(odd.run.progress()).join(", ")}\n`],
  ]);
}
