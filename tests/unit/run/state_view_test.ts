/** What a display shows after a reset, and after a target has become another host. */

import { assertEquals } from "@std/assert";
import type { ExtraReply, ProbeOutcome } from "../../../src/probe/outcome.ts";
import { StateView } from "../../../src/run/state_view.ts";
import type { Target } from "../../../src/targets/target.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { makeProbe } from "../../support/probes.ts";
import { makeTargets } from "../../support/simulated_run.ts";

const [FIRST, SECOND] = makeTargets(2) as [Target, Target];
const MOVED: Target = { ...SECOND, address: 0xc6336401 };
const CLOCK = new FakeClock({ startNs: 0 });

/** A reply after 8 ms whose stamps are right. */
function reply(target: Target, atMs = 1000): ProbeOutcome {
  const at = (ms: number) => ({ realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source: "kernel" });
  const measurement = {
    ...{ receiveMs: atMs + 4, transmitMs: atMs + 4, reading: "standard" },
    host: { tick: "fine", tickMs: 1, isWithdrawn: false },
  };
  return {
    kind: "reply",
    probe: Object.assign(makeProbe({ target }), { sentAt: at(atMs) }),
    reply: { rttNs: 8e6, measurement, flags: [], receivedAt: at(atMs + 8) },
  } as unknown as ProbeOutcome;
}

function lost(target: Target, atMs: number): ProbeOutcome {
  const sentAt = { realtimeNs: atMs * 1e6, monotonicNs: atMs * 1e6, source: "kernel" } as const;
  return { kind: "timedOut", probe: makeProbe({ target, sentAt }) };
}

function duplicate(target: Target): ExtraReply {
  const { probe, reply: answer } = reply(target) as Extract<ProbeOutcome, { kind: "reply" }>;
  return { kind: "duplicate", probe, reply: answer };
}

/** Probes that the clock of a target was counted from, and replies that it was found from. */
function counted(view: StateView, index: number) {
  const clock = view.clock(index, CLOCK);
  return [clock?.counters.sent, clock?.counters.received, clock?.state.probes];
}

Deno.test("state view: each target has its own history and clock, and the run's statistics until a reset", () => {
  const view = new StateView([FIRST, SECOND], [100, 1000]);
  view.add(reply(FIRST), FIRST, { outMs: 3, backMs: 4 });
  view.add(lost(SECOND, 2000), SECOND, undefined);
  assertEquals([view.history(0)?.lastRttMs, view.history(1)?.lastRttMs], [8, undefined]);
  assertEquals(view.history(0)?.levels.map(({ columnNs }) => columnNs), [1e8, 1e9]);
  assertEquals(view.history(0)?.levels[0]?.high(10, "out"), 3);
  assertEquals(view.history(1)?.levels[1]?.lost(2), 1);
  assertEquals([counted(view, 0), counted(view, 1)], [[1, 1, 1], [1, 0, 0]]);
  assertEquals(view.clock(0, CLOCK)?.target, FIRST);
  assertEquals([view.statistics(0), view.clock(2, CLOCK), view.history(2)], [
    ...[undefined, undefined, undefined],
  ]);
});

Deno.test("state view: a reset begins with what follows, and the clock goes on", () => {
  const view = new StateView([FIRST, SECOND], [100]);
  view.add(reply(FIRST), FIRST, undefined);
  view.addExtra(duplicate(FIRST), FIRST);
  view.reset();
  assertEquals([view.history(0)?.lastRttMs, view.statistics(0)?.counters.sent], [undefined, 0]);
  view.add(reply(FIRST, 2000), FIRST, { outMs: 5, backMs: 6 });
  view.addExtra(duplicate(FIRST), FIRST);
  const { sent, received, duplicates } = view.statistics(0)?.counters ?? {};
  assertEquals([sent, received, duplicates], [1, 1, 1]);
  assertEquals(view.statistics(1)?.counters.sent, 0);
  assertEquals([view.history(0)?.lastRttMs, counted(view, 0)], [8, [2, 2, 2]]);
});

Deno.test("state view: a target that is another host begins again, and late events of the old one do not count", () => {
  for (const isReset of [false, true]) {
    const view = new StateView([FIRST, SECOND], [100]);
    if (isReset) view.reset();
    view.add(reply(FIRST), FIRST, undefined);
    view.add(reply(SECOND), SECOND, undefined);
    view.move(MOVED);
    const ofView = isReset ? 0 : undefined;
    assertEquals([view.history(1)?.lastRttMs, counted(view, 1)], [undefined, [0, 0, 0]]);
    assertEquals(view.statistics(1)?.counters.sent, ofView);
    view.add(reply(SECOND), SECOND, undefined);
    view.addExtra(duplicate(SECOND), SECOND);
    assertEquals([view.history(1)?.lastRttMs, counted(view, 1)], [undefined, [0, 0, 0]]);
    assertEquals(view.statistics(1)?.counters.duplicates, ofView);
    view.add(reply(MOVED, 3000), MOVED, undefined);
    view.addExtra(duplicate(MOVED), MOVED);
    assertEquals([view.history(1)?.lastRttMs, counted(view, 1)], [8, [1, 1, 1]]);
    assertEquals(view.clock(1, CLOCK)?.target, MOVED);
    assertEquals(view.statistics(1)?.counters.duplicates, isReset ? 1 : undefined);
    assertEquals(view.statistics(1)?.target, isReset ? MOVED : undefined);
    // The other target is as it was.
    assertEquals([view.history(0)?.lastRttMs, counted(view, 0)], [8, [1, 1, 1]]);
  }
});

Deno.test("state view: without columns clocks are followed, and no history is kept", () => {
  const view = new StateView([FIRST], []);
  view.add(reply(FIRST), FIRST, undefined);
  view.reset();
  view.move({ ...FIRST, address: 5 });
  view.add(reply({ ...FIRST, address: 5 }), { ...FIRST, address: 5 }, undefined);
  assertEquals([view.history(0), counted(view, 0)], [undefined, [1, 1, 1]]);
});
