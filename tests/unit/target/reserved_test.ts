import { assert, assertEquals } from "@std/assert";
import { type Block, formatBlock, parseBlock } from "../../../src/target/block.ts";
import { reachStrangers, RESERVED_BLOCKS, reservedWithin } from "../../../src/target/reserved.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseBlock(text) as Block);
const within = (...texts: string[]) => reservedWithin(blocks(...texts)).map(formatBlock);

Deno.test("the table is sorted, without overlap, and every entry names its source", () => {
  for (const [index, block] of RESERVED_BLOCKS.entries()) {
    const next = RESERVED_BLOCKS[index + 1];
    if (next !== undefined) assert(block.last < next.first, `${block.name} runs into ${next.name}`);
    assert(/^RFC \d+/.test(block.reference), block.reference);
  }
});

Deno.test("a target beyond a private block does not take it along", () => {
  assertEquals(within("8.0.0.0/6"), ["10.0.0.0/8"]);
  assertEquals(within("0.0.0.0/0").length, RESERVED_BLOCKS.length);
});

Deno.test("a private, loopback or link-local target is meant", () => {
  assertEquals(within("10.1.0.0/16", "192.168.0.0/16", "127.0.0.1", "100.64.0.0/10"), []);
});

Deno.test("what is never a host of one's own stays out even when named", () => {
  assertEquals(within("224.0.0.1"), ["224.0.0.0/4"]);
  assertEquals(within("198.18.0.0/15"), ["198.18.0.0/15"]);
  assertEquals(within("255.255.255.255"), ["240.0.0.0/4"]);
});

Deno.test("strangers are whoever the public Internet leads to", () => {
  for (const texts of [["10.0.0.0/8", "172.16.5.0/24"], ["198.18.0.0/15"], ["127.0.0.1"], []]) {
    assert(!reachStrangers(blocks(...texts)), texts.join());
  }
  for (
    const texts of [["10.0.0.0/7"], ["10.0.0.0/8", "192.0.1.1"], ["192.31.196.1"], ["224.0.0.1"]]
  ) {
    assert(reachStrangers(blocks(...texts)), texts.join());
  }
});
