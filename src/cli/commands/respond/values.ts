/** Parsers for the values of options that only `respond` has. */

import { BEHAVIOUR_FIELDS } from "../../../respond/behaviour_fields.ts";
import type { BehaviourChange } from "../../../respond/scenario.ts";
import { type Block, blockSize, formatBlock, parseBlock } from "../../../targets/block.ts";
import type { Completion, OptionValue } from "../../options/option.ts";
import { duration } from "../../options/values.ts";

/** A block of addresses that share leading bits. */
export interface Network extends Block {
  /** How many bits they share, 0 to 32. */
  readonly prefixBits: number;
}

/** A block that one route leads to: `198.18.0.0/15`, or an address. */
export function network(): OptionValue<Network> {
  return {
    metavar: "BLOCK",
    complete: "none",
    parse(value) {
      const block = parseBlock(value);
      if (typeof block === "string") throw new RangeError(`${block}, expected 198.18.0.0/15`);
      const text = formatBlock(block);
      if (text.includes("-")) throw new RangeError("expected a prefix such as 198.18.0.0/15");
      return { ...block, prefixBits: 32 - Math.log2(blockSize(block)) };
    },
  };
}

/**
 * The value of an option that sets one key of every host.
 *
 * @param key of {@linkcode BEHAVIOUR_FIELDS}, which checks the range
 * @param read from the text to the JSON value; undefined for a text that is none
 * @param example what the message about such a text shows
 */
export function hostValue(
  key: string,
  metavar: string,
  read: (text: string) => unknown,
  example: string,
  complete: Completion = "none",
): OptionValue<BehaviourChange> {
  return {
    metavar,
    complete,
    parse(text) {
      const value = read(text);
      const field = BEHAVIOUR_FIELDS[key];
      if (field === undefined) throw new TypeError(`Cannot read ${key}: no such key`);
      if (value === undefined) throw new RangeError(`expected ${example}`);
      try {
        return field.read(value);
      } catch (error) {
        throw new RangeError(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

const ANY_DURATION = duration(0, 36_525 * 86_400_000);

/** Milliseconds of a duration that may be negative, such as `-2.5s`. */
export function readMs(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  try {
    return sign * ANY_DURATION.parse(text.replace(/^[+-]/, ""));
  } catch {
    return undefined;
  }
}

/** A number, maybe negative. */
export function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}

/** A ratio from 0 to 1, also as `2.5%`. */
export function readRatio(text: string): number | undefined {
  if (!text.endsWith("%")) return readNumber(text);
  const percent = readNumber(text.slice(0, -1));
  return percent === undefined ? undefined : percent / 100;
}

/** Minutes of an offset from UTC, such as `+5:45`, `-03:30` or `UTC+1`. */
export function readZone(text: string): number | undefined {
  const [, sign, hours, minutes = "0"] = /^(?:UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(text) ??
    [];
  if (hours === undefined) return text === "UTC" ? 0 : undefined;
  return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}
