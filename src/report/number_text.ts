/** Readings of a number as a table for people. */

import type { NumberForm, NumberReading } from "../measurement/number_reading.ts";
import { formatUtcOffset } from "../time/utc_offset.ts";
import { formatTimeOfDay } from "../time/day.ts";

const FORM_WORDS: Readonly<Record<NumberForm, string>> = {
  "milliseconds-of-day": "ms of the day",
  "seconds-of-day": "s of the day",
  "unix-seconds": "Unix s",
  "unix-milliseconds": "Unix ms modulo 2^32",
  "swapped-halves": "half of the time is missing",
  "uptime-milliseconds": "uptime in ms",
};

/** Closer than this by chance is evidence for a reading: once in a hundred thousand numbers. */
const CONVINCING_CHANCE = 1e-5;

/** What hosts without a clock are known to answer (Rye and Beverly, PAM 2019). */
const CONSTANTS: Readonly<Record<number, string>> = {
  0: "0 is what a host without a clock answers, or what a request carries.",
  1: "1 is a constant that some hosts without a clock answer.",
  0x01000000: "This is 1, little-endian: a constant of hosts without a clock.",
};

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/**
 * Writes the readings of a number, the likeliest first, in lines of at most 80 columns; without a final newline.
 *
 * @param atUnixMs when the number was taken, Unix time in milliseconds
 */
export function formatNumberReadings(
  number: number,
  readings: readonly NumberReading[],
  atUnixMs: number,
): string {
  const at = new Date(atUnixMs).toISOString().replace("T", " ").replace("Z", " UTC");
  const rows = readings.map(formatRow);
  const heads = ["shows", "off by", "1 in", "read as"];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return [
    `${number} = 0x${number.toString(16).padStart(8, "0")}, taken at ${at}`,
    formatVerdict(number, readings[0]),
    "",
    line(heads),
    ...rows.map(line),
    "",
    "1 in N: of N random numbers, one would come as close when read so.",
  ].join("\n");
}

/** The main thing, in a sentence. */
function formatVerdict(number: number, best: NumberReading | undefined): string {
  const constant = CONSTANTS[number];
  if (constant !== undefined && (best?.chance ?? 1) > CONVINCING_CHANCE) return constant;
  if (best === undefined || best.offsetMs === undefined) return "It shows no time.";
  if (best.chance > CONVINCING_CHANCE) {
    return "No reading is close enough to be sure; the likeliest is first.";
  }
  return `Most likely ${formatForm(best)}: ${formatOffset(best.offsetMs)} off.`;
}

function formatRow(reading: NumberReading): string[] {
  const { offsetMs, chance } = reading;
  return [
    formatShown(reading),
    offsetMs === undefined ? "" : formatOffset(offsetMs),
    formatCount(1 / chance),
    formatForm(reading),
  ];
}

function formatShown({ form, timeOfDayMs, unixMs }: NumberReading): string {
  if (form === "unix-seconds" || form === "unix-milliseconds") {
    return unixMs === undefined
      ? ""
      : new Date(unixMs).toISOString().slice(5, 19).replace("T", " ");
  }
  return timeOfDayMs === undefined ? "no time" : formatTimeOfDay(timeOfDayMs);
}

/** What the number was taken for. */
function formatForm({ form, isLittleEndian, hadHighBit, utcOffsetMinutes }: NumberReading): string {
  return [
    FORM_WORDS[form],
    ...(utcOffsetMinutes === 0 ? [] : [formatUtcOffset(utcOffsetMinutes)]),
    ...(isLittleEndian ? ["little-endian"] : []),
    ...(hadHighBit ? ["high bit"] : []),
  ].join(" ");
}

/** A signed duration: `+0.012 s`, `-5:00:00.000`, `+3 days 01:00`. */
function formatOffset(offsetMs: number): string {
  const sign = offsetMs < 0 ? "-" : "+";
  const size = Math.abs(offsetMs);
  if (size < 60_000) return `${sign}${(size / 1000).toFixed(3)} s`;
  const days = Math.floor(size / MS_PER_DAY);
  if (days > 0) return `${sign}${days} d ${formatTimeOfDay(size % MS_PER_DAY).slice(0, 5)}`;
  const hours = Math.floor(size / MS_PER_HOUR);
  return `${sign}${hours}${formatTimeOfDay(size % MS_PER_HOUR).slice(2)}`;
}

/** Two digits from a thousand on: `12`, `1.2 k`, `120 k`, `12 M`. */
function formatCount(count: number): string {
  if (count < 999.5) return String(Math.max(1, Math.round(count)));
  const rounded = Number(count.toPrecision(2));
  const [scale, letter] = rounded < 1e6 ? [1e3, "k"] : rounded < 1e9 ? [1e6, "M"] : [1e9, "G"];
  return `${rounded / scale} ${letter}`;
}
