import { assert, assertEquals } from "@std/assert";
import { HostTable } from "../../../../src/probe/observed/host_table.ts";
import type { ObservedHost } from "../../../../src/probe/observed/observed_probe.ts";

const CLIENT = 0xc6336401;

/** A table of at most 16 hosts, and how many are in it now and were at most. */
function openTable() {
  const seen = { now: 0, most: 0, left: [] as number[] };
  const table = new HostTable({
    join: () => void (seen.most = Math.max(seen.most, ++seen.now)),
    leave({ target }) {
      seen.now--;
      seen.left.push(target.address);
    },
  }, 16);
  return { table, seen };
}

Deno.test("hosts that wait for an answer stay, and no more than them and the limit do", () => {
  const { table, seen } = openTable();
  const waiting: ObservedHost[] = [];
  for (let address = 1; address <= 5000; address++) {
    const host = table.of(CLIENT, address, address);
    host.remembered = 1;
    waiting.push(host);
    if (waiting.length > 100) (waiting.shift() as ObservedHost).remembered = 0;
    assert(!seen.left.includes(waiting[0]?.target.address ?? 0));
  }
  // A fourth more than wait, and half of the limit.
  assert(seen.most <= (101 + 8) * 1.25 + 1, `${seen.most} hosts`);
});

Deno.test("the hosts that were silent longest leave, and their places are used again", () => {
  const { table, seen } = openTable();
  for (let address = 1; address <= 16; address++) table.of(CLIENT, address, address);
  table.of(CLIENT, 1, 100);
  const { target } = table.of(CLIENT, 17, 101);
  assertEquals([target.index, seen.left], [16, [2, 3, 4, 5, 6, 7, 8, 9, 10]]);
  assert(table.of(CLIENT, 18, 102).target.index < 16);
  assertEquals(table.of(CLIENT, 1, 103).target.index, 0);
  assertEquals(seen.now, 9);
});

Deno.test("a host is another one for another client", () => {
  const { table } = openTable();
  const host = table.of(CLIENT, 7, 0);
  const other = table.of(CLIENT + 1, 7, 0);
  assertEquals([host.target.index, other.target.index, other.client], [0, 1, CLIENT + 1]);
  assertEquals(table.of(CLIENT, 7, 1) === host, true);
});
