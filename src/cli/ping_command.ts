/** `icmptime ping`: from words to exit code. */

import { Prober } from "../probe/prober.ts";
import { JsonReporter } from "../report/json_reporter.ts";
import { isClosedPipe, LineSink } from "../report/line_sink.ts";
import type { Reporter } from "../report/reporter.ts";
import { RunRecorder } from "../report/run_recorder.ts";
import { TextReporter } from "../report/text_reporter.ts";
import { listTargets, type TargetList } from "../target/target_list.ts";
import { parseCommandLine } from "./command_line.ts";
import { complain } from "./complain.ts";
import { ExitCode } from "./exit_code.ts";
import { formatHelp } from "./help.ts";
import type { Parsed } from "./option.ts";
import { PING_COMMAND, PING_OPTIONS } from "./ping_options.ts";
import { planPing } from "./ping_plan.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

type PingOptions = Parsed<typeof PING_OPTIONS>;

/**
 * Runs `ping` with the words after its name and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runPing(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, PING_OPTIONS);
  if (options.help || options.version) {
    const text = options.help ? formatHelp(PING_COMMAND) : `icmptime ${VERSION}\n`;
    system.stdout.writeSync(new TextEncoder().encode(text));
    return ExitCode.Ok;
  }
  if (operands.length === 0) {
    throw new UsageError("Cannot ask nobody: want at least one host, as in icmptime 192.0.2.7");
  }
  const plan = planPing(options);
  const list = await listTargets(operands, system.resolver);
  reportProblems(list, system);
  if (list.targets.length === 0) return ExitCode.Unresolved;
  using transport = closing(system.openTransport(plan.transport));
  system.dropPrivileges();

  const sink = new LineSink(system.stdout, (error) => {
    if (!isClosedPipe(error)) complain(system, `Cannot write the output: ${error.message}`);
    prober.stop();
  });
  const reporter = openReporter(options, sink);
  const baseUnixMs = transport.clock.baseUnixMs;
  const recorder = new RunRecorder(list.targets, reporter, sink, {
    baseUnixMs,
    explain: options.explain,
  });
  const prober = new Prober({ ...plan.prober, targets: list.targets }, transport, recorder);
  const endSignals = [
    ...(["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
      system.onSignal(signal, () => prober.stop())
    ),
    system.onSignal("SIGQUIT", () => recorder.summarize()),
  ];
  const startedAt = transport.clock.now();
  const { kind, count, intervalMs, timeoutMs, identifier } = plan.prober;
  reporter.run({
    command: "ping",
    version: VERSION,
    time: baseUnixMs / 1e3 + startedAt.realtimeNs / 1e9,
    kind,
    targets: list.targets.length,
    count,
    intervalMs,
    timeoutMs,
    identifier,
    stampSource: transport.stampSource,
    lengthBytes: plan.messageBytes,
    baseUnixMs,
  });
  const reason = await prober.run();
  for (const end of endSignals) end();
  recorder.close(prober.awaitingProbes());
  recorder.summarize();
  const { answered } = recorder;
  const exitCode = list.problems.length > 0
    ? ExitCode.Unresolved
    : sink.failure !== undefined && !isClosedPipe(sink.failure)
    ? ExitCode.System
    : answered === list.targets.length
    ? ExitCode.Ok
    : ExitCode.Unanswered;
  reporter.end({
    reason,
    exitCode,
    durationS: (transport.clock.now().monotonicNs - startedAt.monotonicNs) / 1e9,
    targets: list.targets.length,
    answered,
    totals: recorder.totals(),
    ...recorder.strays,
    kernelDrops: transport.droppedDatagrams(),
  });
  sink.flush();
  return exitCode;
}

/** Words that can never be a target end the run; names that do not resolve are told and left out. */
function reportProblems(list: TargetList, system: System): void {
  const invalid = list.problems.find(({ kind }) => kind === "invalid");
  if (invalid !== undefined) {
    throw new UsageError(
      `Cannot ask ${invalid.label}: ${invalid.message}`,
      undefined,
      invalid.label,
    );
  }
  for (const { label, message } of list.problems) {
    complain(system, `Cannot resolve ${label}: ${message}`);
  }
  for (const label of list.duplicates) {
    complain(system, `${label} is asked once: its address is among the targets already`);
  }
}

function openReporter(options: PingOptions, sink: LineSink): Reporter {
  const format = options.json ? "json" : options.format ?? "text";
  return format === "json" ? new JsonReporter(sink, options) : new TextReporter(sink, options);
}

/** Makes a transport usable with `using`. */
function closing<T extends { close(): void }>(transport: T): T & Disposable {
  return Object.assign(transport, { [Symbol.dispose]: () => transport.close() });
}
