/** Parsers for the values of `scan`'s options. Each throws a RangeError that names what is expected. */

import type { Shard } from "../../../scan/scan_order.ts";
import { type Expression, parseExpression } from "../../../run/condition_expression.ts";
import type { TargetLimit } from "../../../scan/scan_plan.ts";
import { MAX_SOURCES, type SourceRange } from "../../../scan/source_range.ts";
import { readWord } from "../../../targets/target_word.ts";
import type { OptionValue } from "../../options/option.ts";

const MULTIPLES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

function scaled(text: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)([kmg]?)$/i.exec(text);
  return match === null
    ? NaN
    : Number(match[1]) * (MULTIPLES[(match[2] ?? "").toLowerCase()] ?? NaN);
}

/** Probes a second: `10000`, `10k`, `1.5M`, or `max` for no limit. */
export function probeRate(): OptionValue<number> {
  return {
    metavar: "N|max",
    complete: ["max"],
    parse(text) {
      const rate = text === "max" ? Infinity : scaled(text);
      if (rate > 0) return rate;
      throw new RangeError(
        "expected probes a second such as 10000, 50k or 1.5M, or max for no limit",
      );
    },
  };
}

/** Bits a second: `10M`, `1.5G`, with K, M and G as powers of 1000. */
export function bandwidth(): OptionValue<number> {
  return {
    metavar: "BITS",
    complete: "none",
    parse(text) {
      const bits = scaled(text);
      if (bits > 0) return bits;
      throw new RangeError("expected bits a second such as 500K, 10M or 1G");
    },
  };
}

/** A part of a whole: `2/8`. */
export function shard(): OptionValue<Shard> {
  return {
    metavar: "K/N",
    complete: "none",
    parse(text) {
      const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
      const index = Number(match?.[1]), count = Number(match?.[2]);
      if (index >= 1 && index <= count) return { index, count };
      throw new RangeError(
        "expected the number of this shard and how many there are, such as 1/8 to 8/8",
      );
    },
  };
}

/** Addresses to send from: `10.0.0.1`, `10.0.0.1-10.0.0.8`, `10.0.0.0/29`. */
export function sourceRange(): OptionValue<SourceRange> {
  return {
    metavar: "A[-B]",
    complete: "none",
    parse(text) {
      const reading = readWord(text);
      const range = reading.kind === "block" ? reading.block : undefined;
      if (range !== undefined && range.last - range.first < MAX_SOURCES) return range;
      throw new RangeError(
        `expected an address or a range of at most ${MAX_SOURCES}, such as 10.0.0.1-10.0.0.8`,
      );
    },
  };
}

/** An Ethernet address: six pairs of hexadecimal digits. */
export function hardwareAddress(): OptionValue<Uint8Array> {
  return {
    metavar: "MAC",
    complete: "none",
    parse(text) {
      if (/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) {
        return Uint8Array.from(text.split(/[:-]/), (pair) => parseInt(pair, 16));
      }
      throw new RangeError("expected an Ethernet address such as 02:00:5e:00:53:01");
    },
  };
}

/** A number of addresses, or a share of all: `1000`, `1%`. */
export function targetLimit(): OptionValue<TargetLimit> {
  return {
    metavar: "N|N%",
    complete: "none",
    parse(text) {
      const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text), value = Number(match?.[1]);
      if (match?.[2] === "%" && value > 0 && value <= 100) return { ratio: value / 100 };
      if (match?.[2] === "" && value > 0 && Number.isSafeInteger(value)) return value;
      throw new RangeError("expected a number of addresses such as 1000, or a share such as 1%");
    },
  };
}

/** A share, as a ratio from 0 to 1: `0.5%` or `0.5`, both in percent. */
export function percentage(): OptionValue<number> {
  return {
    metavar: "PERCENT",
    complete: "none",
    parse(text) {
      const value = Number(/^(\d+(?:\.\d*)?|\.\d+)%?$/.exec(text)?.[1]);
      if (value >= 0 && value <= 100) return value / 100;
      throw new RangeError("expected a percentage such as 0.5%");
    },
  };
}

/** A condition on the fields of records; their names are checked later. */
export function recordFilter(): OptionValue<Expression> {
  return { metavar: "FILTER", complete: "field", parse: parseExpression };
}

/** JSON, kept as it is read. */
export function jsonValue(): OptionValue<unknown> {
  return {
    metavar: "JSON",
    complete: "none",
    parse(text) {
      try {
        return JSON.parse(text);
      } catch {
        throw new RangeError('expected JSON such as {"site":"lab"}');
      }
    },
  };
}
