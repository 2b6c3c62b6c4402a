/** A ping run behind a full screen: what is logged goes to a file meanwhile, and the summary follows the screen. */

import { JsonReporter } from "../../../record/json_reporter.ts";
import { watchTables } from "../../../record/watch_record.ts";
import type { NameOptions } from "../../../report/target_name.ts";
import { TextReporter } from "../../../report/text_reporter.ts";
import { PingRun } from "../../../run/ping_run.ts";
import type { Reporter } from "../../../run/reporter.ts";
import { runFrame } from "../../../run/run_frame.ts";
import type { RunPlan } from "../../../run/run_plan.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { LineSink } from "../../../terminal/line_sink.ts";
import type { ChartStyle } from "../../../terminal/screen/chart.ts";
import type { Terminal } from "../../../terminal/screen/terminal.ts";
import { type ExitCode, printError, VERSION } from "../../outcome.ts";
import { choosePingExitCode } from "../../ping_frame.ts";
import { loadRecording, RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import { HeldLines } from "./held_lines.ts";
import { LiveScreen } from "./live_screen.ts";
import { teeReporter } from "./tee_reporter.ts";

/** Parts of a watch. */
export interface WatchSetup {
  /** Packets, socket and schedule. */
  readonly plan: RunPlan;
  /** Targets, at least one, and the words that gave none. */
  readonly list: TargetList;
  /** Where the screen is. */
  readonly terminal: Terminal;
  /** File of the log; undefined for none. */
  readonly output: string | undefined;
  /** File that the packets are written to; undefined for none. */
  readonly write: string | undefined;
  /** Characters of charts. */
  readonly style: ChartStyle;
  /** The screen has colours. */
  readonly hasColor: boolean;
  /** How targets are called. */
  readonly names: NameOptions;
  /** What is sent, for the heading; `hasEcho`: echo requests beside. */
  readonly about: (hasEcho: boolean) => string;
  /** Look names up again. */
  readonly followsNames: boolean;
  /** Lengths of chart columns, milliseconds. */
  readonly columnsMs: readonly number[];
}

/** Runs until the user quits, or the run is over; returns the exit code. */
export async function runWatchFrame(setup: WatchSetup, machine: System): Promise<ExitCode> {
  const { list, plan } = setup;
  const held = new HeldLines(machine.stderr);
  const system: System = { ...machine, stdout: machine.stdout, stderr: held };
  let reporter: Reporter | undefined;
  const summary = new LineSink(machine.stdout, () => {});
  const { timeoutMs, stampAt } = plan.prober;
  const packets = await loadRecording(
    { path: setup.write, command: "watch", timeoutMs, stampAt },
    system,
  );
  return await runFrame(
    {
      openRun: () =>
        PingRun.open(
          {
            program: { command: "watch", version: VERSION },
            plan,
            targets: list.targets,
            followsNames: setup.followsNames,
            historyColumnsMs: setup.columnsMs,
          },
          packets?.machine ?? machine,
          (error) => printError(system, `${error.message}; the run goes on`),
        ),
      openOutput: () => RunOutput.open({ path: setup.output, packets }, system),
      async run(run, output) {
        const tables = watchTables(plan.kind === "timestamp");
        const text = new TextReporter(summary, { ...setup.names, ...QUIET });
        reporter = setup.output === undefined
          ? text
          : teeReporter(new JsonReporter(output.lines, { quiet: false, tables }), text);
        const screen = new LiveScreen(setup, run, () => held.recent());
        held.hold();
        screen.open();
        try {
          return await run.run(reporter, {
            idle: (nowNs, isBusy) => output.idle(nowNs, isBusy, () => run.snapshot()),
            remark: (line) => output.remark(line),
            ending: () => screen.close(),
          });
        } finally {
          await screen.close();
          held.release();
        }
      },
      showState: (run) => run.snapshot(),
      async end(result, output) {
        reporter?.end({ ...result, exitCode: choosePingExitCode(result, list, output) });
        await summary.drain();
      },
    },
    system,
    (result, output) => choosePingExitCode(result, list, output),
  );
}

const QUIET = { quiet: true, verbose: false, timestamps: false } as const;
