/** `icmptime watch`: from words to exit code. */

import { describeInterval } from "../../../report/screen/watch_screen.ts";
import { planRun } from "../../../run/run_plan.ts";
import { getColorEnabled, setColorEnabled } from "../../../terminal/color.ts";
import { readEgress } from "../../options/egress.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import type { CommandLine } from "../../options/option.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import type { WATCH_OPTIONS } from "./options.ts";
import { runWatchFrame } from "./frame.ts";
import { columnsFor } from "./columns.ts";

/** Every target keeps a history of some 100 kB. */
const MAX_TARGETS = 500;

/**
 * Runs `watch` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong, or standard output is no terminal.
 */
export async function runWatch(
  { options, operands }: CommandLine<typeof WATCH_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const terminal = await system.openTerminal();
  if (terminal === undefined) {
    throw new UsageError(
      "Cannot watch: standard output is not a terminal with a screen, expected one, or icmptime ping --loop",
    );
  }
  if (options.output === "-") {
    throw new UsageError(
      "Cannot write the log to -: the screen uses standard output, expected a file",
    );
  }
  const { interval: intervalMs, echo } = options;
  const plan = planRun({
    ...readEgress(options.interface),
    kind: echo ? "echo" : "timestamp",
    echoBeside: !echo,
    count: options.count ?? Infinity,
    intervalMs,
    timeoutMs: options.timeout,
    deadlineMs: options.deadline,
    ttl: options.ttl,
    tos: options.tos,
    mark: options.mark,
    kernelStamps: !options["user-stamps"],
  });
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options["all-addresses"],
    exclude: options.exclude.flat(),
    excludeFiles: options["exclude-file"],
    deadlineMs: options.deadline,
    keepsUnresolved: !options["all-addresses"],
  });
  if (list === undefined) return ExitCode.Unresolved;
  const { length } = list.targets;
  if (length > MAX_TARGETS) {
    throw new UsageError(`Cannot watch ${length} targets: expected at most ${MAX_TARGETS}`);
  }
  // A file of -o has no colours in any case: they are those of the screen.
  if (options.color === "auto" && options.output !== undefined) setColorEnabled(!Deno.noColor);
  return await runWatchFrame({
    plan,
    list,
    terminal,
    output: options.output,
    write: options.write,
    style: options.style,
    hasColor: getColorEnabled(),
    names: { numeric: options.numeric },
    about: (hasEcho) =>
      `${describeRequests(echo, hasEcho)} requests ${describeInterval(intervalMs)}`,
    followsNames: !options["all-addresses"],
    columnsMs: columnsFor(intervalMs),
  }, system);
}

function describeRequests(isEcho: boolean, hasEcho: boolean): string {
  if (isEcho) return "echo";
  return hasEcho ? "timestamp and echo" : "timestamp";
}
