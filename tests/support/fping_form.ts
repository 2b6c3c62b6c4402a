/** A reporter in fping's form, as count mode has it. */

import { type FormOptions, TextForm } from "../../src/report/fping/form.ts";
import { FpingReporter } from "../../src/report/fping/reporter.ts";
import type { FpingReporterOptions } from "../../src/report/fping/reporter_options.ts";
import type { LineSink } from "../../src/terminal/line_sink.ts";

/** Opens one; what is not given is that of `fping -c N`, whose names take 8 columns. */
export function fpingForm(
  options: Partial<FpingReporterOptions> = {},
  form: Partial<FormOptions> = {},
): (output: LineSink, errors: LineSink) => FpingReporter {
  return (output, errors) =>
    new FpingReporter(output, {
      mode: "count",
      form: new TextForm({ time: undefined, nameWidth: 8, outagePeriodMs: undefined, ...form }),
      hasProbeLines: true,
      isQuiet: false,
      timeoutMs: 1000,
      errors,
      ...options,
    });
}

/** As `fping -q -c N`. */
export const QUIET: Partial<FpingReporterOptions> = { hasProbeLines: false, isQuiet: true };
