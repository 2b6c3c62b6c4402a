/** Octets of JSON are those of the text that `formatJson` gives. */

import { assertEquals } from "@std/assert";
import { type Field, type FieldValue, formatJson } from "../../src/record/field.ts";
import { jsonOctets } from "../../src/record/json_octets.ts";
import type { TextRoom } from "../../src/record/line_writer.ts";
import { TextBlock } from "../../src/terminal/text_block.ts";
import { Random } from "../lab/random.ts";

const FIELDS: readonly Field<readonly (FieldValue | undefined)[]>[] = [0, 1, 2].map((place) => ({
  name: `key_${place}`,
  type: "number",
  description: "",
  value: (values) => values[place],
}));
const NUMBERS = [
  ...[0, -0, 1, -1, 9, 10, 0.1, -0.001, 0.000001, 1e-7, 5e-324, 1.7976931348623157e308],
  ...[NaN, Infinity, -Infinity, 0.30000000000000004, 1 / 3, 999.9999995],
  ...[2 ** 31, 2 ** 32, 2 ** 32 - 1e-6, 2 ** 53, 1e9, 1e9 - 1e-6, 1e12 + 0.001, 1e15, 1e18, 1e21],
  ...[86_399_999.999, 1_795_737_600.123456, 4_294_967_295.999999, 9_007_199_254_740.993],
];
const STRINGS = [
  ...[
    "",
    "192.0.2.7",
    'a "b"',
    "back\\slash",
    "\u0000\u001f",
    "\u007f",
    "\u0080",
    "zwölf µs",
    "\ud800",
    "\u2028",
  ],
  "x".repeat(5000),
];
const DIGITS = [1, 1e3, 1e6, 1e9];

function writtenOf(values: readonly (FieldValue | undefined)[], block: TextBlock): string {
  jsonOctets("reply", FIELDS)(values, block);
  return new TextDecoder().decode(block.written);
}

function checkSame(...values: readonly (FieldValue | undefined)[]): void {
  assertEquals(writtenOf(values, new TextBlock()), formatJson("reply", FIELDS, values) + "\n");
}

Deno.test("octets of JSON: values at the limits are those of the text", () => {
  for (const number of NUMBERS) checkSame(number, -number, undefined);
  for (const text of STRINGS) checkSame(text, [text], ["a", text, "b"]);
  checkSame(null, true, false);
  checkSame([], undefined, undefined);
});

Deno.test("octets of JSON: any number is that of the text, rounded or not", () => {
  const random = new Random(7);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 30_000; i++) {
    view.setUint32(0, random.u32());
    view.setUint32(4, random.u32());
    const size = random.u32() / random.pick([1, 1e2, 1e4, 1e6]) * (random.below(2) === 0 ? 1 : -1);
    const digits = random.pick(DIGITS);
    checkSame(view.getFloat64(0), size, Math.round(size * digits) / digits);
  }
});

/** A block that has no room but what it is asked for, and refuses to be written beyond that. */
class StrictRoom implements TextRoom {
  bytes = new Uint8Array(0);
  length = 0;

  reserve(octets: number): void {
    if (this.length + octets <= this.bytes.length) return;
    const bytes = new Uint8Array(this.length + octets);
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}

Deno.test("octets of JSON: no octet is written for which no room was made", () => {
  for (
    const values of [[], ["a"], [["a", "b"]], [["é"], [], 0.5], [-1 / 3, -4e9, true], ["µ", 7]]
  ) {
    const room = new StrictRoom();
    jsonOctets("reply", FIELDS)(values, room);
    assertEquals(room.length <= room.bytes.length, true, `${values}`);
    const text = new TextDecoder().decode(room.bytes.subarray(0, room.length));
    assertEquals(text, formatJson("reply", FIELDS, values) + "\n");
  }
});

Deno.test("octets of JSON: records follow each other in a block that grows", () => {
  const block = new TextBlock();
  const values = [1.5, "a", ["b"]];
  const line = formatJson("reply", FIELDS, values) + "\n";
  for (let i = 1; i <= 100; i++) assertEquals(writtenOf(values, block), line.repeat(i));
});
