/** The hosts of the pictures in the documents. */

import type { Scenario } from "../lab/scenario.ts";

const PROBES = 420;

/** Delays, probe by probe: steady, then a queue that fills and empties on the way out, then one on the way back. */
function delays(from: number, to: number): number[] {
  return Array.from({ length: PROBES }, (_, i) => {
    const noise = (i * 7919 % 13) / 12;
    if (i < from || i > to) return 8 + noise;
    return 8 + noise + 45 * Math.abs(Math.sin((i - from) / 17)) + (i * 31 % 5);
  });
}

/** Five hosts: one whose ways are slow in turn, one steady, one an hour off, one with a coarse clock, one silent. */
export const PICTURE_HOSTS: Scenario = {
  seed: 11,
  defaults: {
    out: { kind: "exponential", baseMs: 4, meanMs: 0.15 },
    back: { kind: "exponential", baseMs: 4, meanMs: 0.15 },
  },
  hosts: {
    "198.51.100.1": {
      out: { kind: "series", valuesMs: delays(120, 225) },
      back: { kind: "series", valuesMs: delays(300, 360) },
      loss: { kind: "pattern", out: `${".".repeat(150)}x.....x..x${".".repeat(300)}` },
    },
    "198.51.100.3": { clock: { offsetMs: -3_600_000 } },
    "198.51.100.4": { quirk: "coarse-tick", clock: { tickMs: 10 } },
    "198.51.100.5": { silent: true },
  },
};
