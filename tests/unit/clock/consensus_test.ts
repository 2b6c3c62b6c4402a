import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Consensus, consensus, type OffsetWitness } from "../../../src/clock/mod.ts";
import { Random } from "../../lab/random.ts";

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
  // All three meet in 11 to 12; one of them may lie, and two meet in 10 to 12.
  assertEquals([all?.lowerMs, all?.upperMs, all?.agreeing], [10, 12, 3]);
  const two = consensus(witnesses([8, 12], [11, 13], [14, 15]));
  assertEquals([two?.lowerMs, two?.upperMs, two?.agreeing], [11, 12, 2]);
  assertEquals(two?.falsetickers, ["c"]);
  assertEquals(two?.localClock, "off");
});

Deno.test("our clock is right when zero is within the majority's bounds", () => {
  assertEquals(consensus(witnesses([-5, 5], [-3, 4], [700, 701]))?.localClock, "right");
  const touching = consensus(witnesses([0, 5], [-3, 0]));
  assertEquals([touching?.localClock, touching?.lowerMs, touching?.upperMs], ["right", 0, 0]);
  const none = consensus(witnesses([-5, 5], [10, 20], [30, 40]));
  assertEquals([none?.localClock, none?.lowerMs, none?.upperMs], ["unknown", undefined, undefined]);
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

const DAY_MS = 86_400_000;

/** A difference of times of day, folded into ± 12 h. */
function fold(ms: number): number {
  return ms - Math.round(ms / DAY_MS) * DAY_MS;
}

/** Whether an offset is within bounds, modulo a day. */
function holds(
  { lowerMs = NaN, upperMs = NaN }: Partial<Pick<Consensus, "lowerMs" | "upperMs">>,
  offsetMs: number,
): boolean {
  const ahead = (((offsetMs - lowerMs) % DAY_MS) + DAY_MS) % DAY_MS;
  // What was folded and unfolded is rounded to a picosecond or so.
  return ahead <= upperMs - lowerMs + 1e-6 || ahead >= DAY_MS - 1e-6;
}

Deno.test("a liar at half a day less a millisecond moves no majority, wherever it stands in the list", () => {
  for (const liarMs of [DAY_MS / 2 - 1, -DAY_MS / 2 + 1, DAY_MS / 2, -DAY_MS / 2]) {
    for (const place of [0, 2, 4]) {
      const bounds: [number, number][] = [[-4, 5], [-5, 4], [-3, 6], [-6, 3]];
      bounds.splice(place, 0, [liarMs - 5, liarMs + 5]);
      const agreed = consensus(witnesses(...bounds));
      assertEquals([agreed?.localClock, agreed?.agreeing, agreed?.majority], ["right", 4, true]);
      assertEquals([agreed?.lowerMs, agreed?.upperMs], [-4, 4]);
      assertEquals(agreed?.falsetickers, [String.fromCharCode(97 + place)]);
    }
  }
});

Deno.test("bounds across twelve hours meet, and so do bounds that are written a day apart", () => {
  const half = DAY_MS / 2;
  const agreed = consensus(
    witnesses([half - 5, half + 5], [-half - 4, -half + 6], [half, half + 1]),
  );
  assertEquals([agreed?.agreeing, agreed?.divided, agreed?.localClock], [3, false, "off"]);
  assertEquals((agreed?.upperMs ?? NaN) - (agreed?.lowerMs ?? NaN), 9);
  const apart = consensus(witnesses([-1, 1], [DAY_MS - 1, DAY_MS + 1], [-DAY_MS, 2 - DAY_MS]));
  assertEquals([apart?.lowerMs, apart?.upperMs, apart?.localClock], [-1, 1, "right"]);
});

Deno.test("bounds as wide as a day say nothing, and decide nothing", () => {
  const nothing = consensus(witnesses([-DAY_MS, DAY_MS], [-DAY_MS / 2, DAY_MS / 2]));
  assertEquals([nothing?.localClock, nothing?.agreeing], ["unknown", 2]);
  assertEquals((nothing?.upperMs ?? NaN) - (nothing?.lowerMs ?? NaN), DAY_MS);
  const one = consensus(witnesses([-DAY_MS, DAY_MS], [7, 8]));
  assertEquals([one?.lowerMs, one?.upperMs, one?.localClock], [7, 8, "off"]);
});

/** Every way to lie that we could think of: around the truth, on its edges, half a day off, at midnight, alone and together. */
function lie(kind: number, random: Random, truth: number, shared: number): [number, number] {
  const width = [0, 0.5, 5, 60, 3_600_000, DAY_MS / 2, 0.999 * DAY_MS, 2 * DAY_MS][
    Math.floor(random.unit() * 8)
  ] as number;
  const at = [
    truth + (random.unit() - 0.5) * 100, // near
    truth + (random.unit() < 0.5 ? 20 : -20), // where the bounds of the right ones end
    truth + DAY_MS / 2 + (random.unit() < 0.5 ? 1 : -1), // half a day off, but for a millisecond
    DAY_MS / 2 * (random.unit() < 0.5 ? 1 : -1), // twelve hours from us
    0, // our own clock
    shared, // all liars together
    (random.unit() - 0.5) * 4 * DAY_MS, // anything, folded or not
    truth + (random.unit() < 0.5 ? DAY_MS : -DAY_MS), // the truth, a day off: no lie at all
  ][kind] as number;
  const share = random.unit();
  return [at - share * width, at + (1 - share) * width];
}

Deno.test("fewer than half of the hosts, lying in any way, never move the answer", () => {
  const verdicts: Record<string, number> = {};
  for (let seed = 0; seed < 4000; seed += 1) {
    const random = new Random(seed);
    const truth = [0, 0, 700, -DAY_MS / 2, DAY_MS / 2 - 1, (random.unit() - 0.5) * DAY_MS][
      seed % 6
    ] as number;
    const hosts = 2 + Math.floor(random.unit() * 9);
    const liars = Math.ceil(hosts / 2) - 1;
    const shared = (random.unit() - 0.5) * (random.unit() < 0.5 ? 40 : DAY_MS);
    const all: (OffsetWitness & { readonly isRight: boolean })[] = [];
    for (let host = 0; host < hosts; host += 1) {
      const isRight = host >= liars;
      const rtt = 1 + random.unit() * 40;
      const share = random.unit();
      const turn = DAY_MS * Math.floor(random.unit() * 3 - 1);
      const [lowerMs, upperMs] = isRight
        ? [truth - share * rtt + turn, truth + (1 - share) * rtt + turn]
        : lie(Math.floor(random.unit() * 8), random, truth, truth + shared);
      all.push({ host: String(host), lowerMs, upperMs, isRight });
    }
    const right = all.filter(({ isRight }) => isRight);
    const agreed = consensus(all);
    const what = `seed ${seed}: ${JSON.stringify(all)} gives ${JSON.stringify(agreed)}`;
    assert(agreed?.majority === true && agreed.agreeing >= hosts - liars, what);
    // The truth is within the answer, and neither end of the answer is only a liar's.
    assert(holds(agreed, truth), what);
    for (const end of [agreed.lowerMs ?? NaN, agreed.upperMs ?? NaN]) {
      assert(right.some((witness) => holds(witness, end)), what);
    }
    assert(Math.abs(((agreed.lowerMs ?? NaN) + (agreed.upperMs ?? NaN)) / 2) <= DAY_MS / 2, what);
    // No host that is right is accused, and our own clock only when it is off.
    for (const { host } of right) assert(!agreed.falsetickers.includes(host), what);
    if (fold(truth) === 0) assert(agreed.localClock !== "off", what);
    if (!right.some((witness) => holds(witness, 0))) assertEquals(agreed.localClock, "off", what);
    verdicts[agreed.localClock] = (verdicts[agreed.localClock] ?? 0) + 1;
    // Neither the order of the hosts nor where the day begins makes a difference.
    const turned = consensus([...all].reverse());
    assertEquals(
      { ...turned, falsetickers: turned?.falsetickers.toReversed() },
      { ...agreed },
      what,
    );
    const shiftMs = 12_345_678;
    const shifted = consensus(
      all.map(({ host, lowerMs, upperMs }) => ({
        host,
        lowerMs: lowerMs + shiftMs,
        upperMs: upperMs + shiftMs,
      })),
    );
    const moved = fold((shifted?.lowerMs ?? NaN) - (agreed.lowerMs ?? NaN) - shiftMs);
    assert(Math.abs(moved) < 1e-6, what);
    assertEquals(shifted?.falsetickers, agreed.falsetickers, what);
  }
  for (const verdict of ["right", "off", "unknown"]) {
    assert((verdicts[verdict] ?? 0) > 20, JSON.stringify(verdicts));
  }
});
