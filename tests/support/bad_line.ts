/** A line of the lab on which every 20th reply is late, and some are lost, doubled or hold others up. */

import type { Scenario } from "../lab/scenario.ts";

/** Defaults of all hosts of a scenario. */
export const BAD_LINE = {
  out: { kind: "exponential", baseMs: 2, meanMs: 5 },
  back: {
    kind: "series",
    valuesMs: Array.from({ length: 20 }, (_, probe) => probe === 7 ? 1500 : 4),
  },
  loss: { kind: "random", outRatio: 0.03, backRatio: 0.03 },
  duplicate: { ratio: 0.05, gap: 1 },
  reorder: { ratio: 0.05, holdMs: 30 },
} satisfies Scenario["defaults"];
