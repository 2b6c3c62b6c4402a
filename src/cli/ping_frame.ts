/** A run that reports every probe, as a command: `ping` and the drop-in commands share it. */

import type { Condition } from "../run/condition_syntax.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import { type PingResult, PingRun } from "../run/ping_run.ts";
import type { Reporter } from "../run/reporter.ts";
import { runFrame } from "../run/run_frame.ts";
import type { RunPlan } from "../run/run_plan.ts";
import type { TargetList } from "../targets/target_list.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { ExitCode, printError, runExitCode, VERSION } from "./outcome.ts";
import type { TextForm } from "./output/replaced_file.ts";
import { loadRecording, RunOutput } from "./output/run_output.ts";
import type { System } from "./system.ts";

/** Parts of such a command. */
export interface PingFrameSetup {
  /** Name of the command, for the `run` record. */
  readonly command: string;
  /** Packets, socket and schedule. */
  readonly plan: RunPlan;
  /** Targets, at least one, and the words that gave none. */
  readonly list: TargetList;
  /** Makes the reporter; its results go to `output`, and `stop` ends the run soon. */
  readonly openReporter: (output: LineSink, errors: LineSink, stop: () => void) => Reporter;
  /** Chooses the exit code in the place of the usual one, unless output was lost. */
  readonly chooseExitCode?: (usual: ExitCode) => ExitCode;
  /** Report requests. */
  readonly explains?: boolean;
  /** File to append to instead of standard output. */
  readonly output?: string | undefined;
  /** The file is replaced at the end: what is written is one text of this form. */
  readonly replaced?: TextForm | undefined;
  /** File that the packets are written to. */
  readonly write?: string | undefined;
  /** Report summaries of every such interval, in milliseconds. */
  readonly summaryEveryMs?: number | undefined;
  /** Write each line as soon as it is known. */
  readonly isImmediate?: boolean;
  /** Conditions that make the exit code 5. */
  readonly conditions?: readonly Condition<TargetSummary>[];
  /** Probe an address that several targets have once for each of them. */
  readonly asksTwice?: boolean;
  /** SIGQUIT ends the run; by default it prints the state. */
  readonly quitEnds?: boolean;
  /** Look names up again while a run without end goes on. */
  readonly followsNames: boolean;
  /** Show a live line where standard error is a terminal. */
  readonly hasLiveLine?: boolean;
  /** Point to `trace` where a host answers nothing. */
  readonly hintsAtTrace?: boolean;
  /** Called before the summary of a run that is complete. */
  readonly beforeSummary?: (() => Promise<void>) | undefined;
}

/** Runs until all probes are settled, or the run is interrupted or past its deadline; returns the exit code. */
export async function runPingFrame(setup: PingFrameSetup, system: System): Promise<ExitCode> {
  const { list, plan, command } = setup;
  let reporter: Reporter | undefined;
  let opened: PingRun | undefined;
  const exitCodeOf = (result: PingResult, output: RunOutput): ExitCode => {
    const usual = choosePingExitCode(result, list, output);
    return output.hasLost ? usual : setup.chooseExitCode?.(usual) ?? usual;
  };
  const { timeoutMs, stampAt } = plan.prober;
  const packets = await loadRecording({ path: setup.write, command, timeoutMs, stampAt }, system);
  return await runFrame(
    {
      openRun: () =>
        PingRun.open(
          { ...setup, program: { command, version: VERSION }, plan, targets: list.targets },
          packets?.machine ?? system,
          (error) => printError(system, `${error.message}; the run goes on`),
        ),
      async openOutput(run) {
        const display = await loadLiveLine(setup, run.probes, system);
        return await RunOutput.open({ ...setup, path: setup.output, display, packets }, system);
      },
      run(run, output) {
        reporter = setup.openReporter(output.lines, output.errors, () => run.stop());
        opened = run;
        const progress = () => run.snapshot();
        return run.run(reporter, {
          idle: (nowNs, isBusy) => output.idle(nowNs, isBusy, progress),
          remark: (text) => output.remark(text),
          async ending(reason) {
            if (reason === "complete") await setup.beforeSummary?.();
            output.secure();
          },
        });
      },
      showState(run, output) {
        if (setup.quitEnds) {
          run.stop();
          output.hurry();
          return;
        }
        run.summarize();
        output.lines.flush();
      },
      async end(result, output) {
        reporter?.end({ ...result, exitCode: exitCodeOf(result, output) });
        if (!setup.hintsAtTrace || result.answered === result.targets) return;
        const { traceHint } = await import("./trace_hint.ts");
        const hint = traceHint(opened?.snapshot().targets ?? []);
        if (hint !== undefined) output.remark(hint);
      },
    },
    system,
    exitCodeOf,
  );
}

/** Loaded only where it is shown: start-up time is part of the tool. */
async function loadLiveLine(
  { hasLiveLine, list }: PingFrameSetup,
  probes: number,
  system: System,
) {
  if (!hasLiveLine || !system.stderrIsTerminal) return undefined;
  const { StatusLine } = await import("../report/status_line.ts");
  return new StatusLine(system.stderr, list.targets.length, probes);
}

/** The exit code of a ping run. */
export function choosePingExitCode(
  { answered, targets, met, unknownNames }: PingResult,
  { problems }: TargetList,
  { hasLost }: RunOutput,
): ExitCode {
  // A name that was found in time is no problem any more.
  const unresolved = unknownNames ?? problems.filter(({ kind }) => kind === "unresolved").length;
  const others = problems.filter(({ kind }) => kind !== "unresolved").length;
  return runExitCode({
    hasLostOutput: hasLost,
    hasProblem: unresolved + others > 0,
    isAnswered: answered === targets,
    isConditionMet: met.length > 0,
  });
}
