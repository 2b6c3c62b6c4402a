import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  type Block,
  blockOfPrefix,
  blockSize,
  formatBlock,
  mergeBlocks,
  parseBlock,
  subtractBlocks,
  totalSize,
} from "../../../src/targets/block.ts";
import { Random } from "../../lab/random.ts";

function block(text: string): Block {
  const parsed = parseBlock(text);
  if (typeof parsed === "string") throw new TypeError(parsed);
  return parsed;
}

Deno.test("parseBlock reads an address, a prefix and a range", () => {
  assertEquals(block("10.0.0.1"), { first: 0x0a000001, last: 0x0a000001 });
  assertEquals(block("10.0.0.0/28"), { first: 0x0a000000, last: 0x0a00000f });
  assertEquals(block("10.0.0.1-10.0.0.20"), { first: 0x0a000001, last: 0x0a000014 });
  assertEquals(block("10.0.0.1-10.0.0.1"), { first: 0x0a000001, last: 0x0a000001 });
  assertEquals(block("255.255.255.255/32"), { first: 0xffffffff, last: 0xffffffff });
  assertEquals(block("128.0.0.0/1"), { first: 0x80000000, last: 0xffffffff });
});

Deno.test("parseBlock ignores the bits below the prefix", () => {
  assertEquals(block("10.0.0.9/28"), block("10.0.0.0/28"));
  assertEquals(block("200.1.2.3/0"), { first: 0, last: 0xffffffff });
});

Deno.test("parseBlock says what is wrong", () => {
  const cases: [string, RegExp][] = [
    ["", /"" is not an IPv4 address/],
    ["10.0.0", /"10\.0\.0" is not an IPv4 address/],
    ["10.0.0.256/8", /not an IPv4 address/],
    ["10.0.0.0/33", /"33" is not a prefix length/],
    ["10.0.0.0/", /"" is not a prefix length/],
    ["10.0.0.0/08", /"08" is not a prefix length/],
    ["10.0.0.0/-1", /not a prefix length/],
    ["10.0.0.0/8/8", /not a prefix length/],
    ["10.0.0.9-10.0.0.1", /runs backwards: 10\.0\.0\.1 is below 10\.0\.0\.9/],
    ["10.0.0.1-20", /"20" is not an IPv4 address/],
    ["2001:db8::/32", /not an IPv4 address/],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseBlock(text);
    if (typeof parsed !== "string") throw new Error(`${text} was accepted`);
    assertMatch(parsed, expected);
  }
});

Deno.test("formatBlock is the shortest text that parseBlock reads back", () => {
  for (
    const text of [
      "10.0.0.1",
      "10.0.0.0/28",
      "0.0.0.0/0",
      "10.0.0.1-10.0.0.20",
      "10.0.0.2-10.0.0.5",
    ]
  ) {
    assertEquals(formatBlock(block(text)), text);
  }
  assertEquals(formatBlock(block("10.0.0.0-10.0.0.255")), "10.0.0.0/24");
});

Deno.test("blockOfPrefix counts all of IPv4 without overflow and refuses odd lengths", () => {
  assertEquals(blockSize(blockOfPrefix(0xdeadbeef, 0)), 4294967296);
  for (const length of [-1, 33, 1.5, NaN]) assertThrows(() => blockOfPrefix(0, length), RangeError);
});

Deno.test("mergeBlocks joins what overlaps or touches", () => {
  const merged = mergeBlocks(
    ["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "10.0.3.0"].map(block),
  );
  assertEquals(merged.map(formatBlock), ["10.0.0.0/23", "10.0.3.0"]);
  assertEquals(mergeBlocks([block("255.0.0.0/8"), block("0.0.0.0/0")]).map(formatBlock), [
    "0.0.0.0/0",
  ]);
});

Deno.test("subtractBlocks cuts holes at both ends, in the middle and across blocks", () => {
  const cases: [string[], string[], string[]][] = [
    [["10.0.0.0/30"], [], ["10.0.0.0/30"]],
    [["10.0.0.0/30"], ["10.0.0.0/8"], []],
    [["10.0.0.0/30"], ["10.0.0.0"], ["10.0.0.1-10.0.0.3"]],
    [["10.0.0.0/30"], ["10.0.0.3"], ["10.0.0.0-10.0.0.2"]],
    [["10.0.0.0/29"], ["10.0.0.2", "10.0.0.5"], [
      "10.0.0.0/31",
      "10.0.0.3-10.0.0.4",
      "10.0.0.6/31",
    ]],
    [["10.0.0.0/31", "10.0.0.4/31"], ["10.0.0.1-10.0.0.4"], ["10.0.0.0", "10.0.0.5"]],
    [["0.0.0.0/0"], ["0.0.0.0/1", "255.255.255.255"], ["128.0.0.0-255.255.255.254"]],
  ];
  for (const [blocks, holes, expected] of cases) {
    assertEquals(subtractBlocks(blocks.map(block), holes.map(block)).map(formatBlock), expected);
  }
});

Deno.test("subtractBlocks agrees with sets of addresses on random blocks", () => {
  const random = new Random(12345);
  const some = () =>
    Array.from({ length: random.below(6) }, () => {
      const first = random.below(64);
      return { first, last: first + random.below(16) };
    });
  const members = (blocks: readonly Block[]) =>
    new Set(blocks.flatMap((b) => Array.from({ length: blockSize(b) }, (_, i) => b.first + i)));
  for (let round = 0; round < 500; round++) {
    const blocks = some(), holes = some();
    const kept = subtractBlocks(blocks, holes),
      expected = members(blocks).difference(members(holes));
    assertEquals(members(kept.map((block) => block)), expected);
    assertEquals(totalSize(kept), expected.size);
  }
});

Deno.test("a block without an address before the slash or the dash is refused for that", () => {
  for (const text of ["/24", "-192.0.2.1"]) {
    assertEquals(parseBlock(text), '"" is not an IPv4 address such as 192.0.2.1', text);
  }
});
