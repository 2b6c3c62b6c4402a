/** What `clock` says at the edges: troubles, remarks, restarts, and a table as wide as the terminal. */

import { assertEquals } from "@std/assert";
import type { ClockState } from "../../../src/clock/mod.ts";
import { formatOffsetEstimate } from "../../../src/report/clock_numbers.ts";
import {
  describeRestart,
  describeUndecided,
  listRemarks,
  listTroubles,
} from "../../../src/report/clock_remarks.ts";
import { formatClockTable } from "../../../src/report/clock_table.ts";
import { formatClock, formatClockLine } from "../../../src/report/clock_text.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import type { ProbeCounters } from "../../../src/stats/mod.ts";
import { clockEvent, STATE, UNDECIDED, withoutColour } from "./clock_fixture.ts";

const WIDE = { numeric: true, columns: 200 } as const;
const ICMP_ERROR = {
  from: "192.0.2.1",
  name: "destination unreachable: host unreachable",
} as ClockEvent["icmpError"];

function counted(
  counts: Partial<Omit<ProbeCounters, "lossRatio">>,
  more: Partial<ClockEvent> = {},
): ClockEvent {
  const event = clockEvent();
  Object.assign(event.counters, { lost: 0, received: 101, ...counts });
  return { ...event, ...more };
}

Deno.test("clock: ICMP errors are the reason where nothing else came, and a trouble where replies did", () => {
  const undecided = { state: { ...STATE, ...UNDECIDED, undecided: "no reply yet" } } as const;
  const refused = counted({ received: 0, icmpErrors: 4 }, { ...undecided, icmpError: ICMP_ERROR });
  const words = "from 192.0.2.1: destination unreachable: host unreachable";
  assertEquals(describeUndecided(refused), `not decided: 4 ICMP errors ${words}`);
  assertEquals(listTroubles(refused), []);
  const answered = counted({ received: 1, icmpErrors: 1 }, { ...undecided, icmpError: ICMP_ERROR });
  assertEquals(listTroubles(answered), [`1 ICMP error ${words}`]);
  assertEquals(describeUndecided(answered).includes("ICMP"), false);
});

Deno.test("clock: why probes were not sent stands before who refused others", () => {
  const unsent = { message: "Cannot send: ENOBUFS" } as ClockEvent["unsent"];
  const event = counted({ unsent: 3, icmpErrors: 2 }, { unsent, icmpError: ICMP_ERROR });
  assertEquals(listTroubles(event).map((line) => line.split(":")[0]), [
    ...["3 not sent", "2 ICMP errors from 192.0.2.1"],
  ]);
  assertEquals(listTroubles(counted({ unsent: 3 }, { unsent })), [
    "3 not sent: Cannot send: ENOBUFS",
  ]);
  assertEquals(listTroubles(counted({})), []);
});

Deno.test("clock: a change that the round trip could hide may be one of the path", () => {
  const said = (changeMs: number | undefined, minRttNs: number | undefined = 20e6) =>
    describeRestart({ atNs: 0, reason: "remote clock changed", changeMs }, { ...STATE, minRttNs })
      .split(" at ")[0];
  const sure = "remote clock changed", doubtful = "remote clock, or its path, changed";
  assertEquals([20, -20, 20.01, -20.01, undefined].map((changeMs) => said(changeMs)), [
    ...[doubtful, doubtful, sure, sure, sure],
  ]);
  const unknown = { ...STATE, minRttNs: undefined };
  const restart = { atNs: 43_100.5e9, reason: "remote clock changed", changeMs: -2 } as const;
  assertEquals(
    describeRestart(restart, unknown),
    "remote clock changed at 11:58:20.500 UTC, by -2.0 ms; measured from there on",
  );
  // Our own clock has no path.
  assertEquals(
    describeRestart({ ...restart, reason: "local clock stepped" }, STATE).split(" at ")[0],
    "local clock stepped",
  );
});

Deno.test("clock: a rate is odd only where all of its bounds are beyond what NTP corrects", () => {
  const remarks = (skewLowerPpm: number, skewUpperPpm: number) =>
    listRemarks(clockEvent({
      ...{ skewPpm: (skewLowerPpm + skewUpperPpm) / 2, skewLowerPpm, skewUpperPpm },
    }));
  assertEquals([remarks(500, 600), remarks(-600, -500), remarks(-900, 900)], [[], [], []]);
  assertEquals([remarks(501, 611), remarks(-611, -501)].map(([remark]) => remark?.slice(0, 26)), [
    ...["gains about 2.0 s an hour:", "loses about 2.0 s an hour:"],
  ]);
  assertEquals(listRemarks(clockEvent({ skewPpm: undefined, skewLowerPpm: undefined })), []);
});

Deno.test("clock: a zone has its sign, hours and minutes; what no table knows keeps its name", () => {
  const zone = (minutes: number) =>
    listRemarks(clockEvent({ offsetMs: minutes * 60_000 }))[0]?.split(":")
      .slice(0, 2).join(":");
  assertEquals([60, -60, 45, -15, 690].map(zone), [
    ...["off by +01:00 h", "off by -01:00 h", "off by +00:45 h", "off by -00:15 h"],
    "off by +11:30 h",
  ]);
  assertEquals(listRemarks(clockEvent({}, ["coarse-tick", "a-flag-of-tomorrow"])), [
    "a-flag-of-tomorrow",
  ]);
});

