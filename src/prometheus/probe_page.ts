/** The answer of /probe: the numbers of one short run. */

import type { TargetSummary } from "../run/target_statistics.ts";
import { toSeconds } from "./base_unit.ts";
import { RUN_METRICS } from "./run_metrics.ts";
import { type RunPage, writeSummaries } from "./run_page.ts";
import { CLOCK_METRICS } from "./target_metrics.ts";

/** Writes the answer; `durationS` is how long the run took, in seconds. */
export function writeProbePage(summary: TargetSummary, durationS: number, page: RunPage): void {
  const { counters, host } = summary;
  page.family(RUN_METRICS.success, [[{}, counters.received > 0 ? 1 : 0]]);
  page.family(RUN_METRICS.duration, [[{}, durationS]]);
  // The estimate may assume that the clock ticks each millisecond; bounds may not.
  const estimate = host?.assumedOffset ?? host?.offset;
  page.family(CLOCK_METRICS.offset, [[{}, toSeconds(estimate?.valueMs)]]);
  // Prometheus names group and target itself.
  writeSummaries(page, [{ labels: {}, found: summary }]);
  page.end();
}
