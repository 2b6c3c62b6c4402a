/** `icmptime ping`: from words to exit code. */

import { planRun } from "../../../run/run_plan.ts";
import { ReverseNames } from "../../../targets/reverse_names.ts";
import { checkJson, parseCommandLine } from "../../command_line.ts";
import { ExitCode } from "../../exit_code.ts";
import type { Parsed } from "../../option.ts";
import { PING_COMMAND, PING_OPTIONS } from "./options.ts";
import { readPingOptions } from "./plan.ts";
import { checkFields, loadReporter } from "./reporter.ts";
import { gatherTargets, runSession } from "../../session.ts";
import type { System } from "../../system.ts";
import { VERSION } from "../../version.ts";

/** How long the summary waits for the names of addresses. */
const MAX_NAME_WAIT_MS = 1000;

/**
 * Runs `ping` with the words after its name and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runPing(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, PING_OPTIONS);
  const text = await informativeText(options);
  if (text !== undefined) return (await import("../../print.ts")).print(system, text);
  checkJson(options);
  await checkFields(options);
  const plan = planRun(readPingOptions(options));
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options["all-addresses"],
    exclude: options.exclude.flat(),
    deadlineMs: options.deadline,
    keepsUnresolved: options.loop && !options["all-addresses"],
  });
  if (list === undefined) return ExitCode.Unresolved;
  const names = options.reverse && !options.numeric
    ? new ReverseNames((address) => system.lookUpAddress(address))
    : undefined;
  names?.request(list.targets.map(({ address }) => address));
  return await runSession({
    command: "ping",
    plan,
    list,
    openReporter: await loadReporter(options, list, names),
    beforeSummary: names === undefined ? undefined : () => names.settled(MAX_NAME_WAIT_MS),
    explain: options.explain,
    output: options.output,
    asksAllAddresses: options["all-addresses"],
    summaryEveryMs: options["summary-every"],
    conditions: options["fail-if"],
    status: list.targets.length > 1 || options.quiet || options.output !== undefined,
  }, system);
}

async function listFields(): Promise<string> {
  const [{ formatFieldList }, { RECORDS }, { FLAG_MEANINGS }] = await Promise.all([
    import("../../field_list.ts"),
    import("../../../record/record_table.ts"),
    import("../../../record/flags.ts"),
  ]);
  return formatFieldList(RECORDS, FLAG_MEANINGS);
}

/** What is to be printed instead of asking anybody; undefined when somebody is to be asked. */
async function informativeText(options: Parsed<typeof PING_OPTIONS>): Promise<string | undefined> {
  if (options.help) return (await import("../../help.ts")).formatHelp(PING_COMMAND);
  if (options.version) return `icmptime ${VERSION}\n`;
  if (options["list-fields"]) return await listFields();
  return undefined;
}
