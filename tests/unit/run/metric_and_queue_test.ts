/** What conditions measure between bounds, and the order of what is due. */

import { assertEquals, assertThrows } from "@std/assert";
import { boundedMetric, type Bounds, countMetric } from "../../../src/run/condition_metric.ts";
import { DueQueue } from "../../../src/run/due_queue.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

Deno.test("metric: the distance from zero that bounds prove, the least for more, the most for less", () => {
  const { read, format, isBounded } = boundedMetric<Bounds>((bounds) => bounds, "ms", () => "?");
  const proven = (lower: number, upper: number) =>
    [true, false].map((above) => read({ lower, upper }, above));
  assertEquals([proven(5, 9), proven(-9, -5), proven(-3, 2), proven(-2, 3)], [
    ...[[5, 9], [5, 9], [0, 3], [0, 3]],
  ]);
  assertEquals([proven(0, 4), proven(-4, 0)], [[0, 4], [0, 4]]);
  assertEquals(proven(0.5, 0.75), [0.5, 0.75]);
  assertEquals(isBounded, true);
  assertEquals(format(0, { lower: -1.2341, upper: 5.6781 }), "between -1.235 and 5.679 ms");
});

Deno.test("metric: bounds that are not known prove nothing", () => {
  const { read, whyUnknown } = boundedMetric<number>(() => undefined, "ppm", () => "no reply yet");
  assertEquals([read(0, true), read(0, false), whyUnknown(0)], [
    undefined,
    undefined,
    "no reply yet",
  ]);
});

Deno.test("metric: counters by their names, and the loss in percent", () => {
  const counters = Object.assign(new ProbeCounters(), {
    ...{ sent: 8, received: 5, lost: 3, unsent: 1, icmpErrors: 2, late: 4, duplicates: 7 },
  });
  const source = { counters };
  const names = ["duplicates", "late", "icmp_errors", "unsent", "lost"];
  assertEquals(
    names.map((name) => countMetric<typeof source>(name, undefined)?.read(source, true)),
    [7, 4, 2, 1, 3],
  );
  const loss = countMetric<typeof source>("loss", "%");
  assertEquals(loss?.read(source, true), (counters.lossRatio ?? NaN) * 100);
  assertEquals(loss?.format(100 / 3, source), "33.33 %");
  assertEquals(loss?.read({ counters: new ProbeCounters() }, true), undefined);
  assertEquals(loss?.whyUnknown(source), "no probe is settled");
  assertEquals(countMetric("toString", undefined), undefined);
  assertThrows(() => countMetric("late", "ms"), RangeError, "expected a bare number for late");
  assertThrows(() => countMetric("loss", undefined), RangeError, "expected a percentage for loss");
});

const item = (name: string) => ({ name, ticket: 0 });

Deno.test("due queue: in the order of the times, and of two at one time the earlier first", () => {
  const queue = new DueQueue<ReturnType<typeof item>>();
  assertEquals([queue.dueNs, queue.take()], [Infinity, undefined]);
  for (const [name, dueNs] of [["b", 5], ["c", 5], ["a", 3], ["d", 9], ["e", 5]] as const) {
    queue.push(item(name), dueNs);
  }
  assertEquals(queue.dueNs, 3);
  const taken = Array.from({ length: 6 }, () => queue.take()?.name);
  assertEquals(taken, ["a", "b", "c", "e", "d", undefined]);
  assertEquals(queue.dueNs, Infinity);
});

Deno.test("due queue: a new ticket makes the entries before it void", () => {
  const queue = new DueQueue<ReturnType<typeof item>>();
  const moved = item("moved");
  queue.push(moved, 1);
  queue.push(item("other"), 2);
  moved.ticket++;
  queue.push(moved, 7);
  assertEquals([queue.take()?.name, queue.dueNs, queue.take()?.name], ["other", 7, "moved"]);
});

Deno.test("due queue: thousands that were taken leave the order as it is", () => {
  const queue = new DueQueue<ReturnType<typeof item>>();
  const taken: (string | undefined)[] = [];
  for (let i = 0; i < 5000; i++) {
    queue.push(item(`${i}`), i);
    if (i >= 3) taken.push(queue.take()?.name);
  }
  assertEquals(taken, Array.from({ length: 4997 }, (_, i) => `${i}`));
  queue.push(item("first"), 1);
  assertEquals(Array.from({ length: 5 }, () => queue.take()?.name), [
    ...["first", "4997", "4998", "4999", undefined],
  ]);
});
