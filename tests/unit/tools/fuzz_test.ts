import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fuzz } from "../../../tools/fuzz.ts";

const MINUTE_MS = 60_000;

Deno.test("fuzz: the same seed gives the same digest, another seed another", () => {
  const options = { seed: 0xfffffff0, count: 5000, timeLimitMs: MINUTE_MS };
  const first = fuzz(options);
  const second = fuzz(options);
  assertEquals(first.inputs, 5000);
  assertEquals(first.digest, second.digest);
  assertEquals([...first.refusedByLayer], [...second.refusedByLayer]);
  assertNotEquals(first.digest, fuzz({ ...options, seed: 1 }).digest);
});

Deno.test("fuzz: inputs get to every layer and through", () => {
  const { inputs, accepted, refusedByLayer } = fuzz({
    seed: 1,
    count: 20_000,
    timeLimitMs: MINUTE_MS,
  });
  const layers = ["echo", "error", "icmp", "ipv4", "timestamp"];
  assertEquals([...refusedByLayer.keys()].sort(), layers);
  const refused = [...refusedByLayer.values()].reduce((sum, count) => sum + count, 0);
  assertEquals(accepted + refused, inputs);
  assert(accepted > inputs / 3 && accepted < inputs * 0.9, `${accepted} accepted`);
});

Deno.test("fuzz: a time limit ends it", () => {
  assertEquals(fuzz({ seed: 1, count: Infinity, timeLimitMs: 0 }).inputs, 0);
});
