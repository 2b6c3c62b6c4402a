/** Sequence numbers that are used again after 65,535. */

import { onProbes, type ScenarioCase } from "../support/scenario_case.ts";

/** A probe every 0.1 ms until the numbers are used again. */
const WRAP = { count: 65_540, intervalMs: 0.1, timeoutMs: 100 };

/** That many sequence numbers, which go on at 0 after 65,535. */
function sequencesFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (first + index) & 0xffff);
}

/** The table. */
export const SEQUENCE_WRAP: readonly ScenarioCase[] = [
  {
    name: "sequence numbers go on at 0 after 65,535",
    options: { firstSequence: 65_530, count: 12 },
    expect: {
      counts: { sent: 12, received: 12 },
      sequences: sequencesFrom(65_530, 12),
      flags: "none",
    },
  },
  {
    name: "replies come when the number has wrapped",
    network: { back: 3000 },
    options: { firstSequence: 65_533, count: 20, intervalMs: 100, timeoutMs: 5000 },
    expect: { counts: { sent: 20, received: 20 }, sequences: sequencesFrom(65_533, 20) },
  },
  {
    name: "seventy thousand probes, each with its own reply",
    options: { count: 70_000, intervalMs: 1 },
    expect: { counts: { sent: 70_000, received: 70_000 }, strays: {} },
  },
  {
    name: "a number that still awaits its answer is not used again",
    network: { lossOutRatio: 1 },
    options: { count: 70_000, intervalMs: 0.01, timeoutMs: 1000 },
    expect: { failure: "all 65536 sequence numbers are pending" },
  },
  {
    name: "the answer to a forgotten probe is not put on the new one with its number",
    network: onProbes([0], { back: 65_536 }),
    options: { count: 65_540, intervalMs: 1, timeoutMs: 100 },
    expect: {
      counts: { sent: 65_540, received: 65_539, lost: 1 },
      strays: { unmatched: 1 },
      strayDetail: "earlier probe",
    },
  },
  {
    name: "a duplicate of a remembered probe is not put on the new one with its number",
    network: onProbes([0], { duplicateRatio: 1, copyAfterMs: 6547 }),
    options: WRAP,
    expect: {
      counts: { sent: 65_540, received: 65_540 },
      strays: { unmatched: 1 },
      strayDetail: "earlier probe",
    },
  },
  {
    name: "an ICMP error about an earlier probe does not end the new one with its number",
    network: onProbes([0], { error: { type: 3, code: 1, quoteBytes: 20, afterMs: 6557 } }),
    options: WRAP,
    expect: {
      counts: { sent: 65_540, received: 65_539, lost: 1 },
      strays: { unmatched: 1 },
      strayDetail: "earlier probe",
    },
  },
  {
    name: "nor does one that quotes too few octets",
    network: onProbes([0], { error: { type: 3, code: 1, afterMs: 6557 } }),
    options: WRAP,
    expect: { counts: { sent: 65_540, received: 65_539, lost: 1 }, strays: { unmatched: 1 } },
  },
  {
    name: "replies with a rewritten originate timestamp still match after the wrap",
    network: { quirk: "other-originate" },
    options: { count: 65_540, intervalMs: 1, timeoutMs: 100 },
    expect: {
      counts: { sent: 65_540, received: 65_540 },
      strays: {},
      measured: [0, 0],
      flags: "originate-changed",
    },
  },
  {
    name: "echo: the cookie shows that a duplicate is of an earlier probe",
    network: onProbes([0], { duplicateRatio: 1, copyAfterMs: 6547 }),
    options: { ...WRAP, kind: "echo" },
    expect: { counts: { sent: 65_540, received: 65_540 }, strays: { unmatched: 1 } },
  },
];
