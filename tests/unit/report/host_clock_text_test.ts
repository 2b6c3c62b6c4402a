/** The sentence about a host's clock that closes a run. */

import { assertEquals } from "@std/assert";
import type { HostOffset } from "../../../src/measurement/mod.ts";
import { formatHostClock } from "../../../src/report/host_clock_text.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { reportRun } from "../../support/reported_run.ts";

const around = (valueMs: number, halfMs: number) => ({
  ...{ valueMs, lowerMs: valueMs - halfMs, upperMs: valueMs + halfMs },
});

/** A fine clock 5 ms ahead, but for what is given. */
function said(given: Partial<HostOffset>): string {
  return formatHostClock({
    tick: "fine",
    tickMs: 1,
    offset: around(5, 1),
    assumedOffset: undefined,
    isWithdrawn: false,
    stamps: 8,
    isWholeSeconds: false,
    hasMoved: true,
    ...given,
  });
}

Deno.test("host clock: what is known of its resolution", () => {
  assertEquals(said({}), "ahead of ours by 5 ±1 ms");
  assertEquals(
    said({ tick: "assumed", tickMs: 1001, assumedOffset: around(6, 1) }),
    "ahead of ours by 6 ±1 ms, if it ticks each millisecond",
  );
  // A timestamp of a clock in steps of 10 ms lags by up to 11: one more is cut off where the steps begin between milliseconds.
  assertEquals(
    said({ tick: "coarse", tickMs: 11 }),
    "ahead of ours by 5 ±1 ms; it moves in steps of 10 ms, which the bounds allow for",
  );
  assertEquals(
    said({ tick: "coarse", tickMs: 16.625 }),
    "ahead of ours by 5 ±1 ms; it moves in steps of 15.6 ms, which the bounds allow for",
  );
  assertEquals(
    said({ tick: "unknown", tickMs: 1001, offset: around(751, 510) }),
    "ahead of ours by 751 ±510 ms; its resolution is not known, so the bounds allow for steps of up to 1000 ms",
  );
});

Deno.test("host clock: from three timestamps on, whole seconds are named", () => {
  const whole = { isWholeSeconds: true, tick: "unknown", tickMs: 1001 } as const;
  assertEquals(
    said({ ...whole, stamps: 3 }),
    "ahead of ours by 5 ±1 ms; all 3 timestamps are whole seconds",
  );
  assertEquals(
    said({ ...whole, stamps: 2 }),
    "ahead of ours by 5 ±1 ms; its resolution is not known, so the bounds allow for steps of up to 1000 ms",
  );
  // That it ticks each millisecond is then no longer assumed.
  const assumed = { ...whole, tick: "assumed", assumedOffset: around(6, 1) } as const;
  assertEquals(
    [2, 3].map((stamps) => said({ ...assumed, stamps })),
    ["ahead of ours by 6 ±1 ms, if it ticks each millisecond"]
      .concat(["ahead of ours by 5 ±1 ms; all 3 timestamps are whole seconds"]),
  );
});

Deno.test("host clock: why there is no offset", () => {
  assertEquals(
    [
      { isWithdrawn: true, stamps: 1 },
      { isWithdrawn: true, stamps: 0 },
      { hasMoved: false, stamps: 4 },
      { offset: undefined },
    ].map(said),
    [
      "unknown: its timestamps do not keep time, so no offset above counts",
      "unknown: no reply has usable timestamps",
      "unknown: all 4 timestamps are the same",
      "unknown",
    ],
  );
});

Deno.test("host clock: an offset that may be none, and one that a time zone may explain", () => {
  const bounded = (lowerMs: number, upperMs: number) =>
    said({ offset: { valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs } });
  assertEquals(
    [
      bounded(-1, 2),
      bounded(-2, 1),
      bounded(-1, 2.5),
      bounded(-4, 1),
      bounded(0, 3),
      bounded(-3, 0),
    ],
    ["within 2 ms of ours", "within 2 ms of ours", "within 3 ms of ours (+1 ±2 ms)"]
      .concat(["within 4 ms of ours (-2 ±3 ms)", "within 3 ms of ours (+2 ±2 ms)"])
      .concat(["within 3 ms of ours (-2 ±2 ms)"]),
  );
  assertEquals(
    said({ offset: around(-3_600_000, 2) }),
    "behind ours by 1:00:00.000 ±0.002 s (whole hours: local time?)",
  );
});

Deno.test("host clock: after a run, steps of 250 ms are named and explain the bounds", async () => {
  const { output } = await reportRun(
    { clock: { tickMs: 250 } },
    { count: 60, intervalMs: 333, labels: ["198.18.0.1"] },
    (lines) =>
      new TextReporter(lines, { quiet: true, verbose: false, numeric: true, timestamps: false }),
  );
  const first = output.lines.findIndex((line) => line.startsWith("clock "));
  assertEquals(output.lines.slice(first, first + 2), [
    "clock   within 71 ms of ours (-28 ±43 ms); it moves in steps of 250 ms, which",
    "        the bounds allow for",
  ]);
});
