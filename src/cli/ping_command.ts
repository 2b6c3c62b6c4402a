/** `icmptime ping`: from words to exit code. */

import { AliveReporter } from "../report/alive_reporter.ts";
import { csvColumns, CsvReporter } from "../report/csv_reporter.ts";
import { FpingReporter } from "../report/fping_reporter.ts";
import { JsonReporter } from "../report/json_reporter.ts";
import type { LineSink } from "../report/line_sink.ts";
import { fieldNames } from "../report/record_table.ts";
import type { Reporter } from "../report/reporter.ts";
import { TextReporter } from "../report/text_reporter.ts";
import { TspingReporter } from "../report/tsping_reporter.ts";
import { ReverseNames } from "../target/reverse_names.ts";
import type { TargetList } from "../target/target_list.ts";
import { parseCommandLine } from "./command_line.ts";
import { ExitCode } from "./exit_code.ts";
import { formatFieldList } from "./field_list.ts";
import { formatHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import type { Parsed } from "./option.ts";
import { PING_COMMAND, PING_OPTIONS } from "./ping_options.ts";
import { asksWhoIsAlive, planPing } from "./ping_plan.ts";
import { print } from "./print.ts";
import { gatherTargets, runSession } from "./session.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

type PingOptions = Parsed<typeof PING_OPTIONS>;
type Format = NonNullable<PingOptions["format"]>;

/**
 * Runs `ping` with the words after its name and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runPing(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, PING_OPTIONS);
  const text = options.help
    ? formatHelp(PING_COMMAND)
    : options.version
    ? `icmptime ${VERSION}\n`
    : options["list-fields"]
    ? formatFieldList()
    : undefined;
  if (text !== undefined) return print(system, text);
  const format: Format = options.json ? "json" : options.format ?? "text";
  checkFields(options, format);
  const plan = planPing(options);
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options["all-addresses"],
    exclude: options.exclude,
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
    openReporter: (output, errors) => openReporter(options, format, list, names, output, errors),
    explain: options.explain,
    output: options.output,
    summaryEveryMs: options["summary-every"],
    conditions: options["fail-if"],
    status: list.targets.length > 1 || options.quiet || options.output !== undefined,
  }, system);
}

function checkFields(options: PingOptions, format: Format): void {
  const { fields } = options;
  if (fields === undefined) return;
  if (format !== "json" && format !== "csv") {
    throw new UsageError("Cannot choose fields of this format: want json or csv", "--fields");
  }
  const known = format === "csv" ? csvColumns(options.quiet) : fieldNames();
  for (const field of fields) {
    if (known.includes(field)) continue;
    const close = nearest(field, known);
    const hint = close === undefined ? "see --list-fields" : `the nearest is ${close}`;
    throw new UsageError(`Cannot print ${field}: no such field, ${hint}`, "--fields", field);
  }
}

function openReporter(
  options: PingOptions,
  format: Format,
  list: TargetList,
  names: ReverseNames | undefined,
  output: LineSink,
  errors: LineSink,
): Reporter {
  switch (format) {
    case "json":
      return new JsonReporter(output, options);
    case "csv":
      return new CsvReporter(output, options);
    case "fping":
      return new FpingReporter(output, {
        timestamps: true,
        quiet: options.quiet,
        nameWidth: list.targets.reduce((width, { label }) => Math.max(width, label.length), 0),
        errors,
      });
    case "tsping":
      return new TspingReporter(output, { timestamps: true, separator: ",", errors });
    case "text":
      return asksWhoIsAlive(options)
        ? new AliveReporter(output, { ...options, errors })
        : new TextReporter(output, { ...options, names });
  }
}
