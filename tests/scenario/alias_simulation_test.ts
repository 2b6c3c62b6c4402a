/** Machines behind several addresses: simulated probing, the trackers of `clock`, and what is said of the addresses. */

import { assert, assertEquals } from "@std/assert";
import { type AliasFindings, type ClockView, findAliases } from "../../src/clock/alias.ts";
import { ClockTracker, sendPhaseMs } from "../../src/clock/mod.ts";
import { Random } from "../lab/random.ts";
import { replies } from "../support/simulated_clock.ts";

const START_MS = 43_200_000.25;
const PROBES = 600;
const INTERVAL_MS = 100;
const MACHINES = 40;
const ADDRESSES = 100;

interface Machine {
  readonly offsetMs: number;
  readonly skewPpm: number;
}

/** Skews from -60 to +60 ppm, evenly; offsets anywhere within 2 s. */
function freeRunning(random: Random): Machine[] {
  return Array.from({ length: MACHINES }, (_, i) => ({
    offsetMs: within(random, -2000, 2000),
    skewPpm: -60 + 120 * (i + 0.5) / MACHINES,
  }));
}

/** A random number in a range. */
function within(random: Random, least: number, greatest: number): number {
  return least + random.unit() * (greatest - least);
}

/** Which machine is behind each address: every machine has one, the rest are dealt out. */
function deal(random: Random): number[] {
  return Array.from(
    { length: ADDRESSES },
    (_, i) => i < MACHINES ? i : random.below(MACHINES),
  );
}

/** Asks an address for a minute. */
function measure(machine: Machine, seed: number, jitterMs: number, rttMs: number): ClockView {
  const tracker = new ClockTracker();
  const phases = { intervalMs: INTERVAL_MS, seed: (seed * Math.SQRT1_2) % 1 };
  const simulation = {
    ...machine,
    ...{ seed, jitterMs, probes: PROBES, intervalMs: INTERVAL_MS, startMs: START_MS },
    outMs: rttMs / 2,
    backMs: rttMs / 2,
    phase: (index: number) =>
      tracker.phaseMs(index, (START_MS + index * INTERVAL_MS) * 1e6, phases) ||
      sendPhaseMs(index, phases),
  };
  for (const { sample } of replies(simulation)) tracker.add(sample);
  const state = tracker.state((START_MS + PROBES * INTERVAL_MS / 2) * 1e6);
  const known = (number: number | undefined) => {
    if (number === undefined) throw new Error(`not decided: ${state.undecided}`);
    return number;
  };
  return {
    offsetMs: known(state.offsetMs),
    spreadMs: known(state.spreadMs),
    lowerMs: known(state.lowerMs),
    upperMs: known(state.upperMs),
    skewPpm: known(state.skewPpm),
    skewSpreadPpm: known(state.skewSpreadPpm),
    skewLowerPpm: known(state.skewLowerPpm),
    skewUpperPpm: known(state.skewUpperPpm),
    minRttMs: known(state.minRttNs) / 1e6,
  };
}

/** Pairs of addresses of one machine: how many there are, how many were found, and how many found pairs are none. */
function judge(owners: readonly number[], { groups }: AliasFindings) {
  let pairs = 0, found = 0, wrong = 0;
  owners.forEach((owner, one) => {
    for (let other = one + 1; other < owners.length; other++) {
      const isJoined = groups.some(({ members }) =>
        members.includes(one) && members.includes(other)
      );
      const isPair = owner === owners[other];
      if (isPair) pairs++;
      if (isPair && isJoined) found++;
      if (!isPair && isJoined) wrong++;
    }
  });
  return { pairs, found, wrong };
}

for (const jitterMs of [0.05, 0.2]) {
  Deno.test(`aliases: 40 machines on 100 addresses, a minute, jitter ${jitterMs} ms: none joined, 9 of 10 pairs found`, () => {
    for (const seed of [1, 2, 3]) {
      const random = new Random(seed);
      const machines = freeRunning(random);
      const owners = deal(random);
      const views = owners.map((owner, i) =>
        measure(machines[owner] as Machine, 1000 * seed + i, jitterMs, 2 + i % 10)
      );
      const findings = findAliases(views, { isOwnRateKept: true });
      const { pairs, found, wrong } = judge(owners, findings);
      assertEquals(wrong, 0, `seed ${seed}`);
      assert(found >= 0.9 * pairs, `seed ${seed}: ${found} of ${pairs}`);
      for (const { chance } of findings.groups) assert(chance > 0 && chance <= 0.01, `${chance}`);
    }
  });
}

Deno.test("aliases: 40 disciplined clocks are undecidable, whether or not our own keeps its rate", () => {
  for (const [seed, ownPpm] of [[1, 0], [2, 25]] as const) {
    const random = new Random(seed);
    const views = Array.from({ length: MACHINES }, (_, i) => {
      const machine = { offsetMs: within(random, -1, 1), skewPpm: -ownPpm };
      return measure(machine, 1000 * seed + i, 0.1, 2);
    });
    const { groups, disciplined } = findAliases(views, { isOwnRateKept: ownPpm === 0 });
    assertEquals([groups, disciplined.length], [[], MACHINES]);
  }
});
