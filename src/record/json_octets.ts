/**
 * Records as octets of JSON: what `jsonFormatter` (field.ts) gives as text, without a string for each value.
 *
 * A capture gives a hundred thousand records a second, and each number of one costs a search for its shortest digits. Nearly all
 * were rounded to a thousandth or a millionth, and for those the digits are known: two decimal numbers of at most 15 digits never
 * have the same double, so the one that gives this double is the shortest.
 */

import type { Field, FieldValue } from "./field.ts";
import type { TextRoom } from "./line_writer.ts";

/** Octets of any number as text, and of what stands around it. */
const NUMBER_OCTETS = 32;
const MAX_THOUSANDTHS = 1e15;
/** Below it neighbouring doubles are less than a millionth apart, so that millionths of 16 digits are distinct as well. */
const MAX_MILLIONTHS_VALUE = 2 ** 32;
const BILLION = 1e9;
/** Octets of UTF-8 for each unit of a string, at most. */
const MAX_UNIT_OCTETS = 3;
const [QUOTE, BACKSLASH, MINUS, DOT, ZERO, SPACE, NOT_ASCII] = [
  0x22,
  0x5c,
  0x2d,
  0x2e,
  0x30,
  0x20,
  0x80,
];
const [COMMA, OPEN, CLOSE] = [0x2c, 0x5b, 0x5d];
const END_OF_RECORD = [0x7d, 0x0a] as const;
const encoder = new TextEncoder();

/** Writes records of one kind, each as a line, behind what is in a block. */
export function jsonOctets<S>(
  type: string,
  fields: readonly Field<S>[],
): (source: S, block: TextRoom) => void {
  const head = encoder.encode(`{"type":"${type}"`);
  const keys = fields.map(({ name }) => encoder.encode(`,"${name}":`));
  const readers = fields.map(({ value }) => value);
  return (source, block) => {
    block.reserve(head.length);
    writeOctets(head, block);
    for (let i = 0; i < keys.length; i++) {
      const value = readers[i]?.(source);
      if (value === undefined) continue;
      const key = keys[i] as Uint8Array;
      block.reserve(key.length + NUMBER_OCTETS);
      writeOctets(key, block);
      writeValue(value, block);
    }
    block.reserve(END_OF_RECORD.length);
    writeOctets(END_OF_RECORD, block);
  };
}

function writeValue(value: FieldValue, block: TextRoom): void {
  if (typeof value === "number") writeNumber(value, block);
  else if (typeof value === "string") writeString(value, block);
  else if (Array.isArray(value)) writeList(value, block);
  else writeText(String(value), block);
}

function writeList(values: readonly string[], block: TextRoom): void {
  writeOctet(OPEN, block);
  for (let i = 0; i < values.length; i++) {
    if (i > 0) writeOctet(COMMA, block);
    writeString(values[i] as string, block);
  }
  writeOctet(CLOSE, block);
}

function writeOctet(octet: number, block: TextRoom): void {
  block.reserve(1);
  block.bytes[block.length++] = octet;
}

/** Text that JSON has as it is, octet for octet; other text is left to the engine. */
function writeString(text: string, block: TextRoom): void {
  block.reserve(text.length + 2);
  const { bytes, length: start } = block;
  bytes[start] = QUOTE;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < SPACE || unit >= NOT_ASCII || unit === QUOTE || unit === BACKSLASH) {
      return writeText(JSON.stringify(text), block);
    }
    bytes[start + 1 + i] = unit;
  }
  bytes[start + 1 + text.length] = QUOTE;
  block.length = start + text.length + 2;
}

function writeText(text: string, block: TextRoom): void {
  block.reserve(text.length * MAX_UNIT_OCTETS);
  block.length += encoder.encodeInto(text, block.bytes.subarray(block.length)).written;
}

/** A number as `String` writes it; one that is not finite as `null`. */
function writeNumber(value: number, block: TextRoom): void {
  const thousandths = Math.round(value * 1e3);
  if (thousandths / 1e3 === value && Math.abs(thousandths) <= MAX_THOUSANDTHS) {
    return writeDecimal(thousandths, 1e3, 3, block);
  }
  const millionths = Math.round(value * 1e6);
  if (millionths / 1e6 === value && Math.abs(value) < MAX_MILLIONTHS_VALUE) {
    return writeDecimal(millionths, 1e6, 6, block);
  }
  writeText(Number.isFinite(value) ? String(value) : "null", block);
}

/** Writes a whole number of parts; `unit` of them are one, and it has `digits` decimals. Room for it is there. */
function writeDecimal(parts: number, unit: number, digits: number, block: TextRoom): void {
  const { bytes } = block;
  if (parts < 0) bytes[block.length++] = MINUS;
  const size = Math.abs(parts);
  const whole = Math.floor(size / unit);
  let fraction = size - whole * unit;
  if (whole < BILLION) writeWhole(whole, countDigits(whole), block);
  else {
    const billions = Math.floor(whole / BILLION);
    writeWhole(billions, countDigits(billions), block);
    writeWhole(whole - billions * BILLION, 9, block);
  }
  if (fraction === 0) return;
  let left = digits;
  while (fraction % 10 === 0) {
    fraction /= 10;
    left--;
  }
  bytes[block.length++] = DOT;
  writeWhole(fraction, left, block);
}

/** Writes a number below 2^31 with that many digits. */
function writeWhole(value: number, digits: number, block: TextRoom): void {
  const { bytes, length: start } = block;
  let rest = value | 0;
  for (let at = start + digits - 1; at >= start; at--) {
    const shorter = rest / 10 | 0;
    bytes[at] = ZERO + rest - shorter * 10;
    rest = shorter;
  }
  block.length = start + digits;
}

function countDigits(value: number): number {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits++;
  return digits;
}

function writeOctets(octets: ArrayLike<number>, block: TextRoom): void {
  const { bytes, length: start } = block;
  for (let i = 0; i < octets.length; i++) bytes[start + i] = octets[i] as number;
  block.length = start + octets.length;
}
