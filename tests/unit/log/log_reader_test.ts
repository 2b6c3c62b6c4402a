import { assert, assertEquals } from "@std/assert";
import { type Log, type LogOptions, LogReader } from "../../../src/log/log_reader.ts";
import {
  auditedNetwork,
  auditLines,
  LOG_START_S,
  pingLines,
  probeLine,
  runLine,
} from "../../support/log_lines.ts";

function read(lines: Iterable<string>, options: LogOptions = {}): Log {
  const reader = new LogReader(options);
  for (const line of lines) reader.line(line);
  return reader.finish();
}

Deno.test("probes of a log are counted by how they ended, flagged extras are not", () => {
  const lines = [
    ...pingLines({
      targets: ["192.0.2.1", "192.0.2.2"],
      count: 100,
      intervalS: 1,
      fate: (index, target) => ({ isAnswered: target === 0 || index % 10 !== 0 }),
    }),
    probeLine("192.0.2.2", 10, LOG_START_S + 11, { flags: ["late"] }),
    probeLine("192.0.2.1", 10, LOG_START_S + 11, { flags: ["duplicate"] }),
  ];
  const { targets, counts, period } = read(lines);
  const sums = targets.map(({ series, late, duplicates }) => {
    const buckets = series.sorted();
    const sum = (name: "received" | "lost") =>
      buckets.reduce((total, { counts }) => total + counts[name], 0);
    return [sum("received"), sum("lost"), late, duplicates];
  });
  assertEquals(sums, [[100, 0, 0, 1], [90, 10, 1, 0]]);
  assertEquals(counts.records, 204);
  assertEquals(period, { firstS: LOG_START_S, lastS: LOG_START_S + 100 });
});

Deno.test("an outage, another path, a step of our clock and a run are events with their times", () => {
  const lines = pingLines({
    targets: ["192.0.2.1"],
    count: 60,
    intervalS: 1,
    fate: (index) => ({
      isAnswered: index < 20 || index > 24,
      ttl: index < 40 ? 57 : 55,
      flags: index === 50 ? ["clock-step"] : [],
    }),
  });
  const { events } = read(lines);
  assertEquals(
    events.map(({ timeS, kind, target, text }) => [timeS - LOG_START_S, kind, target, text]),
    [
      [0, "start", undefined, "ping starts, targets: 1"],
      [20, "outage", "192.0.2.1", "5 probes in 4.0 s unanswered"],
      [40, "path", "192.0.2.1", "time to live of replies 57, now 55"],
      [50, "step", "192.0.2.1", "the local clock was set"],
      [60, "end", undefined, "ping ends: complete"],
    ],
  );
});

Deno.test("two losses in a row are no outage, three at the end of the log are one", () => {
  const outages = (lost: number) =>
    read(pingLines({
      targets: ["192.0.2.1"],
      count: 30,
      intervalS: 1,
      fate: (index) => ({ isAnswered: index < 30 - lost }),
    })).events.filter(({ kind }) => kind === "outage").length;
  assertEquals([outages(2), outages(3)], [0, 1]);
});

Deno.test("records outside of the time asked for are left out, the run that they belong to is known", () => {
  const lines = [
    runLine("scan", 2),
    ...[1, 2, 3].map((s) =>
      JSON.stringify({ type: "reply", address: `192.0.2.${s}`, time: LOG_START_S + s, rtt_ms: 1 })
    ),
  ];
  const log = read(lines, { fromS: LOG_START_S + 2, toS: LOG_START_S + 3 });
  assertEquals(log.hosts.rows.map(({ address }) => address), ["192.0.2.2"]);
  assertEquals([log.counts.outside, log.targets.length], [3, 0]);
});

Deno.test("lines that are no records are counted, whatever they hold", () => {
  const broken = ["{", "[1]", "null", '"text"', "{}", '{"type":7}', "\u0000", "x".repeat(9999)];
  const unplaced = [
    '{"type":"reply","time":"yesterday","target":"a"}',
    '{"type":"reply","time":null}',
    '{"type":"timeout","time":1}',
    `{"type":"summary","time":1e999,"target":"a"}`,
  ];
  const other = ['{"type":"hop","time":5}', '{"type":"__proto__","time":5}'];
  const { counts } = read([...broken, "", "  ", ...unplaced, ...other]);
  assertEquals(
    [counts.lines, counts.broken, counts.unplaced, counts.other, counts.records],
    [14, 8, 4, 2, 0],
  );
});

