/** Numbers and words at the edges between two forms of them. */

import { assertEquals } from "@std/assert";
import { CaptureCounter, formatCaptureCounts } from "../../../src/report/capture_counts.ts";
import { estimateOffset, formatBounds } from "../../../src/report/clock_numbers.ts";
import {
  describeOffset,
  explainOffset,
  formatBound,
  formatClockOffset,
  formatHours,
  formatOffset,
  formatThreeDigits,
} from "../../../src/report/milliseconds.ts";
import { describeQueue, describeRise, nameParts } from "../../../src/report/path_text.ts";
import type { ClockState } from "../../../src/clock/mod.ts";

function around(valueMs: number, halfMs: number) {
  return { valueMs, lowerMs: valueMs - halfMs, upperMs: valueMs + halfMs };
}

const between = (lowerMs: number, upperMs: number) => ({
  ...{ valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs },
});

Deno.test("milliseconds: a second is in seconds, a minute in h:min:s", () => {
  assertEquals(
    [999, 1000, 59_999, 60_000, 90_000].map((ms) => formatOffset(around(ms, 0.5))),
    ["+999.0 ±0.5 ms", "+1.000 ±0.001 s", "+59.999 ±0.001 s"]
      .concat(["+0:01:00.000 ±0.001 s", "+0:01:30.000 ±0.001 s"]),
  );
  // Stamps are whole milliseconds: a narrower bound is not shown.
  assertEquals(formatOffset(around(37_000.2, 0.04)), "+37.000 ±0.001 s");
  assertEquals(formatOffset(around(0, 1000)), "+0 ±1 s");
  assertEquals([5400, 3599.5, -86_399].map((s) => formatHours(s, 1)), [
    ...["+1:30:00.0", "+0:59:59.5", "-23:59:59.0"],
  ]);
  assertEquals([3661, 59].map((s) => formatHours(s, 0)), ["+1:01:01", "+0:00:59"]);
});

Deno.test("milliseconds: a whole number has the digits of its size, a tiny bound is a nanosecond", () => {
  assertEquals([1, 10, 100, 1000].map((ms) => formatThreeDigits(ms)), [
    ...["1.00", "10.0", "100", "1000"],
  ]);
  assertEquals([1.2e-7, 1e-9].map((ms) => formatBound(ms)), ["0.000001", "0.000001"]);
  assertEquals([0.19, 1, 1.1, 10, 11, 20.5, 100, 101].map((ms) => formatBound(ms)), [
    ...["0.19", "1", "1.1", "10", "11", "21", "100", "110"],
  ]);
});

Deno.test("milliseconds: a clock is within of ours while its bounds touch ours", () => {
  assertEquals(
    [between(0, 1), between(-1, 0), between(-2, 2), between(0.1, 1)].map(formatClockOffset),
    [
      ...["within 1 ms of ours", "within 1 ms of ours", "within 2 ms of ours", "+0.6 ±0.5 ms"],
    ],
  );
  assertEquals(
    [between(0, 5), between(-5, 0), between(-999, 3), between(-3, 1000), between(0, 1500)]
      .map(describeOffset),
    ["within 5 ms of ours", "within 5 ms of ours", "within 1000 ms of ours"]
      .concat(["within 1 s of ours", "within 1.5 s of ours"]),
  );
  assertEquals([between(4, 6), between(-6, -4)].map(describeOffset), [
    ...["ahead of ours by 5 ±1 ms", "behind ours by 5 ±1 ms"],
  ]);
});

Deno.test("milliseconds: hours, quarters and leap seconds are named, each as what it may be", () => {
  const minute = 60_000;
  assertEquals(
    [60, -300, 45, -15, 7].map((minutes) => explainOffset(around(minutes * minute, 1))),
    ["whole hours: local time?", "whole hours: local time?", "quarter hours: local time?"]
      .concat(["quarter hours: local time?"]).concat([undefined as unknown as string]),
  );
  assertEquals([37_000, -37_000, 18_000].map((ms) => explainOffset(around(ms, 1))), [
    ...["TAI time?", "our clock on TAI time?", "GPS time?"],
  ]);
});

