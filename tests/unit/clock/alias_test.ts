import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type ClockView, findAliases } from "../../../src/clock/alias.ts";
import { describeGroup, shareWithin } from "../../../src/clock/alias_chance.ts";
import { differ } from "../../../src/clock/clock_view.ts";
import { Random } from "../../lab/random.ts";

/** A clock as one measures it: off by what its spreads say. */
function view(offsetMs: number, skewPpm: number, random: Random, rttMs = 1): ClockView {
  const [spreadMs, skewSpreadPpm] = [0.01, 0.5];
  const shownMs = offsetMs + within(random, -spreadMs, spreadMs);
  const shownPpm = skewPpm + within(random, -skewSpreadPpm, skewSpreadPpm);
  return {
    offsetMs: shownMs,
    spreadMs,
    lowerMs: shownMs - rttMs / 2,
    upperMs: shownMs + rttMs / 2,
    skewPpm: shownPpm,
    skewSpreadPpm,
    skewLowerPpm: shownPpm - 20,
    skewUpperPpm: shownPpm + 20,
    minRttMs: rttMs,
  };
}

/** A random number in a range. */
function within(random: Random, least: number, greatest: number): number {
  return least + random.unit() * (greatest - least);
}

const KEPT = { isOwnRateKept: true };
const membersOf = (clocks: readonly ClockView[], options = KEPT) =>
  findAliases(clocks, options).groups.map(({ members }) => [...members]);

/** A clock exactly as it is, measured to 0.01 ms and 0.5 ppm. */
function exactView(offsetMs: number, skewPpm: number): ClockView {
  const spreads = { spreadMs: 0.01, skewSpreadPpm: 0.5, minRttMs: 1 };
  const bounds = { lowerMs: offsetMs - 0.5, upperMs: offsetMs + 0.5 };
  const rates = { skewLowerPpm: skewPpm - 20, skewUpperPpm: skewPpm + 20 };
  return { offsetMs, skewPpm, ...spreads, ...bounds, ...rates };
}

Deno.test("aliases: of three clocks in a row, of which the outer two are not one, the nearer two are joined", () => {
  for (const offsetsMs of [[700, 700.04, 700.06], [700, 700.02, 700.06]]) {
    const [first = 0, middle = 0] = offsetsMs;
    const near = middle - first < 0.03 ? [0, 1] : [1, 2];
    const clocks = offsetsMs.map((offsetMs) => exactView(offsetMs, 31));
    const { groups, coincidences } = findAliases(clocks, KEPT);
    const found = [...groups, ...coincidences].map(({ members }) => [...members]);
    assertEquals(found, [near], `${offsetsMs}`);
  }
});

Deno.test("aliases: where our rate is off, the rate of time is that of more than half of the clocks, three at least", () => {
  const disciplinedOf = (...ratesPpm: readonly number[]) => {
    const clocks = ratesPpm.map((ppm, index) => exactView(index * 1000, ppm));
    return findAliases(clocks, { isOwnRateKept: false }).disciplined;
  };
  assertEquals(disciplinedOf(40, 40.5, 39.5, -70, 12), [0, 1, 2]);
  assertEquals(disciplinedOf(40, 40.5, -70, 12, 95), []);
  assertEquals(disciplinedOf(40, 40.5, 39.5, -70, 12, 95), []);
  assertEquals(disciplinedOf(40, 40.5, 39.5, 40.2, -70, 12), [0, 1, 2, 3]);
  assertEquals(disciplinedOf(40, 40.5, 39.5), [0, 1, 2]);
  // Two are no majority of themselves.
  assertEquals(disciplinedOf(40, 40.2), []);
});

Deno.test("aliases: a rate within 1 ppm of UTC, and two of its spreads, is kept right", () => {
  const isDisciplined = (skewPpm: number) =>
    findAliases([exactView(700, skewPpm)], KEPT).disciplined.length === 1;
  // The spread is 0.5 ppm: the root of 1² and of 1².
  assertEquals([isDisciplined(1.414), isDisciplined(-1.414)], [true, true]);
  assertEquals([isDisciplined(1.415), isDisciplined(-1.415)], [false, false]);
  const sure = { ...exactView(700, 1), skewSpreadPpm: 0 };
  assertEquals(findAliases([sure], KEPT).disciplined, [0]);
});

Deno.test("aliases: how far two clocks differ, in what was measured and what asymmetric paths may add", () => {
  const one = exactView(700, 31);
  const spreads = (other: Partial<ClockView>) => differ([one, { ...one, ...other }], 0, 1).spreads;
  // Root of 0.01² and 0.01², and of 0.5² and 0.5².
  assertAlmostEquals(spreads({ offsetMs: 700.03 }), 0.03 / 0.01 / Math.SQRT2, 1e-6);
  assertAlmostEquals(spreads({ offsetMs: 699.97 }), 0.03 / 0.01 / Math.SQRT2, 1e-6);
  assertAlmostEquals(spreads({ skewPpm: 34 }), 3 / 0.5 / Math.SQRT2, 1e-9);
  assertAlmostEquals(spreads({ skewPpm: 28, offsetMs: 700.01 }), 3 / 0.5 / Math.SQRT2, 1e-9);
  const detour = spreads({ offsetMs: 700.3, minRttMs: 1.5 });
  assertAlmostEquals(detour, 0.3 / (0.01 * Math.SQRT2 + 0.25), 1e-6);
});

