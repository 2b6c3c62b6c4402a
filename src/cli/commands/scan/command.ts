/** `icmptime scan`: from words to exit code. */

import { safeText } from "../../../terminal/safe_text.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import { checkNoPlaceIsLost, readPrevious } from "./checkpoints.ts";
import { checkScanOptions, type ScanOptions } from "./checks.ts";
import { runDry } from "./dry_run.ts";
import type { SCAN_OPTIONS } from "./options.ts";
import { planScanCommand } from "./plan.ts";
import { runScanCommand } from "./run.ts";
import { readScanTargets } from "./targets.ts";
import { readExclusions } from "../../targets/exclusions.ts";
import type { System } from "../../system.ts";

/**
 * Runs `scan` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runScan(
  line: CommandLine<typeof SCAN_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const { options, operands } = line.options.config === undefined
    ? line
    : await (await import("./config_file.ts")).readConfig(line, system);
  if (options.verify) {
    const { runVerify } = await import("./verify.ts");
    return await runVerify(operands, system);
  }
  await checkScanOptions(options);
  const { blocks: targets, isWhole } = await readScanTargets(operands, options.file, system);
  if (targets.length === 0) {
    if (!isWhole) return ExitCode.Unresolved;
    throw noTarget(options);
  }
  const previous = await readPrevious(options.resume, system);
  const excluded = await readExclusions(options.exclude.flat(), options["exclude-file"], system);
  const plan = planScanCommand(options, { targets, excluded, previous }, system);
  if (options["dry-run"]) return await runDry(options, plan, system);
  checkNoPlaceIsLost(options.checkpoint, system);
  const code = await runScanCommand(options, plan, system);
  return !isWhole && code < ExitCode.Unresolved ? ExitCode.Unresolved : code;
}

function noTarget({ resume }: ScanOptions): UsageError {
  if (resume === undefined) {
    return new UsageError(
      "No target given: expected at least one, e.g. icmptime scan 10.0.0.0/24",
    );
  }
  return new UsageError(
    `Cannot resume without targets: ${safeText(resume)} holds only the position, ` +
      "expected the same targets and options as before",
  );
}
