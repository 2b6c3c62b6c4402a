/** A capture that is read as if it were a run: its requests are the probes, its time is the clock. */

import type { Ipv4Header } from "../../packet/mod.ts";
import { CaptureClock } from "../../probe/observed/capture_clock.ts";
import type { CapturePoint } from "../../probe/observed/capture_point.ts";
import { type ObservedPacket, Observer } from "../../probe/observed/observer.ts";
import type { ObservedHost } from "../../probe/observed/observed_probe.ts";
import type { ProbeListener } from "../../probe/outcome.ts";
import type { CaptureCounts, EndInfo, RunInfo } from "../event.ts";
import type { Reporter } from "../reporter.ts";
import type { ProgramInfo } from "../run_info.ts";
import { RunRecorder } from "../run_recorder.ts";
import { CaptureState } from "./capture_state.ts";

/** How a capture is read. */
export interface CaptureSetup {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** Name of the capture. */
  readonly source: string;
  /** How long a request waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Where it was taken; by default found out for each host. */
  readonly capturedAt?: CapturePoint | undefined;
  /** Report requests, and keep the octets of what is reported. */
  readonly explains?: boolean | undefined;
  /** Probes remembered, and hosts followed, at the same time. */
  readonly limits?: { readonly probes: number; readonly hosts: number } | undefined;
}

/** A packet, and when it was captured. */
export interface TimedPacket extends ObservedPacket {
  /** Whole seconds of Unix time. */
  readonly unixSeconds: number;
  /** Nanoseconds after those. */
  readonly nanoseconds: number;
}

/** How a capture ended. */
export type CaptureResult = Omit<EndInfo, "exitCode" | "reason" | "capture">;

/** What follows the packets: reports each outcome, or judges clocks. */
export interface CaptureFollower extends Omit<ProbeListener, "idle"> {
  /** A host is seen for the first time. */
  join(host: ObservedHost, state: CaptureState): void;
  /** A host goes: more were asked than are followed. */
  leave(host: ObservedHost, state: CaptureState): void;
  /** No packet follows; pending probes have been counted. */
  finish(state: CaptureState): void;
}

/** Makes the follower, once the first packet has come. */
export type CaptureFollowerFactory = (state: CaptureState, clock: CaptureClock) => CaptureFollower;

interface Started {
  readonly clock: CaptureClock;
  readonly state: CaptureState;
  readonly observer: Observer;
  readonly follower: CaptureFollower;
  readonly time: number;
}

/** Reads one capture. */
export class CaptureRun {
  readonly #setup: CaptureSetup;
  readonly #begin: (info: RunInfo) => void;
  readonly #makeFollower: CaptureFollowerFactory;
  #started: Started | undefined;

  /** `begin` is called before anything else is reported. */
  constructor(
    setup: CaptureSetup,
    begin: (info: RunInfo) => void,
    makeFollower: CaptureFollowerFactory,
  ) {
    this.#setup = setup;
    this.#begin = begin;
    this.#makeFollower = makeFollower;
  }

  /** Packets that were captured again further on their way. */
  get copies(): number {
    return this.#started?.observer.copies ?? 0;
  }

  /** Takes a packet. */
  add(packet: TimedPacket): void {
    const { clock, observer } = this.#start(packet.unixSeconds, packet.nanoseconds, packet);
    observer.add(packet, clock.read(packet.unixSeconds, packet.nanoseconds));
  }

  /** A fragment that does not begin its datagram. */
  addFragment(header: Ipv4Header, at: Pick<TimedPacket, "unixSeconds" | "nanoseconds">): void {
    const { clock, observer } = this.#start(at.unixSeconds, at.nanoseconds, undefined);
    observer.addFragment(header, clock.read(at.unixSeconds, at.nanoseconds));
  }

