/** Which words a log gets at the edges: what comes first, and how much is named. */

import { assertEquals } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { describeLog, describePeriod, findAll } from "../../../src/report/log/log_words.ts";
import { formatMarkdown } from "../../../src/report/log/markdown.ts";
import { describeTarget, grownDirection, ms } from "../../../src/report/log/target_words.ts";
import {
  auditLines,
  LOG_START_S,
  pingLines,
  type PingLog,
  type ProbeFate,
  runLine,
} from "../../support/log_lines.ts";

function read(lines: Iterable<string>) {
  const reader = new LogReader();
  for (const line of lines) reader.line(line);
  return reader.finish();
}

const ping = (
  fate: (index: number, target: number) => ProbeFate,
  more: Partial<PingLog> = {},
) => read(pingLines({ targets: ["a", "b"], count: 100, intervalS: 1, fate, ...more }));

/** The name of the target that is named first, where the first has one fate and the second another. */
function first(a: (index: number) => ProbeFate, b: (index: number) => ProbeFate): string {
  const { targets } = findAll(ping((index, target) => target === 0 ? a(index) : b(index)));
  return targets[0]?.log.name ?? "";
}

Deno.test("log: a percent of loss weighs as ten milliseconds that are usual, or a hundred that came once", () => {
  const lossy = (index: number) => ({ isAnswered: index !== 50 });
  // What is usual came, too: 9 ms weigh 9.9, and 9.2 ms weigh 10.12.
  assertEquals(first(() => ({ outMs: 9 }), lossy), "b");
  assertEquals(first(lossy, () => ({ backMs: 9.2 })), "b");
  const once = (outMs: number) => (index: number) => ({ outMs: index === 50 ? outMs : 0 });
  assertEquals(first(once(99), lossy), "b");
  assertEquals(first(lossy, once(101)), "b");
  // The larger of both directions, and each event besides.
  assertEquals(first(() => ({ outMs: 5, backMs: 5 }), () => ({ backMs: 6 })), "b");
  assertEquals(first(once(9), (index) => ({ ttl: index < 50 ? 57 : 58 })), "b");
  assertEquals(first(() => ({}), () => ({})), "a");
  assertEquals(first(() => ({}), () => ({ isAnswered: false })), "b");
  // A clock that moved by 990 ms at least, or by more: no more than 100 % of loss.
  const moved = (clockMs: number) => (index: number) => ({ clockMs: index < 50 ? 0 : clockMs });
  assertEquals(first(moved(5000), () => ({ isAnswered: false })), "b");
  assertEquals(first(() => ({ outMs: 800 }), moved(1000)), "b");
});

Deno.test("log: a target of which no probe is settled has lost nothing", () => {
  const clock = { type: "clock", time: LOG_START_S, target: "c", address: "192.0.2.9" };
  const [first, last] = findAll(read([
    JSON.stringify(clock),
    ...pingLines({ targets: ["a"], count: 9, intervalS: 1, fate: () => ({ outMs: 0.05 }) }),
  ])).targets;
  assertEquals([first?.log.name, last?.log.name, last?.settled], ["a", "c", 0]);
  assertEquals(last && describeTarget(last), ["Its clock is not known: not decided."]);
});

Deno.test("log: echo requests are sorted by how much their round trip varies", () => {
  const reply = (target: string, probe: number, rttMs: number) =>
    JSON.stringify({
      ...{ type: "reply", target, address: "192.0.2.9", time: LOG_START_S + probe, probe },
      rtt_ms: rttMs,
    });
  const log = read([
    ...[runLine("ping", 2), reply("slow", 0, 90), reply("slow", 1, 95)],
    ...[reply("uneven", 0, 1), reply("uneven", 1, 12)],
  ]);
  assertEquals(findAll(log).targets.map(({ log }) => log.name), ["uneven", "slow"]);
  assertEquals(describeTarget(findAll(log).targets[1] as never), [
    "All 2 probes answered.",
    "Round trip 95.0 ms, 95 % within 95.0 ms, longest 95.0 ms.",
    "Directions are unknown: its timestamps cannot be read.",
  ]);
});

