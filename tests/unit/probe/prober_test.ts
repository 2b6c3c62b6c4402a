/** The loop of a run: what it reads in one turn, how long it waits, and when it ends. */

import { assert, assertEquals } from "@std/assert";
import type { ProbeListener } from "../../../src/probe/outcome.ts";
import { Prober } from "../../../src/probe/prober.ts";
import type { ProberOptions } from "../../../src/probe/prober_options.ts";
import type { ReceivedDatagram } from "../../../src/probe/transport.ts";
import { makeTargets, proberOptions, type RunOptions } from "../../support/simulated_run.ts";
import {
  SimulatedTransport,
  type SimulatedTransportOptions,
} from "../../support/simulated_transport.ts";

/** A prober over a simulated network, and how it waits: each time, milliseconds, and by which call. */
function open(
  { options = {}, more = {}, machine = {}, listener = {} }: {
    readonly options?: RunOptions;
    readonly more?: Partial<ProberOptions>;
    readonly machine?: SimulatedTransportOptions;
    readonly listener?: Partial<ProbeListener>;
  },
) {
  const transport = new SimulatedTransport({ out: 1, back: 1 }, machine);
  const waits: [call: "wait" | "pause", timeoutMs: number][] = [];
  for (const call of ["wait", "pause"] as const) {
    const original = transport[call];
    if (original === undefined) continue;
    Object.assign(transport, {
      [call]: (timeoutMs: number) => {
        waits.push([call, timeoutMs]);
        return original.call(transport, timeoutMs);
      },
    });
  }
  const prober = new Prober(
    { ...proberOptions(options, makeTargets(options.targets ?? 1)), dither: () => 0, ...more },
    transport,
    { outcome() {}, extra() {}, stray() {}, idle: () => undefined, ...listener },
  );
  return { prober, transport, waits };
}

const sentMs = (transport: SimulatedTransport) =>
  transport.requests.map(({ handedNs }) => Math.round(handedNs / 1e6));

Deno.test("prober: a run ends with its last answer, its deadline, or when it is stopped", async () => {
  const whole = open({ options: { count: 3, intervalMs: 100 } });
  assertEquals(await whole.prober.run(), "complete");
  assertEquals([sentMs(whole.transport), whole.prober.pending], [[0, 102, 203], 0]);
  const due = open({ options: { count: null, intervalMs: 300, deadlineMs: 1000 } });
  assertEquals(await due.prober.run(), "deadline");
  assertEquals(sentMs(due.transport).length, 4);
  assertEquals(Math.round(due.transport.clock.nowNs / 1e6), 1000);
  const none = open({ options: { count: 3, deadlineMs: 0 } });
  assertEquals([await none.prober.run(), none.transport.requests.length], ["deadline", 0]);
  const stopped = open({ options: { count: null, intervalMs: 100 } });
  stopped.transport.at(250, () => stopped.prober.stop());
  assertEquals(await stopped.prober.run(), "stopped");
  assertEquals(Math.round(stopped.transport.clock.nowNs / 1e6), 250);
});

Deno.test("prober: in one turn sixteen batches are read, so that a flood keeps no probe waiting", async () => {
  const { prober, transport } = open({
    options: { count: 3, intervalMs: 100, deadlineMs: 150 },
    machine: { receiveBatch: 2, lookNs: 1e6 },
  });
  const junk: ReceivedDatagram = {
    ...{ bytes: new Uint8Array(3), source: 1, truncated: false },
    receivedAt: { realtimeNs: 0, monotonicNs: 0, source: "kernel" },
  };
  const turns: number[] = [];
  let reads = 0;
  const { wait } = transport;
  Object.assign(transport, {
    receive: () => {
      reads++;
      return [junk, junk];
    },
    wait: (timeoutMs: number) => {
      turns.push(reads);
      reads = 0;
      return wait.call(transport, timeoutMs);
    },
  });
  assertEquals(await prober.run(), "deadline");
  assertEquals(transport.requests.length, 2);
  assert(turns.length > 1);
  assertEquals(turns, turns.map(() => 16));
});

Deno.test("prober: a stop ends the turn that is under way", async () => {
  const flood = open({
    options: { count: null, intervalMs: 100 },
    listener: { stray: () => flood.prober.stop() },
  });
  let reads = 0;
  Object.assign(flood.transport, {
    receiveBatch: 1,
    receive: () => {
      reads++;
      return [{
        ...{ bytes: new Uint8Array(3), source: 1, truncated: false },
        receivedAt: flood.transport.clock.now(),
      }];
    },
  });
  assertEquals(await flood.prober.run(), "stopped");
  // Once when it is stopped, and once in the turn that ends the run.
  assertEquals(reads, 2);
});

