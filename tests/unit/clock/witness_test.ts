import { assertEquals } from "@std/assert";
import { independentWitnesses } from "../../../src/clock/mod.ts";

const NOT_OURS = (): boolean => false;

function measured(host: string, address: number, lowerMs: number, upperMs: number) {
  return { host, address, lowerMs, upperMs };
}

Deno.test("one address counts once, whatever it is called", () => {
  const { counted, notCounted } = independentWitnesses([
    measured("a.example", 0xc0000201, -5, 5),
    measured("b.example", 0xc0000202, -5, 5),
    measured("alias.example", 0xc0000201, -5.1, 5),
    measured("192.0.2.1", 0xc0000201, 700, 701),
  ], NOT_OURS);
  assertEquals(counted.map(({ host }) => host), ["a.example", "b.example"]);
  assertEquals(notCounted, [0xc0000201, 0xc0000201]);
});

Deno.test("addresses of one name count once as far as they say the same clock", () => {
  const { counted, notCounted } = independentWitnesses([
    measured("pool.example", 0xc0000201, -5, 5),
    measured("pool.example", 0xc0000202, -4, 6),
    measured("pool.example", 0xc0000203, 700, 710),
    // The same clock, written a day apart.
    measured("pool.example", 0xc0000204, 86_400_000 - 1, 86_400_000 + 1),
    measured("other.example", 0xc0000205, -5, 5),
  ], NOT_OURS);
  assertEquals(counted.map(({ address }) => address & 0xff), [1, 3, 5]);
  assertEquals(notCounted.map((address) => address & 0xff), [2, 4]);
});

Deno.test("this machine is no witness for its own clock", () => {
  const { counted, notCounted } = independentWitnesses([
    measured("localhost", 0x7f000001, -0.1, 0.1),
    measured("me.example", 0xc0000201, -0.1, 0.1),
    measured("b.example", 0xc0000202, 5, 15),
  ], (address) => address === 0xc0000201);
  assertEquals(counted.map(({ host }) => host), ["b.example"]);
  assertEquals(notCounted, [0x7f000001, 0xc0000201]);
});
