import { assertEquals } from "@std/assert";
import { formatBlock } from "../../../src/target/block.ts";
import { parseBlockLines } from "../../../src/target/exclusions.ts";

Deno.test("parseBlockLines reads blocks, comments, commas and both line ends", () => {
  const text =
    "# ours\n10.0.0.0/8 ; lab\r\n\n192.0.2.1 - 192.0.2.9, 198.51.100.7\n  203.0.113.0/24\t# docs";
  const { blocks, faults } = parseBlockLines(text.split(/\r?\n/));
  assertEquals(faults, []);
  assertEquals(blocks.map(formatBlock), [
    "10.0.0.0/8",
    "192.0.2.1-192.0.2.9",
    "198.51.100.7",
    "203.0.113.0/24",
  ]);
});

Deno.test("parseBlockLines names every line that it cannot read", () => {
  const { blocks, faults } = parseBlockLines(["10.0.0.0/8", "10.0.0.0/40", "example.org"]);
  assertEquals(blocks.length, 1);
  assertEquals(faults.map(({ line, text }) => [line, text]), [[2, "10.0.0.0/40"], [
    3,
    "example.org",
  ]]);
});
