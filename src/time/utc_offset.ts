/**
 * Time zones as offsets from UTC: what a clock that shows local time is off by.
 *
 * Source: the IANA time zone database, the offsets in civil use in 2026, summer times included.
 */

import { foldMs } from "./day.ts";

const MINUTES_PER_HOUR = 60;

/** Offsets from UTC in civil use, minutes, ascending: from -12:00 to +14:00. */
export const UTC_OFFSETS_IN_USE: readonly number[] = [
  ...[-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60],
  ...[0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630],
  ...[660, 720, 765, 780, 825, 840],
];

const MS_PER_MINUTE = 60_000;
/** Where two offsets show the same time of day, a day apart, more people live by these. */
const PREFERRED_OFFSETS: readonly number[] = [720, 780, -600];

/**
 * The offsets from UTC in civil use that a clock may keep, in minutes, the likeliest first; UTC itself is none.
 *
 * @param offsetMs how far it is ahead of UTC, milliseconds, modulo a day
 * @param toleranceMs how far it may be off, below half of a quarter of an hour
 */
export function findZones(offsetMs: number, toleranceMs: number): number[] {
  const rank = (minutes: number) => PREFERRED_OFFSETS.includes(minutes) ? 0 : 1;
  return UTC_OFFSETS_IN_USE.filter((minutes) =>
    minutes !== 0 && Math.abs(foldMs(offsetMs - minutes * MS_PER_MINUTE)) <= toleranceMs
  ).sort((one, other) => rank(one) - rank(other));
}

/** Writes an offset from UTC as `UTC+5:45`, or `UTC` for none. */
export function formatUtcOffset(minutes: number): string {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = String(size % MINUTES_PER_HOUR).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${Math.floor(size / MINUTES_PER_HOUR)}:${rest}`;
}

/** Who keeps an offset: `standard` all year or in winter, `summer` as daylight-saving time. */
interface ZoneNames {
  readonly standard?: string;
  readonly summer?: string;
}

/** Abbreviations where they are in common use, places elsewhere; for each offset those that most people live by. */
const ZONE_NAMES: Readonly<Record<number, ZoneNames>> = {
  [-660]: { standard: "Samoa" },
  [-600]: { standard: "HST" },
  [-570]: { standard: "Marquesas" },
  [-540]: { standard: "AKST", summer: "HDT" },
  [-480]: { standard: "PST", summer: "AKDT" },
  [-420]: { standard: "MST", summer: "PDT" },
  [-360]: { standard: "CST", summer: "MDT" },
  [-300]: { standard: "EST", summer: "CDT" },
  [-240]: { standard: "AST", summer: "EDT" },
  [-210]: { standard: "NST" },
  [-180]: { standard: "Brazil", summer: "ADT" },
  [-150]: { summer: "NDT" },
  [-120]: { standard: "Greenland", summer: "Saint Pierre" },
  [-60]: { standard: "Azores", summer: "Greenland" },
  60: { standard: "CET", summer: "BST" },
  120: { standard: "EET", summer: "CEST" },
  180: { standard: "MSK", summer: "EEST" },
  210: { standard: "Iran" },
  240: { standard: "Gulf" },
  270: { standard: "Afghanistan" },
  300: { standard: "Pakistan" },
  330: { standard: "India" },
  345: { standard: "Nepal" },
  360: { standard: "Bangladesh" },
  390: { standard: "Myanmar" },
  420: { standard: "Indochina" },
  480: { standard: "China" },
  525: { standard: "Eucla" },
  540: { standard: "Japan" },
  570: { standard: "ACST" },
  600: { standard: "AEST" },
  630: { standard: "Lord Howe", summer: "ACDT" },
  660: { standard: "Solomon Islands", summer: "AEDT" },
  720: { standard: "NZST" },
  765: { standard: "Chatham" },
  780: { standard: "Tonga", summer: "NZDT" },
  825: { summer: "Chatham" },
  840: { standard: "Kiribati" },
};

/** Writes an offset from UTC with who keeps it, as `UTC+2:00: EET, in summer CEST`. */
export function formatZone(minutes: number): string {
  const { standard, summer } = ZONE_NAMES[minutes] ?? {};
  const names = [standard, summer === undefined ? undefined : `in summer ${summer}`]
    .filter((name) => name !== undefined).join(", ");
  return names === "" ? formatUtcOffset(minutes) : `${formatUtcOffset(minutes)}: ${names}`;
}
