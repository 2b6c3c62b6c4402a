/** Whole runs of `clock` over a simulated network: what is reported, when they end, and that every bound holds the truth. */

import { assert, assertEquals } from "@std/assert";
import type { ClockEvent } from "../../src/run/clock/event.ts";
import { ClockRun, type ClockSetup } from "../../src/run/clock/run.ts";
import { planRun } from "../../src/run/run_plan.ts";
import type { ClockPicture } from "../../src/run/run_state.ts";
import type { Network } from "../support/simulated_network.ts";
import { FIRST_HOST, makeTargets } from "../support/simulated_run.ts";
import { SimulatedTransport } from "../support/simulated_transport.ts";

interface Options extends
  Partial<
    Pick<ClockSetup, "untilMs" | "giveUpMs" | "followsReplies" | "everyMs">
  > {
  readonly targets?: ClockSetup["targets"];
  readonly count?: number;
  readonly intervalMs?: number;
  readonly deadlineMs?: number;
  readonly own?: readonly number[];
  readonly stopAtMs?: number;
}

async function measure(network: Network, options: Options = {}) {
  const { targets = makeTargets(3), count = 40, intervalMs = 50, deadlineMs, own = [], stopAtMs } =
    options;
  const { untilMs, giveUpMs, followsReplies, everyMs } = options;
  const transport = new SimulatedTransport(network, { lookNs: 1000 });
  let routes = 0;
  const plan = planRun({ kind: "timestamp", count, intervalMs, timeoutMs: 1000, deadlineMs });
  const run = await ClockRun.open({
    ...{ program: { command: "clock", version: "0" }, plan, targets },
    ...{ untilMs, giveUpMs, followsReplies, everyMs },
  }, {
    elapsedMs: () => transport.clock.nowNs / 1e6,
    findRoute: (address) => {
      routes++;
      const source = own.includes(address) ? address : 0xc0000201;
      return { kind: "routed", source, interfaceName: "eth0" };
    },
    openTransport: () => transport,
  });
  if (stopAtMs === 0) run.stop();
  else if (stopAtMs !== undefined) transport.at(stopAtMs, () => run.stop());
  const reports: {
    readonly picture: ClockPicture;
    readonly isBrief: boolean;
    readonly atMs: number;
  }[] = [];
  let replies = 0;
  const result = await run.run({
    run: () => {},
    reply: () => replies++,
    report: (picture, isBrief) =>
      void reports.push({ picture, isBrief, atMs: transport.clock.nowNs / 1e6 }),
  });
  run.close();
  return { result, reports, replies, routes, transport, run };
}

/** Requests to a host. */
function sentTo(transport: SimulatedTransport, address: number): number {
  return transport.requests.filter(({ destination }) => destination === address).length;
}

function assertHolds({ state, target }: ClockEvent, offsetMs: number): void {
  const { lowerMs = NaN, upperMs = NaN, offsetMs: found = NaN } = state;
  assert(lowerMs <= offsetMs && upperMs >= offsetMs, `${target.label}: ${lowerMs} to ${upperMs}`);
  assert(lowerMs <= found && found <= upperMs, `${target.label}: ${found}`);
}

const KINDS: Network["kinds"] = {
  1: { clock: { offsetMs: 0.25 } },
  2: { clock: { offsetMs: -0.5, skewPpm: 30 } },
  3: { clock: { offsetMs: 7200_000 } },
};

Deno.test("clock run: every clock within its bounds, the majority named, each probe counted", async () => {
  const { result, reports, replies, transport } = await measure({ kinds: KINDS, out: 1, back: 2 });
  assertEquals([result.reason, result.targets, result.answered], ["complete", 3, 3]);
  assertEquals([result.totals.sent, result.totals.received, replies], [120, 120, 120]);
  for (const [i, offsetMs] of [0.25, -0.5, 7200_000].entries()) {
    assertHolds(result.clocks[i] as ClockEvent, offsetMs);
  }
  assertEquals(reports.map(({ isBrief }) => isBrief), [false]);
  const consensus = reports[0]?.picture.consensus?.consensus;
  assertEquals([consensus?.hosts, consensus?.agreeing, consensus?.falsetickers], [3, 2, [
    "host-2",
  ]]);
  assertEquals([result.missed, result.summaries.length], [[], 3]);
  assertEquals(transport.closes, 1);
  // A probe each 50 ms to each host, 2 s in all and the last answer.
  assert(result.durationS > 1.9 && result.durationS < 2.1, `${result.durationS}`);
});

