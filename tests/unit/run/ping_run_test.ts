/** A ping run as its caller sees it: what it is, when it judges conditions, how it ends, and what it leaves. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Transport } from "../../../src/probe/transport.ts";
import { parseCondition } from "../../../src/run/condition.ts";
import type { ConditionEvent } from "../../../src/run/condition_watch.ts";
import type { RunInfo } from "../../../src/run/event.ts";
import { type PingHooks, PingRun } from "../../../src/run/ping_run.ts";
import type { PingSetup } from "../../../src/run/ping_setup.ts";
import type { Reporter } from "../../../src/run/reporter.ts";
import type { TargetSummary } from "../../../src/run/target_statistics.ts";
import type { Network } from "../../support/simulated_network.ts";
import { makeTargets, proberOptions, type RunOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

interface Options extends RunOptions {
  readonly setup?: Partial<PingSetup>;
  readonly conditions?: readonly string[];
  readonly elapsedMs?: number;
  /** Parts of the transport that are others. */
  readonly transport?: Partial<Transport>;
  readonly hooks?: PingHooks;
  readonly atMs?: number;
  readonly act?: (run: PingRun) => void;
}

/** A run over a network, what its reporter was given, and in which order. */
async function open(network: Network, options: Options = {}) {
  const { setup, conditions = [], elapsedMs = 0, atMs, act, stopAtMs } = options;
  const simulated = new SimulatedTransport(network);
  const transport: Transport = Object.assign(simulated, options.transport);
  const targets = makeTargets(options.targets ?? 1);
  const order: string[] = [];
  const remarks: string[] = [];
  const infos: RunInfo[] = [];
  const summaries: TargetSummary[] = [];
  const events: ConditionEvent[] = [];
  const reporter: Omit<Reporter, "end"> = {
    run: (info) => {
      order.push("run");
      infos.push(info);
    },
    sent: () => {},
    reply: () => {},
    icmpError: () => {},
    timeout: () => {},
    unsent: () => {},
    stray: () => {},
    ending: () => void order.push("ending"),
    summary: (summary) => {
      order.push("summary");
      summaries.push(summary);
    },
    condition: (event) => void events.push(event),
  };
  const run = await PingRun.open({
    program: { command: "ping", version: "1.2.3" },
    plan: {
      ...{ kind: "timestamp", messageBytes: 20, prober: proberOptions(options, targets) },
      transport: { icmpTypes: [14], datagramBytes: 40, kernelStamps: true },
    },
    targets,
    conditions: conditions.map((text) => parseCondition(text)),
    ...setup,
  }, {
    elapsedMs: () => elapsedMs,
    isBroadcast: () => false,
    openTransport: () => transport,
    resolver: { resolve: () => Promise.resolve({ ok: true, addresses: [0x0a000009] }) },
  });
  if (stopAtMs === 0) run.stop();
  else if (stopAtMs !== undefined) simulated.at(stopAtMs, () => run.stop());
  if (atMs !== undefined) simulated.at(atMs, () => act?.(run));
  const start = () =>
    run.run(reporter, {
      remark: (text) => void remarks.push(text),
      ending: (reason) => void order.push(`ends: ${reason}`),
      ...options.hooks,
    });
  return { run, start, simulated, order, remarks, infos, summaries, events };
}

