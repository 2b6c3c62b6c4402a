import { assert, assertEquals } from "@std/assert";
import { findAgreement, nearOurs, type OffsetWitness } from "../../../src/clock/mod.ts";
import { Random } from "../../lab/random.ts";

function witnesses(...bounds: readonly (readonly [number, number])[]): OffsetWitness[] {
  return bounds.map(([lowerMs, upperMs], index) => ({ host: `h${index}`, lowerMs, upperMs }));
}

/** 221 hosts that NTP keeps to ± 1.7 ms, and twelve whose clocks are off by seconds, measured to ± 0.3 ms. */
function localNetwork(aheadMs: number): OffsetWitness[] {
  const kept = Array.from({ length: 221 }, (_, index) => Math.sin(index) * 1.7);
  const off = Array.from({ length: 12 }, (_, index) => (index + 1) * 1000);
  const offsets = [...kept, ...off].map((ms) => ms + aheadMs);
  return witnesses(...offsets.map((ms) => [ms - 0.3, ms + 0.3] as const));
}

Deno.test("agreement: bounds that meet need no tolerance", () => {
  const found = findAgreement(witnesses([8, 12], [11, 13], [10, 12]));
  assertEquals([found?.toleranceMs, found?.agreeing, found?.lowerMs, found?.upperMs], [
    0,
    3,
    10,
    12,
  ]);
  assertEquals(findAgreement([]), undefined);
});

Deno.test("agreement: of 233 hosts of a network 221 agree with us, although few bounds meet", () => {
  const found = findAgreement(localNetwork(0));
  assertEquals([found?.majority, found?.localClock], [true, "right"]);
  assert((found?.toleranceMs ?? Infinity) <= 2, `${found?.toleranceMs} ms`);
  const near = nearOurs(localNetwork(0));
  assertEquals([near?.count, near?.withinMs, near?.farther.length], [221, 2, 12]);
  assertEquals(near?.farther.map(({ host }) => host).slice(0, 2), ["h232", "h231"]);
});

Deno.test("agreement: our own clock is off where all the others agree on another time", () => {
  const found = findAgreement(localNetwork(700));
  assertEquals([found?.majority, found?.localClock], [true, "off"]);
  const { lowerMs = NaN, upperMs = NaN } = found ?? {};
  assert(lowerMs > 695 && lowerMs <= 700 && upperMs >= 700 && upperMs < 705, `${lowerMs}`);
});

Deno.test("agreement: a clock that is nearer than the tolerance is not called off", () => {
  // With 1 ms most meet 0.5 to 0.9 ms ahead of us, which is no more than the tolerance.
  const found = findAgreement(witnesses([-0.2, -0.1], [1.5, 1.6], [0.9, 1], [90, 91], [500, 501]));
  assertEquals([found?.toleranceMs, found?.localClock], [2, "right"]);
});

Deno.test("agreement: the least tolerance of 1, 2, 5, …, 100 ms that makes bounds meet is taken", () => {
  // Two hosts around our time, a gap between their bounds: both are widened, so half of it closes it.
  const toleranceOf = (gapMs: number) => {
    const half = gapMs / 2;
    const found = findAgreement(witnesses([-half - 1, -half], [half, half + 1], [9000, 9001]));
    return [found?.toleranceMs, found?.majority];
  };
  for (
    const [gapMs, toleranceMs] of [
      ...[[1.9, 1], [2.1, 2], [3.9, 2], [4.1, 5], [9.9, 5], [10.1, 10], [19.9, 10], [20.1, 20]],
      ...[[39.9, 20], [40.1, 50], [99.9, 50], [100.1, 100], [199.9, 100]],
    ] as const
  ) assertEquals(toleranceOf(gapMs), [toleranceMs, true], `${gapMs} ms`);
  assertEquals(toleranceOf(200.1), [100, false]);
});

Deno.test("agreement: a clock as far off as the tolerance is looked at with the next one", () => {
  // Widened by 1 ms they meet from 1 ms on, which may be a clock that is right; by 2 ms they hold zero.
  const ahead = findAgreement(witnesses([1, 1.5], [2, 3]));
  assertEquals([ahead?.toleranceMs, ahead?.localClock], [2, "right"]);
  const behind = findAgreement(witnesses([-1.5, -1], [-3, -2]));
  assertEquals([behind?.toleranceMs, behind?.localClock], [2, "right"]);
  const off = findAgreement(witnesses([1, 1.75], [2.25, 3]));
  assertEquals([off?.toleranceMs, off?.localClock, off?.lowerMs], [1, "off", 1.25]);
});

