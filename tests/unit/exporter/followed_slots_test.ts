import { assertEquals } from "@std/assert";
import { FollowedSlots, slotNsFor } from "../../../src/exporter/followed_slots.ts";
import { Prober } from "../../../src/probe/prober.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { makeTargets, proberOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

/** Follows a clock over this many replies, ten a second. */
async function follow(count: number, slotNs: number) {
  const transport = new SimulatedTransport({ out: 1, back: 2 });
  const targets = makeTargets(1);
  const [target] = targets;
  if (target === undefined) throw new TypeError("no target");
  const clock = new FollowedSlots({ target, counters: new ProbeCounters() }, slotNs);
  await new Prober(proberOptions({ count, intervalMs: 100, timeoutMs: 500 }, targets), transport, {
    outcome: (outcome) => clock.add(outcome),
    extra() {},
    stray() {},
    idle() {},
  }).run();
  return clock.event(transport.clock.now().realtimeNs, transport.clock.baseUnixMs).state;
}

Deno.test("followed clock: few targets have every reply taken, many one of each stretch", () => {
  assertEquals(slotNsFor(200, 1000), 0);
  assertEquals(slotNsFor(1, 1), 5e6);
  assertEquals(slotNsFor(1000, 1000), 5e9);
  assertEquals(slotNsFor(1000, 60_000), 0);
});

Deno.test("followed clock: the first replies, and then one of each stretch; the bounds hold the truth", async () => {
  assertEquals((await follow(108, 0)).probes, 108);
  const state = await follow(108, 1e9);
  // Eight at once, then ten stretches of ten replies, the last of which is not over.
  assertEquals(state.probes >= 17 && state.probes <= 18, true, `${state.probes}`);
  assertEquals((state.lowerMs ?? NaN) <= 0 && (state.upperMs ?? NaN) >= 0, true);
});
