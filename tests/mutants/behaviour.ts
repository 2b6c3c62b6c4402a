/** Mutants of src/behaviour that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const BEHAVIOUR_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/behaviour/path_evidence.ts",
    code: "const { timestamp, distance = 0, refusals, unsent } = seen;",
    change: "0 → 1",
    why: "equivalent: asked only where the distance is known",
  },
];
