import { assert, assertEquals } from "@std/assert";
import { type InFlightProbe } from "../../../src/probe/probe.ts";
import { makeProbe } from "../../support/probes.ts";
import { SendTimer } from "../../../src/probe/send_timer.ts";
import type { Clock, Instant } from "../../../src/time/mod.ts";

const TARGET = { index: 0, address: 0x7f000001, label: "127.0.0.1" };

/** A clock that goes on by a microsecond with each look at it. */
class LookedAtClock implements Clock {
  readonly baseUnixMs = 0;
  nowNs = 0;
  looks = 0;

  now(): Instant {
    this.nowNs += 1000;
    this.looks += 1;
    return { realtimeNs: this.nowNs, monotonicNs: this.nowNs, source: "user" };
  }
}

function sentAt(monotonicNs: number, source: Instant["source"] = "kernel"): InFlightProbe {
  const at: Instant = { realtimeNs: monotonicNs, monotonicNs, source };
  return makeProbe({ target: TARGET, sentAt: at, deadlineNs: 1e9 });
}

Deno.test("the rest of the time is spent looking at the clock, up to the lead", () => {
  const clock = new LookedAtClock();
  const timer = new SendTimer(clock);
  timer.waitFor(200_000);
  assertEquals(clock.nowNs, 200_000 - timer.leadNs);
});

Deno.test("what is due later, or never, is not waited for", () => {
  for (const dueNs of [5_000_000, Infinity]) {
    const clock = new LookedAtClock();
    new SendTimer(clock).waitFor(dueNs);
    assertEquals(clock.looks, 1);
  }
});

Deno.test("what is due already does not wait", () => {
  const clock = new LookedAtClock();
  clock.nowNs = 1_000_000;
  new SendTimer(clock).waitFor(500_000);
  assert(clock.looks <= 2);
});

Deno.test("the lead follows what the way took by the kernel's stamps", () => {
  const clock = new LookedAtClock();
  const timer = new SendTimer(clock);
  // Whatever the lead, the kernel's stamp comes 80 µs after the call.
  for (let round = 1; round <= 100; round += 1) {
    const dueNs = round * 1e6;
    timer.sent(dueNs, sentAt(dueNs - timer.leadNs + 80_000));
    timer.waitFor(Infinity);
  }
  assert(Math.abs(timer.leadNs - 80_000) < 1000, `lead ${timer.leadNs} ns`);
  assertEquals(timer.earlyNs - timer.leadNs, 300_000);
});

Deno.test("our own stamps and accidents teach nothing", () => {
  const timer = new SendTimer(new LookedAtClock());
  const before = timer.leadNs;
  timer.sent(1e6, sentAt(1_090_000, "user"));
  timer.waitFor(Infinity);
  timer.sent(2e6, sentAt(9e6));
  timer.waitFor(Infinity);
  assertEquals(timer.leadNs, before);
});

Deno.test("an error counts for an eighth, in either direction, and the lead is never below nothing", () => {
  const timer = new SendTimer(new LookedAtClock());
  const before = timer.leadNs;
  assertEquals(before, 30_000);
  timer.sent(1e6, sentAt(1e6 + 80_000));
  timer.waitFor(Infinity);
  assertEquals(timer.leadNs, before + 10_000);
  timer.sent(2e6, sentAt(2e6 - 40_000));
  timer.waitFor(Infinity);
  assertEquals(timer.leadNs, before + 5000);
  // A probe teaches once.
  timer.waitFor(Infinity);
  assertEquals(timer.leadNs, before + 5000);
  for (const errorNs of [-499_999, -499_999]) {
    timer.sent(3e6, sentAt(3e6 + errorNs));
    timer.waitFor(Infinity);
  }
  assertEquals(timer.leadNs, 0);
  for (const errorNs of [500_000, -500_000]) {
    timer.sent(4e6, sentAt(4e6 + errorNs));
    timer.waitFor(Infinity);
  }
  assertEquals(timer.leadNs, 0, "half a millisecond is an accident");
});

Deno.test("what is due in 300 µs and the lead is waited for, what is due later is not", () => {
  const waits = (dueNs: number) => {
    const clock = new LookedAtClock();
    new SendTimer(clock).waitFor(dueNs);
    return clock.looks > 1;
  };
  // The first look at the clock is at 1 µs.
  assertEquals([waits(331_000), waits(331_001)], [true, false]);
});
