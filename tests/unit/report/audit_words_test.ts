/** The lines and sums of an audit at the edges: what is shown, in which order, in which words. */

import { assertEquals } from "@std/assert";
import { escapeCell, formatAuditSummary, HostLines } from "../../../src/report/audit_text.ts";
import type { HostFindings } from "../../../src/run/audit/host_findings.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";

const OPTIONS = { all: false, maxOffsetMs: 1000, numeric: false, columns: 200 };

interface Given {
  readonly verdict: string;
  readonly offsetMs?: number;
  readonly labels?: readonly string[];
  readonly zone?: number;
  readonly isFromBlock?: boolean;
}

function host(
  index: number,
  { verdict, offsetMs, labels = [], zone, isFromBlock }: Given,
): HostFindings {
  const offset = offsetMs === undefined
    ? undefined
    : { valueMs: offsetMs, lowerMs: offsetMs - 0.5, upperMs: offsetMs + 0.5 };
  return {
    target: { index, label: `192.0.2.${index}`, address: 0xc0000200 + index, isFromBlock },
    ...{ verdict, offset, icmpError: { from: "10.0.0.1", name: "host unreachable" } },
    behaviour: {
      labels: labels.map((label) => ({ label, count: 1, of: 1 })),
      utcOffsetMinutes: zone,
    },
  } as unknown as HostFindings;
}

function lines(hosts: readonly Given[], options: Partial<typeof OPTIONS> = {}): string[] {
  setColorEnabled(false);
  const shown = new HostLines({ ...OPTIONS, ...options });
  for (const [i, given] of hosts.entries()) shown.add(host(i + 1, given));
  return shown.format();
}

Deno.test("audit: hosts by verdict, the farthest off first, then as they were given", () => {
  assertEquals(
    lines([
      { verdict: "silent" },
      { verdict: "icmp_error" },
      { verdict: "unreadable", labels: ["lazy", "stuck"] },
      { verdict: "wrong", offsetMs: 2000 },
      { verdict: "wrong", offsetMs: -3000 },
      { verdict: "wrong", offsetMs: 2000 },
      { verdict: "right", offsetMs: 0 },
    ]),
    [
      "192.0.2.5  -3.000 ±0.001 s",
      "192.0.2.4  +2.000 ±0.001 s",
      "192.0.2.6  +2.000 ±0.001 s",
      "192.0.2.3  shows no time: stuck  The timestamps stand still.",
      "192.0.2.2  ICMP error from 10.0.0.1: host unreachable",
      "192.0.2.1  no answer",
    ],
  );
});

Deno.test("audit: a right host is shown where all are, a silent one unless it is of a block", () => {
  const right: Given = { verdict: "right", offsetMs: 0.1, labels: ["lazy", "coarse-tick"] };
  assertEquals(lines([right]), []);
  assertEquals(lines([right], { all: true }), ["192.0.2.1  within 0.6 ms of ours  coarse-tick"]);
  assertEquals(lines([{ verdict: "silent", isFromBlock: true }]), []);
  assertEquals(lines([{ verdict: "silent", isFromBlock: false }]).length, 1);
});

Deno.test("audit: why a clock may be off: its label of a zone, else the offset itself", () => {
  assertEquals(
    lines([
      { verdict: "wrong", offsetMs: 7_200_000, labels: ["time-zone"], zone: 120 },
      { verdict: "wrong", offsetMs: 37_000 },
      { verdict: "wrong", offsetMs: 5000 },
    ]),
    [
      "192.0.2.1  +2:00:00.000 ±0.001 s  local time (UTC+2:00: EET, in summer CEST)?",
      "192.0.2.2  +37.000 ±0.001 s  TAI time?",
      "192.0.2.3  +5.000 ±0.001 s",
    ],
  );
  // A host that is right within what was allowed has no excuse.
  assertEquals(lines([{ verdict: "right", offsetMs: 37_000 }], { all: true }), [
    "192.0.2.1  +37.000 ±0.001 s",
  ]);
});

Deno.test("audit: the sum of hosts in one sentence, what is odd in another", () => {
  const sum = (
    verdicts: Partial<Record<string, number>>,
    labels: Record<string, number> = {},
    more: { readonly maxOffsetMs?: number; readonly reason?: string } = {},
  ) => {
    const counts = { right: 0, wrong: 0, unreadable: 0, icmp_error: 0, silent: 0, ...verdicts };
    const answering = counts.right + counts.wrong + counts.unreadable;
    const tally = {
      ...{ hosts: answering + counts.icmp_error + counts.silent, answering, verdicts: counts },
      labels: () => new Map(Object.entries(labels)),
    };
    const result = { tally, reason: more.reason ?? "complete", targets: 1234 };
    return formatAuditSummary(result as never, { ...OPTIONS, ...more } as never)
      .map((line) => line.replaceAll("\u00a0", " "));
  };
  assertEquals(sum({ right: 1 }), ["1 of 1 host answers: 1 right within 1 s."]);
  assertEquals(sum({ right: 2, silent: 1 }, {}, { maxOffsetMs: 999 }), [
    "2 of 3 hosts answer: 2 right within 999 ms.",
  ]);
  assertEquals(sum({ wrong: 1, unreadable: 1, icmp_error: 1 }, { "stuck": 1, "lazy": 2 }), [
    "2 of 3 hosts answer: 0 right within 1 s, 1 wrong, 1 shows no time (stuck 1).",
    "ICMP errors came for 1 host.",
    "Readable, but odd: stuck 1.",
  ]);
  const labels = { "zebra": 2, "apple": 2, "stuck": 3 };
  assertEquals(sum({ right: 1, unreadable: 2 }, labels), [
    "3 of 3 hosts answer: 1 right within 1 s, 2 show no time (stuck 3, apple 2, zebra 2).",
    "Readable, but odd: stuck 3, apple 2, zebra 2.",
  ]);
  assertEquals(sum({ silent: 4 }, {}, { reason: "interrupted" }), [
    "Ended early: 4 of 1,234 targets are judged.",
    "None of 4 hosts answers.",
  ]);
});

Deno.test("audit: nothing of a name is markup in a table", () => {
  assertEquals(
    escapeCell("a|b\u00a0\x1b[31m*c*\x1b[0m [d](e) <f> #g ~h~ `i` {j} k_l \\m"),
    "a\\|b \\*c\\* \\[d\\](e) \\<f\\> \\#g \\~h\\~ \\`i\\` \\{j\\} k\\_l \\\\m",
  );
});