Deno.test("log: the sum of several targets says who never answered, and which directions grew", () => {
  const fates: readonly ((index: number) => ProbeFate)[] = [
    () => ({ isAnswered: false }),
    (index) => ({ isAnswered: index % 2 === 0 }),
    () => ({ outMs: 9 }),
    () => ({ backMs: 9 }),
    () => ({ outMs: 9, backMs: 5 }),
  ];
  const log = ping((index, target) => fates[target]?.(index) ?? {}, {
    targets: ["a", "b", "c", "d", "e"],
    count: 10,
  });
  assertEquals(describeLog(findAll(log)), [
    "5 targets, 50 probes: 15 unanswered (30 %), at 2 targets, of which 1 never answered.",
    "Targets whose delay grew: out 1, back 1, in both directions 1.",
  ]);
  assertEquals(
    describeLog(findAll(ping(() => ({}), { count: 2 })))[0],
    "2 targets, 4 probes: all answered.",
  );
});

Deno.test("log: one direction grew alone where it rose by twice as much as the other", () => {
  const grown = (outMs: number, backMs: number) => {
    const [target] = findAll(ping(() => ({ outMs, backMs }), { targets: ["a"], count: 9 })).targets;
    return target && grownDirection(target);
  };
  assertEquals([grown(8, 4), grown(7.9, 4), grown(4, 8), grown(4, 7.9)], [
    ...["out", "both", "back", "both"],
  ]);
  assertEquals([grown(2, 0), grown(2.1, 0)], ["none", "out"]);
});

Deno.test("log: a period of ten minutes and more has no seconds", () => {
  const period = (lastS: number) =>
    describePeriod({ ...ping(() => ({})), period: { firstS: LOG_START_S, lastS } });
  assertEquals(
    [period(LOG_START_S + 599.5), period(LOG_START_S + 600)],
    [
      "2026-11-27 00:00:00 to 2026-11-27 00:09:59 UTC (10 min)",
      "2026-11-27 00:00 to 2026-11-27 00:10 UTC (10 min)",
    ],
  );
  assertEquals(describePeriod(read([])), "no time");
});

Deno.test("log: of the labels of an audit the eight commonest are named", () => {
  const labels = Array.from({ length: 9 }, (_, i) => `label-${i}`);
  const hosts = labels.map((_, i) => ({
    ...{ name: `192.0.2.${i}`, verdict: "wrong", offsetMs: 5000, labels: labels.slice(0, i + 1) },
  }));
  assertEquals(describeLog(findAll(read(auditLines(hosts)))).slice(0, 2), [
    "9 of 9 hosts answer timestamp requests (CVE-1999-0524): 9 wrong, 0 show no time, 0 right.",
    "These show: label-0 9, label-1 8, label-2 7, label-3 6, label-4 5, label-5 4, label-6 3, " +
    "label-7 2.",
  ]);
  const one = read(auditLines([{ name: "192.0.2.1", verdict: "unreadable", labels: [] }]));
  assertEquals(
    describeLog(findAll(one))[0],
    "1 of 1 host answers timestamp requests (CVE-1999-0524): 0 wrong, 1 shows no time, 0 right.",
  );
  assertEquals(describeLog(findAll(one)).some((line) => line.startsWith("These show")), false);
  const stuck = read(auditLines([{ name: "192.0.2.1", verdict: "wrong", labels: ["stuck"] }]));
  assertEquals(describeLog(findAll(stuck))[1], "These show: stuck 1.");
});

Deno.test("log: what the other clocks say of ours", () => {
  const say = (consensus: object) =>
    describeLog(findAll(read([
      JSON.stringify({ type: "consensus", time: LOG_START_S, hosts: 5, agreeing: 3, ...consensus }),
    ])));
  const bounds = { consensus_lower_ms: 40, consensus_upper_ms: 44 };
  assertEquals(say({ local_clock: "off", ...bounds }), [
    "Our own clock is off: 3 of 5 clocks agree, and true time is ahead of ours by 42 ±2 ms.",
  ]);
  assertEquals(say({ local_clock: "right", falsetickers: ["192.0.2.1", "192.0.2.2"] }), [
    "Our own clock is right, as far as their bounds show: 3 of 5 clocks agree; 2 clocks of them disagree.",
  ]);
  assertEquals(say({ local_clock: "unknown", falsetickers: [] }), [
    "The clocks do not decide about our own: 3 of 5 clocks agree.",
  ]);
  assertEquals(say({ local_clock: "unknown", hosts: 2 }).length, 1);
  assertEquals(say({ local_clock: "unknown", hosts: 1 }), []);
  // A record that lost its counts.
  assertEquals(say({ local_clock: "off", ...bounds, hosts: null, agreeing: null }), [
    "Our own clock is off: 0 of 0 clocks agree, and true time is ahead of ours by 42 ±2 ms.",
  ]);
  assertEquals(say({ local_clock: "off", ...bounds, consensus_upper_ms: null }), [
    "The clocks do not decide about our own: 3 of 5 clocks agree.",
  ]);
});

