/** ICMP errors, and datagrams that the kernel does not take. */

import { onProbes, type ScenarioCase } from "../support/scenario_case.ts";

/** 192.0.10.1, which reports errors. */
const ROUTER = 0xc0000a01;

/** The router reports an ICMP error about the second of three probes. */
function reportsError(type: number, code: number, cause: string): ScenarioCase {
  return {
    name: `ICMP error: ${cause}`,
    network: onProbes([1], { error: { type, code, reporter: ROUTER } }),
    options: { count: 3 },
    expect: {
      counts: { sent: 3, received: 2, icmpErrors: 1 },
      causes: [cause],
      reporters: ["192.0.10.1"],
      strays: {},
    },
  };
}

/** The table. */
export const REFUSALS: readonly ScenarioCase[] = [
  reportsError(3, 0, "destination unreachable: network unreachable"),
  reportsError(3, 1, "destination unreachable: host unreachable"),
  reportsError(3, 4, "destination unreachable: fragmentation needed and DF set"),
  reportsError(3, 13, "destination unreachable: communication administratively prohibited"),
  reportsError(11, 0, "time exceeded: TTL exceeded in transit"),
  reportsError(12, 0, "parameter problem: pointer indicates the error"),
  {
    name: "ICMP source quench ends no probe",
    network: onProbes([1], { error: { type: 4, code: 0, alsoReply: true } }),
    options: { count: 3 },
    expect: {
      counts: { sent: 3, received: 3 },
      strays: { notice: 1 },
      strayDetail: "source quench",
    },
  },
  {
    name: "ICMP redirect: for the host ends no probe",
    network: onProbes([1], { error: { type: 5, code: 1, alsoReply: true } }),
    options: { count: 3 },
    expect: {
      counts: { sent: 3, received: 3 },
      strays: { notice: 1 },
      strayDetail: "redirect: for the host",
    },
  },
  {
    name: "an ICMP error after the reply is a notice",
    network: onProbes([1], { error: { type: 3, code: 1, afterMs: 30, alsoReply: true } }),
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 3 }, strays: { notice: 1 } },
  },
  {
    name: "a reply after the ICMP error counts as an extra one",
    network: onProbes([1], { error: { type: 3, code: 1, afterMs: 4, alsoReply: true } }),
    options: { count: 3 },
    expect: {
      counts: { sent: 3, received: 2, icmpErrors: 1, late: 1 },
      events: ["0 reply", "1 icmpError", "1 afterError", "2 reply"],
    },
  },
  {
    name: "an ICMP error that comes twice counts once",
    network: onProbes([1], { error: { type: 11, code: 0, times: 3 } }),
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 2, icmpErrors: 1 }, strays: { notice: 2 } },
  },
  {
    name: "an ICMP error after the timeout is a notice",
    network: onProbes([1], { error: { type: 3, code: 1, afterMs: 1700 } }),
    options: { count: 4 },
    expect: { counts: { sent: 4, received: 3, lost: 1 }, strays: { notice: 1 } },
  },
  {
    name: "a quoted header with options",
    network: { error: { type: 11, code: 0, quoteOptionBytes: 40 } },
    options: { count: 3 },
    expect: { counts: { sent: 3, icmpErrors: 3 }, strays: {} },
  },
  {
    name: "a quote of the whole request",
    network: { error: { type: 3, code: 13, quoteBytes: 20 } },
    options: { count: 3 },
    expect: { counts: { sent: 3, icmpErrors: 3 } },
  },
  {
    name: "a quote with another originate stamp is about another probe",
    network: {
      error: { type: 3, code: 13, quoteBytes: 20, quoteOtherOriginate: true, alsoReply: true },
    },
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 3 }, strays: { unmatched: 3 } },
  },
  {
    name: "a quote with a sequence that was never sent",
    network: { error: { type: 3, code: 1, quoteSequenceBy: 500, alsoReply: true } },
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 3 }, strays: { foreign: 3 } },
  },
  {
    name: "a quote that ends before the sequence number",
    network: { error: { type: 3, code: 1, quoteBytes: 7, alsoReply: true } },
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 3 }, strays: { foreign: 3 } },
  },
  {
    name: "an ICMP error with a bad checksum ends nothing",
    network: { error: { type: 3, code: 1, badChecksum: true, alsoReply: true } },
    options: { count: 3 },
    expect: {
      counts: { sent: 3, received: 3 },
      strays: { notice: 3 },
      strayDetail: "bad checksum",
    },
  },
  {
    name: "echo: ICMP errors",
    network: { error: { type: 3, code: 1, quoteBytes: 64 } },
    options: { kind: "echo", count: 3 },
    expect: { counts: { sent: 3, icmpErrors: 3 } },
  },
  {
    name: "echo: an ICMP error that quotes another cookie",
    network: {
      error: { type: 3, code: 1, quoteBytes: 64, quoteOtherOriginate: true, alsoReply: true },
    },
    options: { kind: "echo", count: 3 },
    expect: { counts: { sent: 3, received: 3 }, strays: { unmatched: 3 } },
  },
  {
    name: "the kernel refuses probes with ENETUNREACH",
    network: onProbes([1, 3], { refuse: { code: "ENETUNREACH", errno: 101 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["ENETUNREACH 101", "ENETUNREACH 101"],
    },
  },
  {
    name: "the kernel refuses probes with EHOSTUNREACH",
    network: onProbes([1, 3], { refuse: { code: "EHOSTUNREACH", errno: 113 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["EHOSTUNREACH 113", "EHOSTUNREACH 113"],
    },
  },
  {
    name: "the kernel refuses probes with EPERM",
    network: onProbes([1, 3], { refuse: { code: "EPERM", errno: 1 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["EPERM 1", "EPERM 1"],
    },
  },
  {
    name: "the kernel refuses probes with ENETDOWN",
    network: onProbes([1, 3], { refuse: { code: "ENETDOWN", errno: 100 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["ENETDOWN 100", "ENETDOWN 100"],
    },
  },
  {
    name: "the kernel refuses probes with ENODEV",
    network: onProbes([1, 3], { refuse: { code: "ENODEV", errno: 19 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["ENODEV 19", "ENODEV 19"],
    },
  },
  {
    name: "the kernel has no room for a probe (ENOBUFS) and then has: nothing is lost",
    network: onProbes([1, 3], { refuse: { code: "ENOBUFS", errno: 105 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 5, received: 5 },
      events: ["0 reply", "1 reply", "2 reply", "3 reply", "4 reply"],
    },
  },
  {
    name:
      "the kernel has no room for long (ENOBUFS): each probe is unsent, the first after six seconds",
    network: { rules: [{ hosts: [1], fate: { refuse: { code: "ENOBUFS", errno: 105 } } }] },
    options: { count: 2, targets: 2 },
    expect: {
      reason: "complete",
      counts: { sent: 2, received: 2, unsent: 2 },
      causes: ["ENOBUFS 105", "ENOBUFS 105"],
    },
  },
  {
    name: "the kernel has no room for a probe (EAGAIN) and then has: nothing is lost",
    network: onProbes([1, 3], { refuse: { code: "EAGAIN", errno: 11 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 5, received: 5 },
      events: ["0 reply", "1 reply", "2 reply", "3 reply", "4 reply"],
    },
  },
  {
    name:
      "the kernel has no room for long (EAGAIN): each probe is unsent, the first after six seconds",
    network: { rules: [{ hosts: [1], fate: { refuse: { code: "EAGAIN", errno: 11 } } }] },
    options: { count: 2, targets: 2 },
    expect: {
      reason: "complete",
      counts: { sent: 2, received: 2, unsent: 2 },
      causes: ["EAGAIN 11", "EAGAIN 11"],
    },
  },
  {
    name: "the kernel refuses probes with EMSGSIZE",
    network: onProbes([1, 3], { refuse: { code: "EMSGSIZE", errno: 90 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["EMSGSIZE 90", "EMSGSIZE 90"],
    },
  },
  {
    name: "the kernel refuses probes with EINVAL",
    network: onProbes([1, 3], { refuse: { code: "EINVAL", errno: 22 } }),
    options: { count: 5 },
    expect: {
      reason: "complete",
      counts: { sent: 3, received: 3, unsent: 2 },
      events: ["0 reply", "1 unsent", "2 reply", "3 unsent", "4 reply"],
      causes: ["EINVAL 22", "EINVAL 22"],
    },
  },
  {
    name: "the kernel refuses every probe",
    network: { refuse: { code: "ENETUNREACH", errno: 101 } },
    options: { count: 3, targets: 2 },
    expect: { reason: "complete", counts: { sent: 0, unsent: 6 } },
  },
  {
    name: "the kernel has no room when the run ends (deadline): the probe that waits is unsent",
    network: { rules: [{ hosts: [1], fate: { refuse: { code: "ENOBUFS", errno: 105 } } }] },
    options: { count: 1, targets: 2, deadlineMs: 700 },
    expect: {
      reason: "deadline",
      counts: { sent: 1, received: 1, unsent: 1 },
      causes: ["ENOBUFS 105"],
    },
  },
  {
    name: "the kernel has no room when the run ends (stopped): the probe that waits is unsent",
    network: { rules: [{ hosts: [1], fate: { refuse: { code: "ENOBUFS", errno: 105 } } }] },
    options: { count: 1, targets: 2, stopAtMs: 700 },
    expect: {
      reason: "stopped",
      counts: { sent: 1, received: 1, unsent: 1 },
      causes: ["ENOBUFS 105"],
    },
  },
];
