import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ClockState } from "../../../src/clock/mod.ts";
import { formatClockTable } from "../../../src/report/clock_table.ts";
import { formatClock, formatClockLine } from "../../../src/report/clock_text.ts";
import { clockEvent, UNDECIDED, withoutColour } from "./clock_fixture.ts";

/** Addresses only, in 80 columns. */
const PLAIN = { numeric: true, columns: 80 } as const;

function rowOf(label: string, state: Partial<ClockState>): string | undefined {
  const wide = { ...PLAIN, columns: 120 };
  const lines = withoutColour(formatClock(clockEvent(state), wide)).split("\n");
  return lines.find((line) => line.startsWith(`  ${label}`))?.slice(11);
}

Deno.test("one clock: the whole text", () => {
  const restarts = [{
    atNs: 43_100.5e9,
    reason: "local clock stepped",
    changeMs: undefined,
  }] as const;
  const odd = clockEvent({ restarts, restartCount: 1 }, ["byte-swapped"]);
  assertEquals(withoutColour(formatClock(odd, PLAIN)).split("\n"), [
    "192.0.2.7",
    "  clock    ahead of ours by 123 ±11 ms",
    "  offset   +123.46 ms ± 0.01, remote clock minus ours",
    "  bounds   113.123 to 133.790 ms, however long either direction takes",
    "  skew     +1.3 ppm ± 0.4, between -3.2 and 5.6",
    "  time     12:00:00.123 there, 12:00:00.000 UTC here",
    "  min rtt  20.064 ms",
    "  tick     1 ms",
    "  probes   101 sent, 100 received, 1 % loss, 1 lost, 100 used,",
    "           7 shaped the answer",
    "  restart  local clock stepped at 11:58:20.500 UTC; measured from there on",
    "  remark   byte-swapped: The stamps were read with their octets swapped",
  ]);
});

Deno.test("a clock that is hours off reads as hours", () => {
  const state = {
    offsetMs: 3_600_000.12,
    spreadMs: 0.01,
    lowerMs: 3_599_999.7,
    upperMs: 3_600_000.6,
  };
  assertEquals(rowOf("clock", state), "ahead of ours by 1:00:00.000 ±0.001 s");
  assertEquals(rowOf("offset", state), "+1:00:00.00012 ± 0.00001 s, remote clock minus ours");
  assertEquals(
    rowOf("bounds", state),
    "+0:59:59.9997 to +1:00:00.0006, however long either direction takes",
  );
});

Deno.test("a clock that is followed has a line of at most 80 columns", () => {
  const line = (state: Partial<ClockState>, label = "192.0.2.7") =>
    withoutColour(formatClockLine(clockEvent(state, [], { label, address: 0xc0000207 }), {
      ...PLAIN,
      numeric: false,
    }));
  assertEquals(
    line({}),
    "12:00:00 192.0.2.7: +123.46 ±0.01 ms (113.123 to 133.790), +1.3 ±0.4 ppm",
  );
  assertEquals(
    line(
      { offsetMs: -1000.5, spreadMs: 0.001, lowerMs: -1010.25, upperMs: -999 },
      "host.example.net",
    ),
    "12:00:00 host.example.net: -1000.500 ±0.001 ms (-1010.250 to -999.000)",
  );
  assertEquals(
    line(UNDECIDED, "a.host"),
    "12:00:00 a.host (192.0.2.7): not decided: replies contradict each other",
  );
  const offsetMs = -43_198_999.9, spreadMs = 0.3;
  const far = { offsetMs, spreadMs, lowerMs: offsetMs - 0.5, upperMs: offsetMs + 0.5 };
  assertEquals(line(far, "198.18.200.202").split("\n"), [
    "12:00:00 198.18.200.202: -11:59:58.9999 ±0.0003 s",
    "    (-11:59:59.0004 to -11:59:58.9994)",
  ]);
});

Deno.test("an offset has the digits that its spread supports, and the spread one", () => {
  for (
    const [spreadMs, text] of [
      [0.0123, "+123.46 ms ± 0.01"],
      [0.0091, "+123.457 ms ± 0.009"],
      [0.4, "+123.5 ms ± 0.4"],
      [25, "+123 ms ± 25"],
      // No stamp of ours is better than a microsecond.
      [0.00001, "+123.457 ms ± 0.001"],
    ] as const
  ) {
    const state = { spreadMs, lowerMs: 0, upperMs: 200 };
    assertEquals(rowOf("offset", state), `${text}, remote clock minus ours`);
  }
  const around = { lowerMs: -5, upperMs: 5 };
  assertEquals(rowOf("offset", { ...around, offsetMs: -0.002 })?.slice(0, 8), "+0.00 ms");
  assertEquals(rowOf("offset", { ...around, offsetMs: -0.02 })?.slice(0, 8), "-0.02 ms");
  assertEquals(rowOf("skew", {}), "+1.3 ppm ± 0.4, between -3.2 and 5.6");
});

Deno.test("an estimate is printed within its bounds, with more digits where rounding would leave them", () => {
  const state = { offsetMs: -3.4, spreadMs: 5.54, lowerMs: -8.95, upperMs: 3 };
  assertEquals(rowOf("offset", state)?.split(",")[0], "-3.4 ms ± 5.5");
  const narrow = { offsetMs: 0.96, spreadMs: 0.04, lowerMs: 0.9, upperMs: 1.0001 };
  assertEquals(rowOf("offset", narrow)?.split(",")[0], "+0.96 ms ± 0.04");
  const skew = { skewPpm: 4.66, skewSpreadPpm: 0.82, skewLowerPpm: -1, skewUpperPpm: 5.49 };
  assertEquals(rowOf("skew", skew), "+4.66 ppm ± 0.82, between -1.0 and 5.5");
});

