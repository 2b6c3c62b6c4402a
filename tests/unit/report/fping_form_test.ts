/** fping's other forms: JSON Lines, charts for Netdata, times, and reports of an interval. */

import { assertEquals, assertMatch } from "@std/assert";
import { TextForm } from "../../../src/report/fping/form.ts";
import { JsonForm } from "../../../src/report/fping/json_form.ts";
import { formatNetdata } from "../../../src/report/fping/netdata.ts";
import {
  formatFpingMs,
  formatFpingTime,
  formatHeading,
} from "../../../src/report/fping/number_text.ts";
import { Count, Tally, Totals } from "../../../src/report/fping/tally.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import type { LineSink } from "../../../src/terminal/line_sink.ts";
import { fpingForm, QUIET } from "../../support/fping_form.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

const JSON_FORM = new JsonForm({ time: undefined, nameWidth: 0, outagePeriodMs: undefined });

function countOf(sent: number, ...rttsNs: readonly number[]): Count {
  const count = new Count();
  count.sent = sent;
  for (const rttNs of rttsNs) count.addReply(rttNs);
  return count;
}

Deno.test("fping tally: loss is rounded down, the mean is in whole nanoseconds", () => {
  const count = countOf(3, 1_000_001, 2_000_000);
  assertEquals([count.lossPercent, count.returnPercent, count.meanNs], [33, 66, 1_500_000]);
  assertEquals([count.minNs, count.maxNs], [1_000_001, 2_000_000]);
  count.reset();
  assertEquals(
    [count.sent, count.lossPercent, count.returnPercent, count.meanNs],
    [0, 0, 0, undefined],
  );
});

Deno.test("fping tally: an answer after an ICMP error takes the place of the loss", () => {
  const tally = new Tally(true);
  tally.addLoss(0);
  tally.addLoss(1);
  tally.recover(0, 5e6);
  assertEquals([tally.run.sent, tally.run.received, tally.rttsNs], [2, 1, [5e6, undefined]]);
});

Deno.test("fping -J: an interval has its time, a run without answers has no round-trip times", () => {
  assertEquals(
    JSON.parse(JSON_FORM.summary("a", countOf(4, 1e6, 3e6), 1_733_560_000_900)),
    {
      intSum: {
        time: 1733560000,
        host: "a",
        xmt: 4,
        rcv: 2,
        loss: 50,
        rttMin: 1,
        rttAvg: 2,
        rttMax: 3,
      },
    },
  );
  assertEquals(JSON.parse(JSON_FORM.summary('"b"', countOf(1))), {
    summary: { host: '"b"', xmt: 1, rcv: 0, loss: 100 },
  });
  const run = { targets: 2, unknown: 1, elapsedS: 1.5, totals: new Totals() };
  const [line = ""] = JSON_FORM.statistics(run);
  assertEquals(JSON.parse(line).stats, {
    targets: 2,
    alive: 0,
    unreachable: 2,
    unknownAddresses: 1,
    timeouts: 0,
    icmpEchosSent: 0,
    icmpEchoRepliesReceived: 0,
    otherIcmpReceived: 0,
    rttMin: 0,
    rttAvg: 0,
    rttMax: 0,
    elapsed: 1.5,
  });
});

Deno.test("fping -J: every event of a run is one JSON object", async () => {
  const { output, errors } = await reportRun(
    EVENTFUL,
    { count: 8 },
    fpingForm({ form: JSON_FORM, isJson: true, isQuiet: true }),
  );
  const records = output.lines.map((line) => JSON.parse(line));
  assertEquals(records.map((record) => Object.keys(record)[0]), [
    ...["resp", "timeout", "resp", "timeout", "timeout", "resp", "resp", "summary"],
  ]);
  assertEquals(Object.keys(records[0].resp.timestamps), [
    ...["originate", "receive", "transmit", "localreceive"],
  ]);
  assertEquals(errors.text, "");
});

