/** Replies that a firewall kept back: those that a witness nearer to the wire saw, and neither the sweep nor a full buffer. */

import { assertEquals } from "@std/assert";
import { BlockedReplies } from "../../../src/scan/blocked_replies.ts";
import type { Clock } from "../../../src/time/instant.ts";

const CLOCK: Pick<Clock, "now"> = {
  now: () => ({ realtimeNs: 0, monotonicNs: 0, source: "user" }),
};

function blocked(seen: number, { witnessed = 0, drops = 0 }) {
  const replies = new BlockedReplies(
    { seen: () => seen },
    { droppedDatagrams: () => drops },
    { received: witnessed, witnessed },
  );
  replies.look(CLOCK as Clock);
  replies.recount();
  return replies;
}

Deno.test("blocked replies: what the witness saw beyond what was read and what found no room", () => {
  assertEquals(blocked(10, { witnessed: 6, drops: 3 }).count(Infinity), 1);
  assertEquals(blocked(9, { witnessed: 6, drops: 3 }).count(Infinity), 0);
  // Replies that came after the look are none that were kept back.
  assertEquals(blocked(5, { witnessed: 6, drops: 3 }).count(Infinity), 0);
});

Deno.test("blocked replies: all are blocked where some were and none was received", () => {
  assertEquals(blocked(4, {}).isTotal, true);
  assertEquals(blocked(4, { witnessed: 3 }).isTotal, false);
  assertEquals(blocked(0, {}).isTotal, false);
});
