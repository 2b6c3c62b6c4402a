import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ProbeOutcome } from "../../../src/probe/outcome.ts";
import { Prober } from "../../../src/probe/prober.ts";
import { RunState } from "../../../src/run/run_state.ts";
import { StateView } from "../../../src/run/state_view.ts";
import { type Target, UNKNOWN_ADDRESS } from "../../../src/targets/target.ts";
import type { Network } from "../../support/simulated_network.ts";
import { makeTargets, proberOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

/** Of five probes the second is lost, and a router answers the fourth with an ICMP error. */
const NETWORK: Network = {
  out: 1,
  back: 2,
  rules: [
    { probes: [1], fate: { lossOutRatio: 1 } },
    { probes: [3], fate: { error: { type: 3, code: 13, reporter: 0xc0000a01 } } },
  ],
};

/** Counts a run of five probes to each target; calls `look` after each outcome. */
async function count(
  targets: number,
  columnsMs: readonly number[] | undefined,
  look: (state: RunState, outcome: ProbeOutcome) => void = () => {},
): Promise<RunState> {
  const transport = new SimulatedTransport(NETWORK);
  const list = makeTargets(targets);
  const view = columnsMs && new StateView(list, columnsMs);
  const state = new RunState(list, transport.clock, view);
  const options = proberOptions({ count: 5, intervalMs: 100, timeoutMs: 500, targets }, list);
  await new Prober(options, transport, {
    outcome(outcome) {
      const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
      state.add(outcome, state.of(target));
      look(state, outcome);
    },
    extra: (extra) => void state.addExtra(extra),
    stray: ({ kind }) => state.strays.add(kind),
    idle() {},
  }).run();
  return state;
}

Deno.test("run state: a snapshot has the counters, the summary and the history of every target", async () => {
  const { targets, totals, answered, time, consensus } = (await count(2, [100])).snapshot();
  assertEquals([totals.sent, totals.received, totals.lost, totals.icmpErrors], [10, 6, 2, 2]);
  assertEquals([answered, consensus], [2, undefined]);
  assertEquals(Math.round(time * 1e3) > 0, true);
  for (const { counters, history, summary, clock } of targets) {
    assertEquals([counters.sent, counters.received, counters.lost, counters.icmpErrors], [
      ...[5, 3, 1, 1],
    ]);
    assertEquals(history?.levels.length, 1);
    // The second probe timed out after the last was answered.
    assertAlmostEquals(history?.lastRttMs ?? NaN, 3, 0.1);
    assertAlmostEquals(summary.rttMs?.median ?? NaN, 3, 0.1);
    assertEquals([clock?.state.probes, clock?.counters.sent, clock?.counters.lost], [3, 5, 1]);
  }
});

Deno.test("run state: a snapshot stays as it was while the run goes on", async () => {
  let early: ReturnType<RunState["snapshot"]> | undefined;
  const state = await count(1, [100], (state) => {
    if (early !== undefined) return;
    early = state.snapshot();
    assertEquals(early.targets.length, 1);
  });
  assertEquals([early?.totals.sent, early?.targets[0]?.counters.sent], [1, 1]);
  assertEquals(state.snapshot().totals.sent, 5);
});

Deno.test("run state: no history is kept without a view", async () => {
  const { targets } = (await count(1, undefined)).snapshot();
  assertEquals(targets[0]?.history, undefined);
});

Deno.test("run state: strays are counted by kind, and a notice is none", () => {
  const state = new RunState(makeTargets(1), new SimulatedTransport({}).clock);
  for (const kind of ["malformed", "truncated", "foreign", "unmatched", "notice"] as const) {
    state.strays.add(kind);
  }
  const { strays } = state.snapshot();
  assertEquals(strays, { malformed: 2, foreign: 1, unmatched: 1, unreported: 0 });
});

Deno.test("run state: a target that moved keeps the former address's statistics, apart", async () => {
  const state = await count(2, undefined);
  const [first] = makeTargets(2);
  state.move(first as typeof first & object, 0xc6330001);
  assertEquals(state.snapshot().targets.map(({ counters }) => counters.sent), [0, 5]);
  assertEquals([...state.summaries()].map(({ counters }) => counters.sent), [5, 0, 5]);
  assertEquals([state.answered, state.totals().sent], [2, 10]);
  assertEquals(state.of(first as typeof first & object).counters.sent, 5);
});

Deno.test("run state: each address that a target has had keeps its own statistics, also where another target was", () => {
  const list = makeTargets(2) as [Target, Target];
  const [first, second] = list;
  const state = new RunState(list, new SimulatedTransport({}).clock);
  const at = (target: Target, address: number) => ({ ...target, address });
  const [here, there] = [0xc6330001, 0xc6330002];
  const unsent = (target: Target) =>
    state.add({ kind: "unsent", target } as unknown as ProbeOutcome, state.of(target));
  for (const [target, address] of [[first, here], [first, there], [second, here]] as const) {
    unsent(at(target, state.statistics[target.index]?.target.address ?? 0));
    state.move(target, address);
  }
  // Late words: one of the first target's time at its second address, and two of the other's at its own.
  for (const target of [at(first, here), second, second]) unsent(target);
  unsent(at(first, there));
  const counted = [...state.summaries()].map((
    { target, counters },
  ) => [target.index, target.address, counters.unsent]);
  assertEquals(counted, [
    [0, first.address, 1],
    [0, here, 2],
    [0, there, 1],
    [1, second.address, 3],
    [1, here, 0],
  ]);
  assertEquals(state.of(at(second, here)).counters.unsent, 0);
  // An address that a target never had is its present one's.
  assertEquals(state.of(at(second, 5)).target.address, here);
  assertThrows(() => state.of({ ...first, index: 2 }), RangeError, "Cannot find target 2");
});

Deno.test("run state: a name without an address has no summary, and leaves none when it is found", () => {
  const [named] = makeTargets(1).map((target) => ({ ...target, address: UNKNOWN_ADDRESS }));
  const state = new RunState([named as Target], new SimulatedTransport({}).clock);
  assertEquals([...state.summaries()], []);
  state.move(named as Target, 7);
  assertEquals([...state.summaries()].map(({ target }) => target.address), [7]);
});

Deno.test("run state: targets of one address share their probes, which count once", async () => {
  const state = await count(1, undefined);
  const [target] = makeTargets(1);
  const shared = new RunState(
    [target, { ...target, index: 1 }] as ConstructorParameters<typeof RunState>[0],
    new SimulatedTransport({}).clock,
  );
  for (const { counters } of shared.statistics) counters.add(state.totals());
  assertEquals([shared.totals().sent, shared.answered], [5, 2]);
});

Deno.test("run state: without delays probes are counted, and a summary has no delays", async () => {
  const transport = new SimulatedTransport(NETWORK);
  const list = makeTargets(1);
  const state = new RunState(list, transport.clock, undefined, false);
  const changes: unknown[] = [];
  await new Prober(
    proberOptions({ count: 5, intervalMs: 100, timeoutMs: 500, targets: 1 }, list),
    transport,
    {
      outcome(outcome) {
        const target = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
        changes.push(state.add(outcome, state.of(target)));
      },
      extra: (extra) => void state.addExtra(extra),
      stray: ({ kind }) => state.strays.add(kind),
      idle() {},
    },
  ).run();
  const [summary] = state.summaries();
  assertEquals(
    [summary?.counters.sent, summary?.counters.received, summary?.counters.lost],
    [5, 3, 1],
  );
  assertEquals([summary?.rttMs, summary?.queueMs, summary?.outMs, summary?.host], [
    ...Array(4).fill(undefined),
  ]);
  assertEquals(changes, Array(5).fill(undefined));
  assertEquals(state.answered, 1);
});