Deno.test("log: a delay of ten seconds and more is in seconds", () => {
  assertEquals([9994, 9996, 12_345].map(ms), ["9994 ms", "10.00 s", "12.3 s"]);
  assertEquals(ms(9995).endsWith(" s"), true);
});

Deno.test("log: waits in this machine's own queue from a millisecond on", () => {
  const words = (fate: (index: number) => ProbeFate) => {
    const [target] = findAll(ping(fate, { targets: ["a"] })).targets;
    return target === undefined
      ? []
      : describeTarget(target).filter((sentence) => sentence.includes("queue"));
  };
  assertEquals(words((index) => ({ queueMs: index === 7 ? 0.999 : 0 })), []);
  assertEquals(words((index) => ({ queueMs: index === 7 ? 1 : 0 })), [
    "This machine's own queue held probes for up to 1.00 ms now and then.",
  ]);
  assertEquals(words(() => ({ queueMs: 4 })), [
    "This machine's own queue held probes for up to 4.00 ms, 95 % for 4.00 ms or less.",
  ]);
});

Deno.test("Markdown: a hundred rows and fifty events at most, and how many more there are", () => {
  const names = Array.from({ length: 102 }, (_, i) => `host-${i}`);
  const large = formatMarkdown(ping(() => ({}), { targets: names, count: 1 }), { maxTargets: 0 });
  assertEquals(large.match(/^\| host-/gm)?.length, 100);
  assertEquals(large.includes("\n\n2 more\n"), true);
  const odd = ping(() => ({ clockMs: 250 }), { targets: names.slice(0, 101), count: 1 });
  const text = formatMarkdown(odd, { maxTargets: 0 });
  assertEquals(text.includes("\n\n1 more\n"), true);
  assertEquals(text.match(/ \| \+250 ms \|$/gm)?.length, 100);
  const hundred = ping(() => ({}), { targets: names.slice(0, 100), count: 1 });
  assertEquals(formatMarkdown(hundred, { maxTargets: 0 }).match(/\d more/), null);
  // Two events of the run, and a path that changes each time.
  const events = (count: number) =>
    formatMarkdown(ping((index) => ({ ttl: index }), { targets: ["a"], count }), { maxTargets: 0 });
  assertEquals(events(49).match(/^- 2026/gm)?.length, 50);
  assertEquals(events(49).match(/\d more/), null);
  assertEquals(events(51).match(/^- 2026/gm)?.length, 50);
  assertEquals(events(51).includes("\n- 2 more\n"), true);
  // Of one kind sixty are kept.
  assertEquals(events(64).includes("\n- 15 more\n"), true);
});

Deno.test("Markdown: hosts that need a look, the worst first", () => {
  const text = formatMarkdown(
    read(auditLines([
      { name: "192.0.2.1", verdict: "right", offsetMs: 1, labels: ["lazy"] },
      { name: "192.0.2.2", verdict: "silent", labels: [] },
      { name: "192.0.2.3", verdict: "wrong", offsetMs: 700.5, labels: ["lazy"] },
      { name: "192.0.2.4", verdict: "wrong", offsetMs: -7200, labels: ["lazy", "stuck"] },
    ])),
    { maxTargets: 5 },
  );
  assertEquals(text.split("\n").filter((line) => line.startsWith("|")), [
    "| Host | Verdict | Offset | What is odd |",
    "| --- | --- | --- | --- |",
    "| 192.0.2.4 | wrong | -7.200 s | stuck |",
    "| 192.0.2.3 | wrong | +700.5 ms |  |",
    "| 192.0.2.2 | silent | – |  |",
  ]);
});
