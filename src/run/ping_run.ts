/** A run that reports every probe, from open socket to its result; `ping` and the drop-in commands are such runs. */

import { type EndReason, Prober } from "../probe/prober.ts";
import { SharedAddresses } from "../probe/shared_addresses.ts";
import type { ProbeListener } from "../probe/outcome.ts";
import type { Transport } from "../probe/transport.ts";
import type { Condition } from "./condition_syntax.ts";
import type { ConditionEvent } from "./condition_watch.ts";
import type { RunMachine } from "./machine.ts";
import type { Reporter } from "./reporter.ts";
import type { EchoBeside } from "./echo_beside.ts";
import { loadParts, type PingParts, type PingSetup } from "./ping_setup.ts";
import { type OpenRun, remainingMs } from "./run_frame.ts";
import { describeResult, describeRun, type RunResult } from "./run_info.ts";
import { RunRecorder } from "./run_recorder.ts";
import { type RunSnapshot, RunState } from "./run_state.ts";
import type { StateView } from "./state_view.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** Conditions of a run without end are judged over intervals of at least this length, and of this many probes. */
const WATCH_MS = 10_000;
const WATCH_PROBES = 10;

/** What a ping run calls beside its reporter. */
export interface PingHooks {
  /** The run is about to wait; see {@linkcode ProbeListener.idle}. */
  readonly idle?: ProbeListener["idle"] | undefined;
  /** The last probe is settled, or the run was ended, and no summary has been reported. Undefined when the run failed. */
  readonly ending?: ((reason: EndReason | undefined) => Promise<void> | void) | undefined;
  /** One line about a name or a condition. */
  readonly remark?: ((text: string) => void) | undefined;
}

/** How a ping run ended. */
export interface PingResult extends RunResult {
  /** Conditions that targets meet over the whole run. */
  readonly met: readonly ConditionEvent[];
  /** Names without an address at the end; undefined where names are not followed. */
  readonly unknownNames: number | undefined;
}

/** Ports of a ping run. */
export type PingMachine = Pick<
  RunMachine,
  "elapsedMs" | "isBroadcast" | "openTransport" | "resolver"
>;

/** A ping run whose socket is open. */
export class PingRun implements OpenRun {
  readonly #setup: PingSetup;
  readonly #machine: PingMachine;
  readonly #transport: Transport;
  readonly #loaded: PingParts;
  readonly #shared: SharedAddresses;
  readonly #view: StateView | undefined;
  readonly #state: RunState;
  #recorder: RunRecorder | undefined;
  #prober: Prober | undefined;
  #beside: EchoBeside | undefined;
  #isStopped = false;

  private constructor(
    setup: PingSetup,
    machine: PingMachine,
    transport: Transport,
    loaded: PingParts,
  ) {
    this.#setup = setup;
    this.#machine = machine;
    this.#transport = transport;
    this.#loaded = loaded;
    this.#shared = new SharedAddresses(setup.targets, setup.asksTwice);
    const { targets, historyColumnsMs = [] } = setup;
    this.#view = loaded.view && new loaded.view.StateView(targets, historyColumnsMs);
    const view = setup.view ?? this.#view;
    this.#state = new RunState(targets, transport.clock, view, setup.plan.prober.measures);
  }

  /**
   * Opens the socket of a run; nothing is sent.
   *
   * @param onTrouble called once for each kind of failure that the run survives
   * @throws {Error} The system refuses the socket.
   */
  static async open(
    setup: PingSetup,
    machine: PingMachine,
    onTrouble?: (error: Error) => void,
  ): Promise<PingRun> {
    const loaded = await loadParts(setup);
    const transport = await machine.openTransport({ ...setup.plan.transport, onTrouble });
    return new PingRun(setup, machine, transport, loaded);
  }

  /** Number of probes that the run will send; Infinity when it has no end. */
  get probes(): number {
    return this.#shared.asked.length * this.#setup.plan.prober.count;
  }

  /** The switch of echo requests beside; undefined before the run has started, and where its plan has none. */
  get beside(): EchoBeside | undefined {
    return this.#beside;
  }

