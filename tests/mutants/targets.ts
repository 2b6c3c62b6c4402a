/** Mutants of src/targets that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const TARGETS_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/targets/block.ts",
    code: "while (hole < holes.length && holes.lastAt(hole) < first) hole++;",
    change: "< → <=",
    why: "equivalent: one step beyond the last hole there is none either",
  },
  {
    path: "src/targets/packed_blocks.ts",
    code: "if (this.#length === this.#numbers.length) this.#grow();",
    change: "=== → !==",
    why: "equivalent but for time: each push makes room",
  },
  {
    path: "src/targets/packed_blocks.ts",
    code: "const FIRST_CAPACITY = 16;",
    change: "16 → 17",
    why: "equivalent but for memory",
  },
  {
    path: "src/targets/packed_blocks.ts",
    code:
      "const grown = new BigUint64Array(Math.max(FIRST_CAPACITY, Math.ceil(1.25 * this.#length)));",
    change: "1.25 → 2.25",
    why: "equivalent but for memory",
  },
  {
    path: "src/targets/packed_blocks.ts",
    code:
      "const grown = new BigUint64Array(Math.max(FIRST_CAPACITY, Math.ceil(1.25 * this.#length)));",
    change: "ceil → floor",
    why: "equivalent but for memory: a quarter of sixteen or more is at least one",
  },
  {
    path: "src/targets/target_list.ts",
    code: "const hosts = isPrefix && blockSize(block) > 2",
    change: "2 → 3",
    why: "equivalent: a prefix has a power of two of addresses",
  },
];
