/** `icmptime report`: from logs to a page. */

import { type Log, LogReader } from "../../../log/log_reader.ts";
import { countOf } from "../../../terminal/quantity.ts";
import type { CommandLine, Parsed } from "../../options/option.ts";
import { ExitCode, printError, UsageError, VERSION } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { nameOf, openReport } from "../../output/report_file.ts";
import { readLog } from "./input.ts";
import type { REPORT_OPTIONS } from "./options.ts";

type ReportOptions = Parsed<typeof REPORT_OPTIONS>;

/**
 * Runs `report` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong, or a file cannot be read.
 */
export async function runReport(
  { options, operands }: CommandLine<typeof REPORT_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  checkOperands(operands, options, system);
  // First, so that nothing is read in vain.
  const output = openReport(options.output, operands, system);
  let isWhole = true;
  try {
    const reader = new LogReader({ fromS: seconds(options.from), toS: seconds(options.to) });
    for (const path of operands) {
      const trouble = await readLog(path, reader, system);
      if (trouble === undefined) continue;
      isWhole = false;
      printError(system, trouble);
    }
    const { counts } = reader;
    if (counts.broken > 0) {
      printError(
        system,
        `Left out ${countOf(counts.broken, "line")} of ${counts.lines}: no records, ` +
          "expected JSON Lines as --json writes them",
      );
    }
    if (counts.records === 0) {
      const others = counts.outside > 0
        ? `, ${counts.outside} are outside of the time asked for`
        : "";
      printError(
        system,
        `Cannot report on ${operands.map(nameOf).join(", ")}: no records${others}`,
      );
      return ExitCode.Unanswered;
    }
    const isWritten = await output.write(await format(reader.finish(), options));
    if (!isWritten) return ExitCode.System;
  } finally {
    output.close();
  }
  return isWhole ? ExitCode.Ok : ExitCode.Unanswered;
}

function checkOperands(
  operands: readonly string[],
  { output, format, from, to }: ReportOptions,
  { stdoutIsTerminal }: System,
): void {
  if (operands.length === 0) {
    throw new UsageError(
      "Nothing to report on: expected JSON Lines files, or - for standard input",
    );
  }
  if (operands.filter((path) => path === "-").length > 1) {
    throw new UsageError("Cannot read standard input twice: - is given more than once");
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError("Cannot report on an empty time span: --from is not before --to");
  }
  if (output === undefined && format === "html" && stdoutIsTerminal) {
    throw new UsageError("Cannot show a page on a terminal: expected -o FILE");
  }
}

/** Only what is asked for is loaded. */
async function format(log: Log, options: ReportOptions): Promise<string> {
  const { title, "max-targets": maxTargets } = options;
  switch (options.format) {
    case "html": {
      const { formatPage } = await import("../../../report/page/page.ts");
      return formatPage(log, { title, maxTargets, version: VERSION });
    }
    case "markdown": {
      const { formatMarkdown } = await import("../../../report/log/markdown.ts");
      return formatMarkdown(log, { title, maxTargets });
    }
    case "svg": {
      const { formatSvg } = await import("../../../report/log/svg.ts");
      return formatSvg(log, { title, maxTargets });
    }
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1e3;
}
