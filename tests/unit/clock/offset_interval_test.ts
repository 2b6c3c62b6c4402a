import { assertEquals } from "@std/assert";
import { OffsetInterval } from "../../../src/clock/mod.ts";

Deno.test("intervals intersect until they contradict each other", () => {
  const offset = new OffsetInterval();
  assertEquals(offset.bounds, undefined);
  assertEquals(offset.add({ lowerMs: -10, upperMs: 11 }), true);
  assertEquals(offset.add({ lowerMs: -20, upperMs: 20 }), false);
  assertEquals(offset.add({ lowerMs: 1, upperMs: 3 }), true);
  assertEquals(offset.bounds, { valueMs: 2, lowerMs: 1, upperMs: 3 });
  offset.add({ lowerMs: 4, upperMs: 5 });
  assertEquals(offset.empty, true);
  assertEquals(offset.bounds, undefined);
  offset.clear();
  assertEquals([offset.count, offset.empty], [0, false]);
});
