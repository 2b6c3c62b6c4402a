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
    path: "src/scan/duplicate_filter.ts",
    code: "const salt = stamps === undefined ? 0 : Math.imul(originateMs, 0x85ebca6b);",
    change: "0 → 1",
    why: "equivalent: any salt will do that is the same for all replies",
  },
  {
    path: "src/scan/path_keeper.ts",
    code: "const PATIENCE_MS = 10_000, LOOK_MS = 100;",
    change: "100 → 200",
    why: "a chosen pace: how often a path that is gone is looked for",
  },
  {
    path: "src/scan/permutation.ts",
    code: "for (let index = 0; index < count; index++) {",
    change: "< → <=",
    why: "equivalent: what is written behind a typed array is lost",
  },
  {
    path: "src/scan/proof.ts",
    code: "yield* stepsDown(residue, MS_PER_DAY - 1, MS_PER_DAY + oldestMs);",
    change: "- → +",
    why: "equivalent: no probe proves a time beyond the day",
  },
  {
    path: "src/scan/reply_reader.ts",
    code: "const UNREAD = 0;",
    change: "0 → 1",
    why: "equivalent: no field is read before a reply was",
  },
  {
    path: "src/scan/reply_reader.ts",
    code: 'if (lengthBytes < IPV4_MIN_HEADER_BYTES) return "malformed";',
    change: "< → <=",
    why: "equivalent: a header alone has no room for a message and is malformed too",
  },
  {
    path: "src/scan/sender.ts",
    code: "#first = 0;",
    change: "0 → 1",
    why: "equivalent: frames are loaded before anything asks where they begin",
  },
  {
    path: "src/scan/sender.ts",
    code: "return skipped.size > 0 && skipped.has(address);",
    change: "> → >=",
    why: "equivalent but for time: nothing is in an empty set",
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
  {
    path: "src/scan/sweep_sender.ts",
    code: "if (waitMs > STEP_MS) return this.#replies.wait(Math.min(waitMs, SENDING_WAIT_MS));",
    change: "> → >=",
    why: "equivalent: a step is waited for in either way",
  },
];
