/** A run that measures clocks, from open socket to its result. */

import { precisionMs } from "../../clock/mod.ts";
import type { ProbeListener } from "../../probe/outcome.ts";
import { type EndReason, Prober } from "../../probe/prober.ts";
import { SharedAddresses } from "../../probe/shared_addresses.ts";
import type { Transport } from "../../probe/transport.ts";
import type { Target } from "../../targets/target.ts";
import type { ClockEvent } from "./event.ts";
import type { ClockListener } from "./listener.ts";
import { Pacing, type PacingOptions } from "./pacing.ts";
import { agree, ClockRecorder } from "./recorder.ts";
import type { RunMachine } from "../machine.ts";
import { type OpenRun, remainingMs } from "../run_frame.ts";
import { describeResult, describeRun, type ProgramInfo, type RunResult } from "../run_info.ts";
import type { RunPlan } from "../run_plan.ts";
import { type ClockPicture, type RunSnapshot, RunState } from "../run_state.ts";
import type { TargetStatistics, TargetSummary } from "../target_statistics.ts";

/** Parts of a clock run. */
export interface ClockSetup extends PacingOptions {
  /** For the `run` record. */
  readonly program: ProgramInfo;
  /** Packets, socket and schedule. */
  readonly plan: RunPlan;
  /** Hosts whose clocks are measured, at least one. */
  readonly targets: readonly Target[];
  /** Report the clocks at every such interval, in milliseconds; by default only at the end. */
  readonly everyMs?: number | undefined;
  /** Largest rate error that is assumed of a remote clock, in parts per million; 500 by default. */
  readonly maxSkewPpm?: number | undefined;
}

/** How a clock run ended. */
export interface ClockResult extends RunResult {
  /** Findings of every clock, in the order of the targets. */
  readonly clocks: readonly ClockEvent[];
  /** Statistics of the probes of every target. */
  readonly summaries: readonly TargetSummary[];
  /** The clocks that are not known as well as `untilMs` asks. */
  readonly missed: readonly ClockEvent[];
}

/** Ports of a clock run. */
export type ClockMachine = Pick<RunMachine, "elapsedMs" | "findRoute" | "openTransport">;

/** A clock run whose socket is open. */
export class ClockRun implements OpenRun {
  readonly #setup: ClockSetup;
  readonly #machine: ClockMachine;
  readonly #transport: Transport;
  readonly #shared: SharedAddresses;
  readonly #state: RunState;
  readonly #own: ReadonlySet<number>;
  #recorder: ClockRecorder | undefined;
  #listener: ClockListener | undefined;
  #prober: Prober | undefined;
  #pacing: Pacing | undefined;
  #isReached = false;
  #isStopped = false;
  #reportNs = Infinity;

  private constructor(setup: ClockSetup, machine: ClockMachine, transport: Transport) {
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    this.#shared = new SharedAddresses(setup.targets);
    this.#state = new RunState(setup.targets, transport.clock);
    // One clock makes no consensus.
    this.#own = setup.targets.length > 1 ? ownAddresses(setup.targets, machine) : new Set();
  }

  /**
   * Opens the socket of a run; nothing is sent.
   *
   * @param onTrouble called once for each kind of failure that the run survives
   * @throws {Error} The system refuses the socket.
   */
  static async open(
    setup: ClockSetup,
    machine: ClockMachine,
    onTrouble?: (error: Error) => void,
  ): Promise<ClockRun> {
    const transport = await machine.openTransport({ ...setup.plan.transport, onTrouble });
    return new ClockRun(setup, machine, transport);
  }

  /** Number of probes that the run will send, those of a shared address once for each target; Infinity without end. */
  get probes(): number {
    return this.#setup.targets.length * this.#setup.plan.prober.count;
  }

