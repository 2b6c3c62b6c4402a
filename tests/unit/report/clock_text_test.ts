import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ClockState, consensus } from "../../../src/clock/mod.ts";
import type { ClockEvent } from "../../../src/run/clock_event.ts";
import {
  formatClock,
  formatClockLine,
  formatClockProgress,
  formatClockTable,
  formatConsensus,
} from "../../../src/report/clock_text.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

const STATE: ClockState = {
  decidable: true,
  undecided: undefined,
  atNs: 43_200e9,
  offsetMs: 123.45678,
  spreadMs: 0.0123,
  lowerMs: 113.1239,
  upperMs: 133.7891,
  skewPpm: 1.26,
  skewSpreadPpm: 0.4,
  skewLowerPpm: -3.16,
  skewUpperPpm: 5.55,
  minRttNs: 20_064_499,
  tickMs: 1,
  tickSettled: true,
  probes: 100,
  used: 100,
  shaping: 7,
  outliers: 0,
  restarts: [],
  restartCount: 0,
};

function event(state: Partial<ClockState> = {}, flags: readonly string[] = []): ClockEvent {
  const counters = new ProbeCounters();
  counters.sent = 101;
  counters.received = 100;
  counters.lost = 1;
  return {
    target: { index: 0, address: 0xc0000207, label: "192.0.2.7" },
    state: { ...STATE, ...state },
    counters,
    flags,
    reading: "standard",
    nowNs: 43_200e9,
    baseUnixMs: 0,
  };
}

/** Without colours, whether the test runs on a terminal or not. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[\d+m/g, "");
}

function rowOf(label: string, state: Partial<ClockState>): string | undefined {
  const lines = plain(formatClock(event(state), true)).split("\n");
  return lines.find((line) => line.startsWith(`  ${label}`))?.slice(11);
}

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
  assertEquals(rowOf("clock", {}), "12:00:00.123 there, 12:00:00.000 UTC here");
  const late = rowOf("clock", { offsetMs: 43_200_000 - 1 });
  assertEquals(late, "23:59:59.999 there, 12:00:00.000 UTC here");
  const early = rowOf("clock", { offsetMs: -43_199_999 });
  assertEquals(early, "00:00:00.001 there, 12:00:00.000 UTC here");
});

Deno.test("without a decision there is a reason and no number", () => {
  const state: Partial<ClockState> = {
    decidable: false,
    undecided: "replies contradict each other",
    offsetMs: undefined,
    lowerMs: undefined,
    upperMs: undefined,
  };
  assertEquals(rowOf("offset", state), "not decided: replies contradict each other");
  for (const label of ["bounds", "skew", "clock"]) assertEquals(rowOf(label, state), undefined);
  assertMatch(plain(formatClockLine(event(state), true)), /192\.0\.2\.7: not decided: replies/);
  assertMatch(
    plain(formatClockTable([event(state), event()], true)),
    /^192\.0\.2\.7 +not decided/m,
  );
  const unread = { ...state, undecided: "no reply yet", probes: 0 } as const;
  assertMatch(rowOf("offset", unread) ?? "", /no reply carries a time that can be read/);
});

Deno.test("what is odd is told in words, and a coarse tick in its own row", () => {
  const odd = plain(
    formatClock(event({ tickMs: 1000 / 15 }, ["byte-swapped", "coarse-tick"]), true),
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

Deno.test("a rate that is surely beyond what NTP corrects is told in seconds an hour", () => {
  const fast = { skewPpm: 2003, skewSpreadPpm: 20, skewLowerPpm: 1500, skewUpperPpm: 2600 };
  assertEquals(
    rowOf("remark", fast),
    "gains about 7.2 s an hour: more than NTP corrects (500 ppm)",
  );
  const slow = { skewPpm: -10_000, skewSpreadPpm: 20, skewLowerPpm: -11_000, skewUpperPpm: -9000 };
  assertMatch(rowOf("remark", slow) ?? "", /^loses about 36\.0 s an hour/);
  assertEquals(rowOf("remark", { ...fast, skewLowerPpm: 400 }), undefined);
});

Deno.test("a step is told, but not each step of what is no clock", () => {
  const restarts = [{
    atNs: 43_100.5e9,
    reason: "remote clock changed",
    changeMs: 1000.04,
  }] as const;
  assertEquals(
    rowOf("restart", { restarts, restartCount: 1 }),
    "remote clock changed at 11:58:20.500 UTC, by +1000.0 ms; measured anew since",
  );
  // Within the round trip of 20 ms a change of the path looks the same.
  const small = [{ ...restarts[0], changeMs: -2.04 }];
  assertEquals(
    rowOf("restart", { restarts: small, restartCount: 1 }),
    "remote clock, or its path, changed at 11:58:20.500 UTC, by -2.0 ms; measured anew since",
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
  const text = plain(formatClock({ ...event(), target }, false));
  assert(!text.includes("\u001b"), text);
  assertMatch(text, /\(0\.0\.0\.1\)$/m);
});

Deno.test("progress names the offset of one clock and counts several", () => {
  assertEquals(
    plain(formatClockProgress([event()], 200)),
    "101/200 probes, offset +123.46 ms ± 0.01",
  );
  assertEquals(
    formatClockProgress([event(), event()], Infinity),
    "202 probes, 2 of 2 clocks decided",
  );
});

Deno.test("the consensus says where our own clock is", () => {
  let notCounted: string[] = [];
  const verdict = (...bounds: readonly (readonly [number, number])[]): string[] => {
    const found = consensus(
      bounds.map(([lowerMs, upperMs], index) => ({ host: `h${index}`, lowerMs, upperMs })),
    );
    assert(found !== undefined);
    return plain(formatConsensus({ consensus: found, notCounted, time: 0 })).split("\n");
  };
  assertEquals(verdict([699, 701], [699.5, 702], [-9, -8]), [
    "Our own clock is off, if most hosts are right: 2 of 3 agree (RFC 5905).",
    "It is 699.500 to 701.000 ms behind true time.",
    "Not with the majority: h2.",
  ]);
  assertEquals(verdict([-701, -699], [-702, -699.5]), [
    "Our own clock is off, if most hosts are right: 2 of 2 agree (RFC 5905).",
    "It is 699.500 to 701.000 ms ahead of true time.",
  ]);
  assertEquals(verdict([-1, 2], [-3, 1.5]), [
    "Our own clock agrees with most hosts: 2 of 2 agree (RFC 5905).",
    "It is between 1.000 ms ahead of true time and 1.500 ms behind it.",
  ]);
  assertEquals(
    verdict([-10, 10], [-10, -5], [-1, 1])[0],
    "Our own clock may be right or not: 2 of 3 agree, at more than one place (RFC 5905).",
  );
  notCounted = ["127.0.0.1"];
  assertEquals(verdict([1, 2], [5, 6]), [
    "No majority: at most 1 of 2 hosts agree on one time.",
    "Not counted (this machine, or counted already): 127.0.0.1.",
  ]);
});