  /** Runs until all probes are settled, the deadline passes or {@linkcode stop} is called. Call it once. */
  async run(reporter: Omit<Reporter, "end">, hooks: PingHooks = {}): Promise<PingResult> {
    const { plan, program, conditions = [], targets } = this.#setup;
    const report = (event: ConditionEvent) => {
      reporter.condition?.(event);
      hooks.remark?.(this.#loaded.judge?.formatConditionEvent(event) ?? "");
    };
    const { recorder, prober, names } = this.#connect(reporter, hooks, report);
    const startedAt = this.#transport.clock.now();
    reporter.run(describeRun(program, plan, targets.length, this.#transport, startedAt));
    let reason: EndReason | undefined;
    try {
      reason = await prober.run();
    } finally {
      // What was measured is reported even if the run failed.
      await hooks.ending?.(reason);
      recorder.close(this.#shared.probes(prober.pendingProbes()));
      reporter.ending?.();
      recorder.summarize();
    }
    const met = this.#judge(conditions);
    met.forEach(report);
    const result = describeResult(reason, this.#state, this.#transport, startedAt);
    return { ...result, met, unknownNames: names?.unknown };
  }

  /** Ends the run soon. */
  stop(): void {
    this.#isStopped = true;
    this.#prober?.stop();
  }

  /** Reports the statistics of every target as they are now. */
  summarize(): void {
    this.#recorder?.summarize();
  }

  /** The run as it is now. */
  snapshot(): RunSnapshot {
    return this.#state.snapshot();
  }

  /** Snapshots show what happens from now on; the summary at the end is of the whole run. Only with a history. */
  resetView(): void {
    this.#view?.reset();
    this.#beside?.resetView();
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  #connect(
    reporter: Omit<Reporter, "end">,
    hooks: PingHooks,
    report: (event: ConditionEvent) => void,
  ) {
    const { plan, explains, summaryEveryMs } = this.#setup;
    const { baseUnixMs } = this.#transport.clock;
    const { naming } = this.#loaded;
    const follow = (nowNs: number, isBusy: boolean) => {
      names?.look(nowNs);
      return hooks.idle?.(nowNs, isBusy);
    };
    const recorder = new RunRecorder(this.#state, reporter, {
      ...{ baseUnixMs, explains, summaryEveryMs, keepsDelays: plan.prober.measures },
      watch: this.#watch(report),
      idle: naming === undefined ? hooks.idle : follow,
    });
    const prober = new Prober(
      {
        ...plan.prober,
        identifier: this.#transport.identifier ?? plan.prober.identifier,
        deadlineMs: remainingMs(plan.prober.deadlineMs, this.#machine),
        targets: this.#shared.asked,
        sharesNumbers: this.#setup.asksTwice,
        idleAtNs: () => recorder.reportDueNs,
      },
      this.#transport,
      this.#shared.listener(recorder),
    );
    const remark = hooks.remark ?? (() => {});
    const followed = { shared: this.#shared, state: this.#state, recorder, prober, remark };
    const names = naming && new naming.NameFollower(followed, this.#machine);
    this.#recorder = recorder;
    this.#prober = prober;
    const { clock } = this.#transport;
    const { historyColumnsMs: columnsMs = [] } = this.#setup;
    const parts = { state: this.#state, recorder, prober, clock, columnsMs };
    this.#beside = this.#loaded.beside && new this.#loaded.beside.EchoBeside(parts);
    if (this.#isStopped) prober.stop();
    return { recorder, prober, names };
  }

  /** Conditions that the whole run meets. */
  #judge(conditions: readonly Condition<TargetSummary>[]): readonly ConditionEvent[] {
    const { judge } = this.#loaded;
    if (judge === undefined) return [];
    const { time, statistics } = this.#state;
    return judge.findMet(conditions, statistics.map((each) => each.summary(time)), time);
  }

  /** Judges the intervals of a run by the conditions, where the run has intervals. */
  #watch(report: (event: ConditionEvent) => void) {
    const { judge } = this.#loaded;
    const { plan, summaryEveryMs, conditions = [] } = this.#setup;
    const { count, intervalMs } = plan.prober;
    if (judge === undefined || count !== Infinity && summaryEveryMs === undefined) return undefined;
    const watch = new judge.ConditionWatch(conditions);
    return {
      everyMs: Math.max(WATCH_MS, WATCH_PROBES * intervalMs),
      look: (summaries: Parameters<typeof watch.look>[0]) =>
        watch.look(summaries, this.#state.time).forEach(report),
    };
  }
}
