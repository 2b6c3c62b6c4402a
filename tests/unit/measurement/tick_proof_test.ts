import { assert, assertEquals } from "@std/assert";
import { KNOWN_TICKS_MS, TickProof } from "../../../src/measurement/mod.ts";
import { largestTick } from "../../../src/measurement/tick_proof.ts";
import { Schedule } from "../../../src/probe/schedule.ts";
import { Random } from "../../lab/random.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const NOON_MS = 43_200_000;

/** The coarsest tick that stamps leave, asked for a second apart. */
function worst(...stampsMs: readonly number[]): number {
  const proof = new TickProof();
  for (const [index, stampMs] of stampsMs.entries()) proof.add(NOON_MS + stampMs, index * 1e9);
  return proof.worstTickMs;
}

Deno.test("a tick is ruled out by stamps that contradict it twice", () => {
  assertEquals(worst(), 1000);
  assertEquals(worst(0), 1000);
  assertEquals(worst(0, 1001), 1000);
  // 143 divides 1001, and 999 itself; the clock may have been set before or after.
  assertEquals(worst(0, 1001, 2002), 143);
  assertEquals(worst(0, 1003, 2002), 999);
  // The only divisor of 1369 is 37.
  assertEquals(worst(0, 1369, 2738, 4107, 5476), 37);
  assertEquals(worst(0, 1003, 2002, 3000, 4001), 1);
});

Deno.test("the coarsest tick that all stamps allow is what is left, be it in a list or not", () => {
  for (const tickMs of [2, 7, 10, 70, 128, 300, 750]) {
    const steps = [3, 7, 4, 9, 5, 8, 11, 6];
    let ticks = 0;
    const stamps = steps.map((step) => (ticks += step) * tickMs);
    assertEquals(worst(...stamps), tickMs);
  }
  const timer = [0, 3, 10, 14, 23, 28, 36, 47].map((ticks) => Math.floor(ticks * 15.625 + 0.3));
  assertEquals(worst(...timer), 15.625);
});

Deno.test("a coarse clock that is set once keeps its tick", () => {
  assertEquals(worst(0, 130, 260, 397, 517, 647, 777, 917), 10);
});

Deno.test("a stamp that repeats says nothing", () => {
  assertEquals(worst(5, 5, 5, 5, 5, 5, 5, 5), 1000);
});

Deno.test("the largest divisor from 1 to 1000, of 0 the largest of all", () => {
  const numbers = [0, 1, 7, 1000, 1001, 2002, 1009, 86_400_000];
  assertEquals(numbers.map(largestTick), [1000, 1, 7, 1000, 143, 286, 1, 1000]);
});

Deno.test("a clock of whole seconds that slides and is set once keeps its tick", () => {
  const proof = new TickProof();
  for (let index = 0; index < 12; index++) {
    // Ticks that are 50 ppm too long, asked for each ten seconds; set by 337 ms.
    const setMs = index < 6 ? 0 : 337;
    proof.add(NOON_MS + Math.floor(index * 10_000 * 1.00005) + setMs, index * 10e9);
    assertEquals(proof.worstTickMs, 1000, `${index}`);
  }
  // Set again, it is no clock of whole seconds.
  proof.add(NOON_MS + 120_500, 120e9);
  assert(proof.worstTickMs < 1000);
});

Deno.test("a stamp that repeats changes nothing, wherever it does", () => {
  let fine = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed);
    const intervalMs = random.pick([500, 3000, 5000, 20_000]);
    const [once, twice] = [new TickProof(), new TickProof()];
    for (let index = 0; index < 12; index++) {
      const stampMs = NOON_MS + index * intervalMs + random.between(0, 50);
      once.add(stampMs, index * intervalMs * 1e6);
      const repeats = random.between(1, 4);
      for (let times = 0; times < repeats; times++) {
        twice.add(stampMs, (index * intervalMs + times) * 1e6);
      }
      assertEquals(twice.worstTickMs, once.worstTickMs, `seed ${seed}, stamp ${index}`);
    }
    if (once.isFine) fine++;
  }
  assert(fine >= 100, `${fine}`);
});

Deno.test("midnight contradicts no tick that divides a day", () => {
  const proof = new TickProof();
  for (let index = 0; index < 12; index++) {
    const passedMs = index * 70 + (index % 3) * 10;
    proof.add((86_399_600 + passedMs) % 86_400_000, passedMs * 1e6);
  }
  assertEquals(proof.worstTickMs, 10);
});

Deno.test("no clock on an exact grid is ever taken for a fine one", () => {
  for (const tickMs of [...KNOWN_TICKS_MS, 70, 90, 300, 750]) {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed * 31 + Math.round(tickMs * 100));
      const phaseMs = random.unit() * tickMs;
      const proof = new TickProof();
      for (let index = 0; index < 60; index++) {
        const atMs = index * 137 + random.unit() * 50;
        const shownMs = Math.floor((atMs - phaseMs) / tickMs) * tickMs + phaseMs;
        proof.add(NOON_MS + Math.floor(shownMs), atMs * 1e6);
        assert(proof.worstTickMs >= tickMs, `${tickMs} ms, seed ${seed}, stamp ${index}`);
      }
    }
  }
});

