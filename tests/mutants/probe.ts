/** Mutants of src/probe that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const PROBE_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/probe/fragmenting_sender.ts",
    code: "#identification = crypto.getRandomValues(new Uint16Array(1))[0] as number;",
    change: "1 → 2",
    why: "equivalent: the second random number is not used",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "export const MAX_REMEMBERED = 1 << 16;",
    change: "1 → 2",
    why: "a chosen limit: more probes are remembered",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "export const MAX_REMEMBERED = 1 << 16;",
    change: "16 → 17",
    why: "a chosen limit: more probes are remembered",
  },
  {
    path: "src/probe/observed/observed_table.ts",
    code: "if (!message.quote.ok) return false;",
    change: "false → true",
    why: "equivalent: isAbout has refused such an error before",
  },
  {
    path: "src/probe/observed/observer.ts",
    code: "#key = 0;",
    change: "0 → 1",
    why: "equivalent: keys have only to differ",
  },
  {
    path: "src/probe/observed/observer.ts",
    code: "const { timeoutMs, keepBytes = false, limits } = options;",
    change: "false → true",
    why: "equivalent but for memory: nothing looks at the octets that are kept",
  },
];
