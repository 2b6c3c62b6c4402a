import { assertEquals } from "@std/assert";
import { wordsOf } from "../../../src/targets/list_words.ts";

const LINES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["", []],
  [" \t ", []],
  ["a", ["a"]],
  ["a b\tc\v d", ["a", "b", "c", "d"]],
  ["a,b, c ,d", ["a", "b", "c", "d"]],
  ["192.0.2.7,192.0.2.8", ["192.0.2.7", "192.0.2.8"]],
  ["# nothing", []],
  ["; nothing", []],
  ["a # b", ["a"]],
  ["a;b#c", ["a"]],
  ["10.0.0.0/8", ["10.0.0.0/8"]],
  ["10.0.0.1-10.0.0.9", ["10.0.0.1-10.0.0.9"]],
  ["10.0.0.1 - 10.0.0.9, b", ["10.0.0.1-10.0.0.9", "b"]],
  ["10.0.0.1- 10.0.0.9 10.0.0.2", ["10.0.0.1-10.0.0.9", "10.0.0.2"]],
  ["10.0.0.1 -10.0.0.9", ["10.0.0.1-10.0.0.9"]],
  ["db-1 -v web-", ["db-1", "-v", "web-"]],
];

for (const [line, words] of LINES) {
  Deno.test(`words of a list: ${JSON.stringify(line)}`, () => assertEquals(wordsOf(line), words));
}
