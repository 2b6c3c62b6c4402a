import { assert, assertEquals } from "@std/assert";
import {
  createDuplicateFilter,
  EXACT_LIMIT,
  ExactDuplicateFilter,
  RecentDuplicateFilter,
} from "../../../src/scan/duplicate_filter.ts";

Deno.test("exact: a first reply is new, every other is not, up to both ends", () => {
  const filter = new ExactDuplicateFilter(100_001);
  for (const index of [0, 31, 32, 33, 63, 64, 100_000]) {
    assert(!filter.markSeen(index), `${index} is new`);
    assert(filter.markSeen(index), `${index} is known`);
  }
});

for (const probes of [1, 2]) {
  Deno.test(`recent: with ${probes} probes per target never calls a first reply repeated, and knows the latest hundred thousand`, () => {
    const filter = new RecentDuplicateFilter(probes);
    let missed = 0;
    const count = 100_000;
    for (let index = 0; index < count; index++) assert(!filter.markSeen(index * 40_009, 1000));
    for (let index = 0; index < count; index++) {
      if (!filter.markSeen(index * 40_009, 1000)) missed++;
    }
    // Expected from the stated distribution: well below 1 in 1000 on average over ages up to 100,000.
    assert(missed < count / 1000, `${missed} of ${count} missed`);
  });
}

Deno.test("recent: misses as many repeats after 131,072 other replies as stated", () => {
  const filter = new RecentDuplicateFilter(2);
  const others = 131_072, watched = 131_072;
  let missed = 0;
  // Each repeat comes exactly 131,072 replies after its first.
  for (let index = 0; index < others; index++) filter.markSeen(index, 7);
  for (let index = others; index < others + watched; index++) {
    if (!filter.markSeen(index - others, 7)) missed++;
    filter.markSeen(index, 7);
  }
  // Repeats that are found insert nothing, so the mean load is that of the firsts: 1.8e-3.
  assert(missed / watched < 4e-3, `${missed / watched}`);
});

Deno.test("recent: probes of one target are told apart by their originate", () => {
  const filter = new RecentDuplicateFilter(2);
  assert(!filter.markSeen(5, 1000));
  assert(!filter.markSeen(5, 2000));
  assert(filter.markSeen(5, 1000));
  assert(!filter.markSeen(0, 0), "an empty place is not an entry");
  assert(!filter.markSeen(2 ** 32 - 2, 0));
  assert(filter.markSeen(2 ** 32 - 2, 0));
});

Deno.test("recent: with one probe per target the originate does not count", () => {
  const filter = new RecentDuplicateFilter(1);
  assert(!filter.markSeen(0, 1000));
  assert(filter.markSeen(0, 2000));
  assert(!filter.markSeen(1, 1000));
});

Deno.test("the exact filter is chosen where it fits and suffices", () => {
  assertEquals(createDuplicateFilter(EXACT_LIMIT, 1).constructor, ExactDuplicateFilter);
  assertEquals(createDuplicateFilter(EXACT_LIMIT + 1, 1).constructor, RecentDuplicateFilter);
  assertEquals(createDuplicateFilter(10, 2).constructor, RecentDuplicateFilter);
});

Deno.test("the exact filter has what was seen, and nothing else", () => {
  const filter = new ExactDuplicateFilter(130);
  const seen = [0, 1, 31, 32, 63, 66, 129];
  for (const index of seen) filter.markSeen(index);
  const all = Array.from({ length: 130 }, (_, index) => index);
  assertEquals(all.filter((index) => filter.has(index)), seen);
});
