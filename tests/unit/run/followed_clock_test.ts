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

Deno.test("followed clock: a reply without its receive stamp, or without any measurement, is not used", () => {
  const half = reply(2, "standard") as { reply: { measurement?: { receiveMs?: number } } };
  delete half.reply.measurement?.receiveMs;
  assertEquals(follow(reply(1, "standard"), half as unknown as ProbeOutcome).used, 1);
  const none = reply(2, "standard", ["bad-checksum"]) as typeof half;
  delete none.reply.measurement;
  assertEquals(follow(none as unknown as ProbeOutcome), {
    ...{ used: 0, reading: undefined, flags: ["bad-checksum"] },
  });
});

Deno.test("followed clock: stamps that are copied, or of a negative round trip, say nothing of the clock", () => {
  for (const flag of ["originate-changed", "originate-copied", "negative-rtt"]) {
    assertEquals(follow(reply(1, "standard", [flag])).used, 0);
  }
  assertEquals(follow(reply(1, "standard", ["odd-code"])).used, 1);
});

Deno.test("followed clock: of the tick the clock's own flag counts, not those of single replies", () => {
  const flagged = reply(1, "standard", ["tick-assumed", "odd-code", "coarse-tick", "tick-unknown"]);
  assertEquals(follow(flagged, reply(2, "standard", ["odd-code"])).flags, ["odd-code"]);
  // Stamps that are multiples of 10 ms, of probes that left at any moment.
  const coarse = Array.from({ length: 60 }, (_, i) => {
    const outcome = reply(i * 1.0373, "standard") as unknown as {
      reply: { measurement: { receiveMs: number; transmitMs: number } };
    };
    const { measurement } = outcome.reply;
    measurement.receiveMs = measurement.transmitMs = Math.floor(measurement.receiveMs / 10) * 10;
    return outcome as unknown as ProbeOutcome;
  });
  assertEquals(follow(...coarse).flags, ["coarse-tick"]);
});
