/** Option values that only fping has. */

import type { OptionValue } from "../../options/option.ts";

/** How often a quiet run reports. */
export interface ReportPeriod {
  /** Milliseconds. */
  readonly everyMs: number;
  /** Reports count from the start of the run. */
  readonly isCumulative: boolean;
}

/** `SECS` or `SECS,cumulative`; other words after the comma are ignored, as in fping. */
export function reportPeriod(): OptionValue<ReportPeriod> {
  return {
    metavar: "SECS[,cumulative]",
    complete: "none",
    parse(text) {
      const [, seconds = "", word] = /^(\d+(?:\.\d*)?|\.\d+)(?:,(.*))?$/.exec(text) ?? [];
      if (seconds === "") throw new RangeError("expected seconds, or seconds and ,cumulative");
      return { everyMs: Number(seconds) * 1e3, isCumulative: word === "cumulative" };
    },
  };
}
