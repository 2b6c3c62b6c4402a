/** Replies and losses: which probe each reply belongs to, and when it counts. */

import { onProbes, type ScenarioCase } from "../support/scenario_case.ts";

/** The table. */
export const ANSWERS: readonly ScenarioCase[] = [
  {
    name: "all probes of one target are answered",
    expect: {
      reason: "complete",
      counts: { sent: 10, received: 10 },
      flags: "none",
      strays: {},
      measured: [10, 10],
      sentAtMs: [0, 1002, 2003, 3001, 4000, 5004, 6005, 7003, 8002, 9006],
    },
  },
  {
    name: "user stamps where the kernel has none",
    network: { stampSource: "user" },
    expect: { counts: { sent: 10, received: 10 }, flags: "none", measured: [10, 10] },
  },
  {
    name: "the kernel's transmit stamps never come",
    network: { transmitStamp: "lost" },
    expect: { counts: { sent: 10, received: 10 }, flags: "user-stamp", measured: [10, 10] },
  },
  {
    name: "a transmit stamp that comes after the reply is too late for it",
    network: onProbes([3], { transmitStamp: 300 }),
    options: { count: 5 },
    expect: { events: ["0 reply", "1 reply", "2 reply", "3 reply [user-stamp]", "4 reply"] },
  },
  {
    name: "a transmit stamp that comes before the reply, though late, is used",
    network: { transmitStamp: 9 },
    expect: { counts: { sent: 10, received: 10 }, flags: "none" },
  },
  {
    name: "requests are lost",
    network: onProbes([1, 4, 9], { lossOutRatio: 1 }),
    expect: { reason: "complete", counts: { sent: 10, received: 7, lost: 3 }, strays: {} },
  },
  {
    name: "replies are lost",
    network: onProbes([0, 5], { lossBackRatio: 1 }),
    expect: { counts: { sent: 10, received: 8, lost: 2 } },
  },
  {
    name: "no target replies",
    network: { lossOutRatio: 1 },
    options: { count: 3, targets: 2 },
    expect: {
      reason: "complete",
      counts: { sent: 6, lost: 6 },
      events: ["0 timedOut", "0 timedOut", "1 timedOut", "1 timedOut", "2 timedOut", "2 timedOut"],
    },
  },
  {
    name: "a reply comes three times",
    network: onProbes([2], { duplicateRatio: 1, copies: 2 }),
    options: { count: 4 },
    expect: {
      counts: { sent: 4, received: 4, duplicates: 2 },
      events: ["0 reply", "1 reply", "2 reply", "2 duplicate", "2 duplicate", "3 reply"],
    },
  },
  {
    name: "a duplicate comes when its probe has long been answered",
    network: onProbes([0], { duplicateRatio: 1, copyAfterMs: 9000 }),
    options: { count: 12 },
    expect: { counts: { sent: 12, received: 12, duplicates: 1 }, strays: {} },
  },
  {
    name: "a duplicate comes when its probe is forgotten",
    network: onProbes([0], { duplicateRatio: 1, copyAfterMs: 12_000 }),
    options: { count: 15 },
    expect: {
      counts: { sent: 15, received: 15 },
      strays: { unmatched: 1 },
      strayDetail: "no probe of ours",
    },
  },
  {
    name: "replies overtake each other",
    network: onProbes([1, 3], { back: 250 }),
    options: { count: 6, intervalMs: 100 },
    expect: {
      counts: { sent: 6, received: 6 },
      events: ["0 reply", "2 reply", "1 reply", "4 reply", "5 reply", "3 reply"],
    },
  },
  {
    name: "a reply comes after its timeout",
    network: onProbes([1], { back: 1500 }),
    options: { count: 4 },
    expect: {
      counts: { sent: 4, received: 3, lost: 1, late: 1 },
      events: ["0 reply", "1 timedOut", "2 reply", "1 late", "3 reply"],
    },
  },
  {
    name: "a late reply comes twice",
    network: onProbes([0], { back: 1500, duplicateRatio: 1 }),
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 2, lost: 1, late: 1, duplicates: 1 } },
  },
  {
    name: "a reply comes when its probe is forgotten",
    network: onProbes([0], { back: 12_000 }),
    options: { count: 15 },
    expect: { counts: { sent: 15, received: 14, lost: 1 }, strays: { unmatched: 1 } },
  },
  {
    name: "a reply comes a little before its timeout",
    network: { back: 994.9 },
    options: { count: 3 },
    expect: { counts: { sent: 3, received: 3 }, flags: "none" },
  },
  {
    name: "the round trip is longer than the interval",
    network: { out: 1300, back: 1400 },
    options: { timeoutMs: 5000 },
    expect: { counts: { sent: 10, received: 10 }, flags: "none", measured: [10, 10] },
  },
  {
    name: "echo: answered, lost, doubled, late",
    network: {
      rules: [
        { probes: [1], fate: { lossOutRatio: 1 } },
        { probes: [2], fate: { duplicateRatio: 1 } },
        { probes: [3], fate: { back: 1500 } },
      ],
    },
    options: { kind: "echo", count: 6 },
    expect: {
      counts: { sent: 6, received: 4, lost: 2, duplicates: 1, late: 1 },
      flags: "none",
      measured: [0, 0],
    },
  },
  {
    name: "interval 0: all go out at once and all are answered",
    options: { count: 1000, intervalMs: 0 },
    expect: { counts: { sent: 1000, received: 1000 } },
  },
  {
    name:
      "ten thousand probes with 5 % loss, 2 % duplicates, 5 % reordering and exponential jitter",
    network: {
      seed: 77,
      out: { kind: "exponential", baseMs: 4, meanMs: 2 },
      back: { kind: "exponential", baseMs: 6, meanMs: 3 },
      lossOutRatio: 0.025,
      lossBackRatio: 0.025,
      duplicateRatio: 0.02,
      holdRatio: 0.05,
      holdMs: 35,
      clock: { offsetMs: -3.25 },
    },
    options: { count: 10_000, intervalMs: 10 },
    expect: { reason: "complete", strays: {}, flags: "none" },
  },
];