Deno.test("what is left does not depend on how often it was asked for", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const tickMs = random.pick([0.01, 0.01, 10, 15.625, 64]);
    const slide = random.pick([1, 1.00005, 1.0002]);
    const intervalMs = random.pick([200, 1000, 5000, 10_000]);
    const asked = new TickProof(), unasked: (readonly [number, number])[] = [];
    for (let index = 0; index < 30; index++) {
      const atMs = index * intervalMs + random.unit() * 100;
      const stampMs = NOON_MS + Math.floor(Math.floor(atMs / tickMs) * tickMs * slide);
      asked.add(stampMs, atMs * 1e6);
      unasked.push([stampMs, atMs * 1e6]);
      const once = new TickProof();
      for (const [stamp, at] of unasked) once.add(stamp, at);
      assertEquals(asked.worstTickMs, once.worstTickMs, `seed ${seed}, stamp ${index}`);
    }
  }
});

/** How many replies of a fine clock it takes, in the median and in 90 of 100 runs. */
function repliesNeeded(intervalMs: number, jitterMs: number): [median: number, most: number] {
  const needed = Array.from({ length: 300 }, (_, seed) => {
    const random = new Random(seed + 1);
    const startMs = NOON_MS + random.unit() * 1000;
    const schedule = new Schedule({
      probes: TIMESTAMP_PROBES,
      targetCount: 1,
      count: Infinity,
      intervalMs,
    }, 0);
    const proof = new TickProof();
    for (let replies = 1;; replies++) {
      const atNs = schedule.dueNs;
      schedule.take();
      const jitter = random.unit() * 0.05 - jitterMs * Math.log(1 - random.unit());
      proof.add(Math.floor(startMs + atNs / 1e6 + jitter), atNs);
      if (proof.isFine) return replies;
    }
  }).sort((one, other) => one - other);
  return [needed[150] ?? NaN, needed[269] ?? NaN];
}

Deno.test("a fine clock is known as one after five replies on a steady path, and nine on any", () => {
  for (const intervalMs of [100, 130, 200, 500, 1000]) {
    assertEquals(repliesNeeded(intervalMs, 0), [5, 5], `${intervalMs} ms`);
  }
  // Slower ones must contradict a tick that slides, too.
  assertEquals(repliesNeeded(10_000, 0), [6, 6]);
  for (const [intervalMs, jitterMs] of [[1000, 2], [1000, 20], [130, 2], [20, 5]] as const) {
    const [median, most] = repliesNeeded(intervalMs, jitterMs);
    assert(median <= 6 && most <= 9, `${intervalMs} ms: ${median} and ${most}`);
  }
});

/** By how much two stamps differ, across midnight too. */
function difference(one: number, other: number): number {
  const ms = ((one - other) % 86_400_000 + 86_400_000) % 86_400_000;
  return ms > 43_200_000 ? ms - 86_400_000 : ms;
}

/** Whether some phase of a tick gives all of these stamps: one of them then starts at it. */
function haveOnePhase(stampsMs: readonly number[], tickMs: number): boolean {
  return stampsMs.length === 0 || stampsMs.some((start) =>
    stampsMs.every((stampMs) => {
      const ahead = difference(start, stampMs) % tickMs;
      const phase = ahead < -1e-7 ? ahead + tickMs : ahead;
      return phase < 1 - 1e-7 || phase > tickMs - 1e-7;
    })
  );
}

/** Whether a clock of that tick, set once at most, gives these stamps. */
function isPossible(stampsMs: readonly number[], tickMs: number): boolean {
  return stampsMs.some((_, at) =>
    haveOnePhase(stampsMs.slice(0, at), tickMs) && haveOnePhase(stampsMs.slice(at), tickMs)
  );
}

const ALL_TICKS_MS = [
  ...Array.from({ length: 999 }, (_, index) => 1000 - index),
  ...KNOWN_TICKS_MS.filter((tickMs) => !Number.isInteger(tickMs)),
].sort((one, other) => other - one);

Deno.test("the ticks that are left are those that no sixteen stamps in a row contradict twice", () => {
  let fine = 0, coarse = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const tickMs = random.pick([2, 3, 7, 10, 15.625, 1000 / 60, 20, 0.01, 0.01, 0.01]);
    const phaseMs = random.unit() * 1000;
    const resets = random.pick([0, 0, 1, 2]);
    let setMs = 0, timeMs = random.pick([NOON_MS, 86_399_000]);
    let left: readonly number[] = ALL_TICKS_MS;
    const stamps: number[] = [];
    const proof = new TickProof();
    for (let index = 0; index < 24; index++) {
      // Within 8 s, all of them are compared.
      timeMs += random.chance(0.2) ? 0 : random.between(1, 400);
      if (resets > 0 && random.chance(resets / 24)) setMs += random.between(-5000, 5000);
      const clockMs = timeMs + setMs - phaseMs;
      const shownMs = Math.floor(Math.floor(clockMs / tickMs) * tickMs + phaseMs);
      const stampMs = ((shownMs % 86_400_000) + 86_400_000) % 86_400_000;
      proof.add(stampMs, timeMs * 1e6);
      if (stamps.at(-1) === stampMs) continue;
      stamps.push(stampMs);
      if (stamps.length > 16) stamps.shift();
      if (stamps.length > 2 && left.length > 0) {
        left = left.filter((each) => isPossible(stamps, each));
      }
      assertEquals(proof.worstTickMs, left[0] ?? 1, `seed ${seed}, stamp ${index}`);
      assertEquals(proof.isFine, left.length === 0);
    }
    if (proof.isFine) fine++;
    else coarse++;
  }
  assert(fine >= 10 && coarse >= 10, `${fine} fine, ${coarse} coarse`);
});