  /** Runs until all probes are settled, the goal is reached, the deadline passes or {@linkcode stop} is called. */
  async run(listener: ClockListener): Promise<ClockResult> {
    const { plan, program, targets, everyMs = Infinity } = this.#setup;
    const { clock } = this.#transport;
    const recorder = this.#follow(listener);
    const pacing = new Pacing(this.#setup, plan.prober, this.#shared, recorder, clock);
    this.#pacing = pacing;
    const prober = this.#connect(recorder, pacing);
    const startedAt = clock.now();
    this.#reportNs = startedAt.monotonicNs + everyMs * 1e6;
    listener.run(describeRun(program, plan, targets.length, this.#transport, startedAt));
    let reason: EndReason | undefined;
    let picture: ClockPicture;
    try {
      reason = await prober.run();
    } finally {
      // What was measured is reported even if the run failed.
      listener.ending?.(reason);
      recorder.close(this.#shared.probes(prober.pendingProbes()));
      picture = this.#picture();
      listener.report(picture, false);
    }
    const { clocks } = picture;
    const end = this.#isReached ? "complete" : reason;
    return {
      ...describeResult(end, this.#state, this.#transport, startedAt),
      clocks,
      summaries: [...this.#state.summaries()],
      missed: this.#missed(clocks),
    };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** Reports the clocks as they are now. */
  summarize(): void {
    this.#listener?.report(this.#picture(), false);
  }

  /** The run as it is now. */
  snapshot(): RunSnapshot {
    return this.#state.snapshot(this.#picture());
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  #picture(): ClockPicture {
    const clocks = this.#recorder?.clocks() ?? [];
    return { clocks, consensus: agree(clocks, (address) => this.#own.has(address)) };
  }

  /** Makes the recorder of all clocks. */
  #follow(listener: ClockListener): ClockRecorder {
    const { maxSkewPpm } = this.#setup;
    const recorder = new ClockRecorder(this.#state, this.#transport.clock, {
      replied: (probe, reply) => {
        listener.reply?.(probe, reply);
        if (this.#pacing?.replied(probe.target.index, reply.rttNs)) this.#reachGoal();
      },
      idle: (nowNs, busy) => this.#pause(nowNs, busy, listener),
      remark: (text) => listener.remark?.(text),
    }, { maxSkewPpm });
    this.#recorder = recorder;
    this.#listener = listener;
    return recorder;
  }

  /** Makes the prober, whose schedule asks the trackers for the phase of each probe. */
  #connect(recorder: ClockRecorder, pacing: Pacing): Prober {
    const { prober: options } = this.#setup.plan;
    const { asked } = this.#shared;
    const prober = new Prober(
      {
        ...options,
        deadlineMs: remainingMs(options.deadlineMs, this.#machine),
        groupMs: 0,
        punctual: true,
        targets: asked,
        schedule: (startNs) => pacing.schedule(startNs),
      },
      this.#transport,
      this.#shared.listener(recorder),
    );
    this.#prober = prober;
    if (this.#isStopped) prober.stop();
    return prober;
  }

  #reachGoal(): void {
    this.#isReached = true;
    this.#prober?.stop();
  }

  /** The clocks that are not known as well as was asked for. */
  #missed(clocks: readonly ClockEvent[]): readonly ClockEvent[] {
    const { untilMs } = this.#setup;
    if (untilMs === undefined) return [];
    if (!this.#isReached) return clocks.filter(isWorseThan(untilMs));
    return clocks.filter(({ target }) => this.#pacing?.givenUp.has(target.index));
  }

  /** Reports where that is due, and passes the pause on. */
  #pause(
    nowNs: number,
    busy: boolean,
    listener: ClockListener,
  ): ReturnType<ProbeListener["idle"]> {
    const { statistics } = this.#state;
    const hasReplied = (index: number) =>
      (statistics[index] as TargetStatistics).counters.received > 0;
    if (this.#pacing?.look(nowNs, hasReplied)) this.#reachGoal();
    if (nowNs >= this.#reportNs) {
      const everyNs = (this.#setup.everyMs ?? Infinity) * 1e6;
      this.#reportNs = Math.max(this.#reportNs + everyNs, nowNs);
      listener.report(this.#picture(), true);
    }
    return listener.idle?.(nowNs, busy, () => this.#recorder?.clocks() ?? []);
  }
}

/** The targets that are addresses of this machine: the kernel sends to them from themselves. */
function ownAddresses(targets: readonly Target[], machine: ClockMachine): ReadonlySet<number> {
  const own = targets.filter(({ address }) => {
    const route = machine.findRoute(address);
    return route.kind === "routed" && route.source === address;
  });
  return new Set(own.map(({ address }) => address));
}

function isWorseThan(untilMs: number): (event: ClockEvent) => boolean {
  return ({ state }) => (precisionMs(state) ?? Infinity) > untilMs;
}
