/** What a run in fping's form reports. */

import type { LineSink } from "../../terminal/line_sink.ts";
import type { FpingForm } from "./form.ts";

/** What is reported. */
export interface FpingReporterOptions {
  /** `list`: each target once, alive or unreachable. `count` and `loop`: each probe, and a summary of each target. */
  readonly mode: "list" | "count" | "loop";
  /** Writes the lines. */
  readonly form: FpingForm;
  /** Summaries are results too: all lines go to one stream. */
  readonly isJson?: boolean | undefined;
  /** A line for each probe, in count and loop mode. */
  readonly hasProbeLines: boolean;
  /** List mode: which targets are listed, `both` with what they are; undefined for none. */
  readonly lists?: "both" | "alive" | "unreachable" | undefined;
  /** No ICMP errors, nothing of probes that the kernel did not take. */
  readonly isQuiet: boolean;
  /** The reason for each probe that the kernel did not take, also in count and loop mode, where fping has none. */
  readonly reportsUnsent?: boolean | undefined;
  /** List mode: round-trip time of the answer. */
  readonly hasElapsed?: boolean | undefined;
  /** Summaries are every round-trip time. */
  readonly hasEveryRtt?: boolean | undefined;
  /** Statistics of the whole run at its end. */
  readonly hasStatistics?: boolean | undefined;
  /** Type of service of each answer. */
  readonly printsTos?: boolean | undefined;
  /** Time to live of each answer. */
  readonly printsTtl?: boolean | undefined;
  /** Reports of an interval: charts for Netdata in the place of summaries; `everyMs` long, words by target. */
  readonly netdata?:
    | { readonly everyMs: number; readonly words: readonly string[] }
    | undefined;
  /** Reports of an interval count from the start of the run. */
  readonly isCumulative?: boolean | undefined;
  /** How many targets must answer, and whether that ends the run. */
  readonly reachable?: { readonly needed: number; readonly endsRun: boolean } | undefined;
  /** Words that gave no target. */
  readonly unknown?: number | undefined;
  /** Time within which an answer counts, in milliseconds. */
  readonly timeoutMs: number;
  /** List mode: each try's time is that many times the one before; 1 by default. */
  readonly backoff?: number | undefined;
  /** Receives what is no result. */
  readonly errors: LineSink;
  /** Ends the run. */
  readonly stop?: (() => void) | undefined;
}

/** Time within which the probe of that index must be answered, in nanoseconds. */
export function timeoutNs(
  { timeoutMs, backoff = 1 }: Pick<FpingReporterOptions, "timeoutMs" | "backoff">,
  index: number,
): number {
  return timeoutMs * 1e6 * backoff ** index;
}