Deno.test("ping run: what it is, what came of it, and the summaries at the end", async () => {
  const { run, start, order, infos, simulated } = await open(
    { rules: [{ hosts: [2], probes: [1], fate: { lossOutRatio: 1 } }] },
    { targets: 2, count: 3, intervalMs: 200, timeoutMs: 500 },
  );
  assertEquals(run.probes, 6);
  simulated.clock.advance(2e9);
  const result = await start();
  const { baseUnixMs } = simulated.clock;
  const [info] = infos;
  assertEquals([info?.command, info?.version, info?.kind, info?.targets, info?.count], [
    ...["ping", "1.2.3", "timestamp", 2, 3],
  ]);
  assertEquals([info?.intervalMs, info?.timeoutMs, info?.lengthBytes, info?.identifier], [
    ...[200, 500, 20, 0x1cab],
  ]);
  assertEquals([info?.stampSource, info?.stampAt, info?.isUnprivileged, info?.baseUnixMs], [
    ...["kernel", "driver", false, baseUnixMs],
  ]);
  // The clock showed 11:51:34.656 two seconds ago.
  assertAlmostEquals((info?.time ?? NaN) - baseUnixMs / 1e3, 42_696.656, 1e-3);
  assertEquals([result.reason, result.targets, result.answered], ["complete", 2, 2]);
  assertEquals([result.totals.sent, result.totals.received, result.totals.lost], [6, 5, 1]);
  assertEquals([result.kernelDrops, result.failedCalls, result.met], [0, 0, []]);
  assertEquals(result.unknownNames, undefined);
  // The last probe leaves after 0.5 s and is answered within 50 ms; the lost one timed out before.
  assertAlmostEquals(result.durationS, 0.85, 0.06);
  assertAlmostEquals(result.time - (info?.time ?? NaN), result.durationS, 1e-6);
  assertEquals(order, ["run", "ends: complete", "ending", "summary", "summary"]);
  run.close();
  assertEquals(simulated.closes, 1);
});

Deno.test("ping run: what its socket is, and counts, is in the first and the last record", async () => {
  const { start, infos } = await open({ stampSource: "user" }, {
    ...{ count: 1, transport: { identifier: 77, failedCalls: () => 3, droppedDatagrams: () => 2 } },
    stampAt: "driver",
  });
  const result = await start();
  const [info] = infos;
  assertEquals([info?.identifier, info?.isUnprivileged], [77, true]);
  // Stamps taken in user space are read before the system call.
  assertEquals([info?.stampSource, info?.stampAt], ["user", "queue"]);
  assertEquals([result.failedCalls, result.kernelDrops, result.answered], [3, 2, 1]);
  const queue = await open({}, { count: 1, stampAt: "queue" });
  await queue.start();
  assertEquals(queue.infos[0]?.stampAt, "queue");
});

Deno.test("ping run: a condition is judged at the end of a run that has one, of each target", async () => {
  const { start, events, remarks } = await open({
    rules: [{ hosts: [1], fate: { lossOutRatio: 1 } }],
  }, { ...{ targets: 2, count: 2, intervalMs: 100, timeoutMs: 300 }, conditions: ["loss>50%"] });
  const { met, answered } = await start();
  assertEquals(answered, 1);
  assertEquals(met.map(({ target, scope, text }) => [target.label, scope, text]), [
    ["host-0", "run", "loss>50%"],
  ]);
  assertEquals([events, remarks], [met, ["host-0: loss>50% is true, it is 100 %"]]);
  const good = await open({}, { count: 2, conditions: ["loss>50%"] });
  assertEquals([(await good.start()).met, good.remarks], [[], []]);
});

/** Seconds after the start at which a run over a host that is silent from 20 to 60 s finds `loss>50%` true or not. */
async function changes(options: Options): Promise<(readonly [isMet: boolean, seconds: number])[]> {
  const { intervalMs = 1000 } = options;
  const silent = Array.from({ length: 40_000 / intervalMs }, (_, i) => 20_000 / intervalMs + i);
  const { start, events, infos } = await open(
    { rules: [{ probes: silent, fate: { lossOutRatio: 1 } }] },
    { count: null, timeoutMs: 100, stopAtMs: 130_000, conditions: ["loss>50%"], ...options },
  );
  await start();
  return events.filter(({ scope }) => scope === "interval")
    .map(({ finding, time }) => [finding.isMet, Math.round(time - (infos[0]?.time ?? NaN))]);
}

Deno.test("ping run: a run without end judges conditions every ten seconds, or ten probes", async () => {
  assertEquals(await changes({ intervalMs: 1000 }), [[true, 30], [false, 70]]);
  assertEquals(await changes({ intervalMs: 250 }), [[true, 30], [false, 70]]);
  // Ten probes take 20 s here: of those up to 40 s all were lost, of those up to 80 s none.
  assertEquals(await changes({ intervalMs: 2000 }), [[true, 40], [false, 80]]);
});

Deno.test("ping run: conditions are judged at each summary where these are asked for, also of a run that ends", async () => {
  assertEquals(await changes({ setup: { summaryEveryMs: 5000 } }), [[true, 25], [false, 65]]);
  const ending = { count: 100, setup: { summaryEveryMs: 5000 } };
  assertEquals(await changes(ending), [[true, 25], [false, 65]]);
  assertEquals(await changes({ count: 100 }), []);
});