Deno.test("aliases: the window of a group is what its members differ by, but no less than what can be measured", () => {
  const windowOf = (...clocks: readonly ClockView[]) => {
    let window = { offsetMs: NaN, skewPpm: NaN, shapes: NaN };
    const { chance } = describeGroup(clocks, clocks.map((_, place) => place), (found) => {
      window = found;
      return 7;
    });
    assertEquals(chance, 1, "no chance is more than one");
    return window;
  };
  const [spreadMs, spreadPpm] = [0.01 * Math.SQRT2, 0.5 * Math.SQRT2];
  const near = windowOf(exactView(700, 31), exactView(700.001, 31.1));
  assertAlmostEquals(near.offsetMs, spreadMs, 1e-9);
  assertAlmostEquals(near.skewPpm, spreadPpm, 1e-9);
  // Of 4 spreads by 4 there are windows of every shape: 1 + ln 16 of them.
  assertAlmostEquals(near.shapes, 1 + Math.log(16), 1e-9);
  const apart = windowOf(exactView(700, 31), exactView(700.03, 31.5), exactView(700.05, 32));
  assertAlmostEquals(apart.offsetMs, 0.05, 1e-9);
  assertAlmostEquals(apart.skewPpm, 1, 1e-9);
  assertAlmostEquals(apart.shapes, 1 + Math.log(16 * spreadMs * spreadPpm / 0.05), 1e-9);
  assertEquals(windowOf(exactView(700, 31), exactView(700.5, 38)).shapes, 1);
});

Deno.test("aliases: with fewer than ten others, clocks are taken to be spread over two seconds and 100 ppm", () => {
  const window = { offsetMs: 0.02, skewPpm: 1, shapes: 3 };
  const shareOf = (others: number) =>
    shareWithin(
      exactView(0, 0),
      Array.from({ length: others }, (_, index) => exactView(1e7 + index * 1e6, 400)),
      window,
    );
  const expected = 3 * 0.04 * 2 / (2000 * 100);
  assertAlmostEquals(shareOf(1), expected, 1e-12);
  assertAlmostEquals(shareOf(9), expected, 1e-12);
  assert(shareOf(10) < expected / 1000, `${shareOf(10)}`);
});

Deno.test("aliases: the share of clocks around one is taken from windows 4, 16, … times as large too", () => {
  const window = { offsetMs: 0.5, skewPpm: 2, shapes: 1 };
  /** Ten others, of which three differ by so much and the rest by more than counts. */
  const shareOf = (offsetMs: number, skewPpm: number, shapes = 1) => {
    const far = Array.from({ length: 7 }, (_, index) => exactView(1e7 + index * 1e5, -1e6));
    const near = Array.from({ length: 3 }, () => exactView(100 + offsetMs, 40 + skewPpm));
    return shareWithin(exactView(100, 40), [...near, ...far], { ...window, shapes });
  };
  // Of the three in a window two count: its size was chosen by the third.
  assertAlmostEquals(shareOf(0.5, 2), 2 / 10, 1e-12);
  assertAlmostEquals(shareOf(-0.5, -2), 2 / 10, 1e-12);
  assertAlmostEquals(shareOf(0.5, 2, 3), 3 * 2 / 10, 1e-12);
  assertAlmostEquals(shareOf(0.75, 2), 2 / 10 / 4, 1e-12);
  assertAlmostEquals(shareOf(0.5, 3), 2 / 10 / 4, 1e-12);
  assertAlmostEquals(shareOf(0.75, 3), 2 / 10 / 16, 1e-12);
  assertAlmostEquals(shareOf(1.99, 7.9), 2 / 10 / 16, 1e-12);
  assertAlmostEquals(shareOf(2.1, 1), 2 / 10 / 16, 1e-12);
  assertAlmostEquals(shareOf(33, 1), 2 / 10 / 4 ** 4, 1e-12);
});

Deno.test("aliases: what is farther than the largest window counts in that one", () => {
  const window = { offsetMs: 1e-12, skewPpm: 2, shapes: 4 ** 23 };
  const others = Array.from({ length: 11 }, () => exactView(7000, 31));
  // 7e15 windows are more than 4 to the 23rd.
  assertAlmostEquals(shareWithin(exactView(0, 31), others, window), 10 / 11, 1e-9);
});

