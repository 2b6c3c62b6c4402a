/** One run of the prober from open socket to exit code; what `ping` and the drop-in commands share. */

import { Prober } from "../probe/prober.ts";
import { SharedAddresses } from "../probe/shared_addresses.ts";
import type { Transport } from "../probe/transport.ts";
import type { Condition } from "../run/condition.ts";
import type { ConditionEvent } from "../run/condition_watch.ts";
import { LineSink } from "../terminal/line_sink.ts";
import type { OutputFile } from "../terminal/output_file.ts";
import type { Reporter } from "../run/reporter.ts";
import { formatAddress } from "../packet/address.ts";
import type { RunPlan } from "../run/run_plan.ts";
import { RunRecorder } from "../run/run_recorder.ts";
import { shortText } from "../terminal/safe_text.ts";
import { StatusLine } from "../report/status_line.ts";
import { type ListedWord, wordsOf } from "../targets/list_words.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { NameResolution, NameResolver } from "../targets/resolver.ts";
import {
  listTargets,
  MAX_TARGETS,
  type TargetList,
  type TargetListOptions,
  type TargetProblem,
} from "../targets/target_list.ts";
import { readFileLines } from "./files.ts";
import { ExitCode, printError, UsageError, VERSION } from "./outcome.ts";
import { hasLostOutput, obeySignals, openOutputFile, printOutputError } from "./output.ts";
import { giveUpPrivileges } from "./privileges.ts";
import { SkippedLines } from "./skipped_lines.ts";
import type { System } from "./system.ts";

/** Conditions of a run without end are looked at over so long, and over so many probes, at least. */
const WATCH_MS = 10_000;
const WATCH_PROBES = 10;

/** What a run is made from. */
export interface SessionSetup {
  /** Name of the command, for the `run` record. */
  readonly command: string;
  /** Packets, socket and schedule. */
  readonly plan: RunPlan;
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
  /** Names stand for all their addresses, and are not looked up again. */
  readonly asksAllAddresses?: boolean | undefined;
  /** Show a live line where standard error is a terminal. */
  readonly status?: boolean;
  /** Waited for when a run has come to its end by itself. */
  readonly beforeSummary?: (() => Promise<void>) | undefined;
}

/** What is left of a deadline that counts from the start of the program; undefined for none. */
export function remainingMs(
  deadlineMs: number | undefined,
  system: Pick<System, "elapsedMs">,
): number | undefined {
  return deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - system.elapsedMs());
}

