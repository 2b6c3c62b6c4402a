import { assertEquals } from "@std/assert";
import { cutTo, joinFitting, padTo, widthOf, wrap } from "../../../src/terminal/width.ts";

Deno.test("width: colours and combining marks take no column, East Asian characters two", () => {
  assertEquals(
    ["", "abc", "\x1b[31mred\x1b[39m", "±5 µs", "u\u0308", "\u6642\u523b", "\u{1f552}"].map(
      widthOf,
    ),
    [0, 3, 3, 5, 1, 4, 2],
  );
  assertEquals(padTo("\x1b[1mab\x1b[22m", 4), "\x1b[1mab\x1b[22m  ");
  assertEquals(padTo("\u6642", 3), "\u6642 ");
  assertEquals(padTo("abc", 2), "abc");
});

Deno.test("width: a cut text has no half character", () => {
  assertEquals([cutTo("abc", 3), cutTo("abcd", 3), cutTo("a\u6642b", 2)], ["abc", "abc", "a"]);
});

Deno.test("width: parts that do not fit are left out from the end", () => {
  const parts = ["first", "second", "third"];
  assertEquals([1, 13, 14, 100].map((columns) => joinFitting(parts, ", ", columns)), [
    "first",
    "first, second",
    "first, second",
    "first, second, third",
  ]);
  assertEquals(joinFitting([], ", ", 10), "");
});

Deno.test("width: lines break at spaces, and later ones are indented", () => {
  assertEquals(wrap("one two three four", 9), "one two\nthree\nfour");
  assertEquals(wrap("one two three four", 9, 2), "one two\n  three\n  four");
  assertEquals(wrap("one two three four", 9, 2, 5), "one\n  two\n  three\n  four");
  assertEquals(wrap("a-word-that-is-longer x", 9, 1), "a-word-that-is-longer\n x");
  assertEquals(wrap("", 9), "");
});
