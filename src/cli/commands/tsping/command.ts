/** `icmptime tsping`: tsping's words in, tsping's lines out. */

import { TspingReporter } from "../../../report/tsping_reporter.ts";
import { planRun } from "../../../run/run_plan.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, VERSION } from "../../outcome.ts";
import { readEgress } from "../../options/egress.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import { runPingFrame } from "../../ping_frame.ts";
import type { System } from "../../system.ts";
import type { TSPING_OPTIONS } from "./options.ts";

/** As tsping: a first line on standard error, so that standard output has replies alone. */
function printBanner(targets: number, { stderr }: System): void {
  const line = `Starting tsping (icmptime ${VERSION}) - pinging ${targets} targets\n`;
  stderr.writeSync(new TextEncoder().encode(line));
}

/** tsping never gives a reply up; after this long it counts as late, and has no line. */
const TIMEOUT_MS = 10_000;
/** A round takes this long at least: without any pause tsping floods. */
const MIN_ROUND_MS = 1;

/**
 * Runs `tsping` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runTsping(
  { options, operands }: CommandLine<typeof TSPING_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const kept = { keepsUnresolved: true, keepsDuplicates: true };
  const list = await gatherTargets(operands, [], system, kept);
  if (list === undefined) return ExitCode.Unresolved;
  printBanner(list.targets.length, system);
  const spacing = options["target-spacing"];
  const round = spacing * list.targets.length + options["sleep-time"];
  const plan = planRun({
    ...readEgress(options.interface === undefined ? [] : [options.interface]),
    kind: options["icmp-echo"] ? "echo" : "timestamp",
    count: Infinity,
    intervalMs: Math.max(MIN_ROUND_MS, round),
    spacingMs: spacing,
    timeoutMs: TIMEOUT_MS,
    mark: options["fw-mark"],
    stampAt: options["stamp-at"],
    exactOriginate: true,
  });
  return await runPingFrame({
    command: "tsping",
    followsNames: true,
    isImmediate: true,
    asksTwice: true,
    quitEnds: true,
    write: options.write,
    plan,
    list,
    openReporter: (output, errors) =>
      new TspingReporter(output, {
        timestamps: options["print-timestamps"],
        separator: options["machine-readable"],
        errors,
      }),
  }, system);
}
