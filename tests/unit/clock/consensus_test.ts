import { assert, assertEquals, assertThrows } from "@std/assert";
import { consensus, type OffsetWitness } from "../../../src/clock/mod.ts";
import { uniform } from "./simulated_host.ts";

function witnesses(...bounds: [number, number][]): OffsetWitness[] {
  return bounds.map(([lowerMs, upperMs], index) => ({
    host: String.fromCharCode(97 + index),
    lowerMs,
    upperMs,
  }));
}

Deno.test("no host, no consensus; one host is no majority", () => {
  assertEquals(consensus([]), undefined);
  const alone = consensus(witnesses([5, 6]));
  assertEquals([alone?.majority, alone?.localClock], [false, "unknown"]);
});

Deno.test("the example of RFC 5905's ancestor: two of three agree", () => {
  // Marzullo's textbook case: 10 ± 2, 12 ± 1, 11 ± 1.
  const all = consensus(witnesses([8, 12], [11, 13], [10, 12]));
  assertEquals([all?.lowerMs, all?.upperMs, all?.agreeing], [11, 12, 3]);
  const two = consensus(witnesses([8, 12], [11, 13], [14, 15]));
  assertEquals([two?.lowerMs, two?.upperMs, two?.agreeing], [11, 12, 2]);
  assertEquals(two?.falsetickers, ["c"]);
  assertEquals(two?.localClock, "off");
});

Deno.test("our clock is right when zero is within the majority's bounds", () => {
  assertEquals(consensus(witnesses([-5, 5], [-3, 4], [700, 701]))?.localClock, "right");
  assertEquals(consensus(witnesses([0, 5], [-3, 0]))?.localClock, "right");
  assertEquals(consensus(witnesses([-5, 5], [10, 20], [30, 40]))?.localClock, "unknown");
});

Deno.test("a majority at two places around zero decides nothing", () => {
  const divided = consensus(witnesses([-10, 10], [-10, -5], [5, 10]));
  assertEquals([divided?.divided, divided?.agreeing, divided?.majority], [true, 2, true]);
  assertEquals([divided?.lowerMs, divided?.upperMs], [-10, 10]);
  assertEquals(divided?.localClock, "off");
  assertEquals(divided?.falsetickers, []);
  assertEquals(
    consensus(witnesses([-10, 10], [-10, -5], [-1, 1]))?.localClock,
    "unknown",
  );
});

Deno.test("bounds that are no interval are refused", () => {
  assertThrows(() => consensus(witnesses([2, 1])), RangeError);
  assertThrows(() => consensus(witnesses([NaN, 1])), RangeError);
});

Deno.test("while most hosts are right, a right clock is never called off", () => {
  const verdicts = { right: 0, off: 0, unknown: 0 };
  for (let seed = 0; seed < 300; seed += 1) {
    const random = uniform(seed);
    const truth = seed % 2 === 0 ? 0 : 100 + random() * 2000;
    const hosts = 3 + Math.floor(random() * 8);
    const liars = Math.floor((hosts - 1) / 2);
    const heard: OffsetWitness[] = [];
    for (let host = 0; host < hosts; host += 1) {
      const off = host < liars ? (random() - 0.5) * 100 : 0;
      const rtt = 1 + random() * 40;
      const share = random();
      heard.push({
        host: String(host),
        lowerMs: truth + off - share * rtt,
        upperMs: truth + off + (1 - share) * rtt,
      });
    }
    const agreed = consensus(heard);
    assert(agreed !== undefined && agreed.majority);
    assert(agreed.agreeing >= hosts - liars);
    if (truth === 0) assert(agreed.localClock !== "off", `seed ${seed}`);
    else assertEquals(agreed.localClock, "off");
    verdicts[agreed.localClock] += 1;
  }
  assert(verdicts.right > 50 && verdicts.off === 150, JSON.stringify(verdicts));
});
