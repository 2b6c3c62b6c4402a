/** `icmptime ping`: from words to exit code. */

import { planRun } from "../../../run/run_plan.ts";
import { ReverseNames } from "../../../targets/reverse_names.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import type { CommandLine } from "../../options/option.ts";
import type { PING_OPTIONS } from "./options.ts";
import { asksWhoIsAlive, type PingOptions, readPingOptions } from "./plan.ts";
import { METRICS_FORM } from "../../output/metrics_form.ts";
import { formatOf, loadReporter } from "./reporter.ts";
import { checkFields } from "../../options/check_fields.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import { runPingFrame } from "../../ping_frame.ts";
import type { System } from "../../system.ts";

/** How long the summary waits for the names of addresses. */
const MAX_NAME_WAIT_MS = 1000;

/**
 * Runs `ping` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runPing(
  { options, operands }: CommandLine<typeof PING_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  await checkFields({ ...options, command: "ping", format: formatOf(options) });
  if (formatOf(options) === "prometheus") checkEnds(options);
  const plan = planRun(readPingOptions(options));
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options["all-addresses"],
    exclude: options.exclude.flat(),
    excludeFiles: options["exclude-file"],
    deadlineMs: options.deadline,
    keepsUnresolved: options.loop && !options["all-addresses"],
  });
  if (list === undefined) return ExitCode.Unresolved;
  const names = options.reverse && !options.numeric
    ? new ReverseNames((address) => system.lookUpAddress(address))
    : undefined;
  names?.request(list.targets.map(({ address }) => address));
  return await runPingFrame({
    command: "ping",
    plan,
    list,
    openReporter: await loadReporter(options, list, names),
    beforeSummary: names === undefined ? undefined : () => names.settled(MAX_NAME_WAIT_MS),
    explains: options.explain,
    output: options.output,
    replaced: formatOf(options) === "prometheus" ? METRICS_FORM : undefined,
    write: options.write,
    followsNames: !options["all-addresses"],
    summaryEveryMs: options["summary-every"],
    conditions: options["fail-if"],
    hintsAtTrace: formatOf(options) === "text" && !options.quiet && !asksWhoIsAlive(options),
    hasLiveLine: list.targets.length > 1 || options.quiet || options.output !== undefined,
  }, system);
}

/**
 * Metrics are of a whole run.
 *
 * @throws {UsageError} The run has no end.
 */
function checkEnds({ loop, deadline }: PingOptions): void {
  if (!loop || deadline !== undefined) return;
  throw new UsageError(
    "Cannot write metrics at the end of a run without end (--loop): give --deadline too, or use icmptime exporter",
  );
}
