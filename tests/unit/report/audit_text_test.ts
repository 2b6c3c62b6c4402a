import { assert, assertEquals } from "@std/assert";
import type { Label } from "../../../src/behaviour/label.ts";
import {
  type AuditTextOptions,
  formatAuditSummary,
  HostLines,
} from "../../../src/report/audit_text.ts";
import type { HostFindings, Verdict } from "../../../src/run/audit/host_findings.ts";
import { AuditTally } from "../../../src/run/audit/tally.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { widthOf } from "../../../src/terminal/width.ts";

function host(
  index: number,
  verdict: Verdict,
  labels: readonly Label[],
  more: { offsetMs?: number; label?: string; utcOffsetMinutes?: number; isFromBlock?: true } = {},
): HostFindings {
  const { offsetMs, utcOffsetMinutes, isFromBlock } = more;
  const address = 0xc0000200 + index;
  const label = more.label ?? `192.0.2.${index}`;
  const target = { index, label, address, ...isFromBlock === undefined ? {} : { isFromBlock } };
  return {
    target,
    time: 0,
    verdict,
    behaviour: {
      labels: labels.map((label) => ({ label, count: 3, of: 3 })),
      form: undefined,
      tick: undefined,
      utcOffsetMinutes,
    },
    offset: offsetMs === undefined
      ? undefined
      : { valueMs: offsetMs, lowerMs: offsetMs - 1, upperMs: offsetMs + 1 },
    tickMs: undefined,
    conformance: [],
    summary: { counters: new ProbeCounters(), rttMs: undefined },
    ttl: undefined,
    icmpError: verdict === "icmp_error"
      ? { name: "destination unreachable: host unreachable", from: "192.0.2.254" }
      : undefined,
  };
}

const HOSTS: readonly HostFindings[] = [
  host(1, "right", ["lazy"], { offsetMs: 0 }),
  host(2, "wrong", ["lazy"], { offsetMs: 5000 }),
  host(3, "wrong", ["lazy", "time-zone"], { offsetMs: -18_000_000, utcOffsetMinutes: -300 }),
  host(4, "unreadable", ["constant-zero"]),
  host(5, "icmp_error", []),
  host(6, "silent", []),
  host(7, "silent", [], { isFromBlock: true }),
  host(8, "right", ["normal", "little-endian"], { offsetMs: 300, label: "clock\x1b[31m.example" }),
];
function formatHosts(hosts: readonly HostFindings[], options: AuditTextOptions): string[] {
  const lines = new HostLines(options);
  for (const host of hosts) lines.add(host);
  return lines.format();
}

function whole(hosts: readonly HostFindings[]) {
  return { tally: tallyOf(hosts), reason: "complete", targets: hosts.length } as const;
}

function tallyOf(hosts: readonly HostFindings[]): AuditTally {
  const tally = new AuditTally();
  for (const host of hosts) tally.add(host);
  return tally;
}

const OPTIONS = { numeric: false, all: false, maxOffsetMs: 1000 };

Deno.test("audit text: the worst first, and nothing of hosts that are right or only of a block", () => {
  assertEquals(
    formatHosts(HOSTS, OPTIONS),
    [
      "192.0.2.3  -5:00:00.000 ±0.001 s  local time (UTC-5:00: EST, in summer CDT)?",
      "192.0.2.2  +5.000 ±0.001 s",
      "192.0.2.4  shows no time: constant-zero  Receive and transmit are 0.",
      "192.0.2.5  ICMP error from 192.0.2.254: destination unreachable: host",
      "192.0.2.6  no answer",
    ].map((line, i) => i === 3 ? `${line}\n    unreachable` : line),
  );
});

Deno.test("audit text: --all adds those that are right, with safe names", () => {
  const lines = formatHosts(HOSTS, { ...OPTIONS, all: true });
  assertEquals(lines.length, 7);
  assert(lines.every((line) => !line.includes("\x1b")));
  assert(lines.some((line) => line.includes("little-endian")));
});

Deno.test("audit text: the summary counts all hosts", () => {
  assertEquals(formatAuditSummary(whole(HOSTS), OPTIONS), [
    "5 of 8 hosts answer: 2 right within 1 s, 2 wrong, 1 shows no time\n  (constant-zero 1).",
    "ICMP errors came for 1 host.",
    "Readable, but odd: little-endian 1, time-zone 1.",
  ]);
  assertEquals(formatAuditSummary(whole(HOSTS.slice(5, 7)), OPTIONS), [
    "None of 2 hosts answers.",
  ]);
});

Deno.test("audit text: every line fits the terminal", () => {
  for (const columns of [40, 80, 120]) {
    const options = { ...OPTIONS, all: true, columns };
    const lines = [
      ...formatHosts(HOSTS, options),
      ...formatAuditSummary(whole(HOSTS), options),
    ];
    for (const line of lines.flatMap((text) => text.split("\n"))) {
      assert(widthOf(line) <= columns, line);
    }
  }
});

Deno.test("audit text: with -v, how each host answers stands below its line", () => {
  const odd = host(3, "wrong", [], { offsetMs: -18_000_000, utcOffsetMinutes: -300 });
  const findings: HostFindings = {
    ...odd,
    ttl: 57,
    behaviour: {
      ...odd.behaviour,
      labels: [
        { label: "lazy", count: 14, of: 14 },
        { label: "time-zone", count: 14, of: 14, detail: "UTC-5:00: EST, in summer CDT" },
        { label: "copies-tos", count: 2, of: 2 },
      ],
      likelySystem: "FreeBSD or macOS",
    },
    conformance: [
      { clause: "code-zero", result: "pass", evidence: "14 of 14" },
      { clause: "right-within-minutes", result: "fail", evidence: "off by -18000 s" },
    ],
  };
  const options = { ...OPTIONS, verbose: true };
  assertEquals(
    formatHosts([findings, host(6, "silent", [])], options).join("\n"),
    `192.0.2.3  -5:00:00.000 ±0.001 s  local time (UTC-5:00: EST, in summer CDT)?
    lazy 14/14, time-zone 14/14 (UTC-5:00: EST, in summer CDT), copies-tos 2/2;
    breaks right-within-minutes (off by -18000 s); TTL 57; likely FreeBSD or
    macOS
192.0.2.6  no answer`,
  );
});
