import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { FeasibleRegion } from "../../../src/clock/mod.ts";
import { Random } from "../../lab/random.ts";

interface HalfPlane {
  readonly sign: 1 | -1;
  readonly seconds: number;
  readonly boundMs: number;
}

const MAX_PPM = 500;

/** Every corner of the region, by intersecting every pair of lines and keeping what all allow. */
function bruteForceCorners(planes: readonly HalfPlane[]): { offset: number; ppm: number }[] {
  const corners: { offset: number; ppm: number }[] = [];
  const allowed = (offset: number, ppm: number) =>
    Math.abs(ppm) <= MAX_PPM + 1e-6 &&
    planes.every(({ sign, seconds, boundMs }) =>
      sign * (offset + ppm * seconds * 1e-3 - boundMs) <= 2e-6
    );
  for (const [index, one] of planes.entries()) {
    for (const ppm of [-MAX_PPM, MAX_PPM]) {
      const offset = one.boundMs - ppm * one.seconds * 1e-3;
      if (allowed(offset, ppm)) corners.push({ offset, ppm });
    }
    for (const other of planes.slice(index + 1)) {
      if (one.seconds === other.seconds) continue;
      const ppm = (one.boundMs - other.boundMs) / ((one.seconds - other.seconds) * 1e-3);
      const offset = one.boundMs - ppm * one.seconds * 1e-3;
      if (allowed(offset, ppm)) corners.push({ offset, ppm });
    }
  }
  return corners;
}

function clip(planes: readonly HalfPlane[]): FeasibleRegion | undefined {
  let region: FeasibleRegion | undefined = FeasibleRegion.unbounded(MAX_PPM);
  for (const [label, { sign, seconds, boundMs }] of planes.entries()) {
    region = sign === 1
      ? region?.below(seconds, boundMs, label)
      : region?.above(seconds, boundMs, label);
  }
  return region;
}

Deno.test("the region agrees with brute force over random programs", () => {
  let feasible = 0;
  let empty = 0;
  for (let seed = 0; seed < 400; seed += 1) {
    const random = new Random(seed);
    const halfWidth = 0.02 + random.unit() * (seed % 3 === 0 ? 0.05 : 20);
    const slope = (random.unit() - 0.5) * 600;
    const wobble = seed % 4 === 0 ? 3 * halfWidth : halfWidth * 0.9;
    const planes: HalfPlane[] = [];
    for (let probe = 0; probe < 3 + seed % 20; probe += 1) {
      const seconds = probe * 0.3 + random.unit();
      const truth = slope * seconds * 1e-3 + (random.unit() - 0.5) * wobble;
      planes.push({ sign: 1, seconds, boundMs: truth + halfWidth });
      planes.push({ sign: -1, seconds: seconds + 0.02, boundMs: truth - halfWidth });
    }
    const region = clip(planes);
    const corners = bruteForceCorners(planes);
    if (region === undefined) {
      assertEquals(corners.length, 0, `seed ${seed}: brute force finds a corner`);
      empty += 1;
      continue;
    }
    assert(corners.length > 0, `seed ${seed}: brute force finds nothing`);
    feasible += 1;
    const skews = corners.map(({ ppm }) => ppm);
    assertAlmostEquals(region.skewPpm.lower, Math.min(...skews), 0.05);
    assertAlmostEquals(region.skewPpm.upper, Math.max(...skews), 0.05);
    for (const seconds of [-10, 0, 3, 30]) {
      const offsets = corners.map(({ offset, ppm }) => offset + ppm * seconds * 1e-3);
      const tolerance = 2e-5 + 1e-5 * Math.abs(seconds) + 0.05 * Math.abs(seconds) * 1e-3;
      assertAlmostEquals(region.offsetAt(seconds).lower, Math.min(...offsets), tolerance);
      assertAlmostEquals(region.offsetAt(seconds).upper, Math.max(...offsets), tolerance);
    }
  }
  // Both kinds must have been met, or this test shows nothing.
  assert(feasible > 100 && empty > 30, `${feasible} feasible, ${empty} empty`);
});

Deno.test("one probe bounds the offset at its time and leaves the skew to the limit", () => {
  const region = clip([
    { sign: 1, seconds: 0, boundMs: 11 },
    { sign: -1, seconds: 0.02, boundMs: -9 },
  ]);
  assert(region !== undefined);
  assertAlmostEquals(region.offsetAt(0).upper, 11, 1e-5);
  assertAlmostEquals(region.offsetAt(0.02).lower, -9, 1e-5);
  assertAlmostEquals(region.skewPpm.lower, -500, 1e-6);
  assertAlmostEquals(region.skewPpm.upper, 500, 1e-6);
  // A minute later 500 ppm have widened it by 30 ms on either side.
  assertAlmostEquals(region.offsetAt(60).upper, 41, 1e-4);
});

Deno.test("labels are the probes on the edge, and a bound that cuts nothing changes nothing", () => {
  const region = clip([
    { sign: 1, seconds: 0, boundMs: 1 },
    { sign: -1, seconds: 0, boundMs: -1 },
  ]);
  assert(region !== undefined);
  assertEquals([...region.labels].sort(), [0, 1]);
  assert(region.below(1, 50, 7) === region);
  assertEquals(region.below(0, -1.1, 7), undefined);
});
