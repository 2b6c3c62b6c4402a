/** A scan as the command runs it: one run in the frame of all runs. */

import { runFrame } from "../../../run/run_frame.ts";
import type { ScanRunPlan } from "../../../run/scan/options.ts";
import { ScanRun } from "../../../run/scan/run.ts";
import { type ExitCode, printError } from "../../outcome.ts";
import { loadRecording } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";
import { ScanOutput } from "./output.ts";

/** Runs the scan to its end or its interruption; returns the exit code. */
export async function runScanCommand(
  options: ScanOptions,
  plan: ScanRunPlan,
  system: System,
): Promise<ExitCode> {
  const onTrouble = (error: Error) => printError(system, `${error.message}; the scan goes on`);
  const packets = await loadRecording(
    { path: options.write, command: "scan", timeoutMs: plan.cooldownMs },
    system,
  );
  return await runFrame(
    {
      openRun: () => ScanRun.open(plan, packets?.machine ?? system, onTrouble),
      openOutput: (run) => ScanOutput.openFiles({ run, plan, options, system, packets }),
      run(run, output) {
        output.start();
        return run.run(output);
      },
      showState: (_, output) => output.printProgress(),
      end: (result, output) => output.end(result),
    },
    system,
    (result, output) => output.chooseExitCode(result),
  );
}
