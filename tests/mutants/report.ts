/** Mutants of src/report that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const REPORT_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/report/clock_remarks.ts",
    code: 'const sign = zone < 0 ? "-" : "+";',
    change: "0 → 1",
    why: "equivalent: a zone is a whole number of quarter hours, and not 0",
  },
  {
    path: "src/report/clock_remarks.ts",
    code: 'const sign = zone < 0 ? "-" : "+";',
    change: "< → <=",
    why: "equivalent: a zone is a whole number of quarter hours, and not 0",
  },
  {
    path: "src/report/fping/reply_line.ts",
    code: "rttMs: Math.max(0, reply.rttNs) / 1e6,",
    change: "0 → 1",
    why: "equivalent: a nanosecond is 0.000 ms in every line",
  },
  {
    path: "src/report/fping/reporter.ts",
    code: "#targets = 0;",
    change: "0 → 1",
    why: "equivalent: a run reports its number of targets before it ends",
  },
  {
    path: "src/report/fping/tally.ts",
    code: "minNs = 0;",
    change: "0 → 1",
    why: "equivalent: without an answer a nanosecond is 0.000 ms in every line",
  },
  {
    path: "src/report/log/svg.ts",
    code:
      "x + ((bucket.firstS + bucket.lastS) / 2 - firstS) / ((lastS - firstS) || 1) * CHART_WIDTH;",
    change: "1 → 2",
    why: "equivalent: where all is one moment, 0 is divided by it",
  },
  {
    path: "src/report/log/target_summary.ts",
    code: "let worstS = 0;",
    change: "0 → 1",
    why: "equivalent: the first delays are longer than none, and set it",
  },
  {
    path: "src/report/log/target_summary.ts",
    code: "return { delays, worstS: 0 };",
    change: "0 → 1",
    why: "equivalent: when the longest round trip was is said nowhere",
  },
  {
    path: "src/report/milliseconds.ts",
    code: "const digits = ms > 0 ? 2 - Math.floor(Math.log10(ms)) : mostDigits;",
    change: "> → >=",
    why: "equivalent: the logarithm of 0 asks for as many decimals as there may be",
  },
  {
    path: "src/report/milliseconds.ts",
    code: 'if (!(bound > 0)) return "0";',
    change: "> → >=",
    why: "equivalent: 0 in as many decimals as there may be is 0",
  },
  {
    path: "src/report/milliseconds.ts",
    code: "const hasTwo = place > 0 || bound / 10 ** place < 2;",
    change: "< → <=",
    why: "equivalent: a bound of exactly 2 has no second digit",
  },
  {
    path: "src/report/milliseconds.ts",
    code: "if (digits < 0) return String(Math.ceil(bound / 10 ** -digits - 1e-9) * 10 ** -digits);",
    change: "< → <=",
    why: "equivalent: without decimals both branches divide by 1 and multiply by it",
  },
  {
    path: "src/report/milliseconds.ts",
    code: "if (digits < 0) return String(Math.ceil(bound / 10 ** -digits - 1e-9) * 10 ** -digits);",
    change: "0 → 1",
    why: "equivalent: without decimals both branches divide by 1 and multiply by it",
  },
  {
    path: "src/report/page/audit_page.ts",
    code: "maxTargets: 1,",
    change: "1 → 2",
    why: "equivalent: an audit has hosts, and no target with charts",
  },
  {
    path: "src/report/path_text.ts",
    code: 'const noiseMs = noiseOf("queue", 1);',
    change: "1 → 2",
    why: "equivalent: waits in this machine's own queue have no tick",
  },
  {
    path: "src/report/number_text.ts",
    code: "Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0))",
    change: "0 → 1",
    why: "equivalent: every row has every column",
  },
  {
    path: "src/report/number_text.ts",
    code: "if (constant !== undefined && (best?.chance ?? 1) > CONVINCING_CHANCE) return constant;",
    change: "1 → 2",
    why: "equivalent: both are more than what convinces",
  },
  {
    path: "src/report/number_text.ts",
    code: "if (constant !== undefined && (best?.chance ?? 1) > CONVINCING_CHANCE) return constant;",
    change: "> → >=",
    why: "equivalent: a chance is a multiple of 2^-32, which 1e-5 is not",
  },
  {
    path: "src/report/number_text.ts",
    code: "if (best.chance > CONVINCING_CHANCE) {",
    change: "> → >=",
    why: "equivalent: a chance is a multiple of 2^-32, which 1e-5 is not",
  },
  {
    path: "src/report/screen/delay_charts.ts",
    code: "if (high > greatest) greatest = high;",
    change: "> → >=",
    why: "equivalent: of two equal values either is the greatest",
  },
  {
    path: "src/report/screen/watch_view.ts",
    code: "return lossRatio ?? -1;",
    change: "1 → 2",
    why: "equivalent: what is known is 0 or more",
  },
  {
    path: "src/report/screen/watch_view.ts",
    code: "return rtt?.median ?? -1;",
    change: "1 → 2",
    why: "equivalent: what is known is 0 or more",
  },
  {
    path: "src/report/screen/watch_view.ts",
    code: "return latest.out?.p95 ?? -1;",
    change: "1 → 2",
    why: "equivalent: what is known is 0 or more",
  },
  {
    path: "src/report/screen/watch_view.ts",
    code: "return latest.back?.p95 ?? -1;",
    change: "1 → 2",
    why: "equivalent: what is known is 0 or more",
  },
];
