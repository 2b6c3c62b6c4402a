/** Mutants of src/behaviour that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const BEHAVIOUR_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/behaviour/meaningless.ts",
    code: "Math.abs(fold(differenceMs, HALF_RANGE)) <= toleranceMs;",
    change: "<= → <",
    why:
      "equivalent: the tolerance is a fifteenth of a second and more, no number of the clock that sends",
  },
];
