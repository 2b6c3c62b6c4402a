/** Hosts with ticks of every kind, for tests of what is concluded from their stamps: seeded, exact, truth known. */

import { type HostMeasurement, StampHistory } from "../../../src/measurement/mod.ts";
import { Schedule } from "../../../src/probe/schedule.ts";
import { Random } from "../../lab/random.ts";
import { replies } from "../../support/simulated_clock.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

const NOON_MS = 43_200_000;

/** A host and the path to it; times in milliseconds. */
export interface TickingHost {
  readonly seed: number;
  readonly replies: number;
  readonly intervalMs: number;
  readonly tickMs: number;
  /** Of both directions together, at least. */
  readonly rttMs: number;
  /** Mean of the exponential jitter of either direction. */
  readonly jitterMs?: number;
  /** By how much the ticks are too long in what the clock shows, parts per million. */
  readonly slidePpm?: number;
}

/** One reply, and whether what is said with it is true. */
export interface JudgedReply {
  readonly measured: HostMeasurement;
  readonly isTrue: boolean;
  /** The same for the bounds by all replies. */
  readonly isHostTrue: boolean;
}

/** Asks a host at the times of `ping`, with a random tick phase and a random offset. */
export function* askTickingHost(host: TickingHost): Generator<JudgedReply> {
  const { seed, replies: count, intervalMs, tickMs, rttMs, jitterMs = 0, slidePpm = 0 } = host;
  const random = new Random(seed);
  const offsetMs = (random.unit() - 0.5) * 4000;
  const tickPhaseMs = random.unit() * tickMs;
  const history = new StampHistory();
  const probes = TIMESTAMP_PROBES;
  const schedule = new Schedule({ probes, targetCount: 1, count, intervalMs }, 0);
  const phase = (index: number) => {
    const dueMs = schedule.dueNs / 1e6;
    schedule.take();
    return dueMs - index * intervalMs + random.unit() * 0.05;
  };
  const simulated = replies({
    ...{ seed, probes: count, intervalMs, outMs: rttMs / 2, backMs: rttMs / 2, jitterMs },
    ...{ offsetMs, tickMs, tickPhaseMs, slidePpm, phase, startMs: NOON_MS + random.unit() * 1000 },
  });
  for (const { sample: { sentAt, receivedAt, receiveMs, transmitMs } } of simulated) {
    const measured = history.measure({
      ...{ sentAt, receivedAt, originateMs: 1, tickMs: 1 },
      reply: { originateMs: 1, receiveMs, transmitMs },
    });
    const truthMs = offsetMs + sentAt.monotonicNs / 1e6 * slidePpm * 1e-6;
    const holds = (bounds: HostMeasurement["offset"]) =>
      bounds === undefined ||
      bounds.lowerMs <= truthMs + 1e-3 && bounds.upperMs >= truthMs - 1e-3;
    yield {
      measured,
      isTrue: holds(measured.offset),
      isHostTrue: holds(measured.host.offset),
    };
  }
}