Deno.test("aliases: two addresses of a clock that runs free, with the odds", () => {
  const random = new Random(1);
  const clocks = [view(700, 31, random), view(-40, 12, random), view(700, 31, random)];
  const { groups, coincidences, disciplined } = findAliases(clocks, KEPT);
  assertEquals(groups.map(({ members }) => members), [[0, 2]]);
  const [group] = groups;
  assert(group !== undefined && group.chance > 1e-9 && group.chance < 1e-3, `${group?.chance}`);
  assert(
    group.offsetWithinMs < 0.02 && group.skewWithinPpm < 1 && Math.abs(group.skewPpm - 31) < 1,
  );
  assertEquals([coincidences, disciplined], [[], []]);
});

Deno.test("aliases: no clock, and one, are no group", () => {
  assertEquals(membersOf([]), []);
  assertEquals(membersOf([view(5, 50, new Random(1))]), []);
});

Deno.test("aliases: a clock twelve hours off is one clock on either side of the fold", () => {
  const random = new Random(2);
  const half = 43_200_000;
  const clocks = [view(half - 0.004, 40, random), view(-half + 0.004, 40, random)];
  assertEquals(membersOf(clocks), [[0, 1]]);
});

Deno.test("aliases: bounds exclude each other across the fold as elsewhere", () => {
  const half = 43_200_000;
  const bounded = (offsetMs: number, byMs: number): ClockView => ({
    ...exactView(offsetMs, 40),
    ...{ lowerMs: offsetMs - byMs, upperMs: offsetMs + byMs },
  });
  for (const byMs of [0.05, 0.15]) {
    const clocks = [bounded(half - 0.1, byMs), bounded(-half + 0.1, byMs)];
    for (const [one, other] of [[0, 1], [1, 0]] as const) {
      const { offsetMs, isPossible } = differ(clocks, one, other);
      assertAlmostEquals(offsetMs, 0.2, 1e-6);
      assertEquals(isPossible, byMs > 0.1, `${one}, ${byMs} ms`);
    }
  }
});

Deno.test("aliases: hard bounds that touch may be of one clock", () => {
  const bounded = (lowerMs: number, upperMs: number, skewLowerPpm = 0, skewUpperPpm = 9) => ({
    ...exactView(1, 4),
    ...{ lowerMs, upperMs, skewLowerPpm, skewUpperPpm },
  });
  const arePossible = (one: ClockView, other: ClockView) =>
    [[one, other], [other, one]].map((clocks) => differ(clocks, 0, 1).isPossible);
  assertEquals(arePossible(bounded(0, 1), bounded(1, 2)), [true, true]);
  assertEquals(arePossible(bounded(0, 1), bounded(1.001, 2)), [false, false]);
  assertEquals(arePossible(bounded(0, 1), bounded(0, 1, 9, 20)), [true, true]);
  assertEquals(arePossible(bounded(0, 1), bounded(0, 1, 9.001, 20)), [false, false]);
});

Deno.test("aliases: offset or rate alone is not enough", () => {
  const random = new Random(3);
  assertEquals(membersOf([view(700, 31, random), view(700, 38, random)]), []);
  assertEquals(membersOf([view(700, 31, random), view(702, 31, random)]), []);
});

Deno.test("aliases: what the hard bounds exclude is no group, however near the estimates are", () => {
  const random = new Random(4);
  const one = view(700, 31, random);
  const apart = { ...one, lowerMs: one.offsetMs + 0.001, upperMs: one.offsetMs + 1 };
  assertEquals(membersOf([{ ...one, upperMs: one.offsetMs }, apart]), []);
});

Deno.test("aliases: machines that follow one wrong master crowd, and are not joined", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new Random(seed);
    // The master runs free, 1.3 s off; its clients keep to it within a millisecond.
    const clients = Array.from(
      { length: 12 },
      () => view(1300 + within(random, -1, 1), 22, random),
    );
    const others = Array.from(
      { length: 30 },
      () => view(within(random, -2000, 2000), within(random, -60, 60), random),
    );
    assertEquals(membersOf([...clients, ...others]), [], `seed ${seed}`);
  }
});

Deno.test("aliases: three addresses of a machine among a thousand, no two machines joined", () => {
  let joined = 0;
  for (let seed = 1; seed <= 5; seed++) {
    const random = new Random(seed);
    const clocks = Array.from(
      { length: 1000 },
      () => view(within(random, -1e6, 1e6), within(random, -60, 60), random),
    );
    const own = [0, 1, 2].map(() => view(123_456, 44, random));
    const found = membersOf([...own, ...clocks]);
    if (found.length > 0) {
      assertEquals(found, [[0, 1, 2]]);
      joined++;
    }
  }
  assertEquals(joined, 5);
});

Deno.test("aliases: a path that is longer does not part the addresses of a machine, nor join two machines", () => {
  const random = new Random(7);
  const near = view(700, 31, random, 1);
  // The detour is in one direction: the estimate is off by half of it.
  const detour = view(700.4, 31, random, 1.8);
  assertEquals(membersOf([near, detour]), [[0, 1]]);
  assertEquals(membersOf([near, view(705, 31, random, 1.8)]), []);
});
