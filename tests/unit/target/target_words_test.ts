import { assertEquals } from "@std/assert";
import { targetWords } from "../../../src/target/target_words.ts";

const TEXTS: readonly (readonly [text: string, words: readonly string[]])[] = [
  ["", []],
  ["\n\n", []],
  ["a", ["a"]],
  ["a\nb\n", ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["a b\tc\v d", ["a", "b", "c", "d"]],
  ["# nothing\n", []],
  ["a # b\nc#d\n#e", ["a", "c"]],
  ["\ufeffa\nb", ["a", "b"]],
  ["10.0.0.0/8\n10.0.0.1-10.0.0.9", ["10.0.0.0/8", "10.0.0.1-10.0.0.9"]],
];

for (const [text, words] of TEXTS) {
  Deno.test(`target words: ${JSON.stringify(text)}`, () =>
    assertEquals([...targetWords(text)], words));
}

Deno.test("target words: read one at a time", () => {
  const endless = targetWords("a\n".repeat(1_000_000));
  assertEquals(endless.next().value, "a");
});