/** How targets are gathered. */
export interface GatherOptions extends TargetListOptions {
  /** Go on without words of the command line that can never be targets, as fping does. */
  readonly skipsInvalidOperands?: boolean;
  /** Lists of addresses that are never probed, `-` for standard input. */
  readonly excludeFiles?: readonly string[];
  /** When the run ends, in milliseconds from the start of the program: no name is waited for any longer. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Gathers the targets from words and files; tells of lines that cannot be used, of names that do not resolve, and of
 * addresses that stand twice. Undefined when that leaves none.
 *
 * @throws {UsageError} There is no target, or a word of the command line can never be one.
 */
export async function gatherTargets(
  operands: readonly string[],
  files: readonly string[],
  system: System,
  options: GatherOptions = {},
): Promise<TargetList | undefined> {
  const words = [...operands, ...await readFiles(files, system)];
  if (words.length === 0) {
    throw new UsageError("Cannot ask nobody: want at least one host, as in icmptime 192.0.2.7");
  }
  const isBroadcast = (address: number) => system.isBroadcast(address);
  const resolver = resolveUntil(options.deadlineMs, system);
  const { exclude = [], excludeFiles = [] } = options;
  const excluded = excludeFiles.length === 0
    ? exclude
    : await (await import("./exclusions.ts")).readExclusions(exclude, excludeFiles, system);
  const list = await listTargets(words, resolver, { ...options, exclude: excluded, isBroadcast });
  checkTargets(list, system, options.skipsInvalidOperands ?? false);
  if (list.targets.length > 0) return list;
  if (list.problems.length > 0) return undefined;
  throw new UsageError("Cannot ask nobody: every target is excluded");
}

/** A resolver that gives up at the deadline. */
function resolveUntil(deadlineMs: number | undefined, system: System): NameResolver {
  const { resolver } = system;
  if (deadlineMs === undefined) return resolver;
  return {
    async resolve(name) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const deadline = new Promise<NameResolution>((resolve) => {
        const message = "no answer before the --deadline";
        const giveUp = () => resolve({ ok: false, reason: "unresolved", message });
        timer = setTimeout(giveUp, remainingMs(deadlineMs, system));
      });
      try {
        return await Promise.race([resolver.resolve(name), deadline]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function readFiles(paths: readonly string[], system: System): Promise<ListedWord[]> {
  const words: ListedWord[] = [];
  for (const file of paths) {
    for await (const { firstNumber, lines } of readFileLines(file, system)) {
      for (const [index, line] of lines.entries()) {
        for (const text of wordsOf(line)) words.push({ text, file, line: firstNumber + index });
      }
      if (words.length <= MAX_TARGETS) continue;
      throw new UsageError(
        `Cannot ask all of ${shortText(file)}: more than ${MAX_TARGETS} targets up to line ` +
          `${firstNumber + lines.length - 1}, expected fewer, or icmptime scan`,
      );
    }
  }
  return words;
}

function checkTargets(list: TargetList, system: System, skipsInvalidOperands: boolean): void {
  const mayBeSkipped = ({ kind, from }: TargetProblem) =>
    kind === "unresolved" || (kind === "invalid" && (from !== undefined || skipsInvalidOperands));
  const fatal = list.problems.find((problem) => !mayBeSkipped(problem));
  if (fatal !== undefined) {
    throw new UsageError(formatProblem(fatal));
  }
  const skipped = new SkippedLines(system);
  for (const problem of list.problems) {
    const text = formatProblem(problem);
    if (problem.from === undefined) printError(system, text);
    else skipped.tell(problem.from, text);
  }
  skipped.close();
  if (list.duplicateCount > 0) {
    const more = list.duplicateCount > list.duplicates.length ? ", …" : "";
    printError(
      system,
      `asked once, though given more than once: ${list.duplicates.join(", ")}${more}`,
    );
  }
}

function formatProblem({ label, kind, message }: TargetProblem): string {
  const shown = label.trim() === "" ? `'${label}'` : shortText(label);
  return `Cannot ${kind === "unresolved" ? "resolve" : "ask"} ${shown}: ${shortText(message)}`;
}

/** Asks a name at its new address, and says so. */
function followName(
  target: Target,
  address: number,
  run: { shared: SharedAddresses; recorder: RunRecorder; prober: Prober },
  system: System,
): boolean {
  const { shared, recorder, prober } = run;
  const found = `${target.label} is at ${formatAddress(address)} now`;
  if (address === 0 || address >>> 28 >= 0xe || system.isBroadcast(address)) {
    printError(system, `${found}, which is no single host: it is not asked there`);
    return false;
  }
  const others = recorder.statistics.map((statistics) => statistics.target);
  const index = shared.movableIndex(target, address, others);
  if (index === undefined) {
    printError(
      system,
      `${found}, which shares an address with another target: it is not asked there`,
    );
    return false;
  }
  const isNew = target.address === UNKNOWN_ADDRESS;
  printError(system, isNew ? found : `${found}, not at ${formatAddress(target.address)} any more`);
  recorder.move(target, address);
  prober.move(index, address);
  return true;
}

/** Runs until all is answered, timed out, interrupted or past its deadline; returns the exit code. */
export async function runSession(setup: SessionSetup, system: System): Promise<ExitCode> {
  const { plan, list, conditions = [] } = setup;
  const { targets } = list;
  const shared = new SharedAddresses(targets);
  const { kind, count, intervalMs, timeoutMs } = plan.prober;
  // Loaded only where they are used: start-up time is part of the tool.
  const judge = conditions.length === 0 ? undefined : await import("../run/condition_watch.ts");
  const looksNamesUp = count === Infinity && !setup.asksAllAddresses;
  const naming = looksNamesUp ? await import("../targets/name_watch.ts") : undefined;
  const transport = await openTransport(plan, system);
  let file: OutputFile | undefined;
  try {
    file = await openOutputFile(setup.output, system);
    giveUpPrivileges(system);
    const sink = new LineSink(file ?? system.stdout, (error) => {
      printOutputError(error, system);
      prober.stop();
    });
    const spare = file === undefined ? system.stderr : system.stdout;
    const errors = new LineSink(system.stderr, () => {});
    const reporter = setup.openReporter(sink, errors);
    const { baseUnixMs } = transport.clock;
    const identifier = transport.identifier ?? plan.prober.identifier;
    const { clock } = transport;
    const nowUnixS = () => baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
    const tell = (event: ConditionEvent) => {
      reporter.condition?.(event);
      if (judge !== undefined) printError(system, judge.formatConditionEvent(event));
    };
    const isWatched = count === Infinity || setup.summaryEveryMs !== undefined;
    const watch = judge !== undefined && isWatched
      ? new judge.ConditionWatch(conditions)
      : undefined;
    const names = naming && new naming.NameWatch(
      targets,
      system.resolver,
      (target, address) => followName(target, address, { shared, recorder, prober }, system),
    );
    const recorder: RunRecorder = new RunRecorder(targets, reporter, sink, {
      baseUnixMs,
      unixTime: nowUnixS,
      explain: setup.explain ?? false,
      summaryEveryMs: setup.summaryEveryMs,
      watch: watch === undefined ? undefined : {
        everyMs: Math.max(WATCH_MS, WATCH_PROBES * intervalMs),
        look: (summaries) => watch.look(summaries, nowUnixS()).forEach(tell),
      },
      idle: names === undefined ? undefined : (nowNs) => names.look(nowNs),
      immediate: setup.immediate,
      status: setup.status && system.stderrIsTerminal
        ? new StatusLine(system.stderr, targets.length, shared.asked.length * count)
        : undefined,
    });
    const deadlineMs = remainingMs(plan.prober.deadlineMs, system);
    const prober: Prober = new Prober(
      { ...plan.prober, identifier, deadlineMs, targets: shared.asked },
      transport,
      shared.listener(recorder),
    );
    const closeRecorder = () => recorder.close(shared.probes(prober.pendingProbes()));
    obeySignals({ stop: () => prober.stop(), sink, file }, system);
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
      isUnprivileged: transport.identifier !== undefined,
      stampSource: transport.stampSource,
      // Our own stamps are taken before the system call.
      stampAt: transport.stampSource === "kernel" ? plan.prober.stampAt ?? "driver" : "queue",
      lengthBytes: plan.messageBytes,
      baseUnixMs,
    });
    const reason = await prober.run().catch((error) => {
      // What was measured up to here is worth having all the same.
      sink.secure(spare);
      closeRecorder();
      recorder.summarize();
      return sink.drain().then(() => {
        throw error;
      });
    });
    if (reason === "complete") await setup.beforeSummary?.();
    sink.secure(spare);
    closeRecorder();
    recorder.summarize();
    const { answered } = recorder;
    const time = nowUnixS();
    const met = judge?.findMet(
      conditions,
      recorder.statistics.map((statistics) => statistics.summary(time)),
      time,
    ) ?? [];
    met.forEach(tell);
    // A name that was found in time is none.
    const unresolved = list.problems.filter(({ kind }) => kind === "unresolved").length;
    const hasProblem = names === undefined
      ? list.problems.length > 0
      : list.problems.length > unresolved || names.unknown > 0;
    const exitCode = hasLostOutput(sink)
      ? ExitCode.System
      : hasProblem
      ? ExitCode.Unresolved
      : answered < targets.length
      ? ExitCode.Unanswered
      : met.length > 0
      ? ExitCode.ConditionMet
      : ExitCode.Ok;
    reporter.end({
      time: nowUnixS(),
      reason,
      exitCode,
      durationS: (transport.clock.now().monotonicNs - startedAt.monotonicNs) / 1e9,
      targets: targets.length,
      answered,
      totals: recorder.totals(),
      ...recorder.strays,
      kernelDrops: transport.droppedDatagrams(),
      failedCalls: transport.failedCalls?.() ?? 0,
    });
    await sink.drain();
    // The disk may have filled up with the very last lines.
    return hasLostOutput(sink) ? ExitCode.System : exitCode;
  } finally {
    file?.close();
    transport.close();
  }
}

/** Opens the socket of a run; what fails there and does not end the run is reported once. */
export function openTransport(
  { transport }: RunPlan,
  system: System,
): Transport | Promise<Transport> {
  const onTrouble = (error: Error) => printError(system, `${error.message}; the run goes on`);
  return system.openTransport({ ...transport, onTrouble });
}
