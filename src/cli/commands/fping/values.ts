/** Option values as fping 5.5 reads them: with strtoul(3) and strtod(3), the whole word, nothing below zero. */

import type { Completion, OptionValue } from "../../options/option.ts";
import { duration } from "../../options/values.ts";

const MAX_UINT = 0xffffffff;
/** Longest time in milliseconds: fping keeps nanoseconds in signed 64 bits, which are 292 years. */
const MAX_MS = 2 ** 63 / 1e6;
/** Blanks and a plus sign may come first. */
const DECIMAL = /^\s*\+?(\d+)$/;
const FRACTION = /^\s*\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+)$/i;
/** With base 0 a number says its own base. */
const ANY_BASE = /^\s*\+?(?:0x([\da-f]+)|0([0-7]*)|([1-9]\d*))$/i;

/** How often a quiet run reports. */
export interface ReportPeriod {
  /** Milliseconds; 0 for no reports. */
  readonly everyMs: number;
  /** Reports count from the start of the run. */
  readonly isCumulative: boolean;
}

/** A whole number in decimal digits, from `min` to 4294967295. */
export function count(metavar: string, min: number): OptionValue<number> {
  return {
    metavar,
    complete: "none",
    parse: (text) => within(Number(DECIMAL.exec(text)?.[1]), min, MAX_UINT),
  };
}

/** An octet: decimal, hexadecimal after `0x`, octal after `0`. */
export function octet(metavar: string): OptionValue<number> {
  return {
    metavar,
    complete: "none",
    parse(text) {
      const [match, hexadecimal, octal, decimal] = ANY_BASE.exec(text) ?? [];
      const value = hexadecimal !== undefined
        ? parseInt(hexadecimal, 16)
        : parseInt(decimal ?? `0${octal}`, decimal === undefined ? 8 : 10);
      return within(match === undefined ? NaN : value, 0, 255);
    },
  };
}

/** A number that may have a fraction and an exponent; the command knows its limits. */
export function factor(metavar: string): OptionValue<number> {
  return {
    metavar,
    complete: "none",
    parse(text) {
      const value = readFraction(text);
      if (Number.isFinite(value)) return value;
      throw new RangeError("expected a number, such as 1.5");
    },
  };
}

/** Milliseconds from 0, with fraction and exponent; a time with a unit, such as `2s`, is not fping's. */
export function milliseconds(): OptionValue<number> {
  const withUnit = duration(0, MAX_MS, 1);
  return {
    ...withUnit,
    parse(text) {
      const value = readFraction(text);
      if (value <= MAX_MS) return value;
      if (/[a-zµ]$/i.test(text)) return withUnit.parse(text);
      throw new RangeError("expected a time of at most 292 years, such as 200, 200ms or 1.5s");
    },
  };
}

/** `SECS` or `SECS,cumulative`; other words after the comma are ignored, as in fping. */
export function reportPeriod(): OptionValue<ReportPeriod> {
  return {
    metavar: "SECS[,cumulative]",
    complete: "none",
    parse(text) {
      const [, seconds = "", word] = /^([^,]*)(?:,(.*))?$/s.exec(text) ?? [];
      const everyMs = readFraction(seconds) * 1e3;
      if (everyMs <= MAX_MS) return { everyMs, isCumulative: word === "cumulative" };
      throw new RangeError("expected seconds, or seconds and ,cumulative");
    },
  };
}

/** Any text, also none. */
export function anyText(metavar: string, complete: Completion = "none"): OptionValue<string> {
  return { metavar, complete, parse: (text) => text };
}

/** NaN where the word is no number. */
function readFraction(text: string): number {
  return Number(FRACTION.exec(text)?.[1]);
}

function within(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new RangeError(`expected a whole number from ${min} to ${max}`);
}
