/** What the charts of a page are drawn from: numbers that were worked out by hand from the lines of a log. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { findAll } from "../../../src/report/log/log_words.ts";
import { heatData } from "../../../src/report/page/heat_data.ts";
import { hostData } from "../../../src/report/page/host_data.ts";
import { formatPage } from "../../../src/report/page/page.ts";
import { targetData } from "../../../src/report/page/target_data.ts";
import {
  auditLines,
  LOG_START_S,
  pingLines,
  type PingLog,
  type ProbeFate,
  probeLine,
} from "../../support/log_lines.ts";

const NAMES = ["192.0.2.1", "192.0.2.2"];
/** A Thursday, when a week of Unix time begins; every length of a column fits into it. */
const WEEK_START_S = 2968 * 604_800;

function read(lines: Iterable<string>) {
  const reader = new LogReader();
  for (const line of lines) reader.line(line);
  return reader.finish();
}

const targetsOf = (lines: Iterable<string>) => findAll(read(lines)).targets;
const ping = (log: Partial<PingLog>, fate: (index: number, target: number) => ProbeFate) =>
  pingLines({ targets: NAMES, count: 4, intervalS: 10, ...log, fate });

Deno.test("heat map: columns are the shortest of a clock's lengths of which 48 suffice", () => {
  const targets = targetsOf(NAMES.map((name) => probeLine(name, 0, WEEK_START_S, {})));
  const columns = (spanS: number) => {
    const heat = heatData(targets, { firstS: WEEK_START_S, lastS: WEEK_START_S + spanS });
    return [heat?.columnS, heat?.columns.length];
  };
  const [minute, hour, day] = [60, 3600, 86_400];
  const lengths = [10, 30, minute, 5 * minute, 15 * minute, 30 * minute]
    .concat([hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day]);
  for (const [i, length] of lengths.entries()) {
    assertEquals(columns(47 * length), [length, 48]);
    const next = lengths[i + 1];
    if (next === undefined) continue;
    assertEquals(columns(48 * length), [next, Math.floor(48 * length / next) + 1]);
  }
  // Two years: as long as they have to be.
  assertEquals(columns(94 * 7 * day), [14 * day, 48]);
  assertEquals(columns(94 * 7 * day + 100)[0], 14 * day + 3);
  assertEquals(columns(9), [undefined, undefined]);
});

Deno.test("heat map: each probe in its column, losses in thousandths, delays in microseconds", () => {
  const targets = targetsOf(ping({ count: 6 }, (index, target) => ({
    isAnswered: target === 0 || index % 2 === 1,
    outMs: index === 5 ? 3 : 0,
    backMs: target,
  })));
  // 5 s after a column began.
  const period = { firstS: LOG_START_S + 5, lastS: LOG_START_S + 59 };
  const heat = heatData(targets, period);
  assertEquals(heat?.columns, [-5000, 5000, 15_000, 25_000, 35_000, 45_000]);
  const [lossy, sound] = heat?.rows ?? [];
  assertEquals(lossy?.loss, [1000, 0, 1000, 0, 1000, 0]);
  assertEquals([sound?.name, sound?.loss], ["192.0.2.1", [0, 0, 0, 0, 0, 0]]);
  // Delays are kept within two per cent.
  const near = (values: readonly (number | null)[] | undefined) =>
    values?.map((us) => us === null ? null : Math.round(us / 500) * 500);
  assertEquals(near(sound?.rtt), [10_000, 10_000, 10_000, 10_000, 10_000, 13_000]);
  assertEquals(near(lossy?.rtt), [null, 11_000, null, 11_000, null, 14_000]);
  assertEquals(near(lossy?.out), [null, 0, null, 0, null, 3000]);
  assertEquals(near(lossy?.back), [null, 1000, null, 1000, null, 1000]);
  const gap = heatData(targets, { ...period, lastS: LOG_START_S + 69 });
  assertEquals([gap?.rows[0]?.loss.at(-1), gap?.rows[0]?.rtt.at(-1)], [null, null]);
});

