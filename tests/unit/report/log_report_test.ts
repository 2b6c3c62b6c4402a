/** Words, Markdown and pictures of a log. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { describeLog, findAll } from "../../../src/report/log/log_words.ts";
import { formatMarkdown } from "../../../src/report/log/markdown.ts";
import { formatSvg } from "../../../src/report/log/svg.ts";
import { formatPage } from "../../../src/report/page/page.ts";
import {
  type AuditedHost,
  auditLines,
  LOG_START_S,
  pingLines,
  type PingLog,
  type ProbeFate,
  runLine,
} from "../../support/log_lines.ts";

const HOSTILE = "</script><img src=x onerror=alert(1)><!--`${7}`|**\u202e\u0000\"'&";

function read(lines: Iterable<string>) {
  const reader = new LogReader();
  for (const line of lines) reader.line(line);
  return reader.finish();
}

function words(fate: (index: number, target: number) => ProbeFate, more: Partial<PingLog> = {}) {
  const lines = pingLines({ targets: ["192.0.2.1"], count: 200, intervalS: 1, fate, ...more });
  return describeLog(findAll(read(lines)));
}

Deno.test("a bump on the way back is said to be back, one on the way out out", () => {
  const bump = (index: number) => index >= 100 && index < 120 ? 50 : 0;
  assertEquals(
    words((index) => ({ backMs: bump(index) })),
    [
      "192.0.2.1: All 200 probes answered.",
      "Round trip 10.0 ms, 95 % within 60.0 ms, longest 60.0 ms.",
      "The delay back grew by up to 50.0 ms, at 2026-11-27 00:01:40 UTC, 95 % by 50.0 ms or less; " +
      "the delay out by at most 0.000 ms.",
      "Its clock is within 5 ms of ours.",
    ],
  );
  assertStringIncludes(words((index) => ({ outMs: bump(index) }))[2] ?? "", "The delay out grew");
  assertStringIncludes(
    words((index) => ({ outMs: bump(index), backMs: bump(index) }))[2] ?? "",
    "Both directions grew",
  );
});

Deno.test("a single peak has a direction too, noise has none", () => {
  const peak = words((index) => ({ backMs: index === 7 ? 30 : 0, outMs: 0.3 }));
  assertMatch(peak[2] ?? "", /^The delay back grew by up to 30\.0 ms, at 2026-11-27 00:00:07 UTC/);
  const noise = words((index) => ({ outMs: index % 2, backMs: 1 - index % 2 }));
  assertEquals(noise[2], "Steady in both directions: at most 1.00 ms above the minimum.");
  const twoTicks = words((index) => ({ outMs: index % 2 * 2, backMs: 0 }));
  assertEquals(twoTicks[2], "Steady in both directions: at most 2.00 ms above the minimum.");
});

Deno.test("a rise within two ticks of a coarse clock is noise", () => {
  const lines = [...pingLines({
    ...{ targets: ["192.0.2.1"], count: 200, intervalS: 1 },
    fate: (index) => ({ outMs: index % 2 * 10, backMs: 0 }),
  })];
  const summary = (tickMs: unknown) =>
    JSON.stringify({
      ...{ type: "summary", time: LOG_START_S + 200, target: "192.0.2.1", address: "192.0.2.1" },
      tick_ms: tickMs,
    });
  const sentence = (...more: string[]) => describeLog(findAll(read([...lines, ...more])))[2];
  assertMatch(sentence() ?? "", /^The delay out grew by up to 10\.0 ms/);
  const steady = "Steady in both directions: at most 10.0 ms above the minimum.";
  assertEquals(sentence(summary(10)), steady);
  // What no clock has is not believed.
  for (const wrong of [-5, 1e9, "10", null]) {
    assertMatch(sentence(summary(wrong)) ?? "", /^The delay out grew/);
  }
});

Deno.test("losses, silence, our own queue and a clock that moved have their words", () => {
  assertEquals(
    words((index) => ({ isAnswered: index % 4 !== 0 }))[0],
    [
      "192.0.2.1: 50 of 200 probes unanswered (25 %).",
    ][0],
  );
  assertEquals(words(() => ({ isAnswered: false })), [
    "192.0.2.1: No answer to any of 200 probes.",
  ]);
  assertMatch(
    words((index) => ({ queueMs: index % 2 * 80 })).join(" "),
    /queue held probes for up to 80\.0 ms, 95 % for [78]\d\.\d ms or less\./,
  );
  const moved = words((index) => index < 100 ? { outMs: 0 } : { outMs: 40, backMs: 0 });
  // The delay rose by 40 ms and its bounds with it: nothing proves that the clock moved.
  assertEquals(moved.join(" ").includes("moved"), false);
});

Deno.test("a clock that moved has its words, and a reply that lies does not say so", () => {
  const moved = words((index) => ({ clockMs: index < 100 ? 0 : 500 }));
  assertEquals(
    moved.at(-1),
    "Its clock is ahead of ours by 500 ±5 ms. It moved by at least 490 ms against ours.",
  );
  // The delays of a reply that lies may be the shortest.
  const lie = { clockMs: 3_600_000, outMs: -4 };
  for (const isLie of [(index: number) => index === 60, (index: number) => index % 7 === 0]) {
    assertEquals(
      words((index) => isLie(index) ? lie : {}).at(-1),
      "Its clock is within 5 ms of ours.",
    );
  }
});

Deno.test("several targets: the sum first, the worst on top", () => {
  const lines = pingLines({
    targets: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    count: 100,
    intervalS: 1,
    fate: (index, target) => ({ isAnswered: target !== 1 || index % 2 === 0 }),
  });
  const findings = findAll(read(lines));
  assertEquals(describeLog(findings), [
    "3 targets, 300 probes: 50 unanswered (16.7 %), at 1 target.",
    "No direction grew by more than a millisecond or two.",
  ]);
  assertEquals(findings.targets[0]?.log.name, "192.0.2.2");
});

Deno.test("an audit's words: who answers, what is wrong, and our own clock first where it is off", () => {
  const hosts: AuditedHost[] = [
    { name: "192.0.2.1", verdict: "right", offsetMs: 1, labels: ["lazy"] },
    { name: "192.0.2.2", verdict: "wrong", offsetMs: -3_600_000, labels: ["lazy", "time-zone"] },
    { name: "192.0.2.3", verdict: "unreadable", labels: ["stuck"] },
    { name: "192.0.2.4", verdict: "silent", labels: [] },
  ];
  const lines = [...auditLines(hosts)];
  assertEquals(describeLog(findAll(read(lines))), [
    "3 of 4 hosts answer timestamp requests (CVE-1999-0524): 1 wrong, 1 shows no time, 1 right.",
    "These show: time-zone 1, stuck 1.",
    "Our own clock is right, as far as their bounds show: 3 of 4 clocks agree.",
  ]);
  const off = lines.map((line) => line.replace('"local_clock":"right"', '"local_clock":"off"'));
  assertMatch(describeLog(findAll(read(off)))[0] ?? "", /^Our own clock is off: 3 of 4 clocks/);
  const near = lines.map((line) => line.replace('"tolerance_ms":0', '"tolerance_ms":5'));
  assertMatch(describeLog(findAll(read(near)))[2] ?? "", /: 3 of 4 clocks agree to within 5 ms\.$/);
});

Deno.test("lines that could not be read are said", () => {
  const lines = [...pingLines({ targets: ["192.0.2.1"], count: 5, intervalS: 1 }), "half a li"];
  assertEquals(
    describeLog(findAll(read(lines))).at(-1),
    "1 line is no record, of 8 lines: left out.",
  );
});

/** A log in which every text that a page shows is hostile. */
function hostileLines(): string[] {
  const identity = { target: HOSTILE, address: HOSTILE, time: LOG_START_S + 1 };
  return [
    runLine(HOSTILE, 1),
    ...["reply", "timeout"].flatMap((type) =>
      [0, 1, 2].map((probe) =>
        JSON.stringify({ type, ...identity, probe, ttl: probe, rtt_ms: 5, flags: [HOSTILE] })
      )
    ),
    JSON.stringify({
      type: "icmp_error",
      ...identity,
      probe: 7,
      error: HOSTILE,
      reporter: HOSTILE,
    }),
    JSON.stringify({ type: "condition", ...identity, condition: HOSTILE, found: HOSTILE }),
    JSON.stringify({ type: "clock", ...identity, undecided_reason: HOSTILE, restarts: [HOSTILE] }),
    JSON.stringify({
      ...{ type: "host", ...identity, verdict: "wrong", labels: [HOSTILE], evidence: [HOSTILE] },
      ...{ nonconforming: [HOSTILE], icmp_error: HOSTILE, offset_ms: 1 },
    }),
    JSON.stringify({
      ...{ type: "alias", time: LOG_START_S, alias_kind: HOSTILE, addresses: [HOSTILE] },
      ...{ coincidence_ratio: 0.001, skew_ppm: 17 },
    }),
    JSON.stringify({ type: "end", time: LOG_START_S + 9, reason: HOSTILE }),
  ];
}

