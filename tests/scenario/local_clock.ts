/** Midnight, steps of the local clock and sleep: nothing may move a measurement. */

import type { Expectation, ScenarioCase } from "../support/scenario_case.ts";

/** The second of four replies met a step of our clock and is not measured. */
const STEP_FLAGGED: Expectation = {
  counts: { sent: 4, received: 4 },
  events: ["0 reply", "1 reply [clock-step]", "2 reply", "3 reply"],
  measured: [3, 3],
};

/** The table. */
export const LOCAL_CLOCK: readonly ScenarioCase[] = [
  {
    name: "midnight UT comes between two probes",
    network: { startOfDayMs: 86_398_500.3 },
    options: { count: 5 },
    expect: { counts: { sent: 5, received: 5 }, flags: "none", measured: [5, 5] },
  },
  {
    name: "midnight UT comes on the way out",
    network: { startOfDayMs: 86_399_999.1, out: 5, back: 5 },
    options: { count: 2 },
    expect: { flags: "none", measured: [2, 2] },
  },
  {
    name: "midnight UT comes on the way back",
    network: { startOfDayMs: 86_399_993.1, out: 5, back: 5 },
    options: { count: 2 },
    expect: { flags: "none", measured: [2, 2] },
  },
  {
    name: "the remote clock is past midnight and ours is not",
    network: { startOfDayMs: 86_397_000.7, clock: { offsetMs: 2000.4 } },
    options: { count: 6 },
    expect: { flags: "none", measured: [6, 6] },
  },
  {
    name: "the remote clock is eleven hours and fifty-nine minutes ahead",
    network: { startOfDayMs: 86_397_000.7, clock: { offsetMs: 43_140_000 } },
    options: { count: 6 },
    expect: { flags: "none", measured: [6, 6] },
  },
  {
    name: "the remote clock is twelve hours behind",
    network: { clock: { offsetMs: -43_199_000 } },
    options: { count: 6 },
    expect: { flags: "none", measured: [6, 6] },
  },
  {
    name: "a fast remote clock",
    network: { clock: { offsetMs: 12.5, skewPpm: 500 } },
    options: { count: 60 },
    expect: { flags: "none", measured: [60, 60], skewPpm: 500 },
  },
  {
    name: "the machine sleeps for an hour: no burst follows",
    network: { sleeps: [{ atMs: 2500, forMs: 3_600_000 }] },
    options: { count: 8 },
    expect: { counts: { sent: 8, received: 8 } },
  },
  {
    name: "realtime is set a second forward while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: 1000 }] },
    options: { count: 4 },
    expect: STEP_FLAGGED,
  },
  {
    name: "realtime is set a second back while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: -1000 }] },
    options: { count: 4 },
    expect: STEP_FLAGGED,
  },
  {
    name: "realtime is set an hour forward while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: 3_600_000 }] },
    options: { count: 4 },
    expect: STEP_FLAGGED,
  },
  {
    name: "realtime is set an hour back while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: -3_600_000 }] },
    options: { count: 4 },
    expect: STEP_FLAGGED,
  },
  {
    name: "realtime is set half a millisecond forward while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: 0.5 }] },
    options: { count: 4 },
    expect: STEP_FLAGGED,
  },
  {
    name: "realtime is set between two probes",
    network: { steps: [{ atMs: 1500, byMs: -3_600_000 }] },
    options: { count: 4 },
    expect: { counts: { sent: 4, received: 4 }, flags: "none", measured: [4, 4] },
  },
  {
    name: "echo: realtime is set while a probe is out",
    network: { steps: [{ atMs: 1005, byMs: 3_600_000 }] },
    options: { kind: "echo", count: 3 },
    expect: { events: ["0 reply", "1 reply [clock-step]", "2 reply"] },
  },
  {
    name: "realtime is set before an ICMP error comes",
    network: { error: { type: 3, code: 1 }, steps: [{ atMs: 1002, byMs: -3_600_000 }] },
    options: { count: 3 },
    expect: { counts: { sent: 3, icmpErrors: 3 } },
  },
  {
    name: "realtime is set while a probe waits in vain: it times out by the other clock",
    network: {
      lossOutRatio: 1,
      steps: [{ atMs: 300, byMs: 3_600_000 }, { atMs: 700, byMs: -7_200_000 }],
    },
    options: { count: 3 },
    expect: { counts: { sent: 3, lost: 3 }, sentAtMs: [0, 1002, 2003] },
  },
];
