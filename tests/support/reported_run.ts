/** One simulated run as a reporter writes it. */

import { setColorEnabled } from "../../src/terminal/color.ts";
import { Prober } from "../../src/probe/prober.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import type { Reporter } from "../../src/run/reporter.ts";
import { RunRecorder } from "../../src/run/run_recorder.ts";
import type { Target } from "../../src/targets/target.ts";
import { MemorySink } from "./memory_sink.ts";
import type { Network } from "./simulated_network.ts";
import { IDENTIFIER, makeTargets, proberOptions, type RunOptions } from "./simulated_run.ts";
import { SimulatedTransport } from "./simulated_transport.ts";

/** What is reported. */
export interface ReportedRunOptions extends RunOptions {
  /** Labels of the targets in order; `host-0` and so on by default. */
  readonly labels?: readonly string[];
  /** Pass on requests and bytes. */
  readonly explain?: boolean;
}

/** What was written. */
export interface Reported {
  /** Standard output. */
  readonly output: MemorySink;
  /** Standard error. */
  readonly errors: MemorySink;
}

/** Runs the prober over a network and lets a reporter write of it, as `ping` does, without colour. */
export async function reportRun(
  network: Network,
  options: ReportedRunOptions,
  open: (output: LineSink, errors: LineSink) => Reporter,
): Promise<Reported> {
  setColorEnabled(false);
  const transport = new SimulatedTransport(network);
  const targets: Target[] = makeTargets(options.targets ?? 1).map((target) => ({
    ...target,
    label: options.labels?.[target.index] ?? target.label,
  }));
  const output = new MemorySink();
  const errors = new MemorySink();
  const fail = (error: Error) => {
    throw error;
  };
  const outputLines = new LineSink(output, fail);
  const errorLines = new LineSink(errors, fail);
  const reporter = open(outputLines, errorLines);
  const { baseUnixMs } = transport.clock;
  const explain = options.explain ?? false;
  const recorder = new RunRecorder(targets, reporter, outputLines, {
    baseUnixMs,
    unixTime: () => baseUnixMs / 1e3 + transport.clock.now().realtimeNs / 1e9,
    explain,
  });
  const prober = new Prober(
    { ...proberOptions(options, targets), keepBytes: explain },
    transport,
    recorder,
  );
  if (options.stopAtMs !== undefined) transport.at(options.stopAtMs, () => prober.stop());
  reporter.run({
    command: "ping",
    version: "1.2.3",
    time: baseUnixMs / 1e3 + transport.clock.now().realtimeNs / 1e9,
    kind: options.kind ?? "timestamp",
    targets: targets.length,
    count: options.count === null ? Infinity : options.count ?? 10,
    intervalMs: options.intervalMs ?? 1000,
    timeoutMs: options.timeoutMs ?? 1000,
    identifier: IDENTIFIER,
    stampSource: transport.stampSource,
    stampAt: options.stampAt ?? "driver",
    lengthBytes: options.kind === "echo" ? 64 : 20,
    baseUnixMs,
  });
  const reason = await prober.run();
  recorder.close(prober.pendingProbes());
  recorder.summarize();
  reporter.end({
    time: baseUnixMs / 1e3 + transport.clock.now().realtimeNs / 1e9,
    reason,
    exitCode: recorder.answered === targets.length ? 0 : 1,
    durationS: transport.clock.nowNs / 1e9,
    targets: targets.length,
    answered: recorder.answered,
    totals: recorder.totals(),
    ...recorder.strays,
    kernelDrops: transport.droppedDatagrams(),
    failedCalls: 0,
  });
  outputLines.flush();
  errorLines.flush();
  return { output, errors };
}

/** A machine whose own queue holds each probe a while: one a little, one for longer than it may take. */
export const QUEUED: Network = {
  clock: { offsetMs: 12.25 },
  queueMs: 534.1,
  rules: [
    { probes: [1], fate: { queueMs: 0.0412 } },
    { probes: [2], fate: { queueMs: 1500 } },
  ],
};

/** A network in which, of eight probes, one of every kind of thing happens. */
export const EVENTFUL: Network = {
  clock: { offsetMs: 12.25 },
  processing: 0.25,
  rules: [
    { probes: [1], fate: { lossOutRatio: 1 } },
    { probes: [2], fate: { duplicateRatio: 1 } },
    { probes: [3], fate: { back: 1400 } },
    { probes: [4], fate: { error: { type: 3, code: 13, reporter: 0xc0000a01 } } },
    { probes: [5], fate: { refuse: { code: "ENETUNREACH", errno: 101 } } },
    { probes: [6], fate: { mangling: "ip-options", strays: ["wrong-source", "short"] } },
  ],
};
