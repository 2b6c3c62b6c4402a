import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Pacer, rateForBandwidth } from "../../../src/scan/pacer.ts";
import { Random } from "../../lab/random.ts";

interface Departure {
  readonly atNs: number;
  readonly count: number;
}

/** Runs a pacer against a clock that moves as `stepNs` says, in batches of at most 256. */
function run(rate: number, seconds: number, stepNs: () => number): Departure[] {
  const pacer = new Pacer(rate);
  const departures: Departure[] = [];
  for (let nowNs = 5e9; nowNs < 5e9 + seconds * 1e9; nowNs += stepNs()) {
    const count = Math.min(256, pacer.due(nowNs));
    if (count > 0) departures.push({ atNs: nowNs, count });
    pacer.sent(count);
  }
  return departures;
}

/** Fewest and most probes in any window of one second that lies within the departures. */
function extremes(departures: readonly Departure[]): { fewest: number; most: number } {
  const last = departures.at(-1) as Departure;
  let fewest = Infinity, most = 0, inside = 0, head = 0;
  for (const [tail, { atNs, count }] of departures.entries()) {
    while (head < departures.length && (departures[head] as Departure).atNs < atNs + 1e9) {
      inside += (departures[head++] as Departure).count;
    }
    // A window that runs past the end holds fewer for no fault of the pacer.
    most = Math.max(most, inside);
    if (atNs + 1e9 <= last.atNs) fewest = Math.min(fewest, inside);
    inside -= count;
    if (tail === departures.length - 1) break;
  }
  return { fewest, most };
}

for (const rate of [100, 10_000, 150_000]) {
  Deno.test(`any second holds ${rate} probes within 1 %`, () => {
    const random = new Random(rate);
    // A turn of the loop takes up to a millisecond, now and then three.
    const step = () => random.u32() % 100 === 0 ? 3e6 : 1 + random.u32() % 1e6;
    const { fewest, most } = extremes(run(rate, 6, step));
    assert(fewest >= rate * 0.99 - 1, `${fewest} of ${rate}`);
    assert(most <= rate * 1.01 + 1, `${most} of ${rate}`);
  });
}

Deno.test("after stalls of 80 ms no second exceeds the rate by 1 %, and lost time is made up", () => {
  const rate = 20_000, random = new Random(7);
  let turns = 0;
  const step = () => ++turns % 80_000 === 0 ? 80e6 : 1 + random.u32() % 1e6;
  const seconds = 160;
  const departures = run(rate, seconds, step);
  assert(turns > 240_000, "there were fewer than three stalls");
  const { most, fewest } = extremes(departures);
  assert(most <= rate * 1.01 + 1, `${most} of ${rate}`);
  assert(fewest < rate * 0.95, `${fewest}: there was no stall`);
  const total = departures.reduce((sum, { count }) => sum + count, 0);
  assertAlmostEquals(total / seconds, rate, rate * 0.0005);
});

Deno.test("one probe a minute leaves at once and then every minute", () => {
  const departures = run(1 / 60, 200, () => 100e6);
  assertEquals(departures.map(({ atNs, count }) => [Math.round((atNs - 5e9) / 1e9), count]), [
    [0, 1],
    [60, 1],
    [120, 1],
    [180, 1],
  ]);
});

Deno.test("after a stall a slow rate sends no two probes together", () => {
  const pacer = new Pacer(10);
  for (const atMs of [0, 5000, 5001, 5050, 5093]) {
    const due = pacer.due(atMs * 1e6);
    assertEquals(due, atMs === 5093 || atMs === 0 || atMs === 5000 ? 1 : 0, `${atMs} ms`);
    pacer.sent(due);
  }
});

Deno.test("without a limit everything is due, always", () => {
  const pacer = new Pacer(Infinity);
  assertEquals(pacer.due(0), Infinity);
  pacer.sent(1e6);
  assertEquals(pacer.waitNs(1), 0);
});

Deno.test("the wait ends when the next probe is due", () => {
  const pacer = new Pacer(1000);
  assertEquals(pacer.due(0), 1);
  pacer.sent(1);
  assertEquals(pacer.due(0), 0);
  assertEquals(pacer.waitNs(250_000), 750_000);
  assertEquals(pacer.due(1_000_000), 1);
});

Deno.test("a rate that is not above zero is refused", () => {
  for (const rate of [0, -1, NaN]) assertThrows(() => new Pacer(rate), RangeError);
});

Deno.test("bandwidth counts what Ethernet sends: 84 octets for the smallest frame", () => {
  assertAlmostEquals(rateForBandwidth(1e9, 40), 1_488_095, 1);
  assertAlmostEquals(rateForBandwidth(1e6, 100), 1e6 / 8 / 138, 1e-6);
});

Deno.test("what a stall of 100 ms cost is made up a quarter per cent a second, all of it and no more", () => {
  const pacer = new Pacer(1000);
  let sent = 0;
  const sendAt = (ms: number) => {
    const due = pacer.due(ms * 1e6);
    pacer.sent(due);
    sent += due;
  };
  for (let ms = 0; ms <= 1000; ms++) sendAt(ms);
  assertEquals(sent, 1001);
  // Seven milliseconds of the stall follow at once; the probe of this moment is one more.
  sendAt(1107);
  assertEquals(sent, 1001 + 8);
  for (let ms = 1108; ms <= 21_107; ms++) sendAt(ms);
  assertAlmostEquals(sent, 21_108 - 100 + 50, 1);
  for (let ms = 21_108; ms <= 90_000; ms++) sendAt(ms);
  assertAlmostEquals(sent, 90_001, 1);
});

Deno.test("a lag of just the burst owes nothing", () => {
  const pacer = new Pacer(1000);
  pacer.sent(pacer.due(0));
  assertEquals(pacer.due(8e6), 8);
  pacer.sent(8);
  assertEquals([pacer.due(8.999e6), pacer.due(9e6)], [0, 1]);
});

Deno.test("the first probe may leave at once, whenever the first question comes", () => {
  const pacer = new Pacer(1000);
  assertEquals(pacer.waitNs(5e9), 0);
  assertEquals(pacer.due(7e9), 1);
  pacer.sent(0);
  assertEquals([pacer.waitNs(7e9), pacer.due(7e9)], [0, 1]);
  pacer.sent(1);
  assertEquals(pacer.waitNs(7e9), 1e6);
});

Deno.test("bandwidth: datagrams shorter than Ethernet's least payload count as 46 octets", () => {
  assertEquals(rateForBandwidth(8 * 84, 28), 1);
  assertEquals(rateForBandwidth(8 * 84, 46), 1);
  assertEquals(rateForBandwidth(8 * 85, 47), 1);
});
