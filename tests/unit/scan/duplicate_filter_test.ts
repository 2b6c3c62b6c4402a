import { assert, assertEquals } from "@std/assert";
import {
  createDuplicateFilter,
  EXACT_LIMIT,
  ExactDuplicateFilter,
  RecentDuplicateFilter,
} from "../../../src/scan/duplicate_filter.ts";
import { Random } from "../../lab/random.ts";

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

Deno.test("recent: misses as many repeats after 131,072 other replies as stated: 1.8 in a thousand", () => {
  const filter = new RecentDuplicateFilter(2);
  const random = new Random(17);
  let missed = 0;
  const rounds = 10, watched = 4000;
  for (let round = 0; round < rounds; round++) {
    const firsts = Array.from({ length: watched }, () => random.u32());
    for (const index of firsts) filter.markSeen(index, 7);
    for (let other = 0; other < 131_072 - watched / 2; other++) filter.markSeen(random.u32(), 7);
    for (const index of firsts) if (!filter.markSeen(index, 7)) missed++;
  }
  // 70 of 40,000 by the Poisson distribution; sets of three would miss 580, sets of five 7.
  assert(missed > 35 && missed < 140, `${missed}`);
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
  assertEquals(EXACT_LIMIT, 2 ** 24, "two mebibytes");
  assertEquals(createDuplicateFilter(10, 2).constructor, RecentDuplicateFilter);
});

Deno.test("the exact filter has what was seen, and nothing else", () => {
  const filter = new ExactDuplicateFilter(130);
  const seen = [0, 1, 31, 32, 63, 66, 129];
  for (const index of seen) filter.markSeen(index);
  const all = Array.from({ length: 130 }, (_, index) => index);
  assertEquals(all.filter((index) => filter.has(index)), seen);
});