Deno.test("prober: the schedule is looked at each ten seconds, and when somebody is to be idle", async () => {
  const long = open({ options: { count: 2, intervalMs: 60_000 } });
  await long.prober.run();
  const times = long.waits.map(([, ms]) => ms);
  assertEquals(Math.max(...times), 10_000);
  assertEquals(times.filter((ms) => ms === 10_000).length, 5);
  let idleAtNs = Infinity;
  const idles: number[] = [];
  const early = open({
    options: { count: 2, intervalMs: 1000 },
    more: { idleAtNs: () => idleAtNs },
    listener: {
      idle: (nowNs) => {
        if (nowNs >= idleAtNs) idles.push(Math.round(nowNs / 1e6));
        idleAtNs = nowNs < 400e6 ? 400e6 : Infinity;
        return undefined;
      },
    },
  });
  await early.prober.run();
  assertEquals(idles, [400]);
});

Deno.test("prober: a transport that can pause does, while the next probe is due within two milliseconds", async () => {
  const callsOf = async (intervalMs: number) => {
    const { prober, waits } = open({
      options: { targets: 2, count: 20, intervalMs: 2 * intervalMs },
      machine: { canPause: true, wakeNs: 0 },
    });
    await prober.run();
    // Once the last is sent, nothing is due any more.
    return new Set(waits.slice(0, -8).map(([call]) => call));
  };
  assertEquals(await callsOf(1.5), new Set(["pause"]));
  assert((await callsOf(3)).has("wait"));
});

Deno.test("prober: identifiers are kept to, unless strays are wanted", async () => {
  for (const keepStrays of [undefined, false, true]) {
    const kept: number[][] = [];
    const transport = Object.assign(new SimulatedTransport({}), {
      keepIdentifiers: (identifiers: Iterable<number>) => void kept.push([...identifiers]),
    });
    const options = { ...proberOptions({ targets: 2, count: 1 }, makeTargets(2)), keepStrays };
    const listener = { outcome() {}, extra() {}, stray() {}, idle: () => undefined };
    await new Prober(options, transport, listener).run();
    assertEquals(kept, keepStrays === true ? [] : [[0x1cab, 0x1cab]]);
  }
});

Deno.test("prober: a listener that has no room holds the run up, and nothing is waited for beside", async () => {
  let held = 0;
  const { prober, waits } = open({
    options: { count: 2, intervalMs: 100 },
    listener: { idle: () => held++ < 3 ? Promise.resolve() : undefined },
  });
  await prober.run();
  const free = open({ options: { count: 2, intervalMs: 100 } });
  await free.prober.run();
  assertEquals(waits.length, free.waits.length);
  assert(held > 4);
});

Deno.test("prober: targets that are asked until they answer end a run only after the first round", async () => {
  const { prober, transport } = open({
    options: { targets: 3, count: 5, intervalMs: 3000, stopOnReply: true },
  });
  assertEquals(await prober.run(), "complete");
  assertEquals(sentMs(transport), [0, 1000, 2000]);
  assert(transport.clock.nowNs < 2100e6);
});

Deno.test("prober: the second question is asked while it is on, from the start too", async () => {
  for (const isOnFirst of [true, false]) {
    const base = proberOptions({ count: 3, intervalMs: 100 }, makeTargets(1));
    const [spec] = base.probes;
    const { prober, transport } = open({
      options: { count: 3, intervalMs: 100 },
      more: { beside: spec },
    });
    if (isOnFirst) prober.setBeside(true);
    transport.at(120, () => prober.setBeside(!isOnFirst));
    await prober.run();
    // On until 120 ms, or from then on: half an interval after the probes at 0 and 102 ms, or at 203 ms.
    assertEquals(sentMs(transport), isOnFirst ? [0, 50, 102, 152, 203] : [0, 102, 203, 253]);
  }
});

Deno.test("prober: datagrams are kept where the run explains packets, and nowhere else", async () => {
  for (const [more, kept] of [[{}, false], [{ keepBytes: true }, true]] as const) {
    const bytes: (Uint8Array | undefined)[] = [];
    const listener: Partial<ProbeListener> = {
      outcome: (outcome) => void (outcome.kind === "reply" && bytes.push(outcome.reply.bytes)),
    };
    await open({ options: { count: 2, intervalMs: 100 }, more, listener }).prober.run();
    assertEquals(bytes.map((each) => each !== undefined), [kept, kept]);
  }
});
