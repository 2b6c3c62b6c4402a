/** Transcripts of `trace`. */

import type { Network } from "../support/simulated_network.ts";
import type { Transcript } from "../support/transcript.ts";
import { routers } from "../support/simulated_trace.ts";

const ECHO = 8, TIMESTAMP = 13;
const [FIRST = 0, SECOND = 0, THIRD = 0] = routers(3);

/** Three routers; each host is treated in another manner. */
const PATHS: Network = {
  hops: [FIRST, SECOND, THIRD],
  out: 2,
  back: 3,
  kinds: { 101: { clock: { offsetMs: 20 } } },
  rules: [
    { hosts: [2], types: [TIMESTAMP], fromTtl: 4, fate: { isFiltered: true } },
    { hosts: [3], types: [TIMESTAMP], fromTtl: 3, fate: { isFiltered: true } },
    {
      hosts: [4],
      types: [TIMESTAMP],
      fromTtl: 4,
      fate: { error: { type: 3, code: 13, reporter: THIRD } },
    },
    { hosts: [5], fromTtl: 4, fate: { isFiltered: true } },
    { hosts: [6], types: [TIMESTAMP], fromTtl: 4, fate: { leastGapMs: 1000 } },
    { hosts: [7], types: [ECHO], fromTtl: 2, fate: { isFiltered: true } },
    { hosts: [102], fate: { isFiltered: true } },
  ],
};

const TRUTH = [
  "Three routers, 10.0.0.101 to 10.0.0.103, lead to each host; 2 ms out and 3 ms back, errors come after 4 ms.",
  "The first router is 20 ms ahead and answers, the second answers nothing itself, the third is right.",
  "198.18.0.1 answers all; .2 ignores timestamp requests; those to .3 are dropped behind the second router;",
  "those to .4 are refused by the third; .5 answers nothing; .6 answers a timestamp request each second;",
  "echo requests to .7 are dropped behind the first router.",
];

const SEVEN = "198.18.0.1-198.18.0.7";

/** The transcripts. */
export const TRACE_TRANSCRIPTS: readonly Transcript[] = [
  {
    name: "trace",
    truth: TRUTH,
    commands: [
      `trace ${SEVEN}`,
      `trace -n -q 1 198.18.0.2`,
      `trace --max-ttl 2 -n 198.18.0.1 198.18.0.3`,
      `trace --json ${SEVEN}`,
      `trace --format csv ${SEVEN}`,
    ],
    machine: { network: PATHS },
  },
];
