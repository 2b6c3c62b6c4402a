import { assert, assertEquals } from "@std/assert";
import { Probe } from "../../../src/probe/probe.ts";
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

function sentAt(monotonicNs: number, source: Instant["source"] = "kernel"): Probe {
  const at: Instant = { realtimeNs: monotonicNs, monotonicNs, source };
  return new Probe(TARGET, 0, 1, 0, 0, 0, at, 1e9);
}

Deno.test("the rest of the time is spent looking at the clock, up to the lead", () => {
  const clock = new LookedAtClock();
  const send_timer = new SendTimer(clock);
  send_timer.waitFor(200_000);
  assertEquals(clock.nowNs, 200_000 - send_timer.leadNs);
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
  const send_timer = new SendTimer(clock);
  // Whatever the lead, the kernel's stamp comes 80 µs after the call.
  for (let round = 1; round <= 100; round += 1) {
    const dueNs = round * 1e6;
    send_timer.sent(dueNs, sentAt(dueNs - send_timer.leadNs + 80_000));
    send_timer.waitFor(Infinity);
  }
  assert(Math.abs(send_timer.leadNs - 80_000) < 1000, `lead ${send_timer.leadNs} ns`);
  assertEquals(send_timer.earlyNs - send_timer.leadNs, 300_000);
});

Deno.test("our own stamps and accidents teach nothing", () => {
  const send_timer = new SendTimer(new LookedAtClock());
  const before = send_timer.leadNs;
  send_timer.sent(1e6, sentAt(1_090_000, "user"));
  send_timer.waitFor(Infinity);
  send_timer.sent(2e6, sentAt(9e6));
  send_timer.waitFor(Infinity);
  assertEquals(send_timer.leadNs, before);
});
