/** The words and the table that end the run of a target. */

import { assertEquals } from "@std/assert";
import { formatSummary } from "../../../src/report/summary_text.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { TargetStatistics, type TargetSummary } from "../../../src/run/target_statistics.ts";
import type { ProbeCounters, Summary } from "../../../src/stats/mod.ts";
import type { QuirkName } from "../../lab/scenario.ts";
import { reportRun } from "../../support/reported_run.ts";
import type { Network } from "../../support/simulated_network.ts";

/** The summary of a run over a network, without its heading and without the table's first line. */
async function summaryOf(network: Network, count: number, verbose = false): Promise<string[]> {
  const { output } = await reportRun(
    network,
    { count, labels: ["198.18.0.1"] },
    (lines) => new TextReporter(lines, { quiet: true, verbose, numeric: true, timestamps: false }),
  );
  return output.lines.slice(2).filter((line) => !line.startsWith("ms "));
}

Deno.test("summary: congestion on the way out alone", async () => {
  const out = { kind: "exponential", baseMs: 5, meanMs: 20 } as const;
  assertEquals(await summaryOf({ out, back: 5 }, 25), [
    "25 sent, 25 received, 0 % loss",
    "clock   within 10 ms of ours (+2 ±8 ms)",
    "slow    out",
    "out     congestion: half of the delays rose by more than 5.7 ms, 95 % below",
    "        37.4, all below 62.4 ms",
    "back    no congestion: delays rose by 0.9 ms at most",
    "rtt              10.614     27.138     28.518     48.519     73.415     15.369",
    "out                 5.9       22.3       23.5       43.3       68.3       15.3",
    "back                4.5        5.0        5.0        5.4        5.5        0.3",
    "out jitter          0.6       12.6       17.7       48.9       62.4       15.8",
    "back jitter         0.0        0.3        0.4        0.7        0.7        0.2",
  ]);
});

Deno.test("summary: single delays are no congestion, and few replies say nothing of it", async () => {
  const rules = [{ probes: [9], fate: { back: 90 } }];
  const lines = await summaryOf({ out: 5, back: 5, rules }, 30);
  assertEquals(lines.filter((line) => line.includes("congestion")), [
    "out     no congestion: delays rose by 0.9 ms at most",
    "back    no congestion, but single delays rose by up to 85.9 ms",
  ]);
  const few = await summaryOf({ out: 5, back: 5, rules }, 4);
  assertEquals(few.filter((line) => line.includes("congestion")), []);
});

Deno.test("summary: congestion that comes and goes on the way back, and in this machine's own queue", async () => {
  const away = Array.from({ length: 12 }, (_, i) => 20 + i);
  const lines = await summaryOf({
    out: 5,
    back: 5,
    queueMs: 0.01,
    rules: [
      { probes: away.slice(0, 4), fate: { back: 65 } },
      { probes: away.slice(4), fate: { queueMs: 40 } },
    ],
  }, 40);
  assertEquals(lines.slice(2, 8), [
    "slow    this machine's queue and back",
    "queue   this machine's queue: congestion at times: one probe in twenty waited",
    "        for more than 40.0 ms, the longest for 40.0 ms",
    "out     no congestion: delays rose by 0.9 ms at most",
    "back    congestion at times: one delay in twenty rose by more than 60.5 ms, the",
    "        largest by 60.9 ms",
  ]);
});

Deno.test("summary: a clock hours off, its bounds with -v, and columns that stay apart", async () => {
  const lines = await summaryOf({ clock: { offsetMs: 3_600_000 } }, 3, true);
  assertEquals(lines.slice(0, 7), [
    "3 sent, 3 received, 0 % loss",
    "clock   ahead of ours by 1:00:00.000 ±0.006 s (whole hours: local time?), if it",
    "        ticks each millisecond",
    "offset  between 3599994.466 and 3600005.467 ms (remote clock minus ours)",
    "rtt              10.000     10.000     10.000     10.000     10.000      0.000",
    "out           3600004.6  3600005.0  3600004.9  3600005.2  3600005.2        0.3",
    "back         -3599995.2 -3599995.0 -3599994.9 -3599994.6 -3599994.6        0.3",
  ]);
});

Deno.test("summary: what is odd is named and counted", async () => {
  const rules = [{ probes: [1, 3], fate: { mangling: "ip-options" as const } }];
  assertEquals((await summaryOf({ rules }, 4)).filter((line) => /^(odd| {8})/.test(line)), [
    "odd     ip-options, 2 replies: the IPv4 header carries options that were not",
    "        asked for",
  ]);
});

