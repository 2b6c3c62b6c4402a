/** Mutants of src/clock that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const CLOCK_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/clock/change_point.ts",
    code: "const SIDES: readonly number[] = [8, 16, 32, 64, 128];",
    change: "32 → 33",
    why: "a chosen width: one reply more is compared",
  },
  {
    path: "src/clock/change_point.ts",
    code: "const SIDES: readonly number[] = [8, 16, 32, 64, 128];",
    change: "128 → 129",
    why: "a chosen width: one reply more is compared",
  },
  {
    path: "src/clock/change_point.ts",
    code: "const byMs = Math.abs(upperMoved) < Math.abs(lowerMoved) ? upperMoved : lowerMoved;",
    change: "< → <=",
    why: "equivalent: two of one sign that are as large are one number",
  },
  {
    path: "src/clock/change_point.ts",
    code: "if (2 * side >= bounds.length) break;",
    change: "* → /",
    why: "a chosen end: longer sides compare nothing more but at the ends",
  },
  {
    path: "src/clock/consensus.ts",
    code: "if (lengthMs < best.lengthMs) best = { fromMs, lengthMs };",
    change: "< → <=",
    why: "equivalent: of two gaps of one width either may be cut out",
  },
  {
    path: "src/clock/envelope.ts",
    code: "while ((nearest[at - 1] ?? -Infinity) > excessMs) at -= 1;",
    change: "> → >=",
    why: "equivalent: of two equal distances either may be first",
  },
  {
    path: "src/clock/envelope.ts",
    code: "if (before.valueMs <= valueMs) return;",
    change: "<= → <",
    why: "equivalent: a point is replaced by one that is equal",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "/ → *",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "+ → -",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "return (upper.meanSeconds + negatedLower.meanSeconds) / 2;",
    change: "2 → 3",
    why: "equivalent: the line is the same about whatever time its moments are taken",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const bestOffset = (bestAbove + bestBelow) / 2;",
    change: "+ → -",
    why: "equivalent: the mean is the same from whatever offset it is counted",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const bestOffset = (bestAbove + bestBelow) / 2;",
    change: "2 → 3",
    why: "equivalent: the mean is the same from whatever offset it is counted",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const STEPS = 64;",
    change: "64 → 65",
    why: "one point more in a numerical integral",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const BISECTIONS = 20;",
    change: "20 → 21",
    why: "a millionth of a range is halved once more",
  },
  {
    path: "src/clock/estimate.ts",
    code: "for (let round = 0; round < BISECTIONS; round += 1) {",
    change: "< → <=",
    why: "a millionth of a range is halved once more",
  },
  {
    path: "src/clock/estimate.ts",
    code: "for (let round = 0; round < BISECTIONS; round += 1) {",
    change: "0 → 1",
    why: "a millionth of a range is halved once less",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (value(far) >= level) return far;",
    change: ">= → >",
    why: "equivalent: at the level itself the bisection ends at the same place",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (value(middle) >= level) inside = middle;",
    change: ">= → >",
    why: "equivalent: at the level itself the bisection ends at the same place",
  },
  {
    path: "src/clock/estimate.ts",
    code: "const CUT_OFF = 12;",
    change: "12 → 13",
    why: "what has less than e to the -12th of the weight moves no mean",
  },
  {
    path: "src/clock/estimate.ts",
    code: "while (upper - lower > SKEW_TOLERANCE_PPM) {",
    change: "> → >=",
    why: "equivalent: a range is never exactly as long as the tolerance",
  },
  {
    path: "src/clock/estimate.ts",
    code: "if (atLeft < atRight) {",
    change: "< → <=",
    why: "equivalent: between two equal heights lies the top of a concave function",
  },
  {
    path: "src/clock/feasible_region.ts",
    code: "if (excess.every((value) => value <= 0)) return this;",
    change: "<= → <",
    why: "equivalent: a half-plane through a corner cuts nothing off",
  },
  {
    path: "src/clock/feasible_region.ts",
    code: "if (hereExcess <= 0) kept.push(here);",
    change: "<= → <",
    why: "equivalent: a corner on the bound itself is where the next edge is cut",
  },
  {
    path: "src/clock/fit.ts",
    code: "const SAMPLES_BENT = 16;",
    change: "16 → 17",
    why: "a chosen number: one reply more is left out of a line",
  },
  {
    path: "src/clock/fit.ts",
    code: "const SAMPLES_FOR_LINE = 8;",
    change: "8 → 9",
    why: "a chosen number: a line is laid through one reply more at least",
  },
  {
    path: "src/clock/fit.ts",
    code: "const ppm = skewPpm + spreads * skewSpreadPpm;",
    change: "+ → -",
    why: "equivalent: as many spreads are tried on either side",
  },
  {
    path: "src/clock/gap.ts",
    code: "if (expectedMs <= 0) return false;",
    change: "<= → <",
    why: "equivalent: where no gap is expected, one below 0 is refused by the hard bounds",
  },
  {
    path: "src/clock/gap.ts",
    code: "if (above - below >= neededMs) return false;",
    change: ">= → >",
    why:
      "equivalent but for time: a gap that is just wide enough at one rate is so at the best one",
  },
  {
    path: "src/clock/gap.ts",
    code: "return gapShortfallMs(upper, negatedLower, this.#region.skewPpm, expectedMs) > 0;",
    change: "> → >=",
    why: "equivalent: a shortfall of exactly nothing is rounding",
  },
  {
    path: "src/clock/gap.ts",
    code: "if (this.#widestGapMs - line.gapMs <= FREE_EXCESSES * line.excessMs) return hard;",
    change: "<= → <",
    why: "equivalent: a gap wider by exactly that much is rounding",
  },
  {
    path: "src/clock/phase.ts",
    code: "const whole = Math.floor(fraction(seed + index * COARSE_STEP) * spreadMs);",
    change: "+ → -",
    why: "equivalent: the sequence is as even the other way round",
  },
  {
    path: "src/clock/phase.ts",
    code: "return whole + fraction(seed + index * GOLDEN);",
    change: "* → /",
    why: "equivalent: the golden ratio is 1 more than its inverse, and only the fraction counts",
  },
  {
    path: "src/clock/tracker.ts",
    code: "const REVIEW_SHARE = 1 / 16;",
    change: "16 → 17",
    why: "a chosen pace: reviews a little more often",
  },
  {
    path: "src/clock/tracker.ts",
    code: "if (excessMs === undefined || inTickMs === undefined) return evenMs;",
    change: "|| → &&",
    why: "equivalent: both rest on the same line",
  },
];
