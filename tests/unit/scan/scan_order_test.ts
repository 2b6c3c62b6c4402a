import { assert, assertEquals, assertThrows } from "@std/assert";
import { AddressSpace } from "../../../src/scan/address_space.ts";
import { ScanOrder, type ScanOrderOptions } from "../../../src/scan/scan_order.ts";
import { type Block, parseBlock } from "../../../src/targets/block.ts";

const blocks = (...texts: string[]) => texts.map((text) => parseBlock(text) as Block);

function* addresses(options: ScanOrderOptions): Generator<number> {
  const order = new ScanOrder(options);
  for (let position = 0; position < order.length; position++) yield order.addressAt(position);
}

Deno.test("four shards of a /16 with holes are disjoint and their union is the block less exclusions", () => {
  const excluded = blocks("10.9.4.0/22", "10.9.200.7", "10.9.255.0-10.9.255.254");
  const space = new AddressSpace(blocks("10.9.0.0/16"), excluded);
  const seen = new Uint8Array(65_536);
  const sizes: number[] = [];
  for (let index = 1; index <= 4; index++) {
    let size = 0;
    for (const address of addresses({ space, seed: 42, shard: { index, count: 4 } })) {
      assertEquals(address >>> 16, 0x0a09);
      assertEquals(seen[address & 0xffff], 0, `two shards, or one twice, have ${address & 0xffff}`);
      seen[address & 0xffff] = 1;
      size++;
    }
    sizes.push(size);
  }
  for (let host = 0; host < 65_536; host++) {
    const isExcluded = (host >= 0x0400 && host < 0x0800) || host === 0xc807 ||
      (host >= 0xff00 && host < 0xffff);
    assertEquals(seen[host], isExcluded ? 0 : 1, `host ${host}`);
  }
  assert(Math.max(...sizes) - Math.min(...sizes) <= 1, sizes.join());
});

Deno.test("shards of a /8 divide every /16 in it evenly, without repetition in a sample", () => {
  const space = new AddressSpace(blocks("10.0.0.0/8"));
  const seen = new Set<number>();
  let total = 0;
  const counts = new Float64Array(256);
  for (let index = 1; index <= 4; index++) {
    const order = new ScanOrder({ space, seed: 3, shard: { index, count: 4 } });
    assertEquals(order.length, 2 ** 22);
    for (let position = index; position < order.length; position += 41) {
      const address = order.addressAt(position);
      seen.add(address);
      total++;
      const network = (address >>> 16) & 0xff;
      counts[network] = (counts[network] as number) + 1;
    }
  }
  assertEquals(seen.size, total);
  const expected = total / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chiSquare > 150 && chiSquare < 370, `chi-square ${chiSquare}`);
});

Deno.test("max targets is the same set however many shards share it", () => {
  const space = new AddressSpace(blocks("10.0.0.0/16"));
  const whole = new Set(addresses({ space, seed: 8, maxTargets: 1001 }));
  assertEquals(whole.size, 1001);
  const parts = [1, 2, 3].flatMap((index) => [
    ...addresses({ space, seed: 8, maxTargets: 1001, shard: { index, count: 3 } }),
  ]);
  assertEquals(parts.length, 1001);
  assertEquals(new Set(parts), whole);
});

Deno.test("several probes per target are whole passes", () => {
  const space = new AddressSpace(blocks("10.0.0.0/24"));
  const order = [...addresses({ space, seed: 8, probesPerTarget: 3 })];
  assertEquals(order.length, 768);
  const pass = order.slice(0, 256);
  assertEquals(new Set(pass).size, 256);
  assertEquals(order, [...pass, ...pass, ...pass]);
});

Deno.test("more shards than targets leaves the last ones empty", () => {
  const space = new AddressSpace(blocks("10.0.0.1-10.0.0.2"));
  const lengths = [1, 2, 3].map((index) =>
    new ScanOrder({ space, seed: 1, shard: { index, count: 3 } }).length
  );
  assertEquals(lengths, [1, 1, 0]);
});

Deno.test("nonsense is refused", () => {
  const space = new AddressSpace(blocks("10.0.0.0/24"));
  const bad: Partial<ScanOrderOptions>[] = [
    { shard: { index: 0, count: 2 } },
    { shard: { index: 3, count: 2 } },
    { shard: { index: 1, count: 1.5 } },
    { maxTargets: -1 },
    { probesPerTarget: 0 },
  ];
  for (const options of bad) {
    assertThrows(() => new ScanOrder({ space, seed: 1, ...options }), RangeError);
  }
});
