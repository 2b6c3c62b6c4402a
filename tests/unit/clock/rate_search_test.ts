import { assert, assertEquals } from "@std/assert";
import { ClockFit } from "../../../src/clock/fit.ts";
import { RateSearch } from "../../../src/clock/rate_search.ts";
import { referenceOf, type RelativeSample } from "../../../src/clock/sample.ts";
import { TickDetector } from "../../../src/measurement/mod.ts";
import { simulate } from "../../support/simulated_clock.ts";

const SAMPLE: RelativeSample = {
  ...{ label: 0, sentNs: 0, receivedNs: 1, receiveMs: 0, transmitMs: 0 },
  ...{ outMs: 0, minusBackMs: 0 },
};

Deno.test("rate search: due once three replies were left out, however many there are", () => {
  const search = new RateSearch();
  assertEquals(search.isDue(1000), false);
  search.leaveOut([SAMPLE, SAMPLE]);
  assertEquals(search.isDue(1000), false);
  search.leaveOut([SAMPLE]);
  assertEquals([search.isDue(0), search.isDue(1000)], [true, true]);
});

Deno.test("rate search: the next look waits for an eighth of the fit more, rounded up", () => {
  for (const [size, due] of [[40, 105], [41, 106], [47, 106], [48, 106], [1, 101]] as const) {
    const search = new RateSearch();
    search.leaveOut([SAMPLE, SAMPLE, SAMPLE]);
    const phase = (index: number) => index * 0.6180339887 % 1;
    const [first, ...others] = simulate({ seed: 1, probes: size, phase }).map((each) =>
      each.sample
    );
    assert(first !== undefined);
    const limits = { maxSkewPpm: 500, windowNs: 900e9, maxSamples: 2048 };
    const fit = new ClockFit(referenceOf(first), new TickDetector(), limits);
    for (const [index, sample] of [first, ...others].entries()) fit.add(sample, index);
    assertEquals(fit.size, size);
    assertEquals(search.find(fit, [], 100, Infinity), undefined);
    assertEquals([search.isDue(due - 1), search.isDue(due)], [false, true], `${size}`);
  }
});
