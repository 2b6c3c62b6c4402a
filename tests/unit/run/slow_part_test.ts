import { assertEquals } from "@std/assert";
import { judgePart, noiseOf, type PartSpreads, slowParts } from "../../../src/run/slow_part.ts";

const STEADY = { median: 0.3, p95: 0.9, max: 1 };
const spreads = (change: Partial<PartSpreads>): PartSpreads => ({
  replies: 100,
  queue: { median: 0.01, p95: 0.05, max: 0.3 },
  out: STEADY,
  back: STEADY,
  ...change,
});

Deno.test("slow part: the one that rose, in the order in which a probe meets them", () => {
  const risen = { median: 12, p95: 30, max: 44 };
  assertEquals(slowParts(spreads({}), 1), []);
  assertEquals(slowParts(spreads({ out: risen }), 1), ["out"]);
  assertEquals(slowParts(spreads({ back: risen }), 1), ["back"]);
  assertEquals(slowParts(spreads({ back: risen, out: risen, queue: risen }), 1), [
    "queue",
    "out",
    "back",
  ]);
});

Deno.test("slow part: one that rose by far less than another is not named", () => {
  const little = { median: 2, p95: 5, max: 6 }, much = { median: 30, p95: 60, max: 90 };
  assertEquals(slowParts(spreads({ out: little, back: much }), 1), ["back"]);
  assertEquals(slowParts(spreads({ out: little }), 1), ["out"]);
  assertEquals(slowParts(spreads({ out: { ...little, p95: 12 }, back: much }), 1), ["out", "back"]);
});

Deno.test("slow part: rises within two ticks are none, and few replies say nothing", () => {
  const rise = { median: 9, p95: 15, max: 19 };
  assertEquals(slowParts(spreads({ out: rise, back: rise }), 10), []);
  assertEquals(slowParts(spreads({ out: rise }), 1), ["out"]);
  assertEquals(slowParts(spreads({ replies: 4, out: rise }), 1), undefined);
  assertEquals(
    slowParts({ replies: 50, queue: undefined, out: undefined, back: undefined }, 1),
    [],
  );
});

Deno.test("slow part: a rise is one beyond two ticks, a wait in our own queue beyond 1 ms", () => {
  assertEquals([noiseOf("out", 1), noiseOf("back", 10), noiseOf("queue", 10)], [2, 20, 1]);
  const rise = (p95: number) => ({ median: 0, p95, max: p95 });
  assertEquals(
    [slowParts(spreads({ out: rise(2) }), 1), slowParts(spreads({ out: rise(2.1) }), 1)],
    [
      ...[[], ["out"]],
    ],
  );
  assertEquals(slowParts(spreads({ queue: rise(1) }), 10), []);
  assertEquals(slowParts(spreads({ queue: rise(1.1) }), 10), ["queue"]);
  assertEquals([judgePart(rise(2), 20, 2), judgePart(rise(2.1), 20, 2)], ["steady", "slow"]);
});

Deno.test("slow part: five replies say something, and a fifth of the greatest rise is still named", () => {
  const risen = { median: 60, p95: 60, max: 60 };
  assertEquals(slowParts(spreads({ replies: 5, out: risen }), 1), ["out"]);
  const other = (p95: number) => slowParts(spreads({ out: risen, back: { ...risen, p95 } }), 1);
  assertEquals([other(12), other(11.9)], [["out", "back"], ["out"]]);
});

Deno.test("slow part: of many replies one in twenty decides, of few every second", () => {
  const tail = { median: 0.4, p95: 30, max: 50 };
  assertEquals(judgePart(tail, 20, 2), "slow");
  assertEquals(judgePart(tail, 19, 2), "spikes");
  assertEquals(judgePart({ ...tail, p95: 1 }, 20, 2), "spikes");
  assertEquals(judgePart({ median: 0.4, p95: 1, max: 2 }, 20, 2), "steady");
});