Deno.test("ping run: summaries of intervals are reported where they are asked for, and not for conditions alone", async () => {
  const scopes = async (options: Options) => {
    const { start, summaries } = await open({}, { count: null, stopAtMs: 31_500, ...options });
    await start();
    return summaries.map(({ scope }) => scope);
  };
  assertEquals(await scopes({ conditions: ["loss>50%"] }), ["run"]);
  assertEquals(await scopes({ setup: { summaryEveryMs: 10_000 } }), [
    ...["interval", "interval", "interval", "run"],
  ]);
});

Deno.test("ping run: it ends when it is stopped, also before its start, and at what is left of its deadline", async () => {
  const stopped = await open({}, { count: null, stopAtMs: 2500 });
  assertEquals(stopped.run.probes, Infinity);
  const { reason, totals } = await stopped.start();
  assertEquals([reason, totals.sent], ["stopped", 3]);
  const never = await open({}, { stopAtMs: 0 });
  const result = await never.start();
  assertEquals([result.reason, result.totals.sent, never.summaries.length], ["stopped", 0, 1]);
  // The deadline counts from the start of the program, 3 s ago.
  const late = await open({}, { count: null, deadlineMs: 5500, elapsedMs: 3000 });
  const ended = await late.start();
  assertEquals([ended.reason, ended.totals.sent], ["deadline", 3]);
  assertAlmostEquals(ended.durationS, 2.5, 0.05);
});

Deno.test("ping run: probes that are pending at the end are counted", async () => {
  const { start } = await open({ back: 800 }, { targets: 2, count: null, stopAtMs: 600 });
  const { totals } = await start();
  assertEquals([totals.sent, totals.received, totals.pending], [2, 0, 2]);
});

Deno.test("ping run: what was measured is reported although the run failed", async () => {
  const { start, order, summaries } = await open({}, {
    ...{ count: 5, intervalMs: 100, atMs: 250 },
    act: () => {
      throw new Error("Cannot go on");
    },
  });
  await assertRejects(start, Error, "Cannot go on");
  assertEquals(order, ["run", "ends: undefined", "ending", "summary"]);
  assert((summaries[0]?.counters.sent ?? 0) >= 2);
});

Deno.test("ping run: a snapshot and a summary at any time, and a view that begins again", async () => {
  const seen: (readonly (number | undefined)[])[] = [];
  const look = (run: PingRun) => {
    const [target] = run.snapshot().targets;
    seen.push([target?.counters.sent, target?.history?.levels.length, run.snapshot().totals.sent]);
  };
  const { start, summaries } = await open({}, {
    ...{ count: 5, intervalMs: 1000, setup: { historyColumnsMs: [100, 1000] }, atMs: 2500 },
    act(run) {
      look(run);
      run.summarize();
      run.resetView();
      look(run);
    },
  });
  const { totals } = await start();
  assertEquals([seen, totals.sent], [[[3, 2, 3], [0, 2, 3]], 5]);
  assertEquals(summaries.map(({ counters }) => counters.sent), [5, 5]);
  const plain = await open({}, { count: 1 });
  await plain.start();
  plain.run.resetView();
  const [target] = plain.run.snapshot().targets;
  assertEquals([target?.history, target?.counters.sent, plain.run.beside], [
    ...[undefined, 1, undefined],
  ]);
});

Deno.test("ping run: names are followed by a run without end alone, and the pause is passed on", async () => {
  const asked: boolean[] = [];
  const followed = async (options: Options) => {
    const { start, remarks } = await open({}, {
      ...{ setup: { followsNames: true }, stopAtMs: 400_000, intervalMs: 10_000 },
      hooks: { idle: (_, isBusy) => void asked.push(isBusy) },
      ...options,
    });
    const { unknownNames } = await start();
    return [unknownNames, ...remarks];
  };
  assertEquals(await followed({ count: null }), [
    ...[0, "host-0 is at 10.0.0.9 now, not at 198.18.0.1 any more"],
  ]);
  assert(asked.length > 10);
  assertEquals(await followed({ count: 3 }), [undefined]);
});