Deno.test("heat map: it takes two targets with probes, and two columns", () => {
  const one = targetsOf(ping({ targets: ["192.0.2.1"] }, () => ({})));
  const period = { firstS: LOG_START_S, lastS: LOG_START_S + 59 };
  assertEquals(heatData(one, period), null);
  const two = targetsOf(ping({}, () => ({})));
  assertEquals(heatData(two, period)?.rows.length, 2);
  // One whose probes are all pending has no row.
  const [first, second] = two;
  assert(first !== undefined && second !== undefined);
  assertEquals(heatData([first, { ...second, settled: 0 }], period), null);
  assertEquals(heatData(two, { ...period, lastS: LOG_START_S + 19 })?.columns, [0, 10_000]);
  assertEquals(heatData(two, { ...period, lastS: LOG_START_S + 9 }), null);
  const many = Array.from({ length: 201 }, (_, i) => two[i % 2]).flatMap((target) => target ?? []);
  assertEquals(heatData(many, period)?.rows.length, 200);
});

Deno.test("charts: the columns of a target", () => {
  const lines = [
    ...ping({ targets: ["192.0.2.1"] }, (index) => ({
      isAnswered: index !== 2,
      outMs: index === 3 ? 2 : 0,
      flags: index === 3 ? ["clock-step"] : [],
    })),
  ];
  const [target] = targetsOf(lines);
  if (target === undefined) throw new Error("no target");
  assertEquals(targetData(target, "t0", LOG_START_S * 1e3 - 500), {
    ...{ name: "192.0.2.1", id: "t0", isSummarized: false },
    times: [500, 10_000, 10_000, 10_000],
    spans: [],
    received: [1, 1, 0, 1],
    unanswered: [0, 0, 1, 0],
    ...{ rtt: { mid: [10_000, 10_000, null, 12_000], min: [], p5: [], p95: [], max: [] } },
    ...{ out: { mid: [0, 0, null, 2000], min: [], p5: [], p95: [], max: [] } },
    ...{ back: { mid: [0, 0, null, 0], min: [], p5: [], p95: [], max: [] } },
    ...{ queue: { mid: [3, 3, null, 3], min: [], p5: [], p95: [], max: [] } },
    offset: {
      mid: [0, 0, null, 1000],
      lower: [-5000, -5000, null, -6000],
      upper: [5000, 5000, null, 6000],
    },
    skew: null,
    events: [[30_500, "step", "the local clock was set"]],
  });
});

Deno.test("charts: probes that are joined have a span, and the greatest and least of each delay", () => {
  const [target] = targetsOf(
    ping({ targets: ["192.0.2.1"], count: 8, intervalS: 2 }, (index) => ({ backMs: index })),
  );
  if (target === undefined) throw new Error("no target");
  target.log.series.shrink(2);
  const { times, spans, received, rtt } = targetData(
    { ...target, buckets: target.log.series.sorted() },
    ...["t0", LOG_START_S * 1e3] as const,
  );
  // Two buckets of 8 s: probes at 0 to 6 s, and at 8 to 14 s.
  assertEquals({ times, spans, received }, {
    times: [3000, 8000],
    spans: [6000, 6000],
    received: [4, 4],
  });
  const inMs = (column: readonly (number | null)[] = []) =>
    column.map((us) => Math.round((us ?? 0) / 1000));
  assertEquals([inMs(rtt?.mid), inMs(rtt?.min), inMs(rtt?.max)], [[12, 16], [-2, -2], [1, 1]]);
});

Deno.test("charts: of many delays that are joined, the least and greatest are apart from 5 and 95 %", () => {
  const [target] = targetsOf(
    ping({ targets: ["192.0.2.1"], count: 100, intervalS: 1 }, (index) => ({ backMs: index })),
  );
  if (target === undefined) throw new Error("no target");
  target.log.series.shrink(1);
  const { rtt } = targetData(
    { ...target, buckets: target.log.series.sorted() },
    ...["t0", LOG_START_S * 1e3] as const,
  );
  // The first 64, from 10 to 73 ms, kept within two per cent.
  const about = (column: readonly (number | null)[] = []) => (column[0] ?? NaN) / 1e3;
  const { mid, min, p5, p95, max } = rtt ?? {};
  assertAlmostEquals(about(mid), 41.5, 1.3);
  const ends = [[min, 10], [p5, 13], [p95, 70], [max, 73]] as const;
  for (const [column, expected] of ends) {
    assertAlmostEquals(about(mid) + about(column), expected, 1.5, `${expected}`);
  }
});

