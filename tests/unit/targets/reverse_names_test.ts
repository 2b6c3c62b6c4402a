import { assertEquals } from "@std/assert";
import { ReverseNames } from "../../../src/targets/reverse_names.ts";

/** Lookups that end when the test says so. */
class Lookups {
  readonly open = new Map<number, (name: string | undefined) => void>();
  /** All that were looked up, in their order. */
  readonly asked: number[] = [];
  most = 0;

  readonly lookup = (address: number): Promise<string | undefined> =>
    new Promise((resolve) => {
      this.asked.push(address);
      this.open.set(address, (name) => {
        this.open.delete(address);
        resolve(name);
      });
      this.most = Math.max(this.most, this.open.size);
    });

  /** Ends all that are open, until none comes after. */
  async answerAll(name: (address: number) => string | undefined): Promise<void> {
    while (this.open.size > 0) {
      for (const [address, resolve] of [...this.open]) resolve(name(address));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

Deno.test("reverse names: known once looked up, a few at a time", async () => {
  const lookups = new Lookups();
  const names = new ReverseNames(lookups.lookup);
  names.request(Array.from({ length: 100 }, (_, address) => address));
  assertEquals([lookups.open.size, names.get(3)], [8, undefined]);
  await lookups.answerAll((address) => address === 7 ? undefined : `host-${address}`);
  assertEquals([names.get(3), names.get(7), names.get(99), names.get(100)], [
    "host-3",
    undefined,
    "host-99",
    undefined,
  ]);
  assertEquals(lookups.most, 8);
  assertEquals(lookups.asked, Array.from({ length: 100 }, (_, address) => address));
});

Deno.test("reverse names: settled when all are known, or when it takes too long", async () => {
  const lookups = new Lookups();
  const names = new ReverseNames(lookups.lookup);
  await names.settled(60_000);
  names.request([1, 2]);
  await names.settled(1);
  assertEquals(names.get(1), undefined);
  const settled = names.settled(60_000);
  await lookups.answerAll((address) => `host-${address}`);
  await settled;
  assertEquals([names.get(1), names.get(2)], ["host-1", "host-2"]);
  names.request([3]);
  assertEquals(lookups.open.size, 1);
  await lookups.answerAll(() => "host-3");
  assertEquals(names.get(3), "host-3");
});

Deno.test("reverse names: addresses that come one after the other are looked up at once, no more than eight", async () => {
  const lookups = new Lookups();
  const names = new ReverseNames(lookups.lookup);
  for (let address = 1; address <= 20; address++) {
    names.request([address]);
    assertEquals(lookups.open.size, Math.min(address, 8));
  }
  await lookups.answerAll((address) => `host-${address}`);
  assertEquals([lookups.most, lookups.asked.length], [8, 20]);
  names.request([]);
  names.request([21]);
  assertEquals([...lookups.open.keys()], [21]);
  await lookups.answerAll(() => undefined);
});
