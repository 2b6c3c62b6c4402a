/** Mutants of src/behaviour that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const BEHAVIOUR_MUTANTS: readonly KnownMutant[] = [];
