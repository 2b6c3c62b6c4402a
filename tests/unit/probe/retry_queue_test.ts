import { assert, assertEquals } from "@std/assert";
import { RetryQueue, type UnsentProbe } from "../../../src/probe/retry_queue.ts";
import { makeProbe } from "../../support/probes.ts";
import { type DueProbe, Schedule } from "../../../src/probe/schedule.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const SECOND = 1e9;
const now = { realtimeNs: 0, monotonicNs: 0, source: "user" } as const;
const error = { syscall: "sendmmsg", errno: 105, code: "ENOBUFS", message: "full" };

/** Targets that are asked twice each, all due at once. */
function prepare(targetCount = 3): RetryQueue {
  return new RetryQueue(
    new Schedule({
      probes: TIMESTAMP_PROBES,
      targetCount,
      count: 2,
      intervalMs: 0,
      dither: () => 0,
    }, 0),
  );
}

function refuse(due: DueProbe): UnsentProbe {
  const target = { index: due.targetIndex, address: due.targetIndex, label: "" };
  return {
    due,
    error,
    probe: makeProbe({ target, index: due.index, sequence: due.index, sentAt: now }),
  };
}

const take = (probes: RetryQueue, count: number) =>
  Array.from({ length: count }, () => refuse(probes.take()));
const names = (refusals: readonly UnsentProbe[]) =>
  refusals.map(({ due: { targetIndex, index } }) => `${targetIndex}.${index}`);

Deno.test("what found no room waits beside the schedule, and is tried again in its order", () => {
  const probes = prepare();
  const [first, second, third] = take(probes, 3) as [UnsentProbe, UnsentProbe, UnsentProbe];
  probes.sent(first.due);
  assertEquals(probes.putBack([second, third], SECOND), []);
  assertEquals([probes.freshDueNs, probes.dueNs], [0, 0]);
  assertEquals(probes.takeHeld(SECOND, 64), []);
  assertEquals(names(probes.takeHeld(SECOND + 1e6, 64)), ["1.0", "2.0"]);
  assertEquals(names(take(probes, 3)), ["0.1", "1.1", "2.1"]);
  assert(probes.done);
});

Deno.test("a run is not over while a probe waits; at its end it is given up", () => {
  const probes = prepare();
  const last = take(probes, 6).at(-1) as UnsentProbe;
  assert(probes.done);
  probes.putBack([last], 0);
  assertEquals([probes.done, probes.round, probes.dueNs], [false, 1, 1e6]);
  assertEquals(probes.abandon(), [last]);
  assert(probes.done);
});

Deno.test("room is looked for less and less often, and often again after it was found", () => {
  const probes = prepare();
  const [due] = take(probes, 6) as [UnsentProbe];
  const waits: number[] = [];
  for (let nowNs = 0; waits.length < 9; nowNs = probes.dueNs) {
    if (nowNs > 0) assertEquals(probes.takeHeld(nowNs, 64), [due]);
    probes.putBack([due], nowNs);
    waits.push((probes.dueNs - nowNs) / 1e6);
  }
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 50, 50, 50]);
  probes.sent(due.due);
  probes.putBack([due], SECOND);
  assertEquals(probes.dueNs, SECOND + 1e6);
});

Deno.test("one probe for each target waits, at most six seconds; then its target is given up", () => {
  const probes = prepare();
  const [stuck, other] = take(probes, 2) as [UnsentProbe, UnsentProbe];
  take(probes, 1);
  const [next] = take(probes, 1) as [UnsentProbe];
  assertEquals(probes.putBack([stuck], 0), []);
  assertEquals(probes.putBack([next], SECOND), [next], "the older one of a target is kept");
  // Room for others does not make it wait longer.
  probes.sent(other.due);
  assertEquals(probes.takeHeld(5.9 * SECOND, 64), [stuck]);
  assertEquals(probes.putBack([stuck], 5.9 * SECOND), []);
  assertEquals(probes.takeHeld(6 * SECOND, 64), [stuck]);
  assertEquals(probes.putBack([stuck], 6 * SECOND), [stuck]);
  assertEquals(probes.putBack([next], 7 * SECOND), [next], "there is no hope for it");
  probes.sent(next.due);
  assertEquals(probes.putBack([next], 3600 * SECOND), [], "there was room since");
});

Deno.test("sixty-four that wait hold up the others", () => {
  const probes = prepare(100);
  const refused = take(probes, 64);
  probes.putBack(refused.slice(1), 0);
  assertEquals([probes.freshDueNs, probes.dueNs], [0, 0]);
  probes.putBack(refused.slice(0, 1), 0);
  assertEquals([probes.freshDueNs, probes.dueNs > 0], [Infinity, true]);
  assertEquals(probes.takeHeld(SECOND, 10).length, 10);
  assertEquals(probes.freshDueNs, 0);
});

Deno.test("room is looked for often again once nothing that failed is left", () => {
  const probes = prepare();
  const [due, other] = take(probes, 6) as [UnsentProbe, UnsentProbe];
  for (const nowNs of [0, SECOND, 2 * SECOND]) {
    probes.putBack([due], nowNs);
    probes.takeHeld(nowNs + SECOND / 2, 64);
  }
  // Its target has answered meanwhile.
  probes.forget(due.due);
  probes.putBack([other], 3 * SECOND);
  assertEquals(probes.dueNs, 3 * SECOND + 1e6);
});

Deno.test("there is hope again for a place that another host has taken", () => {
  const probes = prepare();
  const [stuck, next] = [take(probes, 3)[0], take(probes, 1)[0]] as [UnsentProbe, UnsentProbe];
  probes.putBack([stuck], 0);
  probes.takeHeld(6 * SECOND, 64);
  assertEquals(probes.putBack([stuck], 6 * SECOND), [stuck]);
  probes.forgetTarget(1);
  assertEquals(probes.putBack([next], 7 * SECOND), [next]);
  probes.forgetTarget(0);
  assertEquals(probes.putBack([next], 7 * SECOND), []);
});

Deno.test("the round is that of the probe held longest, else the schedule's", () => {
  const probes = prepare(1);
  const [first] = take(probes, 1) as [UnsentProbe];
  assertEquals(probes.round, 1);
  probes.putBack([first], 0);
  assertEquals(probes.round, 0);
});
