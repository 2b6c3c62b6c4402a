/** One run of the prober from open socket to exit code; what `ping` and the drop-in commands share. */

import { setColorEnabled } from "@std/fmt/colors";
import { Prober } from "../probe/prober.ts";
import type { Condition } from "../report/condition.ts";
import {
  type ConditionEvent,
  ConditionWatch,
  findMet,
  formatConditionEvent,
} from "../report/condition_watch.ts";
import { FileSink } from "../report/file_sink.ts";
import { type ByteSink, isClosedPipe, LineSink } from "../report/line_sink.ts";
import type { Reporter } from "../report/reporter.ts";
import { RunRecorder } from "../report/run_recorder.ts";
import { shortText } from "../report/safe_text.ts";
import { StatusLine } from "../report/status_line.ts";
import {
  listTargets,
  MAX_TARGETS,
  type TargetList,
  type TargetListOptions,
} from "../target/target_list.ts";
import { targetWords } from "../target/target_words.ts";
import { complain } from "./complain.ts";
import { ExitCode } from "./exit_code.ts";
import { openOutput } from "./open_output.ts";
import { readFileLines } from "./read_file.ts";
import type { PingPlan } from "./ping_plan.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/** Targets up to which each is checked for being a broadcast address before anything is sent. */
const CHECKED_TARGETS = 64;

/** Conditions of a run without end are looked at over so long, and over so many probes, at least. */
const WATCH_MS = 10_000;
const WATCH_PROBES = 10;

/** What a run is made from. */
export interface SessionSetup {
  /** Name of the command, for the `run` record. */
  readonly command: string;
  /** Packets, socket and schedule. */
  readonly plan: PingPlan;
  /** Whom to ask; at least one target. */
  readonly list: TargetList;
  /** Makes the reporter for standard output (or the file) and standard error. */
  readonly openReporter: (output: LineSink, errors: LineSink) => Reporter;
  /** Pass requests to the reporter. */
  readonly explain?: boolean;
  /** File to append to instead of printing. */
  readonly output?: string | undefined;
  /** Summaries of such stretches of time, in milliseconds. */
  readonly summaryEveryMs?: number | undefined;
  /** Let every line go as soon as it is known. */
  readonly immediate?: boolean;
  /** What makes the exit code 5. */
  readonly conditions?: readonly Condition[];
  /** Show a live line where standard error is a terminal. */
  readonly status?: boolean;
  /** Waited for when a run has come to its end by itself. */
  readonly beforeSummary?: (() => Promise<void>) | undefined;
}

/**
 * Gathers the targets from words and files; tells of names that do not resolve and of addresses that stand
 * twice. Undefined when no name resolved.
 *
 * @throws {UsageError} There is no target, or a word can never be one.
 */
export async function gatherTargets(
  operands: readonly string[],
  files: readonly string[],
  system: System,
  options: TargetListOptions = {},
): Promise<TargetList | undefined> {
  const words = [...operands, ...await readFiles(files, system)];
  if (words.length === 0) {
    throw new UsageError("Cannot ask nobody: want at least one host, as in icmptime 192.0.2.7");
  }
  const list = await listTargets(words, system.resolver, options);
  checkTargets(list, system);
  if (list.targets.length > 0) return list;
  if (list.problems.length > 0) return undefined;
  throw new UsageError("Cannot ask nobody: every target is excluded", "--exclude");
}

async function readFiles(paths: readonly string[], system: System): Promise<string[]> {
  const words: string[] = [];
  for (const path of paths) {
    for await (const { firstNumber, lines } of readFileLines(path, "--file", system)) {
      for (const line of lines) {
        for (const word of targetWords(line)) words.push(word);
      }
      if (words.length <= MAX_TARGETS) continue;
      throw new UsageError(
        `Cannot ask all of ${shortText(path)}: more than ${MAX_TARGETS} targets up to line ` +
          `${firstNumber + lines.length - 1}, expected fewer, or icmptime scan`,
        "--file",
        path,
      );
    }
  }
  return words;
}

function checkTargets(list: TargetList, system: System): void {
  const invalid = list.problems.find(({ kind }) => kind === "invalid");
  if (invalid !== undefined) {
    const shown = invalid.label.trim() === "" ? `'${invalid.label}'` : invalid.label;
    throw new UsageError(`Cannot ask ${shown}: ${invalid.message}`, undefined, invalid.label);
  }
  for (const { label, message } of list.problems) {
    complain(system, `Cannot resolve ${label}: ${message}`);
  }
  if (list.duplicateCount > 0) {
    const more = list.duplicateCount > list.duplicates.length ? ", …" : "";
    complain(
      system,
      `asked once, though given more than once: ${list.duplicates.join(", ")}${more}`,
    );
  }
  if (list.targets.length > CHECKED_TARGETS) return;
  for (const { address, label } of list.targets) {
    if (system.isBroadcast(address)) {
      throw new UsageError(
        `Cannot ask ${label}: a broadcast address, want a single host`,
        undefined,
        label,
      );
    }
  }
}

