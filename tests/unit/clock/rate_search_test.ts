import { assertEquals } from "@std/assert";
import { RateSearch } from "../../../src/clock/rate_search.ts";
import type { RelativeSample } from "../../../src/clock/sample.ts";

Deno.test("rate search: due once three replies were left out, however many there are", () => {
  const search = new RateSearch();
  const sample: RelativeSample = {
    ...{ label: 0, sentNs: 0, receivedNs: 1, receiveMs: 0, transmitMs: 0 },
    ...{ outMs: 0, minusBackMs: 0 },
  };
  assertEquals(search.isDue(1000), false);
  search.leaveOut([sample, sample]);
  assertEquals(search.isDue(1000), false);
  search.leaveOut([sample]);
  assertEquals([search.isDue(0), search.isDue(1000)], [true, true]);
});
