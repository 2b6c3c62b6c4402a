/** What is due in turn: in the order of the times, none lost, void entries left out. */

import { assertEquals } from "@std/assert";
import { DueQueue } from "../../../src/run/due_queue.ts";

interface Item {
  readonly name: number;
  ticket: number;
}

const item = (name: number): Item => ({ name, ticket: 0 });

Deno.test("due queue: the earliest comes first, and of two at one time the one that was added first", () => {
  const queue = new DueQueue<Item>();
  assertEquals([queue.dueNs, queue.take()], [Infinity, undefined]);
  for (const [name, dueNs] of [[1, 30], [2, 10], [3, 20], [4, 20], [5, 40]] as const) {
    queue.push(item(name), dueNs);
  }
  const taken = Array.from({ length: 5 }, () => [queue.dueNs, queue.take()?.name]);
  assertEquals(taken, [[10, 2], [20, 3], [20, 4], [30, 1], [40, 5]]);
  assertEquals([queue.dueNs, queue.take()], [Infinity, undefined]);
});

Deno.test("due queue: an item with a new ticket is due once, when it was added last", () => {
  const queue = new DueQueue<Item>();
  const moved = item(1);
  queue.push(moved, 10);
  queue.push(item(2), 20);
  moved.ticket++;
  assertEquals(queue.dueNs, 20);
  queue.push(moved, 15);
  assertEquals([queue.take()?.name, queue.take()?.name, queue.take()], [1, 2, undefined]);
});

Deno.test("due queue: none is lost and none comes twice where thousands come and go", () => {
  const queue = new DueQueue<Item>();
  const taken: number[] = [];
  for (let name = 0; name < 10_000; name++) {
    queue.push(item(name), name);
    // Ever fewer wait: what was taken is more than what waits, and more than is kept.
    if (name % 3 !== 0 || name > 5_000) taken.push(queue.take()?.name ?? NaN);
  }
  while (queue.dueNs < Infinity) taken.push(queue.take()?.name ?? NaN);
  assertEquals(taken, Array.from({ length: 10_000 }, (_, name) => name));
});
