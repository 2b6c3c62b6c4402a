/** `icmptime clock`: from words to exit code. */

import { PhasedSchedule } from "../../../probe/phased_schedule.ts";
import { Prober } from "../../../probe/prober.ts";
import { SharedAddresses } from "../../../probe/shared_addresses.ts";
import { PrecisionGoal, precisionMs } from "../../../clock/mod.ts";
import type { ClockEvent } from "../../../run/clock_event.ts";
import { ClockRecorder } from "../../../run/clock_recorder.ts";
import { planRun, type RunPlan } from "../../../run/run_plan.ts";
import { ClockReporter } from "../../../report/clock_reporter.ts";
import { LineSink } from "../../../terminal/line_sink.ts";
import type { Target } from "../../../targets/target.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { type Clock, formatMs } from "../../../time/mod.ts";
import type { CLOCK_OPTIONS } from "./options.ts";
import { type ClockOptions, readClockOptions } from "./plan.ts";
import type { CommandLine } from "../../option.ts";
import { ExitCode, printError, UsageError, VERSION } from "../../outcome.ts";
import { hasLostOutput, obeySignals, printOutputError } from "../../output.ts";
import { giveUpPrivileges } from "../../privileges.ts";
import { gatherTargets, openTransport, remainingMs } from "../../session.ts";
import type { System } from "../../system.ts";

/** Every reply is weighed against all others of its host, and every probe against all hosts. */
const MAX_HOSTS = 256;