Deno.test("an offset of 37 or 18 seconds may be another timescale, and is not said to be", () => {
  const remark = (offsetMs: number) =>
    rowOf("remark", { offsetMs, lowerMs: offsetMs - 9, upperMs: offsetMs + 9 });
  assertEquals(
    remark(37_003),
    "37 s ahead of us, as TAI of UTC: may be TAI; NTP would confirm it",
  );
  assertEquals(
    remark(18_000),
    "18 s ahead of us, as GPS of UTC: may be GPS; NTP would confirm it",
  );
  assertEquals(
    remark(-37_000),
    "37 s behind us: our own clock may show TAI; more such hosts would confirm it",
  );
  for (const offsetMs of [36_500, 37_500, 19_000]) assertEquals(remark(offsetMs), undefined);
});

Deno.test("bounds are rounded outwards", () => {
  assertEquals(rowOf("bounds", {})?.slice(0, 21), "113.123 to 133.790 ms");
  const narrow = rowOf("bounds", { lowerMs: -0.0001, upperMs: 0.0001 });
  assertEquals(narrow?.slice(0, 18), "-0.001 to 0.001 ms");
});

Deno.test("the remote clock is read now, across midnight too", () => {
  assertEquals(rowOf("time", {}), "12:00:00.123 there, 12:00:00.000 UTC here");
  const late = rowOf("time", { offsetMs: 43_200_000 - 1 });
  assertEquals(late, "23:59:59.999 there, 12:00:00.000 UTC here");
  const early = rowOf("time", { offsetMs: -43_199_999 });
  assertEquals(early, "00:00:00.001 there, 12:00:00.000 UTC here");
});

Deno.test("without a decision there is a reason and no number", () => {
  const state = UNDECIDED;
  assertEquals(rowOf("clock", state), "not decided: replies contradict each other");
  for (const label of ["offset", "bounds", "skew", "time"]) {
    assertEquals(rowOf(label, state), undefined);
  }
  assertMatch(
    withoutColour(formatClockLine(clockEvent(state), PLAIN)),
    /192\.0\.2\.7: not decided: replies/,
  );
  assertMatch(
    withoutColour(formatClockTable([clockEvent(state), clockEvent()], PLAIN)),
    /^192\.0\.2\.7 +not decided/m,
  );
  const unread = { ...state, undecided: "no reply yet", probes: 0 } as const;
  assertMatch(rowOf("clock", unread) ?? "", /no reply carries a time that can be read/);
});

Deno.test("what is odd is said in words, and a coarse tick in its own row", () => {
  const odd = withoutColour(
    formatClock(clockEvent({ tickMs: 1000 / 15 }, ["byte-swapped", "coarse-tick"]), PLAIN),
  );
  assertMatch(odd, /^ {2}tick {5}66\.667 ms$/m);
  assertMatch(odd, /^ {2}remark {3}byte-swapped: The stamps were read with their octets swapped$/m);
  assert(!odd.includes("coarse-tick"));
  assertEquals(rowOf("tick", { tickSettled: false })?.slice(0, 13), "not known yet");
  const zone = rowOf("remark", { offsetMs: -5.75 * 3_600_000 + 700 });
  assertEquals(zone, "off by -05:45 h: perhaps it shows local time, not UT");
  const far = rowOf("remark", { offsetMs: 5 * 3_600_000 + 60_000 });
  assertMatch(far ?? "", /^off by far/);
  assertEquals(rowOf("remark", { offsetMs: 14 * 60_000 }), undefined);
});

Deno.test("a rate that is surely beyond what NTP corrects is printed in seconds an hour", () => {
  const fast = { skewPpm: 2003, skewSpreadPpm: 20, skewLowerPpm: 1500, skewUpperPpm: 2600 };
  assertEquals(
    rowOf("remark", fast),
    "gains about 7.2 s an hour: more than NTP corrects (500 ppm)",
  );
  const slow = { skewPpm: -10_000, skewSpreadPpm: 20, skewLowerPpm: -11_000, skewUpperPpm: -9000 };
  assertMatch(rowOf("remark", slow) ?? "", /^loses about 36\.0 s an hour/);
  assertEquals(rowOf("remark", { ...fast, skewLowerPpm: 400 }), undefined);
});

Deno.test("a step is reported, but not each step of what is no clock", () => {
  const restarts = [{
    atNs: 43_100.5e9,
    reason: "remote clock changed",
    changeMs: 1000.04,
  }] as const;
  assertEquals(
    rowOf("restart", { restarts, restartCount: 1 }),
    "remote clock changed at 11:58:20.500 UTC, by +1000.0 ms; measured from there on",
  );
  // Within the round trip of 20 ms a change of the path looks the same.
  const small = [{ ...restarts[0], changeMs: -2.04 }];
  assertEquals(
    rowOf("restart", { restarts: small, restartCount: 1 }),
    "remote clock, or its path, changed at 11:58:20.500 UTC, by -2.0 ms; measured from there on",
  );
  const noClock: Partial<ClockState> = {
    restarts,
    decidable: false,
    undecided: "the stamps do not keep time",
    offsetMs: undefined,
  };
  assertEquals(rowOf("restart", noClock), undefined);
});

Deno.test("names that a resolver gave cannot reach the terminal's controls", () => {
  const target = { index: 0, address: 1, label: "evil\u001b[31m.example" };
  const text = withoutColour(
    formatClock({ ...clockEvent(), target }, { numeric: false, columns: 80 }),
  );
  assert(!text.includes("\u001b"), text);
  assertMatch(text, /\(0\.0\.0\.1\)$/m);
});