Deno.test("path: what is said of a direction, by how many replies there are and how far they rose", () => {
  const rise = (replies: number, median: number, p95: number, max: number, tickMs = 1) =>
    describeRise({ median, p95, max }, replies, "out", tickMs);
  assertEquals(rise(20, 2, 3, 9.04), {
    isSlow: true,
    text:
      "congestion at times: one delay in twenty rose by more than 3.0 ms, the largest by 9.0 ms",
  });
  assertEquals(rise(20, 2.5, 3, 9), {
    isSlow: true,
    text:
      "congestion: half of the delays rose by more than 2.5 ms, 95 % below 3.0, all below 9.0 ms",
  });
  assertEquals(rise(19, 2.5, 30, 150), {
    isSlow: true,
    text: "congestion: half of the delays rose by more than 2.5 ms",
  });
  assertEquals(rise(19, 2, 30, 150), {
    isSlow: false,
    text: "no congestion, but single delays rose by up to 150 ms",
  });
  assertEquals(rise(20, -0.5, -0.1, -0.1), {
    isSlow: false,
    text: "no congestion: delays rose by 0.0 ms at most",
  });
  assertEquals(rise(20, 0, 2, 2).text, "no congestion: delays rose by 2.0 ms at most");
  // Two ticks of a clock that ticks each 10 ms.
  assertEquals(rise(20, 0, 20, 20, 10).isSlow, false);
  assertEquals(rise(20, 0, 20.1, 20.1, 10).isSlow, true);
});

Deno.test("path: what is said of this machine's own queue", () => {
  assertEquals(describeQueue({ median: 0, p95: 0.94, max: 1 }, 20), {
    isSlow: false,
    text: "no probe waited for more than 1.0 ms",
  });
  assertEquals(describeQueue({ median: 0, p95: 1.1, max: 12.34 }, 20), {
    isSlow: true,
    text: "this machine's queue: congestion at times: one probe in twenty waited for more than " +
      "1.1 ms, the longest for 12.3 ms",
  });
  assertEquals(describeQueue({ median: 3, p95: 3, max: 3 }, 5), {
    isSlow: true,
    text: "this machine's queue: congestion: half of the probes waited for more than 3.0 ms",
  });
  assertEquals(
    [[], ["out"], ["out", "back"], ["queue", "out", "back"]].map((parts) =>
      nameParts(parts as ("out" | "back" | "queue")[])
    ),
    ["", "out", "out and back", "this machine's queue, out and back"],
  );
});

Deno.test("capture: packets are counted by kind, the most frequent first", () => {
  const counter = new CaptureCounter();
  for (const kind of ["not ICMP", "echo-request", "timestamp-reply", "echo-request"]) {
    counter.add(kind);
  }
  assertEquals(
    formatCaptureCounts(counter.packets, counter.counts),
    "4 packets: 2 echo requests, 1 not ICMP, 1 timestamp reply",
  );
  assertEquals(formatCaptureCounts(1, [["error", 1]]), "1 packet: 1 ICMP error");
  assertEquals(formatCaptureCounts(0, []), "0 packets");
  assertEquals(
    formatCaptureCounts(9, [["fragment", 2], ["other", 3], ["timestamp-request", 4]]),
    "9 packets: 4 timestamp requests, 3 other ICMP messages, 2 later fragments",
  );
});

Deno.test("clock: an estimate and its bounds are in h:min:s from a minute on", () => {
  const state = (offsetMs: number) =>
    ({ offsetMs, spreadMs: 0.01, lowerMs: offsetMs - 2, upperMs: offsetMs + 2 }) as ClockState;
  assertEquals(estimateOffset(state(59_999.5)), {
    ...{ value: "+59999.50", spread: "0.01", unit: "ms" },
  });
  assertEquals(estimateOffset(state(-60_000)), {
    ...{ value: "-0:01:00.00000", spread: "0.00001", unit: "s" },
  });
  assertEquals(
    [[-0.00049, 0.00049], [-59_999, 59_999.0001], [-60_000, 0.25], [0, 60_000.05]]
      .map(([lowerMs = 0, upperMs = 0]) => formatBounds({ lowerMs, upperMs })),
    ["-0.001 to 0.001 ms", "-59999.000 to 59999.001 ms", "-0:01:00.0000 to +0:00:00.0003"]
      .concat(["+0:00:00.0000 to +0:01:00.0001"]),
  );
});
