/** Retries of a target until it replies. */

import { onProbes, type ScenarioCase } from "../support/scenario_case.ts";

/** Four probes half a second apart, each with a timeout 1.5 times the last. */
const RETRY = { stopOnReply: true, backoff: 1.5, count: 4, intervalMs: 500, timeoutMs: 500 };

/** The table. */
export const RETRIES: readonly ScenarioCase[] = [
  {
    name: "a target that replies gets no further probe",
    options: RETRY,
    expect: { reason: "complete", counts: { sent: 1, received: 1 } },
  },
  {
    name: "a silent target gets four probes, each with a longer timeout",
    network: { lossOutRatio: 1 },
    options: RETRY,
    expect: { reason: "complete", counts: { sent: 4, lost: 4 }, sentAtMs: [0, 502, 1253, 2376] },
  },
  {
    name: "the second try is answered",
    network: onProbes([0], { lossOutRatio: 1 }),
    options: RETRY,
    expect: { counts: { sent: 2, received: 1, lost: 1 }, events: ["0 timedOut", "1 reply"] },
  },
  {
    name: "a late reply to the first probe ends the retries",
    network: {
      rules: [{ probes: [0], fate: { back: 700 } }, { probes: [1], fate: { lossOutRatio: 1 } }],
    },
    options: RETRY,
    expect: {
      counts: { sent: 2, lost: 2, late: 1 },
      events: ["0 timedOut", "0 late", "1 timedOut"],
    },
  },
  {
    name: "an ICMP error does not end the retries",
    network: onProbes([0], { error: { type: 3, code: 1 } }),
    options: RETRY,
    expect: { counts: { sent: 2, received: 1, icmpErrors: 1 }, events: ["0 icmpError", "1 reply"] },
  },
  {
    name: "a probe that the kernel does not take does not end the retries",
    network: onProbes([0], { refuse: { code: "EPERM", errno: 1 } }),
    options: RETRY,
    expect: { counts: { sent: 1, received: 1, unsent: 1 } },
  },
  {
    name: "each of ten targets is retried until it replies",
    network: {
      rules: [
        { hosts: [1, 2, 3], fate: { lossOutRatio: 1 } },
        { hosts: [4, 5], probes: [0], fate: { lossBackRatio: 1 } },
      ],
    },
    options: { ...RETRY, targets: 10 },
    expect: { reason: "complete", counts: { sent: 21, received: 7, lost: 14 } },
  },
];