Deno.test("hostile texts of a log are text in a page, and end no element", () => {
  const page = formatPage(read(hostileLines()), { maxTargets: 5, version: "1", title: HOSTILE });
  // Two elements that hold data and script, and no third.
  assertEquals(page.match(/<\/script/g)?.length, 2);
  assertEquals(page.match(/<img|<!--/g), null);
  assert(!page.includes("\u202e") && !page.includes("\u0000"));
  const data = page.match(/<script type="application\/json" id="data">(.*?)<\/script>/s)?.[1];
  assertStringIncludes(JSON.parse(data ?? "").targets[0].name, "</script><img src=x onerror");
});

Deno.test("hostile texts of a log are text in Markdown and in a picture", () => {
  const log = () => read(hostileLines());
  const markdown = formatMarkdown(log(), { maxTargets: 5, title: HOSTILE });
  assertEquals(markdown.match(/(?<!\\)[<`\u202e]/g), null);
  const svg = formatSvg(log(), { maxTargets: 5, title: HOSTILE });
  assert(!markdown.includes("\0") && !svg.includes("\0"));
  assertEquals(svg.match(/<img|<\/script|\u202e/g), null);
});

Deno.test("Markdown of a log: words, a table, what happened", () => {
  const lines = pingLines({
    targets: ["192.0.2.1", "gw.example"],
    count: 40,
    intervalS: 1,
    fate: (index, target) => ({
      isAnswered: target === 0 || index >= 5,
      outMs: index === 20 ? 9 : 0,
    }),
  });
  assertEquals(
    formatMarkdown(read(lines), { maxTargets: 1 }),
    `# icmptime report

2026-11-27 00:00:00 to 2026-11-27 00:00:40 UTC (40 s)

2 targets, 80 probes: 5 unanswered (6.3 %), at 1 target.

Targets whose delay grew: out 2.

- **gw.example**: 5 of 40 probes unanswered (12.5 %). Round trip 10.0 ms, 95 % within 10.0 ms, longest 19.0 ms. The delay out grew by up to 9.00 ms, at 2026-11-27 00:00:20 UTC, 95 % by 0.000 ms or less; the delay back by at most 0.000 ms. Its clock is within 5 ms of ours.

| Target | Probes | Unanswered | RTT median | RTT max | Out max | Back max | Clock |
| --- | --- | --- | --- | --- | --- | --- | --- |
| gw.example | 40 | 12.5 % | 10.0 ms | 19.0 ms | 9.00 ms | 0.000 ms | +0 ms |
| 192.0.2.1 | 40 | 0 % | 10.0 ms | 19.0 ms | 9.00 ms | 0.000 ms | +0 ms |

- 2026-11-27 00:00:00 ping starts, targets: 2
- 2026-11-27 00:00:00 gw.example: 5 probes in 4.0 s unanswered
- 2026-11-27 00:00:40 ping ends: complete
`,
  );
});

Deno.test("a picture of a log is XML with a line for each direction", () => {
  const lines = pingLines({ targets: ["192.0.2.1"], count: 50, intervalS: 1 });
  const svg = formatSvg(read(lines), { maxTargets: 5 });
  assertMatch(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  for (const color of ["#0b6bcb", "#b84d00", "#4a5568"]) {
    assertEquals(
      svg.match(new RegExp(`<path d="M[^"]+L[^"]+" fill="none" stroke="${color}" `, "g"))
        ?.length,
      1,
      color,
    );
  }
});

Deno.test("markdown: of hosts with one verdict the farthest off comes first, those without an offset last", () => {
  const host = (name: string, offsetMs?: number): AuditedHost => ({
    ...{ name, verdict: "unreadable", labels: [] },
    ...(offsetMs === undefined ? {} : { offsetMs }),
  });
  const hosts = [
    ...[host("198.18.0.1"), host("198.18.0.2", -0.5), host("198.18.0.3"), host("198.18.0.4", 0.7)],
    host("198.18.0.5"),
  ];
  const table = formatMarkdown(read(auditLines(hosts)), { maxTargets: 1 }).split("\n");
  const names = table.filter((line) => line.startsWith("| 198")).map((line) => line.split(" ")[1]);
  assertEquals(names, [
    ...["198.18.0.4", "198.18.0.2", "198.18.0.1", "198.18.0.3", "198.18.0.5"],
  ]);
});
