/** Targets × time: what the heat map of a page shows. */

import { Bucket } from "../../log/bucket.ts";
import type { HeatData } from "../../page/data.ts";
import type { TargetSummary } from "../log/target_summary.ts";

/** Lengths of a column, seconds: what clocks have. */
const LENGTHS_S = [
  ...[10, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400],
];
/** Columns at most: a day of half hours fits. */
const MAX_COLUMNS = 48;
/** Rows at most, and at least for a map to say something. */
const MAX_ROWS = 200, MIN_ROWS = 2;

/** The heat map of the targets, or null where there are too few of them, or too little time. */
export function heatData(
  targets: readonly TargetSummary[],
  { firstS, lastS }: { readonly firstS: number; readonly lastS: number },
): HeatData | null {
  const columnS = LENGTHS_S.find((length) => countColumns(firstS, lastS, length) <= MAX_COLUMNS) ??
    Math.ceil((lastS - firstS) / (MAX_COLUMNS - 1));
  const count = countColumns(firstS, lastS, columnS);
  const shown = targets.filter(({ settled, log }) => settled > 0 && log.clock === undefined);
  if (shown.length < MIN_ROWS || count < 2) return null;
  const startS = Math.floor(firstS / columnS) * columnS;
  return {
    columnS,
    columns: Array.from({ length: count }, (_, i) => (startS + i * columnS - firstS) * 1e3)
      .map(Math.round),
    rows: shown.slice(0, MAX_ROWS).map(({ log, buckets }) => {
      const cells = Array.from({ length: count }, () => new Bucket());
      for (const bucket of buckets) {
        const middleS = (bucket.firstS + bucket.lastS) / 2;
        cells[Math.floor((middleS - startS) / columnS)]?.addAll(bucket);
      }
      const delay = (name: "rtt" | "out" | "back") =>
        cells.map(({ delays }) => {
          const some = delays[name];
          return some === undefined ? null : Math.round(some.quantile(0.95) * 1e3);
        });
      return {
        name: log.name,
        loss: cells.map(({ settled, lossRatio }) =>
          settled === 0 ? null : Math.round(lossRatio * 1e3)
        ),
        rtt: delay("rtt"),
        out: delay("out"),
        back: delay("back"),
      };
    }),
  };
}

function countColumns(firstS: number, lastS: number, columnS: number): number {
  return Math.floor(lastS / columnS) - Math.floor(firstS / columnS) + 1;
}
