import { assertEquals } from "@std/assert";
import { StampWatch } from "../../../src/clock/stamp_watch.ts";
import { findUndecided, type TrackedReplies } from "../../../src/clock/undecided.ts";

const GOOD: TrackedReplies = {
  probes: 40,
  used: 40,
  outliers: 0,
  restarts: 0,
  isStuck: false,
  hasMoved: true,
  hasSuspects: false,
};

const CASES: readonly (readonly [changes: Partial<TrackedReplies>, why: string | undefined])[] = [
  [{}, undefined],
  [{ probes: 0 }, "no reply yet"],
  [{ used: undefined }, "no reply yet"],
  [{ isStuck: true }, "the stamps do not keep time"],
  [{ hasMoved: false }, "the stamp has not moved yet"],
  [{ hasSuspects: true }, "replies contradict each other"],
  // A quarter of the replies may be left out.
  [{ outliers: 10 }, undefined],
  [{ outliers: 11 }, "the stamps do not keep time"],
  // After a restart four replies are required.
  [{ restarts: 1, used: 3 }, "replies contradict each other"],
  [{ restarts: 1, used: 4 }, undefined],
  [{ restarts: 0, used: 1 }, undefined],
  // Three restarts are too many within 144 replies.
  [{ restarts: 2, probes: 20, used: 10 }, undefined],
  [{ restarts: 3, probes: 143, used: 10 }, "the stamps do not keep time"],
  [{ restarts: 3, probes: 144, used: 10 }, undefined],
  [{ restarts: 4, probes: 191, used: 10 }, "the stamps do not keep time"],
];

for (const [changes, why] of CASES) {
  Deno.test(`undecided: ${JSON.stringify(changes)}: ${why ?? "a number is given"}`, () => {
    assertEquals(findUndecided({ ...GOOD, ...changes }), why as ReturnType<typeof findUndecided>);
  });
}

Deno.test("a stamp that repeats for more than a second and a half is stuck, until it moves", () => {
  const watch = new StampWatch();
  const states: [number, number, boolean, boolean][] = [
    [5, 10e9, false, false],
    [5, 11.5e9, false, false],
    [5, 11.6e9, false, true],
    [6, 11.7e9, true, false],
    [6, 13.1e9, true, false],
    [6, 13.3e9, true, true],
  ];
  for (const [stampMs, atNs, hasMoved, isStuck] of states) {
    watch.add(stampMs, atNs);
    assertEquals([watch.hasMoved, watch.isStuck], [hasMoved, isStuck], `at ${atNs}`);
  }
});
