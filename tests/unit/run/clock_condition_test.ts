import { assertEquals, assertThrows } from "@std/assert";
import type { ClockState } from "../../../src/clock/mod.ts";
import { parseClockCondition } from "../../../src/run/clock/condition.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

/** A clock with these findings, of whose 20 probes five were lost. */
function clock(state: Partial<ClockState>): ClockEvent {
  const counters = new ProbeCounters();
  Object.assign(counters, { sent: 20, received: 15, lost: 5 });
  return { counters, state: { undecided: undefined, ...state } } as ClockEvent;
}

const DECIDED = clock({ lowerMs: 99.5, upperMs: 100.25, skewLowerPpm: -30, skewUpperPpm: -20 });

/** A condition, and what is found where it is true; undefined where it is not. */
const CASES: readonly (readonly [text: string, found: string | undefined])[] = [
  ["offset>99ms", "between 99.5 and 100.25 ms"],
  ["offset>99.5ms", undefined],
  ["offset<100.25ms", undefined],
  ["offset<101ms", "between 99.5 and 100.25 ms"],
  ["offset>0.099s", "between 99.5 and 100.25 ms"],
  ["skew>19ppm", "between -30 and -20 ppm"],
  ["skew>20ppm", undefined],
  ["skew<31ppm", "between -30 and -20 ppm"],
  ["loss>24%", "25 %"],
  ["loss>25%", undefined],
  ["lost>4", "5"],
];

for (const [text, found] of CASES) {
  Deno.test(`clock condition: ${text}`, () => {
    const finding = parseClockCondition(text).find(DECIDED);
    assertEquals([finding.isKnown, finding.isMet ? finding.found : undefined], [true, found]);
  });
}

Deno.test("clock condition: a clock that is not decided meets each, and the reason is given", () => {
  for (const text of ["offset>1s", "offset<1s", "skew>1ppm"]) {
    const finding = parseClockCondition(text).find(clock({ undecided: "no reply yet" }));
    assertEquals(finding, {
      isMet: true,
      isKnown: false,
      found: "no reply carries a time that can be read",
    });
  }
});

Deno.test("clock condition: what cannot be read is refused", () => {
  const wrong = [
    "offset",
    "offset>5",
    "offset>5%",
    "skew>5",
    "skew>5ms",
    "rtt>5ms",
    "loss>5",
    "lost>5ms",
  ];
  for (const text of wrong) assertThrows(() => parseClockCondition(text), RangeError, "expected ");
});
