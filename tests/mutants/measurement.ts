/** Mutants of src/measurement that are known to survive. */

import type { KnownMutant } from "./known_mutant.ts";

/** By module. */
export const MEASUREMENT_MUTANTS: readonly KnownMutant[] = [
  {
    path: "src/measurement/clock_form.ts",
    code: "rarity: 100,",
    change: "100 → 200",
    why: "a chosen number: how rare a form is, roughly",
  },
  {
    path: "src/measurement/host_offset_tracker.ts",
    code: "const MAX_DOUBLINGS = 6;",
    change: "6 → 7",
    why: "a chosen limit: 3072 replies in place of 1536",
  },
  {
    path: "src/measurement/rate_watch.ts",
    code: "if (otherMs > 0) {",
    change: "0 → 1",
    why: "a chosen measure: a millisecond beside a jump is as good as none",
  },
  {
    path: "src/measurement/single_reply.ts",
    code: "rttMs >= 0 && processingMs >= 0 && processingMs <= rttMs;",
    change: ">= → >",
    why: "equivalent but for time: the long way says the same of an ordinary reply",
  },
  {
    path: "src/measurement/single_reply.ts",
    code: "rttMs >= 0 && processingMs >= 0 && processingMs <= rttMs;",
    change: "<= → <",
    why: "equivalent but for time: the long way says the same of an ordinary reply",
  },
  {
    path: "src/measurement/single_reply.ts",
    code: "rttMs >= 0 && processingMs >= 0 && processingMs <= rttMs;",
    change: "0 → 1",
    why: "equivalent but for time: the long way says the same of an ordinary reply",
  },
  {
    path: "src/measurement/single_reply.ts",
    code: "receiveMs !== originateMs && Math.abs(receiveMs - originateMs) <= NEAR_MS &&",
    change: "<= → <",
    why: "equivalent but for time: the long way says the same of an ordinary reply",
  },
  {
    path: "src/measurement/tick.ts",
    code: "this.#leadMs = foldMs(aheadMs - leadMs) > 0 ? aheadMs : leadMs;",
    change: "> → >=",
    why: "equivalent: leads that differ by nothing, or by whole days, give the same lag",
  },
  {
    path: "src/measurement/tick.ts",
    code: "if (tick !== this.#tick || worst !== this.#worst) this.#revision += 1;",
    change: "1 → 2",
    why: "equivalent: all that is asked of a revision is whether it is another",
  },
  {
    path: "src/measurement/tick_candidate.ts",
    code: "#phaseUpperMs = 1;",
    change: "1 → 2",
    why: "equivalent: the first stamp, whose arc is [0, 1), makes it 1",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "const first = this.#divided + 1 < latest ? 1 : used.length - 1;",
    change: "1 → 2",
    why:
      "equivalent: a step more or less is looked at of those that were divided, or that one setting explains",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "for (let tickMs = MAX_TICK_MS; tickMs > FINE_TICK_MS; tickMs--) {",
    change: "> → >=",
    why: "equivalent: one divides every number, and is the answer then",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code:
      "if (foldMs((stampsMs[index] as number) - (stampsMs[index - 1] as number)) % whole !== 0) {",
    change: "- → +",
    why:
      "equivalent: neighbours whose sums are all multiples differ by multiples, or what is left is worked out",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "#divided = 0;",
    change: "0 → 1",
    why: "equivalent: none are looked at before there are three, and two are as many more as three",
  },
  {
    path: "src/measurement/tick_proof.ts",
    code: "return one === 0 ? other === 0 : other % one === 0;",
    change: "% → *",
    why: "equivalent but for time: more numbers are kept, and the largest is the same",
  },
];
