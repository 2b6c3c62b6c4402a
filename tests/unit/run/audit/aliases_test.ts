/** Which of the clocks that were followed are compared, and in which order. */

import { assertEquals } from "@std/assert";
import type { ClockState } from "../../../../src/clock/mod.ts";
import { findAliasedHosts, type FollowedHost } from "../../../../src/run/audit/aliases.ts";

const OPTIONS = { isOwnRateKept: true, unfollowed: 5, time: 17 };

/** A clock measured to 0.01 ms and 0.5 ppm over a path of 1 ms. */
function state(offsetMs: number, skewPpm: number, more: Partial<ClockState> = {}): ClockState {
  return {
    ...{ offsetMs, spreadMs: 0.01, lowerMs: offsetMs - 20, upperMs: offsetMs + 20 },
    ...{ skewPpm, skewSpreadPpm: 0.5, skewLowerPpm: skewPpm - 20, skewUpperPpm: skewPpm + 20 },
    ...{ minRttNs: 1e6, tickSettled: true },
    ...more,
  } as ClockState;
}

/** Hosts of those addresses; `asked` gets the times for which their clocks are asked. */
function hosts(
  states: readonly (readonly [address: number, state: ClockState])[],
  asked: (number | undefined)[] = [],
): FollowedHost[] {
  return states.map(([address, state], index) => ({
    target: { index, label: `host-${address}`, address },
    tracker: {
      state(atNs?: number) {
        asked.push(atNs);
        return state;
      },
    } as FollowedHost["tracker"],
  }));
}

Deno.test("aliased hosts: compared in the order of their addresses, all at one time", () => {
  const asked: (number | undefined)[] = [];
  const found = findAliasedHosts(
    hosts(
      [[9, state(700, 45)], [2, state(-90, 80)], [5, state(700, 45)], [7, state(40, 0)]],
      asked,
    ),
    5e9,
    OPTIONS,
  );
  assertEquals(asked, [5e9, 5e9, 5e9, 5e9]);
  assertEquals(found.targets.map(({ address }) => address), [2, 5, 7, 9]);
  assertEquals(found.groups.map(({ members }) => members), [[1, 3]]);
  // The third keeps the rate of UTC.
  assertEquals(found.disciplined, [2]);
  assertEquals([found.unfollowed, found.undecided, found.time], [5, 0, 17]);
});

Deno.test("aliased hosts: a clock of which offset, rate or tick is open is counted and not compared", () => {
  const missing: readonly Partial<ClockState>[] = [
    ...[{ offsetMs: undefined }, { spreadMs: undefined }, { tickSettled: false }],
    ...[{ lowerMs: undefined }, { upperMs: undefined }, { minRttNs: undefined }],
    ...[{ skewPpm: undefined }, { skewSpreadPpm: undefined }],
    ...[{ skewLowerPpm: undefined }, { skewUpperPpm: undefined }],
  ];
  for (const more of missing) {
    const states = [[1, state(700, 45)], [2, state(700, 45, more)], [3, state(700, 45)]] as const;
    const found = findAliasedHosts(hosts(states), 0, OPTIONS);
    assertEquals([found.undecided, found.targets.map(({ address }) => address)], [1, [1, 3]]);
    assertEquals(found.groups.map(({ members }) => members), [[0, 1]]);
  }
});

Deno.test("aliased hosts: over paths that differ by 8 ms one clock may look 10 ms apart", () => {
  // Half of what the paths differ is one standard deviation, 4 ms, and four of those are allowed.
  const members = (offsetMs: number, minRttNs: number) => {
    const found = findAliasedHosts(
      hosts([[1, state(700, 45)], [2, state(700 + offsetMs, 45, { minRttNs })]]),
      0,
      OPTIONS,
    );
    return [...found.groups, ...found.coincidences].map(({ members }) => members);
  };
  assertEquals(members(10, 9e6), [[0, 1]]);
  assertEquals(members(10, 2e6), []);
});
