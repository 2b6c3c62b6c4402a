/** Parsers for the values of `scan`'s options. Each throws a RangeError that names what is expected. */

import type { Shard } from "../../../scan/scan_order.ts";
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
