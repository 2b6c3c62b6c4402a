/** A scan as the command runs it: sockets, files, privileges and signals around one run. */

import { ScanRun } from "../../../run/scan_run.ts";
import type { ScanRunPlan } from "../../../run/scan_options.ts";
import { openOutput } from "../../files.ts";
import { type ExitCode, printError } from "../../outcome.ts";
import { obeySignals, openOutputFile } from "../../output.ts";
import { giveUpPrivileges } from "../../privileges.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";
import { type ScanFiles, ScanOutput } from "./output.ts";

/** Runs the scan to its end or its interruption; returns the exit code. */
export async function runScanCommand(
  options: ScanOptions,
  plan: ScanRunPlan,
  system: System,
): Promise<ExitCode> {
  const onTrouble = (error: Error) => printError(system, `${error.message}; the scan goes on`);
  using run = await ScanRun.open(plan, system, onTrouble);
  const files = await openFiles(options, system);
  giveUpPrivileges(system);
  const output = new ScanOutput({ run, plan, options, files, system });
  const { sink } = output;
  output.start();
  const endSignals = obeySignals({ stop: () => run.stop(), sink, file: files.output }, system);
  // As in ping: SIGQUIT prints how far it is.
  const endStatus = system.onSignal("SIGQUIT", () => output.printProgress());
  const result = await run.run(output);
  const code = await output.end(result);
  files.metadata?.close();
  files.checkpoint?.close();
  files.output?.close();
  // Not before all is written: a late signal must not lose results.
  endSignals();
  endStatus();
  return code;
}

/** Opens every file before root is given up. */
async function openFiles(options: ScanOptions, system: System): Promise<ScanFiles> {
  const { output, metadata, checkpoint, resume } = options;
  const openFile = (path: string | undefined, mode: "create" | "keep") =>
    path === undefined ? undefined : openOutput(path, () => system.scan.openFile(path, mode));
  return {
    output: await openOutputFile(output, system),
    metadata: openFile(metadata, "create"),
    checkpoint: openFile(checkpoint, "create") ?? openFile(resume, "keep"),
  };
}