Deno.test("what a hostile log puts in place of numbers and lists is not believed", () => {
  const record = (more: Record<string, unknown>) =>
    JSON.stringify({
      type: "reply",
      target: "a",
      address: "192.0.2.1",
      time: 5,
      probe: 0,
      ...more,
    });
  const { targets, hosts } = read([
    record({ rtt_ms: "12", flags: "late" }),
    record({ rtt_ms: { valueOf: 1 }, flags: [1, null, { a: 1 }, "x".repeat(100_000)] }),
    record({ rtt_ms: 1e308, out_change_ms: -1e308, offset_lower_ms: [], ttl: "64" }),
    JSON.stringify({ type: "host", time: 5, verdict: "constructor", labels: ["__proto__"] }),
  ]);
  const [target] = targets;
  assertEquals(target?.series.sorted()[0]?.counts.received, 3);
  assertEquals(target?.series.sorted()[0]?.delays.rtt?.count, 1);
  assert((target?.happenings.oddities[0]?.name.length ?? 0) <= 300);
  assertEquals(hosts.rows[0]?.verdict, "unreadable");
});

Deno.test("interval summaries make a course where no single probe is logged", () => {
  const summary = (i: number, more: Record<string, unknown> = {}) =>
    JSON.stringify({
      ...{ type: "summary", target: "a", address: "192.0.2.1", scope: "interval" },
      ...{ time: LOG_START_S + 60 * (i + 1), from: LOG_START_S + 60 * i, sent: 60, received: 57 },
      ...{ lost: 3, rtt_min_ms: 9, rtt_median_ms: 10, rtt_p95_ms: 12, rtt_max_ms: 40 + i },
      ...more,
    });
  const lines = [runLine("ping", 1), ...Array.from({ length: 10 }, (_, i) => summary(i))];
  const { targets } = read([...lines, summary(9, { scope: "run", received: 570 })]);
  const buckets = targets[0]?.series.sorted() ?? [];
  assertEquals(buckets.length, 10);
  assertEquals(targets[0]?.isSummarized, true);
  const [first] = buckets;
  assertEquals([first?.counts.received, first?.counts.lost], [57, 3]);
  const rtt = first?.delays.rtt;
  assertEquals([rtt?.min, rtt?.max, Math.round(rtt?.quantile(0.5) ?? 0)], [9, 40, 10]);
});

Deno.test("a clock's restarts are events once, however often they are repeated", () => {
  const clock = (i: number, restarts: readonly string[]) =>
    JSON.stringify({
      ...{ type: "clock", target: "a", address: "192.0.2.1", time: LOG_START_S + i },
      ...{ is_decided: true, offset_ms: 1 + i, offset_lower_ms: i, offset_upper_ms: 2 + i },
      ...{ skew_ppm: 3, skew_lower_ppm: 2, skew_upper_ppm: 4, restarts, flags: [] },
    });
  const restart = `step at ${LOG_START_S + 5}.250 by 120.000 ms`;
  const { events, targets } = read([
    ...Array.from({ length: 10 }, (_, i) => clock(i, i < 6 ? [] : [restart])),
  ]);
  assertEquals(events.map(({ timeS, text }) => [timeS, text]), [[
    LOG_START_S + 5.25,
    "step by 120.000 ms",
  ]]);
  assertEquals(targets[0]?.series.sorted().map(({ skew }) => skew?.value), Array(10).fill(3));
});

Deno.test("hosts of an audit are rows, and counted by verdict", () => {
  const hosts = auditedNetwork(500);
  const log = read(auditLines(hosts)).hosts;
  assertEquals([log.isAudit, log.total, log.rows.length], [true, 500, 500]);
  for (const verdict of ["right", "wrong", "unreadable", "silent"] as const) {
    assertEquals(log.count(verdict), hosts.filter((host) => host.verdict === verdict).length);
  }
});

Deno.test("a log of three thousand targets keeps to its buckets", () => {
  const targets = Array.from({ length: 3000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const { targets: kept } = read(pingLines({ targets, count: 12, intervalS: 60 }));
  assertEquals(kept.length, 3000);
  const buckets = kept.reduce((sum, { series }) => sum + series.size, 0);
  assert(buckets <= 24_000, String(buckets));
});

Deno.test("many events of one kind leave room for those of another", () => {
  // Two paths with other lengths take turns, and then nothing answers any more.
  const { events, eventsOmitted } = read(pingLines({
    ...{ targets: ["192.0.2.1"], count: 300, intervalS: 1 },
    fate: (index) => ({ ttl: 57 - index % 2, isAnswered: index < 290 }),
  }));
  const kinds = events.map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind === "outage").length, 1);
  assertEquals(kinds.filter((kind) => kind === "path").length + eventsOmitted, 289);
});

Deno.test("echo requests beside the timestamp requests of watch are a target of their own", () => {
  const echo = JSON.stringify({
    ...JSON.parse(probeLine("192.0.2.1", 0, LOG_START_S, {})),
    message: "echo",
  });
  const { targets } = read([runLine("watch", 1), probeLine("192.0.2.1", 0, LOG_START_S, {}), echo]);
  assertEquals(targets.map(({ name, series }) => [name, series.sorted()[0]?.counts.received]), [
    ["192.0.2.1", 1],
    ["192.0.2.1, echo", 1],
  ]);
});
