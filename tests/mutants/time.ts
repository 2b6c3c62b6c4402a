/** Mutants of src/time that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const TIME_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/time/day.ts",
    code: "if (remainder >= 0) return remainder + 0; // turns -0 into 0",
    change: ">= → >",
    why: "equivalent: 0 plus the divisor is not below it, which gives 0",
  },
  {
    path: "src/time/day.ts",
    code: "if (difference >= -half && difference < half) return difference;",
    change: ">= → >",
    why: "equivalent: the lower end comes out of the remainder as it is",
  },
];
