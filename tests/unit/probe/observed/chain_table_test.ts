import { assertEquals, assertNotEquals } from "@std/assert";
import { type ChainEntry, ChainTable, hashOf } from "../../../../src/probe/observed/chain_table.ts";

class Entry implements ChainEntry<Entry> {
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;
  constructor(readonly hash: number, readonly name: number) {}
}

/** Names of the entries with a hash, from the youngest to the oldest. */
function namesOf(table: ChainTable<Entry>, hash: number): number[] {
  const names: number[] = [];
  for (let entry = table.chain(hash); entry !== undefined; entry = entry.older) {
    if (entry.hash === hash) names.push(entry.name);
  }
  return names;
}

Deno.test("a chain has the youngest entry first, also when the table has grown", () => {
  const table = new ChainTable<Entry>();
  const hashes = Array.from({ length: 700 }, (_, index) => hashOf(index, 0xc0000207, 3));
  hashes.forEach((hash, name) => table.add(new Entry(hash, name)));
  hashes.forEach((hash, name) => table.add(new Entry(hash, name + 1000)));
  assertEquals(table.size, 1400);
  hashes.forEach((hash, name) => assertEquals(namesOf(table, hash), [name + 1000, name]));
  assertEquals([...table.entries()].length, 1400);
});

Deno.test("an entry is removed from any place of its chain, and keeps no other", () => {
  for (const removed of [0, 1, 2]) {
    const table = new ChainTable<Entry>();
    const entries = [0, 1, 2].map((name) => new Entry(5, name));
    entries.forEach((entry) => table.add(entry));
    const entry = entries[removed] as Entry;
    table.remove(entry);
    assertEquals(namesOf(table, 5), [2, 1, 0].filter((name) => name !== removed));
    assertEquals([table.size, entry.older, entry.newer], [2, undefined, undefined]);
    table.add(entry);
    assertEquals(namesOf(table, 5)[0], removed);
  }
});

Deno.test("every number is part of the hash", () => {
  const hash = hashOf(0xc6336401, 0xc0000207, 9);
  assertEquals(hashOf(0xc6336401, 0xc0000207, 9), hash);
  assertNotEquals(hashOf(0xc6336402, 0xc0000207, 9), hash);
  assertNotEquals(hashOf(0xc6336401, 0xc0000206, 9), hash);
  assertNotEquals(hashOf(0xc6336401, 0xc0000207, 8), hash);
  // And what stands in one place is not what stands in another.
  const orders = [[1, 2, 4], [1, 4, 2], [2, 1, 4], [2, 4, 1], [4, 1, 2], [4, 2, 1]] as const;
  assertEquals(
    new Set(orders.map(([client, address, sequence]) => hashOf(client, address, sequence))).size,
    orders.length,
  );
});
