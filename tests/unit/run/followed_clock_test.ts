/** How the stamps of a followed clock were read: those in use, or those that could not be used while there are no others. */

import { assertEquals } from "@std/assert";
import type { ProbeOutcome } from "../../../src/probe/outcome.ts";
import { FollowedClock } from "../../../src/run/clock/followed_clock.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

/** A reply a second after the last, which took 10 ms and whose stamps are right. */
function reply(second: number, reading: string, flags: readonly string[] = []): ProbeOutcome {
  const at = (ms: number) => ({
    realtimeNs: (second * 1000 + ms) * 1e6,
    monotonicNs: (second * 1000 + ms) * 1e6,
    source: "kernel",
  });
  const stampMs = second * 1000 + 5;
  const measurement = { receiveMs: stampMs, transmitMs: stampMs, reading };
  return {
    kind: "reply",
    probe: { sentAt: at(0) },
    reply: { measurement, flags, receivedAt: at(10) },
  } as unknown as ProbeOutcome;
}

function follow(...outcomes: readonly ProbeOutcome[]) {
  const target = { index: 0, label: "host", address: 1 };
  const clock = new FollowedClock({ target, counters: new ProbeCounters() }, {});
  for (const outcome of outcomes) clock.add(outcome);
  const { reading, flags } = clock.event(3_000e6, 0);
  return { used: clock.tracker.probes, reading, flags };
}

Deno.test("followed clock: the reading is of the stamps in use, not of one that is of no use", () => {
  const bad = reply(2, "little-endian", ["originate-changed"]);
  assertEquals(follow(reply(1, "standard"), bad), {
    used: 1,
    reading: "standard",
    flags: ["originate-changed"],
  });
  // While there are none in use, it says how the others were read.
  assertEquals(follow(bad), { used: 0, reading: "little-endian", flags: ["originate-changed"] });
});

Deno.test("followed clock: a reply without the stamp of one direction is not used", () => {
  const half = reply(2, "standard") as { reply: { measurement: { transmitMs?: number } } };
  delete half.reply.measurement.transmitMs;
  assertEquals(follow(reply(1, "standard"), half as unknown as ProbeOutcome).used, 1);
});
