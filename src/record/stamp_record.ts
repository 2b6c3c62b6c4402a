/** Fields of `stamp`: how `decode` reads a number. */

import type { NumberReading } from "../measurement/number_reading.ts";
import { utcOffsetMinutes } from "./clock_record.ts";
import type { Field } from "./field.ts";
import { rounded, when } from "./shared_fields.ts";

/** One reading of a number. */
export interface StampEvent {
  /** The number that was given, an unsigned 32-bit one. */
  readonly number: number;
  /** When it was taken, Unix time in milliseconds. */
  readonly atUnixMs: number;
  /** Place among the readings of this number, from 1: the likeliest. */
  readonly rank: number;
  /** How it was read. */
  readonly reading: NumberReading;
}

/** Fields of a `stamp` record, in the order of its columns. */
export const STAMP_FIELDS: readonly Field<StampEvent>[] = [
  when("when the number was taken", ({ atUnixMs }) => atUnixMs / 1e3),
  {
    name: "number",
    type: "integer",
    description: "The number, unsigned 32 bits",
    value: ({ number }) => number,
  },
  {
    name: "rank",
    type: "integer",
    description: "Place among the readings of this number; 1 is the likeliest",
    value: ({ rank }) => rank,
  },
  {
    name: "form",
    type: "string",
    description: "What the number counts",
    values: [
      "milliseconds-of-day",
      "seconds-of-day",
      "unix-seconds",
      "unix-milliseconds",
      "swapped-halves",
      "uptime-milliseconds",
    ],
    value: ({ reading }) => reading.form,
  },
  {
    name: "is_little_endian",
    type: "boolean",
    description: "Whether its octets were read in the opposite order",
    value: ({ reading }) => reading.isLittleEndian,
  },
  {
    name: "had_high_bit",
    type: "boolean",
    description:
      "Whether it was read without its high-order bit, which marks a non-standard value (RFC 792)",
    value: ({ reading }) => reading.hadHighBit,
  },
  utcOffsetMinutes<StampEvent>(({ reading }) => reading.utcOffsetMinutes, "0 for UTC"),
  {
    name: "time_of_day_ms",
    type: "number",
    optional: true,
    description: "The time that the number shows, milliseconds since midnight of that zone",
    value: ({ reading }) => reading.timeOfDayMs,
  },
  {
    name: "shown_unix_s",
    type: "number",
    optional: true,
    description: "The time that the number shows, Unix time in seconds",
    value: ({ reading }) => reading.unixMs === undefined ? undefined : reading.unixMs / 1e3,
  },
  {
    name: "shown_offset_ms",
    type: "number",
    optional: true,
    description: "The time that the number shows minus the time when it was taken",
    value: ({ reading }) => rounded(reading.offsetMs),
  },
  {
    name: "chance_ratio",
    type: "number",
    description: "Share of all 32-bit numbers that come as close by chance, 0 to 1",
    value: ({ reading }) => reading.chance,
  },
];
