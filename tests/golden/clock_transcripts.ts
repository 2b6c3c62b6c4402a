/** Transcripts of `clock`. */

import type { Network } from "../support/simulated_network.ts";
import type { Transcript } from "../support/transcript.ts";

/** Clocks of every kind behind the same path. */
const CLOCKS: Network = {
  out: 2,
  processing: 0.25,
  back: 3,
  kinds: {
    1: { clock: { offsetMs: 0.25 } },
    2: { clock: { offsetMs: -0.5, skewPpm: 30 } },
    3: { clock: { offsetMs: -3_600_000 } },
    4: { quirk: "seconds-of-day" },
    5: { quirk: "stuck" },
    6: { quirk: "little-endian" },
    7: { clock: { offsetMs: 40, tickMs: 10 } },
    8: { clock: { offsetMs: 5, steps: [{ afterMs: 2_500, byMs: 1_000 }] } },
  },
  rules: [{ hosts: [9], fate: { isFiltered: true } }],
};

const TRUTH = [
  "Every path: 2 ms out, 0.25 ms in the host, 3 ms back. 198.18.0.1 is 0.25 ms ahead; .2 is 0.5 ms behind",
  "and 30 ppm fast; .3 is an hour behind; .4 writes seconds of the day; .5 is stuck; .6 is right and writes",
  "the bytes in the order of a little-endian machine; .7 is 40 ms ahead and ticks each 10 ms; .8 is 5 ms",
  "ahead and steps on by a second after 2.5 s; .9 never answers. The paths are 1 ms apart, so estimates are",
  "0.5 ms too low. No host writes its time into an IP Timestamp option.",
];

const NINE = "198.18.0.1-198.18.0.9";
const THREE = "198.18.0.1-198.18.0.3";

/** The transcripts. */
export const CLOCK_TRANSCRIPTS: readonly Transcript[] = [
  {
    name: "clock_kinds",
    truth: TRUTH,
    commands: [
      `clock ${NINE}`,
      `clock -v ${NINE}`,
      `clock -q -n ${NINE}`,
      `clock 198.18.0.7`,
      `clock 198.18.0.8`,
      `clock --json ${NINE}`,
      `clock --format csv ${NINE}`,
      `clock --format influx ${NINE}`,
      `clock --via ip-option -c 20 ${THREE}`,
    ],
    machine: { network: CLOCKS, lookNs: 1000 },
  },
  {
    name: "clock_loop",
    truth: [
      ...TRUTH,
      "A run without end is asked for its state after 12 s, and interrupted after 21 s.",
    ],
    commands: [
      `clock --loop ${NINE}`,
      `clock --loop --json --every 10s --fail-if offset>100ms --fail-if skew>20ppm ${NINE}`,
      `clock --until 300us --fail-if offset>1ms --fail-if skew>20ppm ${THREE}`,
      `clock --until 300us 198.18.0.9 198.18.0.1`,
      `clock --until 1us -c 50 198.18.0.1`,
      `clock --fast 198.18.0.2`,
      `clock -w 1s ${THREE}`,
    ],
    machine: {
      network: CLOCKS,
      lookNs: 1000,
      signals: [{ atMs: 12_000, signal: "SIGQUIT" }, { atMs: 21_000, signal: "SIGINT" }],
    },
  },
];
