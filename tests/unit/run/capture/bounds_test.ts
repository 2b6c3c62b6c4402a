/** What one capture can make `decode` remember, and compare with each packet. */

import { assertEquals } from "@std/assert";
import { MAX_ALIKE } from "../../../../src/probe/observed/observed_table.ts";
import { type Exchanged, pair, pick } from "./exchange.ts";

Deno.test("capture: requests with the same numbers that wait for answers are limited, the oldest is given up", () => {
  const asked = MAX_ALIKE + 2;
  const packets = Array.from({ length: asked }, (_, index): Exchanged => ({
    ...{ atMs: index, asks: true, originateMs: index, identification: index },
  }));
  const answers = [0, 1, 2, asked - 1].map((index): Exchanged => ({
    ...{ atMs: asked + index, asks: false, originateMs: index },
  }));
  const records = pair([...packets, ...answers]);
  assertEquals(pick(records, "reply", "probe", "rtt_ms"), [[2, asked], [asked - 1, asked]]);
  assertEquals(pick(records, "end", "sent", "received", "pending", "unmatched"), [
    [asked, 2, asked - 2, 2],
  ]);
});

Deno.test("capture: answered requests are forgotten before those that wait", () => {
  const limits = { probes: 16, hosts: 8 };
  const ask = (sequence: number): Exchanged => ({ atMs: sequence, asks: true, sequence });
  const answer = (sequence: number, atMs: number): Exchanged => ({ atMs, asks: false, sequence });
  // The first is answered last, beside others that are answered at once: a fourth of the room is theirs.
  const later = Array.from({ length: 8 }, (_, index) => index + 1);
  const records = pair([
    ask(0),
    ...later.flatMap((sequence) => [ask(sequence), answer(sequence, sequence + 0.5)]),
    ...later.map((sequence) => answer(sequence, 20 + sequence)),
    answer(0, 40),
  ], { limits });
  const flags = pick(records, "reply", "probe", "flags")
    .filter(([, all]) => (all as string[]).includes("duplicate")).map(([probe]) => probe);
  assertEquals(flags, [5, 6, 7, 8]);
  assertEquals(pick(records, "end", "received", "duplicates", "unmatched"), [[9, 4, 4]]);
});
