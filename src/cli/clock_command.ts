/** `icmptime clock`: from words to exit code. */

import { emitIpTimestampOption, IP_TIMESTAMP_FLAG, ProbeTemplate } from "../packet/mod.ts";
import { PhasedSchedule } from "../probe/phased_schedule.ts";
import { Prober, type ProberOptions } from "../probe/prober.ts";
import { ClockRecorder } from "../report/clock_recorder.ts";
import { ClockReporter } from "../report/clock_reporter.ts";
import { isClosedPipe, LineSink } from "../report/line_sink.ts";
import type { Target } from "../target/target.ts";
import type { TargetList } from "../target/target_list.ts";
import type { Clock } from "../time/mod.ts";
import { CLOCK_COMMAND, CLOCK_OPTIONS } from "./clock_options.ts";
import { parseCommandLine } from "./command_line.ts";
import { complain } from "./complain.ts";
import { ExitCode } from "./exit_code.ts";
import { formatHelp } from "./help.ts";
import type { Parsed } from "./option.ts";
import { DEFAULT_PING_OPTIONS, type PingPlan, planPing } from "./ping_plan.ts";
import { print } from "./print.ts";
import { gatherTargets } from "./session.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

type ClockOptions = Parsed<typeof CLOCK_OPTIONS>;

const DEFAULT_COUNT = 100;
const DEFAULT_INTERVAL_MS = 50;
const DEFAULT_EVERY_MS = 5000;
/** Every reply is weighed against all others of its host, and every probe against all hosts. */
const MAX_HOSTS = 256;
/** With `--until`: so many replies at least before a good number is believed. */
const MIN_REPLIES = 8;

/**
 * Runs `clock` with the words after its name and returns the exit code: 0 when every clock was decided.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runClock(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, CLOCK_OPTIONS);
  if (options.help) return print(system, formatHelp(CLOCK_COMMAND));
  if (options.version) return print(system, `icmptime ${VERSION}\n`);
  const plan = planClock(options);
  const list = await gatherTargets(operands, options.file, system);
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
  plan: PingPlan,
  list: TargetList,
  system: System,
): Promise<ExitCode> {
  const { targets } = list;
  const transport = system.openTransport(plan.transport);
  system.dropPrivileges();
  try {
    const { clock } = transport;
    const { count, intervalMs, timeoutMs, identifier, kind } = plan.prober;
    const sink = new LineSink(system.stdout, (error) => {
      if (!isClosedPipe(error)) complain(system, `Cannot write the output: ${error.message}`);
      prober.stop();
    });
    const reporter = new ClockReporter(sink, {
      json: options.json || options.format === "json",
      numeric: options.numeric,
      terminal: system.stderrIsTerminal ? system.stderr : undefined,
      probes: count * targets.length,
    });
    const everyNs = (options.every ?? DEFAULT_EVERY_MS) * 1e6;
    const startedAt = clock.now();
    let dueNs = startedAt.monotonicNs + everyNs;
    const recorder: ClockRecorder = new ClockRecorder(targets, clock, {
      replied() {
        if (options.until !== undefined && isGoodEnough(recorder, options.until)) prober.stop();
      },
      idle(nowNs) {
        if (options.loop && nowNs >= dueNs) {
          dueNs = Math.max(dueNs + everyNs, nowNs);
          report(recorder, reporter, true);
        }
        reporter.progress(nowNs, () => recorder.events());
      },
      remark(text) {
        if (options.verbose) complain(system, text);
      },
    }, { maxSkewPpm: options["max-skew"] ?? 500 });
    const prober = new Prober(
      {
        ...plan.prober,
        ...stampsVia(options, plan),
        punctual: true,
        targets,
        schedule: (startNs) =>
          new PhasedSchedule({
            targetCount: targets.length,
            count,
            intervalMs,
            phaseMs: (index, round, plannedNs) =>
              recorder.phaseMs(index, round, toRealtime(clock, plannedNs), intervalMs),
          }, startNs),
      },
      transport,
      recorder,
    );
    const endSignals = [
      ...(["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
        system.onSignal(signal, () => prober.stop())
      ),
      system.onSignal("SIGQUIT", () => report(recorder, reporter, false)),
    ];
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
      lengthBytes: plan.messageBytes,
      baseUnixMs: clock.baseUnixMs,
    });
    await prober.run();
    for (const end of endSignals) end();
    const decided = report(recorder, reporter, false);
    if (sink.failure !== undefined && !isClosedPipe(sink.failure)) return ExitCode.System;
    if (list.problems.length > 0) return ExitCode.Unresolved;
    return decided === targets.length ? ExitCode.Ok : ExitCode.Unanswered;
  } finally {
    transport.close();
  }
}

/** Reports what is known now; returns how many clocks are decided. */
function report(recorder: ClockRecorder, reporter: ClockReporter, brief: boolean): number {
  const events = recorder.events();
  reporter.report(events, recorder.consensus(events), brief);
  return events.filter(({ state }) => state.decidable).length;
}