Deno.test("hosts: worst first, then farthest off, with bounds from the value in microseconds", () => {
  const hosts = hostData(
    read(auditLines([
      { name: "192.0.2.1", verdict: "right", offsetMs: 0.25, labels: ["lazy"] },
      { name: "192.0.2.2", verdict: "wrong", offsetMs: 700, labels: ["lazy"] },
      { name: "192.0.2.3", verdict: "wrong", offsetMs: -3_600_000, labels: ["lazy", "time-zone"] },
      { name: "192.0.2.4", verdict: "silent", labels: [] },
      { name: "192.0.2.5", verdict: "unreadable", labels: ["stuck"] },
    ])).hosts,
  );
  assertEquals(hosts.hosts.map((row) => [row[0], row[2], row[3], row[4], row[5]]), [
    ["192.0.2.3", 0, -3_600_000_000, -400, 400],
    ["192.0.2.2", 0, 700_000, -400, 400],
    ["192.0.2.5", 1, null, null, null],
    ["192.0.2.4", 3, null, null, null],
    ["192.0.2.1", 5, 250, -400, 400],
  ]);
  const wordsOf = (row: typeof hosts.hosts[number] | undefined, at: 6 | 8) =>
    row?.[at].map((number) => hosts.words[number]);
  // The label that tells nothing new comes last, with its evidence, and is not counted.
  assertEquals(wordsOf(hosts.hosts[0], 6), ["time-zone", "lazy"]);
  assertEquals(hosts.hosts.map((row) => row[10]), [1, 0, 1, 0, 0]);
  assertEquals(wordsOf(hosts.hosts[2], 6), ["stuck"]);
  assertEquals(wordsOf(hosts.hosts[2], 8), ["updated-15-times-a-second"]);
  assertEquals(
    hosts.meanings["updated-15-times-a-second"],
    "RFC 1122 §3.2.2.8: a standard value is updated at least 15 times a second",
  );
});

Deno.test("hosts: twenty thousand at most, without meanings of words that have none", () => {
  const log = read(auditLines([
    { name: "192.0.2.1", verdict: "wrong", offsetMs: 5000, labels: ["no-such-label", "lazy"] },
  ])).hosts;
  const of = (length: number) => {
    const rows = Array.from({ length }, () => log.rows[0]);
    return hostData({ ...log, rows } as unknown as typeof log);
  };
  assertEquals([of(20_000).hosts.length, of(20_001).hosts.length], [20_000, 20_000]);
  const { words, meanings } = of(2);
  assertEquals([words.includes("no-such-label"), Object.keys(meanings)], [true, ["lazy"]]);
});

Deno.test("page: its data begin and end with the log", () => {
  const dataOf = (lines: Iterable<string>, maxTargets: number) => {
    const page = formatPage(read(lines), { maxTargets, version: "1" });
    const [, text = ""] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
    return JSON.parse(text);
  };
  const { startMs, endMs, targets } = dataOf(ping({}, () => ({})), 1);
  assertEquals([startMs, endMs], [LOG_START_S * 1e3, 40_000]);
  assertEquals(targets.map(({ id }: { id: string }) => id), ["t0"]);
  assertEquals(dataOf([], 1).endMs, 0);
});

Deno.test("page: all charts together have 24,000 points at most", () => {
  const pointsOf = (shown: number) => {
    const log = read(ping({ targets: ["192.0.2.1"], count: 120, intervalS: 1 }, () => ({})));
    const targets = Array.from({ length: shown }, () => log.targets[0] ?? []).flat();
    const page = formatPage({ ...log, targets }, { maxTargets: shown, version: "1" });
    const [, text = ""] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
    return JSON.parse(text).targets.map(({ times }: { times: number[] }) => times.length).at(-1);
  };
  assertEquals(pointsOf(200), 120);
  // No room for a point each second: two share one.
  assertEquals(pointsOf(201), 60);
});
