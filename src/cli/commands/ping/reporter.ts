/**
 * The reporter that the options of `ping` ask for. Each form of output is loaded only when it is used: start-up time
 * is part of the tool.
 */

import type { LineSink } from "../../../terminal/line_sink.ts";
import type { Reporter } from "../../../run/reporter.ts";
import type { ReverseNames } from "../../../targets/reverse_names.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { asksWhoIsAlive, type PingOptions } from "./plan.ts";
import { UsageError } from "../../outcome.ts";

type Format = PingOptions["format"];

/** Makes a reporter whose lines go to `output`, and to `errors` what is no result. */
export type OpenReporter = (output: LineSink, errors: LineSink) => Reporter;

/**
 * Loads the form of output. Call before privileges are dropped: the new user may not be allowed to read the program.
 *
 * @throws {UsageError} Options that do not go together.
 */
export async function loadReporter(
  options: PingOptions,
  list: TargetList,
  names: ReverseNames | undefined,
): Promise<OpenReporter> {
  switch (formatOf(options)) {
    case "json": {
      const { JsonReporter } = await import("../../../record/json_reporter.ts");
      return (output) => new JsonReporter(output, options);
    }
    case "csv": {
      const { CsvReporter } = await import("../../../record/csv_reporter.ts");
      return (output) => new CsvReporter(output, options);
    }
    case "fping": {
      const { FpingReporter } = await import("../../../report/fping_reporter.ts");
      const nameWidth = list.targets.reduce((width, { label }) => Math.max(width, label.length), 0);
      const { quiet } = options;
      return (output, errors) =>
        new FpingReporter(output, { timestamps: true, quiet, nameWidth, errors });
    }
    case "tsping": {
      const { TspingReporter } = await import("../../../report/tsping_reporter.ts");
      return (output, errors) =>
        new TspingReporter(output, { timestamps: true, separator: ",", errors });
    }
    case "text": {
      if (asksWhoIsAlive(options)) {
        const { AliveReporter } = await import("../../../report/alive_reporter.ts");
        return (output, errors) => new AliveReporter(output, { ...options, errors });
      }
      const { TextReporter } = await import("../../../report/text_reporter.ts");
      const explain = options.explain ? await loadExplainer() : undefined;
      return (output) => new TextReporter(output, { ...options, names, explain });
    }
  }
}

/**
 * Looks at the fields that are asked for.
 *
 * @throws {UsageError} One does not exist, or the form of output has none.
 */
export async function checkFields(options: PingOptions): Promise<void> {
  const { fields } = options;
  if (fields === undefined) return;
  const known = await knownFields(options);
  for (const field of fields) {
    if (known.includes(field)) continue;
    const { nearest } = await import("../../command_line.ts");
    const close = nearest(field, known);
    const hint = close === undefined ? "see --list-fields" : `the nearest is ${close}`;
    throw new UsageError(`Cannot print ${field}: no such field, ${hint}`);
  }
}

async function knownFields(options: PingOptions): Promise<readonly string[]> {
  switch (formatOf(options)) {
    case "csv":
      return (await import("../../../record/csv_reporter.ts")).csvColumns(options.quiet);
    case "json":
      return (await import("../../../record/record_table.ts")).fieldNames();
    default:
      throw new UsageError("Cannot choose fields of this format: want json or csv");
  }
}

function formatOf(options: PingOptions): Format {
  return options.json ? "json" : options.format;
}

async function loadExplainer(): Promise<(bytes: Uint8Array) => string> {
  const { annotateDatagram } = await import("../../../packet/annotate.ts");
  const { formatAnnotated } = await import("../../../packet/annotated_table.ts");
  return (bytes) => formatAnnotated(annotateDatagram(bytes));
}
