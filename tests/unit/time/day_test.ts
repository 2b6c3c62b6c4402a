import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  byteSwap32,
  clearHighBit,
  foldMs,
  formatTimeOfDay,
  hasHighBit,
  isStandardStamp,
  MS_PER_DAY,
  msOfDay,
  NS_PER_DAY,
  wholeMsOfDay,
} from "../../../src/time/mod.ts";
import { Random } from "../../lab/random.ts";

Deno.test("milliseconds of the day: fraction, midnight, before the base", () => {
  assertEquals(msOfDay(0), 0);
  assertEquals(msOfDay(1_500_000), 1.5);
  assertEquals(msOfDay(NS_PER_DAY), 0);
  assertEquals(msOfDay(NS_PER_DAY + 2_000_000), 2);
  assertEquals(msOfDay(-1), MS_PER_DAY - 1e-6);
  assertEquals(msOfDay(-NS_PER_DAY), 0);
  assertEquals(Object.is(msOfDay(-NS_PER_DAY), 0), true);
  assertEquals(msOfDay(100 * NS_PER_DAY + 123), 123e-6);
  // So little below midnight that the sum rounds up to a whole day.
  assertEquals(msOfDay(-1e-30), 0);
});

Deno.test("whole milliseconds of the day are rounded down", () => {
  assertEquals(wholeMsOfDay(999_999), 0);
  assertEquals(wholeMsOfDay(1_000_000), 1);
  assertEquals(wholeMsOfDay(NS_PER_DAY - 1), 86_399_999);
  assertEquals(wholeMsOfDay(-1), 86_399_999);
});

Deno.test("differences fold to [-12 h, +12 h)", () => {
  const half = MS_PER_DAY / 2;
  const table: [number, number][] = [
    [0, 0],
    [1, 1],
    [half - 1, half - 1],
    [half, -half],
    [-half, -half],
    [-half - 1, half - 1],
    [MS_PER_DAY - 1, -1],
    [-(MS_PER_DAY - 1), 1],
    [3 * MS_PER_DAY + 5, 5],
    [-3 * MS_PER_DAY - 5, -5],
    [0.25, 0.25],
  ];
  for (const [difference, folded] of table) {
    for (let days = -3; days <= 3; days += 1) {
      assertEquals(foldMs(difference + days * MS_PER_DAY), folded, `${difference}, ${days}`);
    }
  }
});

Deno.test("folding is the difference modulo a day, for many pairs", () => {
  const random = new Random(12345);
  for (let round = 0; round < 2000; round += 1) {
    const a = random.unit() * MS_PER_DAY;
    const trueDifference = (random.unit() - 0.5) * MS_PER_DAY;
    const b = (((a + trueDifference) % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
    assertAlmostEquals(foldMs(b - a), trueDifference, 1e-6);
  }
});

Deno.test("times of day are written in UTC with milliseconds", () => {
  assertEquals(formatTimeOfDay(0), "00:00:00.000");
  assertEquals(formatTimeOfDay(86_399_999.9), "23:59:59.999");
  assertEquals(formatTimeOfDay(42_694_656), "11:51:34.656");
  assertEquals(formatTimeOfDay(-1), "23:59:59.999");
  assertEquals(formatTimeOfDay(MS_PER_DAY + 61_001), "00:01:01.001");
});

Deno.test("the high bit, the standard range, and byte order", () => {
  assertEquals(hasHighBit(0x8000_0000), true);
  assertEquals(hasHighBit(0x7fff_ffff), false);
  assertEquals(clearHighBit(0x8000_0001), 1);
  assertEquals(clearHighBit(0xffff_ffff), 0x7fff_ffff);
  assertEquals(isStandardStamp(0), true);
  assertEquals(isStandardStamp(86_399_999), true);
  assertEquals(isStandardStamp(86_400_000), false);
  assertEquals(isStandardStamp(0x8000_0000), false);
  assertEquals(byteSwap32(0x1234_5678), 0x7856_3412);
  assertEquals(byteSwap32(0x0000_0080), 0x8000_0000);
  assertEquals(byteSwap32(0xffff_fffe), 0xfeff_ffff);
  assertEquals(byteSwap32(byteSwap32(0xdead_beef)), 0xdead_beef);
});
