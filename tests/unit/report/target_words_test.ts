/** All that is said of one target of a log, from records of each kind. */

import { assertEquals } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { findAll } from "../../../src/report/log/log_words.ts";
import { describeTarget } from "../../../src/report/log/target_words.ts";
import { LOG_START_S, probeLine } from "../../support/log_lines.ts";

const TARGET = "192.0.2.1";

/** The sentences about the one target of some lines. */
function say(...lines: readonly string[]): string[] {
  const reader = new LogReader();
  for (const line of lines) reader.line(line);
  const [target] = findAll(reader.finish()).targets;
  return target === undefined ? [] : describeTarget(target);
}

const record = (type: string, more: object) =>
  JSON.stringify({ type, target: TARGET, address: TARGET, time: LOG_START_S + 9, ...more });
const replies = (count: number) =>
  Array.from({ length: count }, (_, i) => probeLine(TARGET, i, LOG_START_S + i, {}));

Deno.test("log: probes without an answer by what became of them", () => {
  const [loss] = say(
    ...replies(5),
    record("timeout", { probe: 5 }),
    ...[6, 7].map((probe) => record("icmp_error", { probe, error: "host unreachable" })),
    record("unsent", { probe: 8, error: "no" }),
    record("reply", { probe: 5, flags: ["late"], rtt_ms: 1200 }),
  );
  assertEquals(
    loss,
    "4 of 9 probes unanswered (44.4 %; ICMP errors 2; not sent 1; late 1).",
  );
  assertEquals(say(...replies(1)), [
    "The only probe was answered.",
    "Round trip 10.0 ms.",
    "Steady in both directions: at most 0.000 ms above the minimum.",
    "Its clock is within 5 ms of ours.",
  ]);
});

Deno.test("log: a clock has its own counts, the least round trip, and a rate", () => {
  const clock = (more: object) =>
    say(record("clock", {
      ...{ received: 9, lost: 1, icmp_errors: 2, unsent: 4, rtt_min_ms: 2, is_decided: true },
      ...{ offset_ms: 42, offset_lower_ms: 40, offset_upper_ms: 44, ...more },
    }));
  const known = "Its clock is ahead of ours by 42 ±2 ms";
  assertEquals(clock({}), [
    "7 of 16 probes unanswered (43.8 %; ICMP errors 2; not sent 4).",
    "Round trip at least 2.00 ms.",
    `${known}.`,
  ]);
  assertEquals(clock({ skew_ppm: -12.345 }).at(-1), `${known}, and loses 12.3 ppm.`);
  assertEquals(clock({ skew_ppm: 0.5 }).at(-1), `${known}, and gains 0.5 ppm.`);
  assertEquals(
    clock({ is_decided: false, undecided_reason: "too few replies" }).at(-1),
    [
      "Its clock is not known: too few replies.",
    ][0],
  );
  assertEquals(clock({ rtt_min_ms: null }).length, 2);
  // The last record of a clock is the one that counts, whatever bounds it has.
  const at = (timeS: number, valueMs: number, halfMs: number) =>
    record("clock", {
      ...{ time: LOG_START_S + timeS, is_decided: true, offset_ms: valueMs },
      ...{ offset_lower_ms: valueMs - halfMs, offset_upper_ms: valueMs + halfMs },
    });
  const course = say(at(0, 10, 1), at(60, 10, 1), at(120, 42, 2));
  assertEquals(course.at(-1)?.startsWith("Its clock is ahead of ours by 42 ±2 ms"), true);
});

Deno.test("log: what single probes show counts, not the sums of a clock's record", () => {
  const clock = { received: 90, lost: 10, is_decided: true };
  assertEquals(say(...replies(3), record("clock", clock))[0], "All 3 probes answered.");
  const [loss] = say(record("timeout", { probe: 0 }), record("clock", clock));
  assertEquals(loss, "The only probe was not answered.");
});

Deno.test("log: probes that this machine's own queue kept", () => {
  const queueWords = (queueMs: number, kept: number) => {
    const timeouts = Array.from(
      { length: kept },
      (_, i) => record("timeout", { probe: 5 + i, is_still_queued: true }),
    );
    const reply = probeLine(TARGET, 0, LOG_START_S, { queueMs });
    return say(reply, ...timeouts).filter((sentence) => sentence.includes("queue"));
  };
  assertEquals(queueWords(0.1, 0), []);
  assertEquals(queueWords(0.1, 1), ["This machine's own queue kept 1 probe."]);
  assertEquals(queueWords(0.1, 2), ["This machine's own queue kept 2 probes."]);
  assertEquals(queueWords(40, 3), [
    "This machine's own queue held probes for up to 40.0 ms, 95 % for 40.0 ms or less, and kept 3 probes.",
  ]);
});

Deno.test("log: quantiles of summaries are about right", () => {
  const summary = (from: number) =>
    record("summary", {
      ...{ scope: "interval", from: LOG_START_S + from, time: LOG_START_S + from + 5 },
      ...{ sent: 5, received: 5, lost: 0, rtt_min_ms: 10, rtt_median_ms: 20 },
      ...{ rtt_mean_ms: 20, rtt_p95_ms: 20, rtt_max_ms: 30 },
    });
  const [, trip = ""] = say(summary(0), summary(5));
  assertEquals(
    trip.replace(/about \d+\.\d ms/g, "about N ms"),
    "Round trip about N ms, 95 % within about N ms, longest 30.0 ms.",
  );
});
