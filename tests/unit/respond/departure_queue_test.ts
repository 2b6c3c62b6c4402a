/** Replies leave in the order of their moments. */

import { assertEquals } from "@std/assert";
import { DepartureQueue } from "../../../src/respond/departure_queue.ts";

Deno.test("departure queue: by time, and in order of arrival at equal times", () => {
  const queue = new DepartureQueue();
  const pushed: (readonly [dueNs: number, order: number])[] = [];
  let state = 1;
  for (let order = 0; order < 2000; order++) {
    state = (state * 48271) % 2147483647;
    const dueNs = state % 300;
    pushed.push([dueNs, order]);
    queue.push({ dueNs, bytes: Uint8Array.of(order & 0xff, order >> 8), to: undefined });
  }
  const expected = pushed.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const popped = expected.map(() => {
    const next = queue.nextNs;
    const departure = queue.pop();
    assertEquals(departure?.dueNs, next);
    const [low = 0, high = 0] = departure?.bytes ?? [];
    return [next, low + 256 * high] as const;
  });
  assertEquals(popped, expected);
  assertEquals([queue.length, queue.nextNs, queue.pop()], [0, Infinity, undefined]);
});
