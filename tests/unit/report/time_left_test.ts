import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TimeLeft } from "../../../src/report/time_left.ts";

Deno.test("time left: unknown before anything is done, and of what has no end", () => {
  const left = new TimeLeft();
  assertEquals([left.rate, left.secondsTo(10)], [0, undefined]);
  left.note(0, 0);
  left.note(1, 5);
  assertEquals([left.rate, left.secondsTo(10), left.secondsTo(Infinity)], [5, 1, undefined]);
  assertEquals(left.secondsTo(3), 0);
});

Deno.test("time left: bursts hardly move it", () => {
  const left = new TimeLeft();
  let before: number | undefined;
  // A thousand in each second, all of them at its start; looked at four times a second.
  for (let quarter = 0; quarter < 400; quarter++) {
    left.note(quarter / 4, Math.ceil((quarter + 1) / 4) * 1000);
    const seconds = left.secondsTo(200_000);
    if (quarter > 60) {
      assertAlmostEquals(left.rate, 1000, 60);
      assert(Math.abs((seconds ?? 0) - (before ?? 0)) < 2, `from ${before} s to ${seconds} s`);
    }
    before = seconds;
  }
});

Deno.test("time left: it follows a rate that changes", () => {
  const left = new TimeLeft();
  for (let second = 0; second <= 100; second++) left.note(second, second * 1000);
  for (let second = 1; second <= 60; second++) left.note(100 + second, 100_000 + second * 100);
  assertAlmostEquals(left.rate, 100, 30);
});

Deno.test("time left: the share of what is done, where there is an end", () => {
  const timeLeft = new TimeLeft();
  timeLeft.note(0, 0);
  timeLeft.note(10, 50);
  assertEquals([200, 50, 20].map((total) => timeLeft.shareOf(total)), [0.25, 1, 1]);
  assertEquals([timeLeft.shareOf(Infinity), timeLeft.shareOf(0)], [undefined, undefined]);
});

Deno.test("time left: slow and short measurements count, and nothing noted is nothing done", () => {
  const left = new TimeLeft();
  assertEquals([left.shareOf(10), left.shareOf(1)], [0, 0]);
  left.note(100, 0);
  left.note(100.5, 0.25);
  assertEquals([left.rate, left.secondsTo(1), left.shareOf(1)], [0.5, 1.5, 0.25]);
});

Deno.test("time left: what is 15 s old counts for 1/e of the rate, which is smoothed over 5 s", () => {
  const left = new TimeLeft();
  left.note(0, 0);
  left.note(15, 150);
  left.note(30, 150);
  // 150/e of 15/e + 15 seconds: 2.689 a second; then (10/e^3 + 2.689) of (1/e^3 + 1) times 15 seconds.
  assertAlmostEquals(left.rate, 3.036, 0.001);
});
