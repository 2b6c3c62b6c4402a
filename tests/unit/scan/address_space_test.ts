import { assert, assertEquals } from "@std/assert";
import { AddressSpace } from "../../../src/scan/address_space.ts";
import { type Block, parseBlock } from "../../../src/targets/block.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseBlock(text) as Block);

Deno.test("indices run over all blocks and skip the holes", () => {
  const space = new AddressSpace(
    blocks("10.0.0.0/29", "10.1.0.0/30", "9.0.0.1"),
    blocks("10.0.0.2-10.0.0.3", "10.0.0.7"),
  );
  const addresses = Array.from({ length: space.size }, (_, index) => space.addressAt(index));
  assertEquals(addresses, [
    0x09000001,
    ...[0, 1, 4, 5, 6].map((host) => 0x0a000000 + host),
    ...[0, 1, 2, 3].map((host) => 0x0a010000 + host),
  ]);
  for (const [index, address] of addresses.entries()) assertEquals(space.indexOf(address), index);
  for (const address of [0, 0x0a000002, 0x0a000007, 0x0a000008, 0xffffffff]) {
    assertEquals(space.indexOf(address), -1);
  }
});

Deno.test("all of IPv4 is 2^32 addresses, and its ends are right", () => {
  const space = new AddressSpace(blocks("0.0.0.0/0"));
  assertEquals(space.size, 4294967296);
  assertEquals(space.addressAt(0), 0);
  assertEquals(space.addressAt(4294967295), 0xffffffff);
  assertEquals(space.indexOf(0x80000000), 2147483648);
});

Deno.test("thousands of blocks: every index leads to its address and back", () => {
  const targets = Array.from({ length: 5000 }, (_, number) => {
    const first = number * 800_000;
    return { first, last: first + (number * 7919) % 500_000 };
  });
  const space = new AddressSpace(targets);
  for (let sample = 0; sample < 20_000; sample++) {
    const index = Math.floor(sample / 20_000 * space.size);
    assertEquals(space.indexOf(space.addressAt(index)), index);
  }
});

Deno.test("nothing left is size 0", () => {
  const space = new AddressSpace(blocks("10.0.0.0/8"), blocks("10.0.0.0/8"));
  assertEquals(space.size, 0);
  assert(space.indexOf(0x0a000000) < 0);
});