Deno.test("clock: a spread of whole milliseconds leaves three decimals of a second", () => {
  const state = { offsetMs: 3_600_000, spreadMs: 25, lowerMs: 3_599_000, upperMs: 3_601_000 };
  assertEquals(formatOffsetEstimate({ ...STATE, ...state }), "+1:00:00.000 ± 0.025 s");
  // An interval that touches its bounds is within them.
  const touching = { offsetMs: 1, spreadMs: 0.5, lowerMs: 0.5, upperMs: 1.5 };
  assertEquals(formatOffsetEstimate({ ...STATE, ...touching }), "+1.0 ms ± 0.5");
  const none = { offsetMs: 5, spreadMs: undefined, lowerMs: -9, upperMs: 9 };
  assertEquals(formatOffsetEstimate({ ...STATE, ...none }).includes("Infinity"), true);
});

/** The row of a block with that label. */
function rowOf(label: string, event: ClockEvent): string | undefined {
  const lines = withoutColour(formatClock(event, WIDE)).replaceAll("\u00a0", " ").split("\n");
  return lines.find((line) => line.startsWith(`  ${label}`))?.slice(11);
}

Deno.test("clock: what became of the probes, without what did not happen", () => {
  assertEquals(
    rowOf("probes", counted({ sent: 100, received: 90, lost: 4, icmpErrors: 1, unsent: 5 })),
    "100 sent, 90 received, 10 % loss, 4 lost, 1 ICMP error, 5 not sent, 100 used, 7 shaped the answer",
  );
  const quiet = counted({ received: 100, lost: 0, icmpErrors: 2 }, {
    state: { ...STATE, ...UNDECIDED, used: 0, outliers: 1 },
  });
  assertEquals(
    rowOf("probes", quiet),
    "101 sent, 100 received, 2 % loss, 2 ICMP errors, 1 left out as outliers",
  );
  assertEquals(rowOf("probes", counted({ sent: 100, received: 100 }))?.includes("loss"), false);
});

Deno.test("clock: no round trip and no tick before there is one", () => {
  const before = counted({}, {
    state: { ...STATE, ...UNDECIDED, minRttNs: undefined, probes: 0 },
  });
  assertEquals([rowOf("min rtt", before), rowOf("tick", before)], [undefined, undefined]);
  const first = counted({}, { state: { ...STATE, ...UNDECIDED, probes: 1, tickSettled: false } });
  assertEquals(rowOf("tick", first), "not known yet; the bounds allow for a coarse one");
});

function table(columns: number, ...states: readonly Partial<ClockState>[]): string[] {
  const events = states.map((state, index) =>
    clockEvent(state, [], { label: "", address: 0xc0000201 + index })
  );
  return withoutColour(formatClockTable(events, { numeric: true, columns })).split("\n");
}

Deno.test("clock table: every column that fits is there, and not one that is a column too wide", () => {
  let width = 200, heads = 0;
  const seen: number[] = [];
  for (; width > 0; width--) {
    const head = table(width, {})[0] ?? "";
    const count = head.trim().split(/ {2,}/).length;
    if (count === heads) continue;
    // The last table that fitted was exactly as wide as the terminal.
    if (heads > 0) assertEquals(table(width + 1, {})[0]?.length, width + 1);
    heads = count;
    seen.push(count);
  }
  assertEquals(seen, [9, 8, 7, 6, 5, 3, 2]);
});

Deno.test("clock table: a tick that is not settled is not named, a coarse one where no column has it", () => {
  const coarse = { tickMs: 10 }, open = { tickMs: 10, tickSettled: false }, fine = {};
  const ticks = table(200, coarse, open, fine).slice(1).map((line) => line.split(/ {2,}/).at(-2));
  assertEquals(ticks, ["10", "?", "1"]);
  assertEquals(table(60, coarse, open, fine).slice(4), ["192.0.2.1: moves in steps of 10 ms"]);
  assertEquals(
    table(200, {}, UNDECIDED)[2],
    "192.0.2.2  not decided: replies contradict each other",
  );
});

Deno.test("clock table: a reason that is too long goes on below, indented", () => {
  const whole = "192.0.2.2  not decided: replies contradict each other";
  assertEquals(table(whole.length, {}, UNDECIDED).slice(2), [whole]);
  assertEquals(table(whole.length - 1, {}, UNDECIDED).slice(2), [whole.slice(0, -6), "    other"]);
});

Deno.test("clock table: troubles and restarts stand below, by host", () => {
  const restart = { atNs: 43_100.5e9, reason: "local clock stepped", changeMs: undefined } as const;
  const lines = table(200, { restarts: [restart] }, {});
  assertEquals(lines.slice(3), [
    "192.0.2.1: local clock stepped at 11:58:20.500 UTC; measured from there on",
  ]);
});

Deno.test("clock: a line of an undecided clock names the troubles too", () => {
  const unsent = { message: "Cannot send: ENOBUFS" } as ClockEvent["unsent"];
  const event = counted({ unsent: 3 }, { unsent, state: { ...STATE, ...UNDECIDED } });
  assertEquals(
    withoutColour(formatClockLine(event, WIDE)),
    "12:00:00 192.0.2.7: not decided: replies contradict each other; 3 not sent: Cannot send: ENOBUFS",
  );
});
