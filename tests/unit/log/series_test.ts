import { assert, assertEquals } from "@std/assert";
import { Series } from "../../../src/log/series.ts";
import { noise } from "../../support/log_lines.ts";

const START_S = 1_795_737_600;

function fill(order: readonly number[], capacity: number): Series {
  const series = new Series();
  for (const i of order) {
    const bucket = series.at(START_S + i, capacity);
    bucket.counts.received += 1;
    bucket.addDelay("rtt", 10 + noise(i) + (i === 777 ? 50 : 0));
    if (i % 100 === 3) bucket.counts.lost += 1;
  }
  return series;
}

Deno.test("a series keeps to its buckets, and each bucket its least and greatest value", () => {
  const order = Array.from({ length: 5000 }, (_, i) => i);
  const series = fill(order, 64);
  const buckets = series.sorted();
  assert(buckets.length <= 64 && buckets.length > 16, String(buckets.length));
  assertEquals(buckets.reduce((sum, { counts }) => sum + counts.received, 0), 5000);
  for (const { firstS, lastS, delays } of buckets) {
    const inside = order.filter((i) => i + START_S >= firstS && i + START_S <= lastS)
      .map((i) => 10 + noise(i) + (i === 777 ? 50 : 0));
    assertEquals([delays.rtt?.min, delays.rtt?.max], [Math.min(...inside), Math.max(...inside)]);
    assert(lastS - firstS < series.widthS);
  }
});

Deno.test("the order of the records makes no difference", () => {
  const order = Array.from({ length: 1000 }, (_, i) => i);
  const shuffled = order.toSorted((a, b) => noise(a) - noise(b));
  const [one, other] = [fill(order, 50), fill(shuffled, 50)];
  const digest = (series: Series) =>
    series.sorted().map(({ firstS, lastS, counts, delays }) => [
      ...[firstS, lastS, counts.received, counts.lost, delays.rtt?.count],
      ...[delays.rtt?.min, delays.rtt?.quantile(0.5), delays.rtt?.max],
    ]);
  assertEquals(digest(one), digest(other));
  assertEquals(one.widthS, other.widthS);
});

Deno.test("few records keep their own times, and times before 1970 are times", () => {
  const series = new Series();
  for (const timeS of [-10.5, -10.25, 0, 1e9 + 0.123456]) series.at(timeS, 64);
  assertEquals(series.sorted().map(({ firstS }) => firstS), [-10.5, -10.25, 0, 1e9 + 0.123456]);
});

Deno.test("of several offsets the one with the narrowest bounds is kept, none is made up", () => {
  const series = new Series();
  series.at(0, 64).offset = { value: 1, lower: -4, upper: 6 };
  series.at(0.002, 64).offset = { value: 9, lower: 8, upper: 10 };
  series.shrink(2);
  series.at(1000, 2);
  series.at(2000, 2);
  series.shrink(2);
  assertEquals(series.sorted()[0]?.offset, { value: 9, lower: 8, upper: 10 });
});