Deno.test("agreement: hosts that have nothing in common have no majority", () => {
  const found = findAgreement(witnesses([0, 1], [5000, 5001], [-9000, -8999]));
  assertEquals([found?.majority, found?.agreeing, found?.toleranceMs], [false, 1, 100]);
});

Deno.test("agreement: whatever fewer than half of the hosts say, the truth is within it", () => {
  const random = new Random(11);
  for (let round = 0; round < 300; round++) {
    const hosts = 3 + Math.floor(random.unit() * 20);
    const liars = Math.floor((hosts - 1) / 2);
    const truthMs = (random.unit() - 0.5) * 1000;
    const all = witnesses(...Array.from({ length: hosts }, (_, index) => {
      const shiftMs = index < liars ? (random.unit() - 0.5) * 4000 : 0;
      const belowMs = random.unit() * 5, aboveMs = random.unit() * 5;
      return [truthMs + shiftMs - belowMs, truthMs + shiftMs + aboveMs] as const;
    }));
    const found = findAgreement(all);
    assert(found?.majority, "those that are right agree");
    const { lowerMs = NaN, upperMs = NaN } = found;
    assert(lowerMs <= truthMs + 1e-9 && truthMs <= upperMs + 1e-9, `${lowerMs} ${upperMs}`);
  }
});

Deno.test("near ours: the next distance is reported where at least a twentieth of the hosts is within it", () => {
  // 21 of 40 hosts within 0.1 ms; some more within 0.2, 0.5 and 1 ms, the others seconds off.
  const near = (...more: readonly number[]) => {
    const counts = [21, ...more];
    const distances = [0.05, 0.15, 0.4, 0.9].flatMap((ms, index) =>
      Array<number>(counts[index] ?? 0).fill(ms)
    );
    const far = Array.from({ length: 40 - distances.length }, (_, index) => 1500 + index);
    const found = nearOurs(witnesses(...[...distances, ...far].map((ms) => [-ms, ms] as const)));
    return [found?.withinMs, found?.count];
  };
  assertEquals(near(1), [0.1, 21]);
  assertEquals(near(2), [0.2, 23]);
  assertEquals(near(2, 3, 1), [0.5, 26]);
  assertEquals(near(0, 9), [0.1, 21]);
  // Of three hosts, one is more than a twentieth.
  const two = nearOurs(witnesses([-0.05, 0.05], [-0.05, 0.05], [-0.15, 0.15]));
  assertEquals([two?.withinMs, two?.count], [0.2, 3]);
});

Deno.test("near ours: more than half of the hosts, each surely within the distance", () => {
  const random = new Random(12);
  for (let round = 0; round < 300; round++) {
    const hosts = 1 + Math.floor(random.unit() * 30);
    const all = witnesses(...Array.from({ length: hosts }, () => {
      const ms = (random.unit() - 0.5) * 10 ** (random.unit() * 7);
      return [ms - random.unit(), ms + random.unit()] as const;
    }));
    const near = nearOurs(all);
    assert(
      near !== undefined && near.count * 2 > hosts && near.farther.length === hosts - near.count,
    );
    const within = all.filter(({ lowerMs, upperMs }) =>
      Math.max(-lowerMs, upperMs) <= near.withinMs
    );
    assertEquals(within.length, near.count);
    for (const witness of near.farther) assert(!within.includes(witness));
  }
  assertEquals(nearOurs([]), undefined);
});

Deno.test("near ours: distances are 1, 2 and 5 times a power of ten, from 0.1 ms to 50,000 s, or there is none", () => {
  const within = (ms: number) => nearOurs(witnesses([-ms, ms / 2]))?.withinMs ?? NaN;
  const powers = [0.1, 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7];
  const distances = powers.flatMap((ms) => [ms, 2 * ms, 5 * ms]);
  for (const [place, ms] of distances.entries()) {
    assertEquals(within(ms), ms);
    assertEquals(within(-ms), ms, "behind as ahead");
    assertEquals(within(ms * 1.001), distances[place + 1] ?? Infinity);
  }
  const none = nearOurs(witnesses([0, 6e7], [-7e7, 0], [-1, 1]));
  assertEquals([none?.withinMs, none?.count, none?.farther], [Infinity, 3, []]);
});
