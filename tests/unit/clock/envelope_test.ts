import { assertAlmostEquals, assertEquals } from "@std/assert";
import { LowerEnvelope } from "../../../src/clock/mod.ts";
import { Random } from "../../lab/random.ts";

Deno.test("the support equals the minimum over all points, in any order of arrival", () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const random = new Random(seed);
    const envelope = new LowerEnvelope();
    const points: { seconds: number; valueMs: number }[] = [];
    for (let index = 0; index < 60; index += 1) {
      // Mostly in order, now and then late, now and then at the same time as another.
      const late = random.unit() < 0.2 ? random.unit() * 3 : 0;
      const seconds = random.unit() < 0.1 ? Math.floor(index / 2) : index / 2 - late;
      const point = { seconds, valueMs: random.unit() * 10 };
      points.push(point);
      envelope.add(point.seconds, point.valueMs);
      for (const slope of [-2, -0.1, 0, 0.3, 5]) {
        const truth = Math.min(...points.map((p) => p.valueMs - slope * (p.seconds - 4)));
        assertAlmostEquals(envelope.support(slope, 4), truth, 1e-9, `seed ${seed}`);
      }
    }
    assertEquals(envelope.count, 60);
  }
});

Deno.test("a copy with one more point leaves the original alone", () => {
  const envelope = new LowerEnvelope();
  envelope.add(0, 5);
  envelope.add(1, 5);
  const more = envelope.with(2, -5);
  assertEquals(envelope.support(0, 0), 5);
  assertEquals(more.support(0, 0), -5);
  assertEquals([envelope.count, more.count], [2, 3]);
});

Deno.test("excesses are ranked from the line upwards", () => {
  const envelope = new LowerEnvelope();
  for (const [seconds, value] of [[0, 3], [1, 1], [2, 7], [3, 2]] as const) {
    envelope.add(seconds, value);
  }
  assertEquals([1, 2, 3, 4, 9].map((rank) => envelope.excess(0, 0, 1, rank)), [0, 1, 2, 6, 6]);
  assertEquals(new LowerEnvelope().excess(0, 0, 1, 1), 0);
});

Deno.test("the mean time is that of all points, also in a copy with one more", () => {
  const envelope = new LowerEnvelope();
  assertEquals(envelope.meanSeconds, 0);
  for (const seconds of [4, 10, 1]) envelope.add(seconds, 0);
  assertAlmostEquals(envelope.meanSeconds, 5, 1e-12);
  assertAlmostEquals(envelope.with(17, 3).meanSeconds, 8, 1e-12);
  assertAlmostEquals(envelope.meanSeconds, 5, 1e-12);
});

Deno.test("the hull keeps what a line can touch from below, and no more", () => {
  const hullOf = (...points: readonly (readonly [seconds: number, valueMs: number])[]) => {
    const envelope = new LowerEnvelope();
    for (const [seconds, valueMs] of points) envelope.add(seconds, valueMs);
    return envelope.hullSize;
  };
  assertEquals(hullOf(), 0);
  assertEquals(hullOf([0, 5], [1, 1], [2, 4]), 3);
  // Above the line between its neighbours, and on it.
  assertEquals(hullOf([0, 0], [1, 9], [2, 0]), 2);
  assertEquals(hullOf([0, 0], [1, 1], [2, 2]), 2);
  // A late point between others, above and below.
  assertEquals(hullOf([0, 0], [2, 0], [1, 1]), 2);
  assertEquals(hullOf([0, 0], [2, 0], [1, -1]), 3);
  assertEquals(hullOf([0, 0], [2, 0], [1, 0]), 2);
  // One that takes its neighbours away, on both sides.
  assertEquals(hullOf([0, 5], [1, 3], [2, 2], [3, 2], [4, 3], [5, 5], [2.5, -20]), 3);
  // At the same time the lower one counts, whichever comes first.
  assertEquals(hullOf([0, 5], [0, 3]), 1);
  assertEquals(hullOf([0, 3], [0, 5]), 1);
  assertEquals(hullOf([0, 0], [1, -1], [1, -2], [2, 0]), 3);
  assertEquals(hullOf([0, 0], [1, -2], [1, -1], [2, 0]), 3);
});

Deno.test("a lower point at the time of another takes its place, and no other's", () => {
  const envelope = new LowerEnvelope();
  for (const [seconds, value] of [[0, 5], [1, 3], [2, 5], [3, 9]] as const) {
    envelope.add(seconds, value);
  }
  assertEquals(envelope.hullSize, 4);
  envelope.add(1, 2);
  assertEquals(envelope.hullSize, 4);
  // A steep line touches the later points, a falling one the first.
  assertEquals([envelope.support(3.5, 2), envelope.support(10, 3)], [5, 9]);
  assertEquals([envelope.support(-10, 0), envelope.support(0, 0)], [5, 2]);
  envelope.add(1, 2.5);
  assertEquals([envelope.hullSize, envelope.support(0, 0), envelope.count], [4, 2, 6]);
});