for (
  const [quirk, count, words] of [
    ["stuck", 4, "unknown: its timestamps do not keep time, so no offset above counts"],
    ["zero", 3, "unknown: no reply has usable timestamps"],
    ["unix-seconds", 3, "unknown: no reply has usable timestamps"],
  ] as const satisfies readonly (readonly [QuirkName, number, string])[]
) {
  Deno.test(`summary: no bounds from ${quirk} timestamps`, async () => {
    const lines = await summaryOf({ quirk }, count);
    assertEquals(lines[1], `clock   ${words}`);
    // Neither an offset nor a delay of one direction.
    assertEquals(lines.filter((line) => /^(offset|out|back)/.test(line)), []);
  });
}

Deno.test("summary: no answer", async () => {
  assertEquals(await summaryOf({ rules: [{ fate: { lossOutRatio: 1 } }] }, 2), [
    "no answer: 2 sent, 0 received, 100 % loss, 2 lost",
  ]);
});

const spread = (max: number, more: Partial<Summary> = {}): Summary => ({
  ...{ count: 25, min: 0, median: 0, mean: 0, p95: 0, max, stddev: 0 },
  ...more,
});

/** The block of a target whose probes fared so, without its heading. */
function block(counts: Partial<ProbeCounters>, more: Partial<TargetSummary> = {}): string[] {
  const statistics = new TargetStatistics({ index: 0, label: "h", address: 1 });
  const { counters, ...rest } = statistics.summary(1);
  Object.assign(counters, counts);
  return formatSummary({ ...rest, counters, ...more }, "h", false).split("\n").slice(2);
}

Deno.test("summary: every fate of a probe is counted, in the singular too", () => {
  const one = { sent: 4, received: 1, lost: 1, droppedByUs: 1, icmpErrors: 1, unsent: 1 };
  assertEquals(block({ ...one, duplicates: 1, late: 1 }), [
    "4 sent, 1 received, 75 % loss, 1 lost, 1 of these perhaps dropped here,",
    "  1 ICMP error, 1 not sent, 1 pending, 1 duplicate, 1 late",
  ]);
  assertEquals(block({ sent: 9, received: 5, icmpErrors: 2, duplicates: 2 }), [
    "9 sent, 5 received, 28.6 % loss, 2 ICMP errors, 2 pending, 2 duplicates",
  ]);
  // Nothing is settled: that there was no answer is not known.
  assertEquals(block({ sent: 1 }), ["1 sent, 0 received, loss unknown, 1 pending"]);
});

Deno.test("summary: the parts of the path are judged from five replies on", () => {
  const slow = { outChangeMs: spread(9, { median: 3, p95: 9 }) };
  const rows = (received: number) =>
    block({ sent: received, received }, slow).filter((line) => /^(slow|out) /.test(line))
      .map((line) => line.slice(0, 18));
  assertEquals(rows(4), []);
  assertEquals(rows(5), ["slow    out", "out     congestion"]);
});

Deno.test("summary: a wait in our own queue is in the table from 0.1 ms on", () => {
  const rows = (max: number) =>
    block({ sent: 25, received: 25 }, { rttMs: spread(1), queueMs: spread(max) })
      .filter((line) => line.startsWith("queue")).length;
  assertEquals([0.0999, 0.1].map(rows), [0, 1]);
});

Deno.test("summary: numbers of ten characters keep apart, with fewer decimals, and no zero is negative", () => {
  const cells = (max: number, stddev = 0.5, min = 0) =>
    block({ sent: 25, received: 25 }, { rttMs: spread(max, { stddev, min }) })
      .find((line) => line.startsWith("rtt"))?.trim().split(/ +/).slice(1);
  assertEquals(cells(99_999.9994)?.slice(-2), ["99999.999", "0.500"]);
  assertEquals(cells(999_999.4)?.slice(-2), ["999999.400", "0.500"]);
  assertEquals(cells(9_999_999.4)?.slice(-2), ["9999999.40", "0.500"]);
  assertEquals(cells(123_456_789.6)?.slice(-2), ["123456790", "0.500"]);
  assertEquals(cells(12_345_678_901)?.slice(-2), ["12345678901", "0.500"]);
  assertEquals(cells(1, 9_999_999.4)?.slice(-2), ["1.000", "9999999.40"]);
  assertEquals([cells(1, 0, -0.0004)?.[0], cells(1, 0, -0.0006)?.[0]], ["0.000", "-0.001"]);
});