Deno.test("clock run: the probes to a host meet every part of its millisecond", async () => {
  const { transport } = await measure({ kinds: KINDS }, { count: 100, targets: makeTargets(1) });
  const phases = transport.requests.map(({ remoteNs }) =>
    Math.floor(transport.clock.trueRealtimeNs(remoteNs.arrival) % 1e6 / 1e5)
  );
  for (let part = 0; part < 10; part++) {
    const count = phases.filter((phase) => phase === part).length;
    assert(count >= 2 && count <= 40, `${count} of 100 probes in part ${part}`);
  }
});

Deno.test("clock run: reports while it goes on are brief, regular, and the last one is not", async () => {
  const { reports } = await measure({ kinds: KINDS }, { everyMs: 500, count: 50 });
  const last = reports.length - 1;
  assertEquals(reports.map(({ isBrief }) => isBrief), reports.map((_, i) => i < last));
  const brief = reports.filter(({ isBrief }) => isBrief);
  assertEquals(brief.length, Math.floor((reports.at(-1)?.atMs ?? 0) / 500));
  for (const [i, { atMs }] of brief.entries()) {
    assert(atMs >= 500 * (i + 1) && atMs < 500 * (i + 1) + 60, `${atMs}`);
  }
});

Deno.test("clock run: it ends when every clock is known well enough, and says which are not", async () => {
  const reached = await measure({ kinds: KINDS }, { untilMs: 0.8, count: 2000 });
  assertEquals([reached.result.reason, reached.result.missed], ["complete", []]);
  assert(reached.result.totals.sent < 1500, `${reached.result.totals.sent}`);
  const never = await measure({ kinds: KINDS, back: 40 }, { untilMs: 0.001, count: 30 });
  assertEquals(never.result.missed.length, 3);
  const rules = [{ hosts: [2], fate: { isFiltered: true } }];
  const one = await measure({ kinds: KINDS, rules }, { untilMs: 0.8, giveUpMs: 1000, count: 2000 });
  assertEquals([one.result.reason, one.result.missed.map(({ target }) => target.label)], [
    "complete",
    ["host-1"],
  ]);
  assert(one.result.totals.sent < 1500);
});

Deno.test("clock run: a silent host is given up, also under its second name, and the others go on", async () => {
  const targets = [...makeTargets(2), { index: 2, label: "second name", address: FIRST_HOST }];
  const rules = [{ hosts: [1], fate: { isFiltered: true } }];
  const { transport, result } = await measure({ rules }, {
    targets,
    giveUpMs: 1000,
    count: 60,
    untilMs: 1e-6,
  });
  const silent = sentTo(transport, FIRST_HOST);
  assert(silent >= 19 && silent <= 22, `${silent}`);
  assertEquals(sentTo(transport, FIRST_HOST + 1), 60);
  assertEquals(result.missed.length, 3);
  assertEquals(result.clocks.map(({ counters }) => counters.received), [0, 60, 0]);
  // Without a limit each host is asked to the end.
  const patient = await measure({ rules }, { targets, count: 60 });
  assertEquals(sentTo(patient.transport, FIRST_HOST), 60);
});

Deno.test("clock run: following replies, a near host is asked as often as it answers", async () => {
  const network = { out: 2, back: 3, rules: [{ hosts: [2], fate: { isFiltered: true } }] };
  const { transport, result } = await measure(network, {
    ...{ targets: makeTargets(2), followsReplies: true, count: 100, intervalMs: 500 },
  });
  assertEquals(sentTo(transport, FIRST_HOST), 100);
  const [near, silent] = result.clocks;
  assertEquals([near?.counters.received, silent?.counters.received], [100, 0]);
  const times = transport.requests.filter(({ destination }) => destination === FIRST_HOST)
    .map(({ handedNs }) => handedNs / 1e6);
  const gaps = times.slice(1).map((atMs, i) => atMs - (times[i] as number)).sort((a, b) => a - b);
  // Five milliseconds for the answer, and less than two to the next place in the remote tick.
  assert((gaps[0] ?? 0) >= 5 && (gaps[90] ?? Infinity) < 9, `${gaps[0]} ${gaps[90]}`);
  assertHolds(near as ClockEvent, 0);
});

