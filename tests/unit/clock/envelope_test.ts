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
});
