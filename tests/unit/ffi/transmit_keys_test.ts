import { assertEquals } from "@std/assert";
import { TransmitKeys } from "../../../ffi/transmit_keys.ts";

Deno.test("each count gives its key once", () => {
  const keys = new TransmitKeys();
  for (const key of [700, 0xffff_ffff, 0]) keys.recordSent(key);
  assertEquals([2, 0, 1].map((count) => keys.take(count)), [0, 700, 0xffff_ffff]);
  assertEquals([0, 1, 2, 3].map((count) => keys.take(count)), Array(4).fill(undefined));
});

Deno.test("after a refusal nothing is attributed until the count is known again", () => {
  const keys = new TransmitKeys();
  keys.recordSent(10);
  keys.recordRefused();
  assertEquals(keys.synchronised, false);
  keys.recordSent(11);
  // The kernel may have numbered that one 1 or 2: neither may be believed. What was sent before still may.
  assertEquals([1, 2].map((count) => keys.take(count)), [undefined, undefined]);
  assertEquals(keys.take(0), 10);
  keys.restart();
  keys.recordSent(12);
  assertEquals(keys.synchronised, true);
  assertEquals(keys.take(0), 12);
});

Deno.test("a restart forgets what was never stamped", () => {
  const keys = new TransmitKeys();
  for (const key of [1, 2, 3]) keys.recordSent(key);
  keys.restart();
  keys.recordSent(4);
  assertEquals([0, 1, 2].map((count) => keys.take(count)), [4, undefined, undefined]);
});

Deno.test("a stamp that comes after 65 536 younger datagrams is dropped", () => {
  const keys = new TransmitKeys();
  for (let key = 0; key <= 65_536; key++) keys.recordSent(key);
  assertEquals(keys.take(0), undefined);
  assertEquals(keys.take(1), 1);
  assertEquals(keys.take(65_536), 65_536);
  assertEquals(keys.take(65_537), undefined);
});
