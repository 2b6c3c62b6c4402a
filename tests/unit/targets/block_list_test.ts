import { assertEquals } from "@std/assert";
import { formatBlock } from "../../../src/targets/block.ts";
import { parseBlockLines } from "../../../src/targets/block_list.ts";

Deno.test("exclusions: blocks, comments, commas and ranges with blanks", () => {
  const { blocks, faults } = parseBlockLines([
    "# ours",
    "10.0.0.0/8 ; lab",
    "",
    "192.0.2.1 - 192.0.2.9, 198.51.100.7",
    "  203.0.113.0/24\t# docs",
  ]);
  assertEquals(faults, []);
  assertEquals(blocks.map(formatBlock), [
    "10.0.0.0/8",
    "192.0.2.1-192.0.2.9",
    "198.51.100.7",
    "203.0.113.0/24",
  ]);
});

Deno.test("exclusions: every word that is no block is named with its line, and IPv6 is told apart", () => {
  const lines = ["10.0.0.0/8", "10.0.0.0/40", "example.org", "2001:db8::/32 10.9.0.0/16"];
  const { blocks, faults } = parseBlockLines(lines, 11);
  assertEquals(blocks.map(formatBlock), ["10.0.0.0/8", "10.9.0.0/16"]);
  assertEquals(parseBlockLines(lines).faults.map(({ line }) => line), [2, 3, 4]);
  assertEquals(faults.map(({ line, text, isIpv6 }) => [line, text, isIpv6]), [
    [12, "10.0.0.0/40", false],
    [13, "example.org", false],
    [14, "2001:db8::/32", true],
  ]);
});
