/** Hosts with ticks of every kind, for tests of what is concluded from their stamps: seeded, exact, truth known. */

import { type HostMeasurement, StampHistory } from "../../../src/measurement/mod.ts";
import { Schedule } from "../../../src/probe/schedule.ts";
import type { Instant } from "../../../src/time/mod.ts";
import { Random } from "../../lab/random.ts";
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
  const { seed, replies, intervalMs, tickMs, rttMs, jitterMs = 0, slidePpm = 0 } = host;
  const random = new Random(seed);
  const offsetMs = (random.unit() - 0.5) * 4000;
  const phaseMs = random.unit() * tickMs;
  const startMs = NOON_MS + random.unit() * 1000;
  const schedule = new Schedule({
    probes: TIMESTAMP_PROBES,
    targetCount: 1,
    count: replies,
    intervalMs,
  }, 0);
  const history = new StampHistory();
  const jitter = () => -jitterMs * Math.log(1 - random.unit());
  const shown = (ms: number) => {
    const ticks = Math.floor((ms + offsetMs - phaseMs) / tickMs);
    return Math.floor(ticks * tickMs + phaseMs + (ms - NOON_MS) * slidePpm * 1e-6);
  };
  while (!schedule.done) {
    const sentMs = startMs + schedule.dueNs / 1e6 + random.unit() * 0.05;
    schedule.take();
    const arrivedMs = sentMs + rttMs / 2 + jitter();
    const receivedMs = arrivedMs + rttMs / 2 + jitter();
    const stamp = shown(arrivedMs);
    const measured = history.measure({
      sentAt: instant(sentMs),
      receivedAt: instant(receivedMs),
      originateMs: 1,
      reply: { originateMs: 1, receiveMs: stamp, transmitMs: stamp },
      tickMs: 1,
    });
    const truthMs = offsetMs + (sentMs - NOON_MS) * slidePpm * 1e-6;
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

function instant(ms: number): Instant {
  const ns = Math.round(ms * 1e6);
  return { realtimeNs: ns, monotonicNs: ns, source: "kernel" };
}