Deno.test("fping -N: charts are made once, and an interval without answers has no latency", () => {
  const target = { word: "a.test", label: "192.0.2.7" };
  const first = formatNetdata(target, countOf(5, 2e6), 10_000, true);
  assertEquals(first.filter((line) => line.startsWith("CHART")), [
    "CHART fping.a_test_packets '' 'FPing Packets' packets '192.0.2.7' fping.packets line 110020 10",
    "CHART fping.a_test_quality '' 'FPing Quality' percentage '192.0.2.7' fping.quality area 110010 10",
    "CHART fping.a_test_latency '' 'FPing Latency' ms '192.0.2.7' fping.latency area 110000 10",
  ]);
  assertEquals(formatNetdata(target, countOf(3, 1e6, 2e6), 10_000, false), [
    ...["BEGIN fping.a_test_packets", "SET xmt = 3", "SET rcv = 2", "END"],
    ...["BEGIN fping.a_test_quality", "SET returned = 66", "END"],
    "BEGIN fping.a_test_latency",
    ...["SET min = 1000000", "SET avg = 1500000", "SET max = 2000000", "END"],
  ]);
  assertEquals(formatNetdata(target, countOf(5), 10_000, false), [
    "BEGIN fping.a_test_packets",
    "SET xmt = 5",
    "SET rcv = 0",
    "END",
    "BEGIN fping.a_test_quality",
    "SET returned = 0",
    "END",
    "BEGIN fping.a_test_latency",
    "END",
  ]);
});

Deno.test("fping -o: an outage lasts one period for each probe without an answer, in whole milliseconds", () => {
  const options = { time: undefined, nameWidth: 4, outagePeriodMs: 12.5 };
  const count = countOf(5, 1e6, 3e6);
  assertEquals(
    new TextForm(options).summary("a", count),
    "a    : xmt/rcv/%loss = 5/2/60%, outage(ms) = 37, min/avg/max = 1.00/2.00/3.00",
  );
  const { summary } = JSON.parse(new JsonForm(options).summary("a", count));
  assertEquals([summary["outage(ms)"], summary.loss], [37, 60]);
  assertEquals(JSON.parse(JSON_FORM.summary("a", count)).summary["outage(ms)"], undefined);
});

Deno.test("fping: type of service and time to live, where they are asked for and where they are known", () => {
  const count = countOf(1, 1e6);
  const text = new TextForm({ time: undefined, nameWidth: 1, outagePeriodMs: undefined });
  const line = { label: "a", index: 3, lengthBytes: 64, rttMs: 1, stampsMs: undefined };
  const shown = (tos: number | undefined, ttl: number | undefined) => {
    const { resp } = JSON.parse(JSON_FORM.reply({ ...line, tos, ttl }, count, 0));
    const tail = text.reply({ ...line, tos, ttl }, count, 0).split("loss)")[1];
    return [tail, resp.tos, resp.ttl];
  };
  assertEquals(shown(undefined, undefined), ["", undefined, undefined]);
  assertEquals(shown(0, 61), [" (TOS 0) (TTL 61)", 0, 61]);
  // The kernel's own echo socket passes on neither.
  assertEquals(shown(NaN, NaN), [" (TOS unknown) (TTL unknown)", -1, -1]);
});

Deno.test("fping -C: every round-trip time in its place, - or null without one", () => {
  const tally = new Tally(true);
  tally.addReply(0, 54_000);
  tally.addLoss(1);
  tally.addReply(3, 12_000_000);
  const text = new TextForm({ time: undefined, nameWidth: 3, outagePeriodMs: undefined });
  // Of the third probe nothing is known yet.
  assertEquals(text.everyRtt("a", tally), "a   : 0.054 - - 12.0");
  assertEquals(JSON.parse(JSON_FORM.everyRtt("a", tally)), {
    vSum: { host: "a", values: [0.054, null, null, 12] },
  });
  assertEquals(text.everyRtt("a", new Tally(false)), "a   :");
});

Deno.test("fping -s: what never came has no time, and what did has its own", () => {
  const text = new TextForm({ time: undefined, nameWidth: 3, outagePeriodMs: undefined });
  const rtts = (totals: Totals) =>
    text.statistics({ targets: 1, unknown: 0, elapsedS: 0.0625, totals })
      .filter((line) => line.includes("round trip") || line.includes("elapsed"));
  const some = new Totals();
  for (const rttNs of [2e6, 1e6, 6e6]) some.rtt.addReply(rttNs);
  const of = (...[min, avg, max]: readonly string[]) => [
    ` ${min} ms (min round trip time)`,
    ` ${avg} ms (avg round trip time)`,
    ` ${max} ms (max round trip time)`,
    "        0.063 sec (elapsed real time)",
  ];
  assertEquals(rtts(new Totals()), of("0.000", "0.000", "0.000"));
  assertEquals(rtts(some), of("1.00", "3.00", "6.00"));
  const [line = ""] = JSON_FORM.statistics({ targets: 5, unknown: 0, elapsedS: 1, totals: some });
  const { stats } = JSON.parse(line);
  assertEquals([stats.rttMin, stats.rttAvg, stats.rttMax, stats.unreachable], [1, 3, 6, 5]);
});