Deno.test("clock run: this machine's own address makes no consensus, and one clock none at all", async () => {
  const { reports } = await measure({ kinds: KINDS }, { own: [FIRST_HOST + 2] });
  const picture = reports[0]?.picture;
  assertEquals([picture?.consensus?.consensus.hosts, picture?.consensus?.notCounted], [
    2,
    ["198.18.0.3"],
  ]);
  const alone = await measure({}, { targets: makeTargets(1), own: [FIRST_HOST] });
  assertEquals(alone.reports[0]?.picture.consensus, undefined);
  assertEquals([alone.result.clocks.length, alone.routes], [1, 0]);
  const both = await measure({}, { targets: makeTargets(2), own: [FIRST_HOST] });
  assertEquals([both.reports[0]?.picture.consensus, both.routes], [undefined, 2]);
});

Deno.test("clock run: one that is stopped or out of time reports what it has", async () => {
  for (
    const [reason, options] of [["stopped", { stopAtMs: 1200 }], ["deadline", {
      deadlineMs: 1200,
    }]] as const
  ) {
    const { result, reports, run } = await measure({ kinds: KINDS }, { count: 1000, ...options });
    assertEquals<string>(result.reason, reason);
    assert(result.durationS < 1.4, `${result.durationS}`);
    assertEquals(reports.length, 1);
    assertHolds(result.clocks[0] as ClockEvent, 0.25);
    assertEquals(run.probes, 3000);
  }
  const never = await measure({}, { stopAtMs: 0 });
  assertEquals([never.result.reason, never.transport.requests], ["stopped", []]);
});

Deno.test("clock run: a silent host is given up without a goal too, and the others are asked to the end", async () => {
  const rules = [{ hosts: [1], fate: { isFiltered: true } }];
  const { result, transport } = await measure({ rules }, {
    ...{ targets: makeTargets(2), giveUpMs: 500, count: 30 },
  });
  assertEquals([result.reason, result.missed], ["complete", []]);
  assertEquals(sentTo(transport, FIRST_HOST + 1), 30);
  assert(sentTo(transport, FIRST_HOST) <= 12);
});

Deno.test("clock run: a host that replied once before it was too late is asked to the end", async () => {
  const later = Array.from({ length: 29 }, (_, index) => index + 1);
  const rules = [{ probes: later, fate: { isFiltered: true } }];
  const { result, transport } = await measure({ rules }, {
    ...{ targets: makeTargets(1), giveUpMs: 500, count: 30 },
  });
  assertEquals([result.totals.received, sentTo(transport, FIRST_HOST)], [1, 30]);
});

Deno.test("clock run: a snapshot has the clocks as they are, once the run has begun", async () => {
  const { run, result } = await measure({ kinds: KINDS });
  const { targets, consensus, totals } = run.snapshot();
  assertEquals(targets.map(({ clock }) => clock?.state.probes), [40, 40, 40]);
  assertEquals([consensus?.consensus.agreeing, totals.sent], [2, 120]);
  assertEquals(result.clocks.map(({ state }) => state.probes), [40, 40, 40]);
  const transport = new SimulatedTransport({});
  const plan = planRun({ kind: "timestamp", count: 1, intervalMs: 50, timeoutMs: 1000 });
  const waiting = await ClockRun.open(
    { program: { command: "clock", version: "0" }, plan, targets: makeTargets(1) },
    {
      elapsedMs: () => 0,
      findRoute: () => ({ kind: "broadcast" }),
      openTransport: () => transport,
    },
  );
  const before = waiting.snapshot();
  assertEquals([before.totals.sent, before.targets[0]?.clock, before.consensus], [
    ...[0, undefined, undefined],
  ]);
  waiting.close();
});
