import { assertEquals } from "@std/assert";
import { safeText } from "../../../src/terminal/safe_text.ts";

const R = "\ufffd";

const CASES: readonly (readonly [string, string, string])[] = [
  ["plain text stays", "host-1.example (192.0.2.1)", "host-1.example (192.0.2.1)"],
  ["other scripts stay", "bücher.例え.рф ☃ 🙂", "bücher.例え.рф ☃ 🙂"],
  ["nothing stays nothing", "", ""],
  ["a terminal's commands", "\x1b[2J\x1b]0;title\x07", `${R}[2J${R}]0;title${R}`],
  ["line breaks", "one\r\ntwo\n", `one${R}${R}two${R}`],
  ["back and delete", "a\bb\x7fc", `a${R}b${R}c`],
  ["null and tabs", "a\0b\tc", `a${R}b${R}c`],
  ["C1 commands", "\x9b31m\x85", `${R}31m${R}`],
  ["line and paragraph separators", "a\u2028b\u2029c", `a${R}b${R}c`],
  ["text that runs backwards", "a\u202eb\u202cc\u2066d\u2069e", `a${R}b${R}c${R}d${R}e`],
  ["marks of direction", "a\u200eb\u200fc\u061cd", `a${R}b${R}c${R}d`],
];

for (const [name, text, safe] of CASES) {
  Deno.test(`safe text: ${name}`, () => assertEquals(safeText(text), safe));
}

Deno.test("safe text: no control or directional character passes", () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join("");
  const left = safeText(all).match(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu);
  assertEquals(left, null);
  assertEquals(safeText(all).length, all.length);
});
