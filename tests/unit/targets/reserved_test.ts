import { assert, assertEquals } from "@std/assert";
import { type Block, formatBlock, parseBlock } from "../../../src/targets/block.ts";
import {
  isLocal,
  reachStrangers,
  RESERVED_BLOCKS,
  reservedWithin,
} from "../../../src/targets/reserved.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseBlock(text) as Block);
const within = (...texts: string[]) => reservedWithin(blocks(...texts)).map(formatBlock);

Deno.test("the table is sorted, without overlap, and every entry names its source", () => {
  for (const [index, block] of RESERVED_BLOCKS.entries()) {
    const next = RESERVED_BLOCKS[index + 1];
    if (next !== undefined) assert(block.last < next.first, `${block.name} runs into ${next.name}`);
    assert(/^RFC \d+/.test(block.reference), block.reference);
  }
});

Deno.test("the table has the blocks of the registry", () => {
  assertEquals(RESERVED_BLOCKS.map(formatBlock), [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
    ...["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"],
    ...["192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"],
    ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  ]);
});

Deno.test("reserved blocks are found wherever targets touch them", () => {
  assertEquals(within("8.0.0.0/6"), ["10.0.0.0/8"]);
  assertEquals(within("0.0.0.0/0").length, RESERVED_BLOCKS.length);
  assertEquals(within("192.167.0.0/16", "192.169.0.0/16"), []);
  assertEquals(within("192.168.255.255", "192.169.0.0/16"), ["192.168.0.0/16"]);
});

Deno.test("a private, loopback or link-local target is meant; what is never a host of one's own is not", () => {
  for (const text of ["10.1.0.0/16", "192.168.0.0/16", "127.0.0.1", "100.64.0.0/10"]) {
    assert(blocks(text).every(isLocal), text);
  }
  for (const text of ["8.0.0.0/6", "224.0.0.1", "198.18.0.0/15", "255.255.255.255", "1.1.1.1"]) {
    assert(!blocks(text).some(isLocal), text);
  }
});

Deno.test("strangers are addresses that the public Internet leads to", () => {
  for (const texts of [["10.0.0.0/8", "172.16.5.0/24"], ["198.18.0.0/15"], ["127.0.0.1"], []]) {
    assert(!reachStrangers(blocks(...texts)), texts.join());
  }
  for (
    const texts of [["10.0.0.0/7"], ["10.0.0.0/8", "192.0.1.1"], ["192.31.196.1"], ["224.0.0.1"]]
  ) {
    assert(reachStrangers(blocks(...texts)), texts.join());
  }
});
