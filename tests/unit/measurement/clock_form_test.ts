import { assertEquals } from "@std/assert";
import { UNITS } from "../../../src/measurement/clock_form.ts";

Deno.test("clock forms: a count's length, when the counts repeat, and how many there are", () => {
  const form = (unit: keyof typeof UNITS) => {
    const { msPerCount, periodMs, limit } = UNITS[unit];
    return [msPerCount, periodMs, limit];
  };
  const day = 86_400_000;
  assertEquals(form("milliseconds-of-day"), [1, day, day]);
  assertEquals(form("seconds-of-day"), [1000, day, 86_400]);
  // 32 bits of seconds are 136 years, of milliseconds 49.7 days.
  assertEquals(form("unix-seconds"), [1000, 4_294_967_296_000, 4_294_967_296]);
  assertEquals(form("unix-milliseconds"), [1, 4_294_967_296, 4_294_967_296]);
  // The high-order bit marks what is no time of day (RFC 792, page 17): 31 bits are left.
  assertEquals(form("uptime-milliseconds")[2], 2_147_483_648);
});
