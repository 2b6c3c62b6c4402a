/**
 * The reporter that the options of `ping` ask for. Each form of output is loaded only when it is used: start-up time
 * is part of the tool.
 */

import type { LineSink } from "../../../terminal/line_sink.ts";
import type { Reporter } from "../../../run/reporter.ts";
import type { ReverseNames } from "../../../targets/reverse_names.ts";
import type { TargetList } from "../../../targets/target_list.ts";
import { asksWhoIsAlive, type PingOptions } from "./plan.ts";

/** Form of the output. */
export type Format = PingOptions["format"];

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
    case "influx": {
      const { JsonReporter } = await import("../../../record/json_reporter.ts");
      const { influxFormatter: form } = await import("../../../record/influx.ts");
      return (output) => new JsonReporter(output, { ...options, form });
    }
    case "csv": {
      const { CsvReporter } = await import("../../../record/csv_reporter.ts");
      return (output) => new CsvReporter(output, options);
    }
    case "prometheus": {
      const { PingPage } = await import("../../../report/prometheus/ping_page.ts");
      const unresolved = list.problems.filter(({ kind }) => kind === "unresolved");
      return (output) => new PingPage(output, unresolved.map(({ label }) => label));
    }
    case "fping": {
      return await loadFpingReporter(options, list);
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

/** The lines of fping in count or loop mode, with the time before each. */
async function loadFpingReporter(options: PingOptions, list: TargetList): Promise<OpenReporter> {
  const { FpingReporter } = await import("../../../report/fping/reporter.ts");
  const { TextForm } = await import("../../../report/fping/form.ts");
  const nameWidth = list.targets.reduce((width, { label }) => Math.max(width, label.length), 0);
  const form = new TextForm({ time: "unix", nameWidth, outagePeriodMs: undefined });
  const { quiet } = options;
  return (output, errors) =>
    new FpingReporter(output, {
      mode: options.loop ? "loop" : "count",
      form,
      hasProbeLines: !quiet,
      isQuiet: quiet,
      reportsUnsent: true,
      timeoutMs: options.timeout ?? Infinity,
      errors,
    });
}

/** The form of output that the options choose. */
export function formatOf(options: PingOptions): Format {
  return options.json ? "json" : options.format;
}

async function loadExplainer(): Promise<(bytes: Uint8Array) => string> {
  const { annotateDatagram } = await import("../../../packet/annotate.ts");
  const { formatAnnotated } = await import("../../../packet/annotated_table.ts");
  return (bytes) => formatAnnotated(annotateDatagram(bytes));
}
