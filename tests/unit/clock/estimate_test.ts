import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { estimateLine, LowerEnvelope } from "../../../src/clock/mod.ts";
import { widestGapMs } from "../../../src/clock/estimate.ts";
import { Random } from "../../lab/random.ts";

interface Point {
  readonly seconds: number;
  readonly valueMs: number;
}

interface Reference {
  readonly gapMs: number;
  readonly excessMs: number;
  readonly skewPpm: number;
  readonly skewSpreadPpm: number;
  offsetMs(seconds: number): number;
  offsetSpreadMs(seconds: number): number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The estimate by its definition in docs/method.md, with all points and a fine integral: the mean over skews of the line in the
 * middle of the gap, weighted with 0.3 of the exponential model's likelihood and Cauchy's prior of 20 ppm.
 */
function byDefinition(uppers: readonly Point[], lowers: readonly Point[], limit: number) {
  const middle = (mean(uppers.map((p) => p.seconds)) + mean(lowers.map((p) => p.seconds))) / 2;
  const height = ({ seconds, valueMs }: Point, ppm: number) =>
    valueMs - ppm / 1000 * (seconds - middle);
  const above = (ppm: number) => Math.min(...uppers.map((point) => height(point, ppm)));
  const below = (ppm: number) => Math.max(...lowers.map((point) => height(point, ppm)));
  const gap = (ppm: number) => above(ppm) - below(ppm);
  let [left, right] = [-limit, limit];
  for (let round = 0; round < 120; round += 1) {
    const third = (right - left) / 3;
    if (gap(left + third) < gap(right - third)) left += third;
    else right -= third;
  }
  const best = (left + right) / 2;
  const gapMs = gap(best);
  const tenth = (heights: number[]) =>
    heights.sort((one, other) => one - other)[Math.min(10, heights.length) - 1] ?? NaN;
  const excessMs = Math.max(
    1e-4,
    (tenth(uppers.map((point) => height(point, best) - above(best))) +
      tenth(lowers.map((point) => below(best) - height(point, best)))) / 2,
  );
  const rate = 0.3 * Math.min(10, uppers.length) / excessMs;
  const sums = { weight: 0, offset: 0, skew: 0, offset2: 0, skew2: 0, product: 0 };
  // Further away than this the likelihood is below e to the -15th of the best.
  const isLikely = (ppm: number): boolean => gap(ppm) >= Math.max(0, gapMs - 15 / rate);
  let reach = 1e-3;
  while (reach < 2 * limit && (isLikely(best - reach) || isLikely(best + reach))) reach *= 1.5;
  const [from, to] = [Math.max(-limit, best - reach), Math.min(limit, best + reach)];
  const steps = 4000;
  for (let step = 0; step < steps; step += 1) {
    const ppm = from + (to - from) * (step + 0.5) / steps;
    if (gap(ppm) < 0) continue;
    const weight = Math.exp(rate * (gap(ppm) - gapMs)) / (1 + (ppm / 20) ** 2);
    const offset = (above(ppm) + below(ppm)) / 2;
    sums.weight += weight;
    sums.offset += weight * offset;
    sums.skew += weight * ppm;
    sums.offset2 += weight * offset ** 2;
    sums.skew2 += weight * ppm ** 2;
    sums.product += weight * offset * ppm;
  }
  const [offset, skew] = [sums.offset / sums.weight, sums.skew / sums.weight];
  const offsetVariance = sums.offset2 / sums.weight - offset ** 2;
  const skewVariance = sums.skew2 / sums.weight - skew ** 2;
  const covariance = sums.product / sums.weight - offset * skew;
  const reference: Reference = {
    gapMs,
    excessMs,
    skewPpm: skew,
    skewSpreadPpm: Math.sqrt(skewVariance),
    offsetMs: (seconds) => offset + skew * (seconds - middle) / 1000,
    offsetSpreadMs: (seconds) => {
      const distance = (seconds - middle) / 1000;
      return Math.sqrt(
        offsetVariance + 2 * distance * covariance + distance ** 2 * skewVariance +
          1 / (2 * rate ** 2),
      );
    },
  };
  return reference;
}

function envelopeOf(points: readonly Point[]): LowerEnvelope {
  const envelope = new LowerEnvelope();
  for (const { seconds, valueMs } of points) envelope.add(seconds, valueMs);
  return envelope;
}

function negated(points: readonly Point[]): Point[] {
  return points.map(({ seconds, valueMs }) => ({ seconds, valueMs: -valueMs }));
}

/** Bounds of replies to a clock with a rate, over a path with exponential delays. */
function draw(seed: number): { uppers: Point[]; lowers: Point[]; limit: number } {
  const random = new Random(seed);
  const count = random.pick([2, 3, 5, 9, 10, 11, 12, 20, 40]);
  const grainMs = random.pick([0.02, 0.2, 1]);
  const lengthS = random.pick([2, 10, 60]);
  const skewPpm = random.pick([0, 15, -40, 200]);
  const delay = (): number => -grainMs * Math.log(1 - random.unit());
  const uppers: Point[] = [];
  const lowers: Point[] = [];
  for (let index = 0; index < count; index += 1) {
    const seconds = 3 + (index + 0.3 * random.unit()) * lengthS / count;
    const truth = (at: number): number => 7 + skewPpm * at / 1000;
    uppers.push({ seconds, valueMs: truth(seconds) + 2 + delay() });
    // The replies of the last request come late: their mean time is not that of the requests.
    const replied = seconds + (index === count - 1 ? 1 : 0.02);
    lowers.push({ seconds: replied, valueMs: truth(replied) - 5 - delay() });
  }
  return { uppers, lowers, limit: 500 };
}

Deno.test("the estimate is the mean of its definition, with the spread of it, at any time", () => {
  const worst = { offset: 0, offsetSpread: 0, skew: 0, skewSpread: 0 };
  for (let seed = 0; seed < 60; seed += 1) {
    const { uppers, lowers, limit } = draw(seed);
    const line = estimateLine(envelopeOf(uppers), envelopeOf(negated(lowers)), {
      lower: -limit,
      upper: limit,
    });
    assert(line !== undefined);
    const expected = byDefinition(uppers, lowers, limit);
    assertAlmostEquals(line.gapMs, expected.gapMs, 1e-4, `seed ${seed}`);
    assertAlmostEquals(line.excessMs / expected.excessMs, 1, 1e-3, `seed ${seed}`);
    for (const seconds of [0, 7, 100]) {
      const at = line.at(seconds);
      assertEquals(at.skewPpm, line.skewPpm);
      const spreadMs = expected.offsetSpreadMs(seconds);
      const off = (measured: number, right: number, unit: number): number =>
        Math.abs(measured - right) / unit;
      worst.offset = Math.max(worst.offset, off(at.offsetMs, expected.offsetMs(seconds), spreadMs));
      worst.offsetSpread = Math.max(worst.offsetSpread, off(at.offsetSpreadMs, spreadMs, spreadMs));
      worst.skew = Math.max(worst.skew, off(at.skewPpm, expected.skewPpm, expected.skewSpreadPpm));
      worst.skewSpread = Math.max(
        worst.skewSpread,
        off(at.skewSpreadPpm, expected.skewSpreadPpm, expected.skewSpreadPpm),
      );
    }
  }
  // In units of a standard deviation: an integral in 64 steps errs by a hundredth of one.
  for (const value of Object.values(worst)) assert(value < 0.01, JSON.stringify(worst));
});

Deno.test("bounds that cross at every rate have no line, and one pair of bounds has the middle of them", () => {
  const one = (seconds: number, valueMs: number) => envelopeOf([{ seconds, valueMs }]);
  const skews = { lower: -100, upper: 100 };
  assertEquals(estimateLine(new LowerEnvelope(), new LowerEnvelope(), skews), undefined);
  assertEquals(estimateLine(one(1, 4), one(1, -4.001), skews), undefined);
  // Bounds that touch leave the one offset that both allow.
  assertEquals(estimateLine(one(1, 4), one(1, -4), skews)?.at(1).offsetMs, 4);
  assertAlmostEquals(
    estimateLine(one(1, 4), one(1, -3.5), skews)?.at(1).offsetMs ?? NaN,
    3.75,
    1e-9,
  );
  const line = estimateLine(one(1, 6), one(1, -4), skews);
  assert(line !== undefined);
  assertAlmostEquals(line.gapMs, 2, 1e-9);
  assertAlmostEquals(line.at(1).offsetMs, 5, 1e-9);
  // No rate is likelier than another but for the prior, which is even.
  assertAlmostEquals(line.skewPpm, 0, 0.01);
  assertEquals(line.excessMs, 1e-4);
});

Deno.test("the widest gap is the one at the best rate of the range", () => {
  // Uppers rise by 1 ms in 10 s, lowers alike: at 100 ppm the gap is 4 ms, at 0 it is 3 ms.
  const upper = envelopeOf([{ seconds: 0, valueMs: 2 }, { seconds: 10, valueMs: 3 }]);
  const lower = envelopeOf([{ seconds: 0, valueMs: 2 }, { seconds: 10, valueMs: 1 }]);
  assertAlmostEquals(widestGapMs(upper, lower, { lower: -500, upper: 500 }), 4, 1e-4);
  assertAlmostEquals(widestGapMs(upper, lower, { lower: -500, upper: 0 }), 3, 1e-4);
  assertAlmostEquals(widestGapMs(upper, lower, { lower: 150, upper: 500 }), 3.5, 1e-4);
  assertAlmostEquals(widestGapMs(upper, lower, { lower: -500, upper: -100 }), 2, 1e-4);
});
