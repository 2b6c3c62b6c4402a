/** Mutants of src/record that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const RECORD_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/record/json_octets.ts",
    code: "if (millionths / 1e6 === value && Math.abs(value) < MAX_MILLIONTHS_VALUE) {",
    change: "1e6 → 2000000",
    why: "equivalent: what is not written here String writes alike, only slower",
  },
];
