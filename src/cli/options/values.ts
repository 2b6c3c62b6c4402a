/** Parsers for option values. Each throws a RangeError that names what is expected. */

import type { Condition } from "../../run/condition_syntax.ts";
import { type Block, parseBlock } from "../../targets/block.ts";
import { wordsOf } from "../../targets/list_words.ts";
import type { Completion, OptionValue } from "./option.ts";

/** A whole number from `min` to `max`, decimal or 0x-hexadecimal. */
export function integer(metavar: string, min: number, max: number): OptionValue<number> {
  return {
    metavar,
    complete: "none",
    parse(text) {
      const value = /^(0x[0-9a-f]+|-?\d+)$/i.test(text) ? Number(text) : NaN;
      if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
      throw new RangeError(
        max === Number.MAX_SAFE_INTEGER
          ? `expected a whole number from ${min}`
          : `expected a whole number from ${min} to ${max}`,
      );
    },
  };
}

/** A number from `min` to `max`. */
export function number(metavar: string, min: number, max: number): OptionValue<number> {
  return {
    metavar,
    complete: "none",
    parse(text) {
      const value = /^(\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
      if (value >= min && value <= max) return value;
      throw new RangeError(`expected a number from ${min} to ${max}`);
    },
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  min: 60e3,
  h: 3600e3,
  d: 86400e3,
};

/** A duration in milliseconds. A bare number counts `bareUnitMs` each: seconds as in ping, unless said otherwise. */
export function duration(minMs: number, maxMs: number, bareUnitMs = 1e3): OptionValue<number> {
  return {
    metavar: "TIME",
    complete: "none",
    parse(text) {
      const match = /^(\d+(?:\.\d*)?|\.\d+)(us|µs|ms|s|m|min|h|d)?$/.exec(text);
      const unit = match?.[2];
      const ms = match === null
        ? NaN
        : Number(match[1]) * (unit === undefined ? bareUnitMs : UNIT_MS[unit] ?? NaN);
      if (ms >= minMs && ms <= maxMs) return ms;
      throw new RangeError(
        `expected a time from ${describeMs(minMs)} to ${
          describeMs(maxMs)
        }, such as 200ms, 1.5s or 2m`,
      );
    },
  };
}

/** One of a few words. */
export function choice<const T extends string>(
  metavar: string,
  words: readonly T[],
): OptionValue<T> {
  return {
    metavar,
    complete: words,
    parse(text) {
      const found = words.find((word) => word === text);
      if (found !== undefined) return found;
      throw new RangeError(`expected one of ${words.join(", ")}`);
    },
  };
}

/** Any text but the empty one. */
export function text(metavar: string, complete: Completion = "none"): OptionValue<string> {
  return {
    metavar,
    complete,
    parse(value) {
      if (value.length > 0) return value;
      throw new RangeError("expected a value that is not empty");
    },
  };
}

/** One character that separates fields. */
export function separator(): OptionValue<string> {
  return {
    metavar: "SEPARATOR",
    complete: "none",
    parse(value) {
      if ([...value].length === 1) return value;
      throw new RangeError("expected one character");
    },
  };
}

/** Words separated by commas. */
export function words(
  metavar: string,
  complete: Completion = "none",
): OptionValue<readonly string[]> {
  return {
    metavar,
    complete,
    isList: true,
    parse(value) {
      const found = value.split(",").map((word) => word.trim());
      if (found.every((word) => word !== "")) return found;
      throw new RangeError("expected words separated by commas");
    },
  };
}

/** Addresses, prefixes or ranges, separated by commas or blanks as in a list. */
export function blocks(): OptionValue<readonly Block[]> {
  return {
    metavar: "BLOCK,...",
    complete: "none",
    parse(value) {
      const found = wordsOf(value).map((word) => {
        const block = parseBlock(word);
        if (typeof block !== "string") return block;
        throw new RangeError(`${block}, expected addresses, prefixes or ranges`);
      });
      if (found.length > 0) return found;
      throw new RangeError("expected at least one address, prefix or range");
    },
  };
}

/**
 * A condition on what is known of a target.
 *
 * @param parse reads it
 * @param metrics words that a shell offers
 */
export function condition<S>(
  parse: (text: string) => Condition<S>,
  metrics: readonly string[],
): OptionValue<Condition<S>> {
  return { metavar: "CONDITION", complete: metrics, parse };
}

/** A time of day in milliseconds since midnight UT: a 32-bit number, or `HH:MM:SS[.mmm]`. */
export function stamp(): OptionValue<number> {
  const number = integer("STAMP", 0, 0xffffffff);
  return {
    metavar: "STAMP",
    complete: "none",
    parse(value) {
      const clock = /^([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$/.exec(value);
      if (clock !== null) {
        const [, hours, minutes, seconds, fraction] = clock;
        return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 +
          Number((fraction ?? "").padEnd(3, "0"));
      }
      try {
        return number.parse(value);
      } catch {
        throw new RangeError(
          "expected a number from 0 to 4294967295, or a UTC time such as 11:51:34.656",
        );
      }
    },
  };
}

/** Longest payload of an echo: what an IPv4 datagram holds after a header without options and the ICMP header. */
const MAX_PAYLOAD_BYTES = 65_535 - 20 - 8;

/** Payload bytes: `0x…` gives them, a number counts them (pattern 0, 1, 2, …), `text:…` spells them. */
export function payload(): OptionValue<Uint8Array> {
  return {
    metavar: "BYTES",
    complete: "none",
    parse(value) {
      if (value.startsWith("text:")) return bounded(new TextEncoder().encode(value.slice(5)));
      if (/^0x([0-9a-f]{2})*$/i.test(value)) {
        const digits = value.slice(2).match(/../g) ?? [];
        return bounded(Uint8Array.from(digits, (pair) => parseInt(pair, 16)));
      }
      if (/^\d{1,5}$/.test(value)) {
        const length = Number(value);
        if (length <= MAX_PAYLOAD_BYTES) return Uint8Array.from({ length }, (_, i) => i & 0xff);
      }
      throw new RangeError(
        `expected 0x and pairs of hexadecimal digits, text: and the text, or a number of bytes up to ${MAX_PAYLOAD_BYTES}`,
      );
    },
  };
}

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_PAYLOAD_BYTES) return bytes;
  throw new RangeError(`expected at most ${MAX_PAYLOAD_BYTES} bytes`);
}

function describeMs(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  if (ms < 3600e3) return `${ms / 1000}s`;
  return `${ms / 3600e3}h`;
}

/** A moment, as Unix time in milliseconds: Unix seconds, or a date and time as ISO 8601 has them, UTC unless it says. */
export function unixTime(): OptionValue<number> {
  return {
    metavar: "TIME",
    complete: "none",
    parse(value) {
      if (/^\d{1,11}(?:\.\d*)?$/.test(value)) return Number(value) * 1000;
      const iso =
        /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d:?\d\d)?$/.exec(
          value,
        );
      if (iso !== null) {
        const [, date = "", time = "00:00", zone = "Z"] = iso;
        const unixMs = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${zone}`);
        // The engine takes the 30th of February for the 2nd of March.
        const isDay = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date);
        if (isDay && Number.isFinite(unixMs)) return unixMs;
      }
      throw new RangeError("expected Unix seconds or a time such as 2026-11-27T11:51:34Z");
    },
  };
}
