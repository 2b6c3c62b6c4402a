/** A remote clock and a path to it, for tests: seeded, exact, and written without the code under test. */

import type { ClockSample } from "../../src/clock/mod.ts";
import { Random } from "../lab/random.ts";

const MS_PER_DAY = 86_400_000;

/** What to simulate; times in milliseconds. */
export interface Simulation {
  readonly seed: number;
  readonly probes: number;
  readonly intervalMs?: number;
  /** Our time of day at the first probe. */
  readonly startMs?: number;
  readonly outMs?: number;
  readonly backMs?: number;
  /** Mean of the exponential jitter of either way. */
  readonly jitterMs?: number;
  readonly offsetMs?: number;
  readonly skewPpm?: number;
  /** 0 for a clock that is as fine as can be. */
  readonly tickMs?: number;
  /** Where the ticks are: the clock shows multiples of the tick plus this. */
  readonly tickPhaseMs?: number;
  /** By how much the ticks are too long in what the clock shows, parts per million. */
  readonly slidePpm?: number;
  /** How long the remote works on an answer. */
  readonly processingMs?: number;
  readonly lossRatio?: number;
  /** The remote clock jumps by `byMs` before probe `at`. */
  readonly step?: { readonly at: number; readonly byMs: number };
  /** Ours jumps. */
  readonly localStep?: { readonly at: number; readonly byMs: number };
  /** Send time after the regular one, milliseconds. */
  readonly phase: (index: number) => number;
}

/** One simulated reply with the truth behind it. */
export interface SimulatedReply {
  readonly index: number;
  readonly sample: ClockSample;
  /** Remote clock minus ours at our receive instant, milliseconds, not folded; without what its ticks are too long. */
  readonly trueOffsetMs: number;
}

/** Runs the whole simulation: one reply for each probe that is not lost. */
export function simulate(simulation: Simulation): SimulatedReply[] {
  return [...replies(simulation)];
}

/** Runs the simulation probe by probe, so that `phase` can depend on the earlier replies. */
export function* replies(simulation: Simulation): Generator<SimulatedReply> {
  const {
    seed,
    probes,
    intervalMs = 50,
    startMs = 43_200_000.25,
    outMs = 10,
    backMs = 10,
    jitterMs = 0,
    offsetMs = 0,
    skewPpm = 0,
    tickMs = 0,
    tickPhaseMs = 0,
    slidePpm = 0,
    processingMs = 0,
    lossRatio = 0,
    step,
    localStep,
    phase,
  } = simulation;
  const random = new Random(seed + 1);
  const jitter = (): number => jitterMs === 0 ? 0 : -jitterMs * Math.log(1 - random.unit());
  for (let index = 0; index < probes; index += 1) {
    // True time since the first probe; our clock is true but for its own step.
    const sent = index * intervalMs + phase(index) + random.unit() * 0.01;
    const arrival = sent + outMs + jitter();
    const departure = arrival + processingMs * random.unit();
    const received = departure + backMs + jitter();
    const stepMs = step !== undefined && index >= step.at ? step.byMs : 0;
    const ownMs = localStep !== undefined && index >= localStep.at ? localStep.byMs : 0;
    const remote = (time: number): number =>
      startMs + time + offsetMs + skewPpm * 1e-6 * time + stepMs;
    const stamp = (time: number): number => {
      let shown = remote(time);
      if (tickMs > 0) {
        shown = Math.floor((shown - tickPhaseMs) / tickMs) * tickMs + tickPhaseMs;
      }
      const whole = Math.floor(shown + slidePpm * 1e-6 * time);
      return ((whole % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
    };
    if (random.unit() < lossRatio) continue;
    // We round our own stamps as a kernel does: the transmit stamp is never late, the other never early.
    const sentNs = Math.floor(sent * 1e6);
    const receivedNs = Math.ceil(received * 1e6);
    const baseNs = Math.round((startMs + ownMs) * 1e6);
    yield {
      index,
      sample: {
        sentAt: { realtimeNs: baseNs + sentNs, monotonicNs: sentNs, source: "kernel" },
        receivedAt: { realtimeNs: baseNs + receivedNs, monotonicNs: receivedNs, source: "kernel" },
        receiveMs: stamp(arrival),
        transmitMs: stamp(departure),
      },
      trueOffsetMs: remote(received) - startMs - ownMs - received,
    };
  }
}

/** The middle one of some numbers, and the one below which nine in ten lie. */
export function spread(values: readonly number[]): { median: number; p90: number; worst: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { median: at(0.5), p90: at(0.9), worst: at(1) };
}