/**
 * Runs `clock` and returns the exit code: 0 when every clock was decided.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runClock(
  { options, operands }: CommandLine<typeof CLOCK_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const plan = planRun(readClockOptions(options));
  const list = await gatherTargets(operands, options.file, system, {
    exclude: options.exclude.flat(),
    excludeFiles: options["exclude-file"],
    deadlineMs: options.deadline,
  });
  if (list === undefined) return ExitCode.Unresolved;
  if (list.targets.length > MAX_HOSTS) {
    throw new UsageError(
      `Cannot measure ${list.targets.length} clocks at once: want ${MAX_HOSTS} at most`,
    );
  }
  return await measure(options, plan, list, system);
}

async function measure(
  options: ClockOptions,
  plan: RunPlan,
  list: TargetList,
  system: System,
): Promise<ExitCode> {
  const { targets } = list;
  const shared = new SharedAddresses(targets);
  const transport = await openTransport(plan, system);
  giveUpPrivileges(system);
  try {
    const { clock } = transport;
    const { count, intervalMs, timeoutMs, identifier, kind } = plan.prober;
    const sink = new LineSink(system.stdout, (error) => {
      printOutputError(error, system);
      prober.stop();
    });
    const reporter = new ClockReporter(sink, {
      json: options.json || options.format === "json",
      numeric: options.numeric,
      terminal: system.stderrIsTerminal ? system.stderr : undefined,
      probes: count * targets.length,
    });
    // One clock makes no consensus.
    const own = targets.length > 1 ? ownAddresses(targets, system) : new Set<number>();
    const isOwn = (address: number): boolean => own.has(address);
    const everyNs = options.every * 1e6;
    const startedAt = clock.now();
    let dueNs = startedAt.monotonicNs + everyNs;
    const recorder: ClockRecorder = new ClockRecorder(targets, clock, {
      replied(targetIndex) {
        if (goal?.replied(targetIndex)) {
          isReached = true;
          prober.stop();
        }
      },
      idle(nowNs) {
        if (options.loop && nowNs >= dueNs) {
          dueNs = Math.max(dueNs + everyNs, nowNs);
          report(recorder, reporter, true, isOwn);
        }
        reporter.progress(nowNs, () => recorder.events());
        if (sink.isBacklogged) sink.flush();
        return sink.room();
      },
      remark(text) {
        if (options.verbose) printError(system, text);
      },
    }, { maxSkewPpm: options["max-skew"] });
    const goal = options.until === undefined
      ? undefined
      : new PrecisionGoal(recorder.trackers, options.until);
    let isReached = false;
    const prober = new Prober(
      {
        ...plan.prober,
        deadlineMs: remainingMs(plan.prober.deadlineMs, system),
        groupMs: 0,
        punctual: true,
        targets: shared.asked,
        schedule: (startNs) =>
          new PhasedSchedule({
            targetCount: shared.asked.length,
            count,
            intervalMs,
            phaseMs: (index, round, plannedNs) =>
              recorder.phaseMs(
                shared.firstIndex(index),
                round,
                toRealtime(clock, plannedNs),
                intervalMs,
              ),
          }, startNs),
      },
      transport,
      shared.listener(recorder),
    );
    obeySignals({ stop: () => prober.stop(), sink }, system);
    system.onSignal("SIGQUIT", () => void report(recorder, reporter, false, isOwn));
    reporter.run({
      command: "clock",
      version: VERSION,
      time: clock.baseUnixMs / 1e3 + startedAt.realtimeNs / 1e9,
      kind,
      targets: targets.length,
      count,
      intervalMs,
      timeoutMs,
      identifier,
      stampSource: transport.stampSource,
      stampAt: transport.stampSource === "kernel" ? "driver" : "queue",
      lengthBytes: plan.messageBytes,
      baseUnixMs: clock.baseUnixMs,
    });
    const reason = await prober.run();
    sink.secure(system.stderr);
    recorder.close(shared.probes(prober.pendingProbes()));
    const events = report(recorder, reporter, false, isOwn);
    const missed = isReached ? [] : missing(events, options.until);
    tellMissed(missed, system);
    const decided = events.filter(({ state }) => state.decidable).length;
    const exitCode = hasLostOutput(sink)
      ? ExitCode.System
      : list.problems.length > 0
      ? ExitCode.Unresolved
      : decided === targets.length && missed.length === 0
      ? ExitCode.Ok
      : ExitCode.Unanswered;
    reporter.end({
      time: clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9,
      reason: isReached ? "complete" : reason,
      exitCode,
      durationS: (clock.now().monotonicNs - startedAt.monotonicNs) / 1e9,
      targets: targets.length,
      answered: events.filter(({ counters }) => counters.received > 0).length,
      totals: recorder.totals(),
      ...recorder.strays,
      kernelDrops: transport.droppedDatagrams(),
      failedCalls: transport.failedCalls?.() ?? 0,
    });
    await sink.drain();
    // The disk may have filled up with the very last line.
    return hasLostOutput(sink) ? ExitCode.System : exitCode;
  } finally {
    transport.close();
  }
}

/** Reports what is known now, and returns it. */
function report(
  recorder: ClockRecorder,
  reporter: ClockReporter,
  brief: boolean,
  isOwnAddress: (address: number) => boolean,
): readonly ClockEvent[] {
  const events = recorder.events();
  reporter.report(events, recorder.consensus(events, isOwnAddress), brief);
  return events;
}

/** The targets that are this machine's addresses: those from which the kernel sends to themselves. */
function ownAddresses(targets: readonly Target[], system: System): ReadonlySet<number> {
  const own = targets.filter(({ address }) => {
    const route = system.findRoute(address);
    return route.kind === "routed" && route.source === address;
  });
  return new Set(own.map(({ address }) => address));
}

/** The clocks that are not known as well as `--until` wants. */
function missing(events: readonly ClockEvent[], untilMs = Infinity): readonly ClockEvent[] {
  if (untilMs === Infinity) return [];
  return events.filter(({ state }) => (precisionMs(state) ?? Infinity) > untilMs);
}

/** Tells which clocks `--until` waited for in vain. */
function tellMissed(events: readonly ClockEvent[], system: System): void {
  for (const { target, state } of events) {
    const found = precisionMs(state);
    const how = found === undefined ? "not decided" : `± ${formatMs(found, found)} ms`;
    printError(system, `${target.label}: --until was not reached: ${how}`);
  }
}

/** CLOCK_MONOTONIC to CLOCK_REALTIME, as the two stand now. */
function toRealtime(clock: Clock, monotonicNs: number): number {
  const now = clock.now();
  return monotonicNs + now.realtimeNs - now.monotonicNs;
}
