/** Why a run ends, and which probes it leaves pending. */

import type { ScenarioCase } from "../support/scenario_case.ts";

/** The table. */
export const ENDS: readonly ScenarioCase[] = [
  {
    name: "the deadline comes while probes are out",
    network: { back: 2000 },
    options: { deadlineMs: 2500, timeoutMs: 5000 },
    expect: {
      reason: "deadline",
      counts: { sent: 3, received: 1, pending: 2 },
      events: ["0 reply"],
    },
  },
  {
    name: "the deadline comes between probes",
    options: { deadlineMs: 2500 },
    expect: { reason: "deadline", counts: { sent: 3, received: 3 }, sentAtMs: [0, 1002, 2003] },
  },
  {
    name: "everything is answered before the deadline",
    options: { deadlineMs: 60_000, count: 3 },
    expect: { reason: "complete", counts: { sent: 3, received: 3 } },
  },
  {
    name: "a deadline before anything is sent twice",
    options: { deadlineMs: 0.5 },
    expect: { reason: "deadline", counts: { sent: 1, pending: 1 } },
  },
  {
    name: "stopped while a probe is out",
    options: { count: null, stopAtMs: 3004 },
    expect: { reason: "stopped", counts: { sent: 4, received: 3, pending: 1 } },
  },
  {
    name: "stopped between probes",
    options: { count: null, stopAtMs: 3500 },
    expect: { reason: "stopped", counts: { sent: 4, received: 4 } },
  },
  {
    name: "stopped before the first wait",
    options: { count: null, stopAtMs: 0 },
    expect: { reason: "stopped", counts: { sent: 1, pending: 1 } },
  },
  {
    name: "stopped with many out",
    network: { lossOutRatio: 1 },
    options: { count: null, targets: 50, intervalMs: 1000, timeoutMs: 10_000, stopAtMs: 4990 },
    expect: { reason: "stopped", counts: { sent: 250, pending: 250 } },
  },
];
