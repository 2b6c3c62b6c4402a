/** One simulated run as a reporter writes it. */

import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { PingRun } from "../../src/run/ping_run.ts";
import type { Reporter } from "../../src/run/reporter.ts";
import type { Target } from "../../src/targets/target.ts";
import { MemorySink } from "./memory_sink.ts";
import type { Network } from "./simulated_network.ts";
import { makeTargets, proberOptions, type RunOptions } from "./simulated_run.ts";
import { SimulatedTransport } from "./simulated_transport.ts";

/** The simulated transport is open already. */
const NO_NEEDS = { icmpTypes: [], datagramBytes: 0, kernelStamps: true };

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
  const explains = options.explain ?? false;
  // The lines of all forms are compared: they show the originate, which some forms want exact.
  const asked = { originate: "sending" as const, ...options };
  const prober = { ...proberOptions(asked, targets), keepBytes: explains };
  const messageBytes = options.kind === "echo" ? 64 : 20;
  const run = await PingRun.open(
    {
      program: { command: "ping", version: "1.2.3" },
      plan: { kind: options.kind ?? "timestamp", prober, transport: NO_NEEDS, messageBytes },
      targets,
      explains,
    },
    {
      elapsedMs: () => 0,
      isBroadcast: () => false,
      openTransport: () => transport,
      resolver: { resolve: (name) => Promise.reject(new Error(`Cannot resolve ${name}`)) },
    },
  );
  if (options.stopAtMs !== undefined) transport.at(options.stopAtMs, () => run.stop());
  const result = await run.run(reporter);
  reporter.end({ ...result, exitCode: result.answered === targets.length ? 0 : 1 });
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