/** Runs until all is answered, timed out, interrupted or past its deadline; returns the exit code. */
export async function runSession(setup: SessionSetup, system: System): Promise<ExitCode> {
  const { plan, list, conditions = [] } = setup;
  const { targets } = list;
  const transport = system.openTransport(plan.transport);
  try {
    const file = setup.output === undefined ? undefined : openFile(setup.output, system);
    system.dropPrivileges();
    const sink = new LineSink(file ?? system.stdout, (error) => {
      if (!isClosedPipe(error)) complain(system, `Cannot write the output: ${error.message}`);
      prober.stop();
    });
    const errors = new LineSink(system.stderr, () => {});
    const reporter = setup.openReporter(sink, errors);
    const { baseUnixMs } = transport.clock;
    const { kind, count, intervalMs, timeoutMs, identifier } = plan.prober;
    const { clock } = transport;
    const nowUnixS = () => baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
    const tell = (event: ConditionEvent) => {
      reporter.condition?.(event);
      complain(system, formatConditionEvent(event));
    };
    const watch =
      conditions.length > 0 && (count === Infinity || setup.summaryEveryMs !== undefined)
        ? new ConditionWatch(conditions)
        : undefined;
    const recorder = new RunRecorder(targets, reporter, sink, {
      baseUnixMs,
      explain: setup.explain ?? false,
      summaryEveryMs: setup.summaryEveryMs,
      watch: watch === undefined ? undefined : {
        everyMs: Math.max(WATCH_MS, WATCH_PROBES * intervalMs),
        look: (summaries) => watch.look(summaries, nowUnixS()).forEach(tell),
      },
      immediate: setup.immediate,
      status: setup.status && system.stderrIsTerminal
        ? new StatusLine(system.stderr, targets.length, targets.length * count)
        : undefined,
    });
    const prober = new Prober({ ...plan.prober, targets }, transport, recorder);
    // Never taken back: a second Ctrl-C, while the summary is being written, would kill the process.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      system.onSignal(signal, () => prober.stop());
    }
    system.onSignal("SIGQUIT", () => recorder.summarize());
    const startedAt = transport.clock.now();
    reporter.run({
      command: setup.command,
      version: VERSION,
      time: baseUnixMs / 1e3 + startedAt.realtimeNs / 1e9,
      kind,
      targets: targets.length,
      count,
      intervalMs,
      timeoutMs,
      identifier,
      stampSource: transport.stampSource,
      // Our own stamps are taken before the system call.
      stampAt: transport.stampSource === "kernel" ? plan.prober.stampAt ?? "driver" : "queue",
      lengthBytes: plan.messageBytes,
      baseUnixMs,
    });
    const reason = await prober.run().catch((error) => {
      // What was measured up to here is worth having all the same.
      recorder.close(prober.awaitingProbes());
      recorder.summarize();
      throw error;
    });
    if (reason === "complete") await setup.beforeSummary?.();
    recorder.close(prober.awaitingProbes());
    recorder.summarize();
    const { answered } = recorder;
    const met = conditions.length === 0 ? [] : findMet(
      conditions,
      recorder.statistics.map((statistics) => statistics.summary()),
      nowUnixS(),
    );
    met.forEach(tell);
    const exitCode = sink.failure !== undefined && !isClosedPipe(sink.failure)
      ? ExitCode.System
      : list.problems.length > 0
      ? ExitCode.Unresolved
      : answered < targets.length
      ? ExitCode.Unanswered
      : met.length > 0
      ? ExitCode.ConditionMet
      : ExitCode.Ok;
    reporter.end({
      reason,
      exitCode,
      durationS: (transport.clock.now().monotonicNs - startedAt.monotonicNs) / 1e9,
      targets: targets.length,
      answered,
      totals: recorder.totals(),
      ...recorder.strays,
      kernelDrops: transport.droppedDatagrams(),
    });
    sink.flush();
    // The disk may have filled up with the very last lines.
    const failed = sink.failure !== undefined && !isClosedPipe(sink.failure);
    return failed ? ExitCode.System : exitCode;
  } finally {
    transport.close();
  }
}

function openFile(path: string, system: System): ByteSink {
  // Colours were chosen for the terminal that standard output may be.
  setColorEnabled(false);
  return openOutput(path, "--output", () => new FileSink(system.openAppend(path)));
}