  /** A packet that could not be parsed. */
  addMalformed(detail: string, at: Pick<TimedPacket, "unixSeconds" | "nanoseconds">): void {
    const { clock, follower } = this.#start(at.unixSeconds, at.nanoseconds, undefined);
    const receivedAt = clock.read(at.unixSeconds, at.nanoseconds);
    follower.stray({ kind: "malformed", source: 0, detail, receivedAt });
  }

  /**
   * No packet follows: reports what is left.
   *
   * @param end time until which the capture went on, where the file says so
   */
  finish(end?: Pick<TimedPacket, "unixSeconds" | "nanoseconds">): CaptureResult {
    const started = this.#started ?? this.#start(0, 0, undefined);
    const { clock, state, observer, follower, time } = started;
    if (end !== undefined) clock.end(end.unixSeconds, end.nanoseconds);
    observer.finish();
    for (const { target } of observer.pendingProbes()) state.of(target).addPending();
    follower.finish(state);
    const { malformed, foreign, unmatched, unreported } = state.strays;
    return {
      time: state.time,
      durationS: state.time - time,
      targets: state.hosts,
      answered: state.answered,
      totals: state.totals(),
      ...{ malformed, foreign, unmatched, unreported },
      kernelDrops: 0,
      failedCalls: 0,
    };
  }

  #start(
    unixSeconds: number,
    nanoseconds: number,
    packet: ObservedPacket | undefined,
  ): Started {
    if (this.#started !== undefined) return this.#started;
    const { capturedAt } = this.#setup;
    const clock = new CaptureClock(unixSeconds, nanoseconds);
    const state = new CaptureState(clock, capturedAt);
    const { time } = state;
    this.#begin(this.#describe(clock, time, packet));
    const follower = this.#makeFollower(state, clock);
    const observer = new Observer(
      { ...this.#setup, keepBytes: this.#setup.explains },
      clock,
      {
        outcome: (outcome) => follower.outcome(outcome),
        extra: (reply) => follower.extra(reply),
        stray: (datagram) => follower.stray(datagram),
        ...follower.sent && { sent: (probe, bytes) => follower.sent?.(probe, bytes) },
        givenUp: ({ target }) => state.of(target).addPending(),
        join: (host) => {
          state.join(host);
          follower.join(host, state);
        },
        leave: (host) => follower.leave(host, state),
      },
    );
    return this.#started = { clock, state, observer, follower, time };
  }

  #describe(clock: CaptureClock, time: number, packet: ObservedPacket | undefined): RunInfo {
    const { program, source, timeoutMs, capturedAt } = this.#setup;
    const kind = packet?.message.kind.startsWith("echo") ? "echo" : "timestamp";
    return {
      ...program,
      ...{ time, kind, timeoutMs, source, capturedAt },
      targets: 0,
      count: Infinity,
      intervalMs: 0,
      identifier: undefined,
      stampSource: "kernel",
      stampAt: "driver",
      lengthBytes: 0,
      baseUnixMs: clock.baseUnixMs,
    };
  }
}

/** Follows a capture as `ping` follows its run. */
export function followPings(
  reporter: Omit<Reporter, "end">,
  explains = false,
): CaptureFollowerFactory {
  return (state, { baseUnixMs }) => {
    const recorder = new RunRecorder(state, reporter, { baseUnixMs, explains });
    return {
      outcome: (outcome) => recorder.outcome(outcome),
      extra: (reply) => recorder.extra(reply),
      stray: (datagram) => recorder.stray(datagram),
      ...explains && { sent: (probe, bytes) => recorder.sent(probe, bytes) },
      join: () => {},
      leave(host) {
        reporter.summary(state.leave(host));
        recorder.forget(host.target.index);
      },
      finish: () => recorder.summarize(),
    };
  };
}

/** What a capture held, in the order of frequency. */
export function describeCapture(
  packets: number,
  copies: number,
  counts: ReadonlyMap<string, number>,
): CaptureCounts {
  return { packets, copies, kinds: [...counts].sort(([, one], [, other]) => other - one) };
}
