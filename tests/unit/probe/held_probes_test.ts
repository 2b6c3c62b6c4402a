import { assert, assertEquals } from "@std/assert";
import { HeldProbes } from "../../../src/probe/held_probes.ts";
import { type DueProbe, Schedule } from "../../../src/probe/schedule.ts";

const SECOND = 1e9;

/** Three targets, twice each, all due at once. */
function prepare(): HeldProbes {
  const options = { targetCount: 3, count: 2, intervalMs: 0, dither: () => 0 };
  return new HeldProbes(new Schedule(options, 0));
}

const take = (probes: HeldProbes, count: number) =>
  Array.from({ length: count }, () => probes.take());
const name = ({ targetIndex, round }: DueProbe) => `${targetIndex}.${round}`;

Deno.test("what found no room comes first again, in its order, and then the rest", () => {
  const probes = prepare();
  const [first, second, third] = take(probes, 3) as [DueProbe, DueProbe, DueProbe];
  probes.sent(first);
  assertEquals(probes.putBack([second, third], SECOND).size, 0);
  assert(probes.isHolding);
  assertEquals([probes.round, probes.dueNs > SECOND], [0, true]);
  assertEquals(take(probes, 5).map(name), ["1.0", "2.0", "0.1", "1.1", "2.1"]);
  assert(probes.done);
});

Deno.test("a run is not over while a probe is held", () => {
  const probes = prepare();
  const last = take(probes, 6).at(-1) as DueProbe;
  assert(probes.done);
  probes.putBack([last], 0);
  assertEquals([probes.done, probes.round], [false, 1]);
  assertEquals(name(probes.take()), "2.1");
  assert(probes.done);
});

Deno.test("room is looked for a millisecond later, then less and less often, and often again after it was found", () => {
  const probes = prepare();
  const due = probes.take();
  const waits: number[] = [];
  for (let nowNs = 0; waits.length < 9; nowNs = probes.dueNs) {
    probes.putBack([due], nowNs);
    waits.push((probes.dueNs - nowNs) / 1e6);
    probes.take();
  }
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 50, 50, 50]);
  probes.sent(due);
  probes.putBack([due], SECOND);
  assertEquals(probes.dueNs, SECOND + 1e6);
});

Deno.test("after six seconds without room for anybody a probe is given up, and its target waited for no more", () => {
  const probes = prepare();
  const [stuck, other] = take(probes, 2) as [DueProbe, DueProbe];
  assertEquals(probes.putBack([stuck], 0).size, 0);
  assertEquals(probes.putBack([probes.take()], 5.99 * SECOND).size, 0);
  assertEquals(probes.putBack([probes.take()], 6 * SECOND), new Set([stuck]));
  assert(!probes.isHolding);
  // Room for another does not make others wait for that one again.
  probes.sent(other);
  assertEquals(probes.putBack([stuck, other], 7 * SECOND), new Set([stuck]));
  assertEquals(name(probes.take()), name(other));
  // Room for itself does.
  probes.sent(stuck);
  assertEquals(probes.putBack([stuck], 8 * SECOND).size, 0);
});
