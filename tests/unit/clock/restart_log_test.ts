import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ClockFit } from "../../../src/clock/fit.ts";
import { RestartLog } from "../../../src/clock/restart_log.ts";

/** A fit whose estimate is a line: an offset at second 0, and a rate in parts per million. */
function fit(referenceMs: number, offsetMs: number, ppm = 0): ClockFit {
  const estimate = (atNs: number) => ({ offsetMs: offsetMs + ppm * atNs / 1e12 });
  return { referenceMs, estimate } as unknown as ClockFit;
}

const CHANGED = { atNs: 100e9, reason: "remote clock changed", changeMs: 5 } as const;

Deno.test("restarts: the size of the last change is that between the lines, at its time", () => {
  const log = new RestartLog();
  const before = fit(1000, 2, 10);
  log.add(CHANGED, before, before);
  assertEquals(log.count, 1);
  assertEquals(log.list(undefined), [CHANGED]);
  // At 100 s the old line is at 1000 + 2 + 1, the new one at 1040 + 3 + 2.
  assertAlmostEquals(log.list(fit(1040, 3, 20))[0]?.changeMs ?? NaN, 42, 1e-9);
  // Across twelve hours it is the shorter way.
  const far = log.list(fit(1000 - 43_200_000 + 10, 43_200_000, 0));
  assertAlmostEquals(far[0]?.changeMs ?? NaN, 7, 1e-6);
});

Deno.test("restarts: without a line on either side the size stays as it was reported", () => {
  const log = new RestartLog();
  log.add(CHANGED, fit(0, 0), undefined);
  assertEquals(log.list(fit(0, 99)), [CHANGED]);
  const none = { referenceMs: 0, estimate: () => undefined } as unknown as ClockFit;
  const other = new RestartLog();
  other.add(CHANGED, none, none);
  assertEquals(other.list(fit(0, 99)), [CHANGED]);
});

Deno.test("restarts: what was known of a change when the next one came stays", () => {
  const log = new RestartLog();
  const first = fit(0, 0), second = fit(0, 8), third = fit(0, 20);
  log.add(CHANGED, first, first);
  log.add({ ...CHANGED, atNs: 200e9 }, second, second);
  assertEquals(log.list(third).map(({ changeMs }) => changeMs), [8, 12]);
  log.add({ atNs: 300e9, reason: "local clock stepped", changeMs: undefined }, third, undefined);
  assertEquals(log.list(fit(0, 50)).map(({ changeMs }) => changeMs), [8, 12, undefined]);
});

Deno.test("restarts: the latest 32 are kept, all are counted", () => {
  const log = new RestartLog();
  for (let index = 1; index <= 40; index++) {
    log.add({ ...CHANGED, atNs: index }, undefined, undefined);
  }
  assertEquals([log.count, log.list(undefined).length], [40, 32]);
  assertEquals([log.list(undefined)[0]?.atNs, log.list(undefined).at(-1)?.atNs], [9, 40]);
});
