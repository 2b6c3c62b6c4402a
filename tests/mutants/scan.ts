/** Mutants of src/scan that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const SCAN_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/scan/duplicate_filter.ts",
    code: "const SETS = 2 ** 18;",
    change: "18 → 19",
    why: "equivalent but for memory: 18 bits of the hash choose a set",
  },
  {
    path: "src/scan/settled_mark.ts",
    code: "if (position > (this.#marks.at(-1)?.position ?? this.#settled)) {",
    change: "1 → 2",
    why: "equivalent: two marks of one position settle as the first does",
  },
  {
    path: "src/scan/sweep_receiver.ts",
    code: "const DELIVERY_MS = 10;",
    change: "10 → 11",
    why: "a chosen patience",
  },
];
