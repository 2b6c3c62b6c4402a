import { assertEquals, assertMatch } from "@std/assert";
import {
  findZones,
  formatUtcOffset,
  formatZone,
  UTC_OFFSETS_IN_USE,
} from "../../../src/time/utc_offset.ts";

Deno.test("offsets from UTC in civil use, each once, ascending", () => {
  // The list of the IANA time zone database, as a clock shows them.
  const west = "-12:00 -11:00 -10:00 -9:30 -9:00 -8:00 -7:00 -6:00 -5:00 -4:00 -3:30 -3:00 -2:30 " +
    "-2:00 -1:00";
  const east = "+1:00 +2:00 +3:00 +3:30 +4:00 +4:30 +5:00 +5:30 +5:45 +6:00 +6:30 +7:00 +8:00 " +
    "+8:45 +9:00 +9:30 +10:00 +10:30 +11:00 +12:00 +12:45 +13:00 +13:45 +14:00";
  const expected = [...west.split(" "), "", ...east.split(" ")].map((offset) => `UTC${offset}`);
  assertEquals(UTC_OFFSETS_IN_USE.map(formatUtcOffset), expected);
});

Deno.test("offsets from UTC: the names are those of places that keep them, by the time zone database", () => {
  // Standard and summer time of each place, as ICU has them.
  const places: readonly (readonly [zone: string, standard: string, summer?: string])[] = [
    ["Pacific/Pago_Pago", "Samoa"],
    ["Pacific/Honolulu", "HST"],
    ["America/Adak", "HST", "HDT"],
    ["Pacific/Marquesas", "Marquesas"],
    ["America/Anchorage", "AKST", "AKDT"],
    ["America/Los_Angeles", "PST", "PDT"],
    ["America/Denver", "MST", "MDT"],
    ["America/Chicago", "CST", "CDT"],
    ["America/New_York", "EST", "EDT"],
    ["America/Halifax", "AST", "ADT"],
    ["America/St_Johns", "NST", "NDT"],
    ["America/Sao_Paulo", "Brazil"],
    ["America/Miquelon", "Brazil", "Saint Pierre"],
    ["America/Nuuk", "Greenland", "Greenland"],
    ["Atlantic/Azores", "Azores"],
    ["Europe/London", "", "BST"],
    ["Europe/Berlin", "CET", "CEST"],
    ["Europe/Helsinki", "EET", "EEST"],
    ["Europe/Moscow", "MSK"],
    ["Asia/Tehran", "Iran"],
    ["Asia/Dubai", "Gulf"],
    ["Asia/Kabul", "Afghanistan"],
    ["Asia/Karachi", "Pakistan"],
    ["Asia/Kolkata", "India"],
    ["Asia/Kathmandu", "Nepal"],
    ["Asia/Dhaka", "Bangladesh"],
    ["Asia/Yangon", "Myanmar"],
    ["Asia/Bangkok", "Indochina"],
    ["Asia/Shanghai", "China"],
    ["Australia/Eucla", "Eucla"],
    ["Asia/Tokyo", "Japan"],
    ["Australia/Darwin", "ACST"],
    ["Australia/Adelaide", "ACST", "ACDT"],
    ["Australia/Sydney", "AEST", "AEDT"],
    ["Australia/Lord_Howe", "Lord Howe"],
    ["Pacific/Guadalcanal", "Solomon Islands"],
    ["Pacific/Auckland", "NZST", "NZDT"],
    ["Pacific/Chatham", "Chatham", "Chatham"],
    ["Pacific/Tongatapu", "Tonga"],
    ["Pacific/Kiritimati", "Kiribati"],
  ];
  const named = new Set<number>();
  for (const [zone, standard, summer] of places) {
    const offsets = [0, 6].map((month) => offsetMinutes(zone, Date.UTC(2026, month, 15)));
    const [winter, high] = [Math.min(...offsets), Math.max(...offsets)];
    if (standard !== "") {
      assertMatch(formatZone(winter), new RegExp(`: ${standard}(,|$)`), zone);
      named.add(winter);
    }
    if (summer !== undefined) {
      assertMatch(formatZone(high), new RegExp(`in summer ${summer}$`), zone);
      named.add(high);
    }
  }
  // At sea only, and UTC itself.
  const unnamed = UTC_OFFSETS_IN_USE.filter((minutes) => !named.has(minutes));
  assertEquals(unnamed, [-720, 0]);
  assertEquals(formatZone(-720), "UTC-12:00");
});

Deno.test("offsets from UTC: those that show a time of day, within the tolerance, New Zealand and Hawaii first", () => {
  const minute = 60_000, day = 1440;
  for (const minutes of UTC_OFFSETS_IN_USE) {
    // Offsets a day apart show the same time of day.
    const same = UTC_OFFSETS_IN_USE.filter((other) => (other - minutes) % day === 0 && other !== 0);
    for (const offMs of [0, 300_000, -300_000]) {
      const found = findZones(minutes * minute + offMs, 300_000);
      assertEquals(found.toSorted((one, other) => one - other), same, `${minutes}`);
    }
    assertEquals(findZones(minutes * minute + 300_001, 300_000), [], `${minutes}`);
  }
  const likeliest = [-720, -660, -600].map((minutes) => findZones(minutes * minute, 1));
  assertEquals(likeliest, [[720, -720], [780, -660], [-600, 840]]);
});

/** The offset of a zone by ICU, in minutes. */
function offsetMinutes(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(atMs);
  const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /([+-])(\d+):(\d+)/.exec(text) ?? [, "+", "0", "0"];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
