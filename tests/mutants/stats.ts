/** Mutants of src/stats that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const STATS_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/stats/baseline.ts",
    code: "if (part <= this.#part) return;",
    change: "<= → <",
    why: "equivalent: nothing has passed, and the minimum comes out the same",
  },
  {
    path: "src/stats/baseline.ts",
    code: "if (outBaseMs === undefined || backBaseMs === undefined) return false;",
    change: "false → true",
    why: "equivalent: there is nothing to forget yet",
  },
  {
    path: "src/stats/sketch.ts",
    code: "const LAST_BUCKET = Math.ceil(Math.log(1e15) / LOG_GAMMA);",
    change: "ceil → floor",
    why: "a chosen limit: distances beyond a million seconds share a bucket",
  },
  {
    path: "src/stats/sketch.ts",
    code: "for (; index < last; index += 1) {",
    change: "< → <=",
    why: "equivalent: no rank is left behind the last bucket",
  },
  {
    path: "src/stats/sketch.ts",
    code: "if (counts.length === 0) this.#first = index;",
    change: "0 → 1",
    why: "equivalent but for memory: the first count is then that of index 0",
  },
];