Deno.test("fping tally: an interval counts what a run counts, since it was reset", () => {
  const tally = new Tally(false);
  tally.addLoss(0);
  tally.interval.reset();
  tally.addLoss(1);
  tally.recover(1, 3e6);
  tally.addReply(2, 1e6);
  const { run, interval } = tally;
  assertEquals([run.sent, run.received, run.lossPercent, run.returnPercent], [3, 2, 33, 66]);
  assertEquals([interval.sent, interval.received, interval.lossPercent], [2, 2, 0]);
  assertEquals([interval.minNs, interval.meanNs, interval.maxNs], [1e6, 2e6, 3e6]);
  interval.reset();
  tally.addReply(3, 5e6);
  assertEquals([interval.minNs, interval.meanNs, interval.maxNs], [5e6, 5e6, 5e6]);
});

Deno.test("fping -D: a time is in local parts with a zone of four digits, a part of a second is left", () => {
  const unixMs = new Date(2024, 0, 5, 7, 5, 9).getTime() + 999.6;
  assertEquals(formatFpingTime(unixMs, "ctime"), "Fri Jan  5 07:05:09 2024");
  assertEquals(formatFpingTime(unixMs, "rfc3339"), "2024-01-05 07:05:09");
  assertEquals(formatHeading(new Date(2024, 0, 5, 17, 45, 0).getTime()), "[17:45:00]");
  const { getTimezoneOffset } = Date.prototype;
  try {
    // India, Newfoundland, London in winter.
    for (const [minutes, zone] of [[-330, "+0530"], [210, "-0330"], [0, "+0000"]] as const) {
      Date.prototype.getTimezoneOffset = () => minutes;
      assertEquals(formatFpingTime(unixMs, "iso"), `2024-01-05T07:05:09${zone}`);
    }
  } finally {
    Date.prototype.getTimezoneOffset = getTimezoneOffset;
  }
});

Deno.test("fping -D: the time in each of the formats, and very long times as C writes them", () => {
  const unixMs = Date.UTC(2024, 5, 10, 7, 50, 0) + 123.456;
  assertEquals(formatFpingTime(unixMs, "unix"), "1718005800.12346");
  assertMatch(formatFpingTime(unixMs, "ctime"), /^(Sun|Mon|Tue) Jun [ 1]\d \d\d:\d\d:00 2024$/);
  assertMatch(formatFpingTime(unixMs, "iso"), /^2024-06-\d\dT\d\d:\d\d:00[+-]\d{4}$/);
  assertMatch(formatFpingTime(unixMs, "rfc3339"), /^2024-06-\d\d \d\d:\d\d:00$/);
  assertEquals([999_999, 1e6, 1.5e6, 1e10].map(formatFpingMs), [
    ...["999999", "1.000e+06", "1.500e+06", "1.000e+10"],
  ]);
});

Deno.test("fping -Q: an interval starts again after its report, unless it is cumulative", () => {
  for (const [isCumulative, expected] of [[false, "0/0/0%"], [true, "1/0/100%"]] as const) {
    const { reporter, errors } = openQuiet(isCumulative);
    const target = { index: 0, label: "host", address: 1 };
    reporter.unsent({
      outcome: {
        kind: "unsent",
        target,
        index: 0,
        message: undefined as never,
        sequence: 0,
        at: undefined as never,
        error: { syscall: "sendmmsg", errno: 1, code: "EPERM", message: "no" },
      },
      baseUnixMs: 0,
    });
    const statistics = new TargetStatistics(target, "interval");
    reporter.summary(statistics.summary(1));
    reporter.summary(statistics.summary(2));
    const losses = errors.filter((line) => line.includes("loss")).map((line) =>
      line.split(" = ")[1]
    );
    assertEquals(losses, ["1/0/100%", expected]);
  }
});

/** A quiet reporter whose lines on standard error are gathered. */
function openQuiet(isCumulative: boolean) {
  const errors: string[] = [];
  const sink = {
    line: (text: string) => errors.push(text),
    flush: () => {},
  } as unknown as LineSink;
  return { reporter: fpingForm({ ...QUIET, isCumulative })(sink, sink), errors };
}