function isGoodEnough(recorder: ClockRecorder, untilMs: number): boolean {
  return recorder.events().every(({ state }) => {
    const { decidable, used, spreadMs, lowerMs, upperMs } = state;
    if (!decidable || used < MIN_REPLIES) return false;
    if (spreadMs === undefined || lowerMs === undefined || upperMs === undefined) return false;
    return state.tickSettled && Math.min(spreadMs, (upperMs - lowerMs) / 2) <= untilMs;
  });
}

function planClock(options: ClockOptions): PingPlan {
  if (options.loop && options.count !== undefined) {
    throw new UsageError("Cannot use --loop with --count: want one of them", "--loop");
  }
  if (options.every !== undefined && !options.loop) {
    throw new UsageError("Cannot use --every without --loop", "--every");
  }
  const plan = planPing({
    ...DEFAULT_PING_OPTIONS,
    echo: options.via === "ip-option",
    count: options.loop ? undefined : options.count ?? DEFAULT_COUNT,
    loop: options.loop,
    interval: options.interval ?? DEFAULT_INTERVAL_MS,
    timeout: options.timeout,
    deadline: options.deadline,
    ttl: options.ttl,
    tos: options.tos,
    interface: options.interface,
    mark: options.mark,
    // A number that is not the time: a host that only copies it back is then found out, however near it is.
    originate: options.via === "ip-option" ? undefined : randomStamp(),
  });
  return plan;
}

/** For `--via ip-option`: an echo to each host with room for two stamps of its own (RFC 791 §3.1, prespecified). */
function stampsVia(
  options: ClockOptions,
  plan: PingPlan,
): Pick<ProberOptions, "template" | "stampsFrom"> {
  if (options.via !== "ip-option") return { template: plan.prober.template };
  const { payload, identifier } = plan.prober;
  const templates = new Map<number, ProbeTemplate>();
  const templateOf = (target: Target): ProbeTemplate => {
    const known = templates.get(target.address);
    if (known !== undefined) return known;
    const entry = { address: target.address, stampMs: 0 };
    const made = new ProbeTemplate({
      kind: "echo",
      source: plan.transport.sourceAddress ?? 0,
      ttl: options.ttl ?? 64,
      tos: options.tos ?? 0,
      identifier,
      payload: payload ?? new Uint8Array(0),
      stampPayload: true,
      ipOptions: emitIpTimestampOption({
        flag: IP_TIMESTAMP_FLAG.prespecified,
        entries: [entry, entry],
      }),
    });
    templates.set(target.address, made);
    return made;
  };
  return { template: templateOf, stampsFrom: "ip-option" };
}

/** CLOCK_MONOTONIC to CLOCK_REALTIME, as the two stand now. */
function toRealtime(clock: Clock, monotonicNs: number): number {
  const now = clock.now();
  return monotonicNs + now.realtimeNs - now.monotonicNs;
}

function randomStamp(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 86_400_000;
}
