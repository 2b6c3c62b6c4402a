/** `icmptime clock`: from words to exit code. */

import { precisionMs } from "../../../clock/mod.ts";
import type { ClockForm } from "../../../record/clock_form.ts";
import { ClockReporter } from "../../../report/clock_reporter.ts";
import type { ClockEvent } from "../../../run/clock/event.ts";
import type { ClockListener } from "../../../run/clock/listener.ts";
import { type ClockResult, ClockRun } from "../../../run/clock/run.ts";
import { runFrame } from "../../../run/run_frame.ts";
import { planRun, type RunPlan } from "../../../run/run_plan.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { terminalColumns } from "../../../terminal/width.ts";
import type { LineSink } from "../../../terminal/line_sink.ts";
import { formatMs } from "../../../time/mod.ts";
import { checkFields } from "../../options/check_fields.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, printError, runExitCode, UsageError, VERSION } from "../../outcome.ts";
import { loadRecording, RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import type { CLOCK_OPTIONS } from "./options.ts";
import type { ClockJudge } from "./judge.ts";
import { type ClockOptions, readClockOptions, readGiveUpMs } from "./plan.ts";

/** Every reply is weighed against all other replies of the host, and every probe against all hosts. */
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
  const format = options.json ? "json" : options.format;
  await checkFields({ ...options, command: "clock", format });
  const plan = planRun(readClockOptions(options));
  const list = await gatherTargets(operands, options.file, system, {
    exclude: options.exclude.flat(),
    excludeFiles: options["exclude-file"],
    deadlineMs: options.deadline,
  });
  if (list === undefined) return ExitCode.Unresolved;
  if (list.targets.length > MAX_HOSTS) {
    throw new UsageError(
      `Cannot measure ${list.targets.length} clocks at once: expected at most ${MAX_HOSTS}`,
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
  let reporter: ClockReporter | undefined;
  const openForm = await loadForm(options);
  const judge = await loadJudge(options["fail-if"]);
  const { write: path, timeout: timeoutMs } = options;
  const packets = await loadRecording({ path, command: "clock", timeoutMs }, system);
  return await runFrame(
    {
      openRun: () =>
        ClockRun.open(
          {
            program: { command: "clock", version: VERSION },
            plan,
            targets: list.targets,
            everyMs: options.loop ? options.every : undefined,
            untilMs: options.until,
            followsReplies: options.fast,
            giveUpMs: readGiveUpMs(options),
            maxSkewPpm: options["max-skew"],
          },
          packets?.machine ?? system,
          (error) => printError(system, `${error.message}; the run goes on`),
        ),
      openOutput: () => RunOutput.open({ path: options.output, packets }, system),
      run(run, output) {
        reporter = new ClockReporter(output.lines, {
          form: openForm?.(output.lines),
          quiet: options.quiet,
          numeric: options.numeric,
          columns: system.stdoutIsTerminal && options.output === undefined
            ? terminalColumns
            : undefined,
          isUnsynchronised: system.diagnostics.readClock()?.synchronised === false,
          terminal: system.stderrIsTerminal && !options.quiet ? system.stderr : undefined,
          probes: run.probes,
        });
        return run.run(listenTo(run, { reporter, output, judge, isVerbose: options.verbose }));
      },
      showState: (run) => run.summarize(),
      async end(result, output) {
        printMissed(result.missed, output);
        judge?.conclude(result.clocks, (event, line) => {
          reporter?.condition(event);
          output.remark(line);
        });
        const exitCode = chooseExitCode(result, list, output, judge);
        reporter?.end({ ...result, exitCode });
        if (openForm !== undefined || options.quiet) return;
        if (result.clocks.every(({ counters }) => counters.received > 0)) return;
        const { traceHint } = await import("../../trace_hint.ts");
        const hint = traceHint(result.clocks);
        if (hint !== undefined) output.remark(hint);
      },
    },
    system,
    (result, output) => chooseExitCode(result, list, output, judge),
  );
}

/** Loads the form for programs; undefined for text. Call before privileges end: they may be needed to read the program. */
async function loadForm(
  { json, format, fields }: ClockOptions,
): Promise<((lines: LineSink) => ClockForm) | undefined> {
  if (!json && format === "text") return undefined;
  const { ClockCsv, ClockRecords } = await import("../../../record/clock_form.ts");
  if (json || format === "json") return (lines) => new ClockRecords(lines, { fields });
  if (format === "csv") return (lines) => new ClockCsv(lines, fields);
  const { influxFormatter: form } = await import("../../../record/influx.ts");
  return (lines) => new ClockRecords(lines, { fields, form });
}

/** Loads the judge where there are conditions. */
async function loadJudge(conditions: ClockOptions["fail-if"]): Promise<ClockJudge | undefined> {
  if (conditions.length === 0) return undefined;
  const { ClockJudge } = await import("./judge.ts");
  return new ClockJudge(conditions);
}

/** What listens to a run. */
interface Audience {
  readonly reporter: ClockReporter;
  readonly output: RunOutput;
  readonly judge: ClockJudge | undefined;
  readonly isVerbose: boolean;
}

function listenTo(
  run: ClockRun,
  { reporter, output, judge, isVerbose }: Audience,
): ClockListener {
  return {
    run: (info) => reporter.run(info),
    report({ clocks, consensus }, isBrief) {
      reporter.report(clocks, consensus, isBrief);
      if (!isBrief) return;
      judge?.look(clocks, (event, line) => {
        reporter.condition(event);
        output.remark(line);
      });
    },
    idle(nowNs, isBusy, clocks) {
      reporter.progress(nowNs, clocks);
      return output.idle(nowNs, isBusy, () => run.snapshot());
    },
    ending: () => output.secure(),
    remark(text) {
      if (isVerbose) output.remark(text);
    },
  };
}

function chooseExitCode(
  { clocks, missed }: ClockResult,
  { problems }: TargetList,
  { hasLost }: RunOutput,
  judge: ClockJudge | undefined,
): ExitCode {
  return runExitCode({
    hasLostOutput: hasLost,
    hasProblem: problems.length > 0,
    isAnswered: clocks.every(({ state }) => state.decidable) && missed.length === 0,
    isConditionMet: judge?.isMet ?? false,
  });
}

/** Reports the clocks that are not known as well as `--until` asks. */
function printMissed(missed: readonly ClockEvent[], output: RunOutput): void {
  for (const { target, state } of missed) {
    const found = precisionMs(state);
    const how = found === undefined ? "not decided" : `± ${formatMs(found, found)} ms`;
    output.remark(`${target.label}: --until was not reached: ${how}`);
  }
}
