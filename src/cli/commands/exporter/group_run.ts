/** One group of targets while it is probed. */

import type { GroupConfig } from "../../../exporter/config.ts";
import { GroupSeries } from "../../../exporter/group_series.ts";
import type { GroupSource } from "../../../exporter/scrape.ts";
import type { Transport } from "../../../probe/transport.ts";
import type { TransportOptions } from "../../../run/machine.ts";
import { type PingMachine, PingRun } from "../../../run/ping_run.ts";
import { planRun, type RunPlan } from "../../../run/run_plan.ts";
import type { Target } from "../../../targets/target.ts";
import { readEgress } from "../../options/egress.ts";
import { VERSION } from "../../outcome.ts";
import { SILENT_REPORTER } from "./silent_reporter.ts";

/** How a group is opened. */
export interface GroupSetup {
  /** What it is to do. */
  readonly config: GroupConfig;
  /** Its targets, at least one. */
  readonly targets: readonly Target[];
  /** The group of this name in the configuration before. */
  readonly former?: GroupSeries | undefined;
  /** Receives one line about a name or a failure that the run survives. */
  readonly remark: (text: string) => void;
}

/** Packets, socket and schedule of a group. */
export function planGroup(config: GroupConfig): RunPlan {
  return planRun({
    ...readEgress(config.source),
    kind: config.message,
    count: Infinity,
    intervalMs: config.intervalMs,
    timeoutMs: config.timeoutMs,
    ttl: config.ttl,
    tos: config.tos,
    mark: config.mark,
  });
}

/** A group whose socket is open. */
export class GroupRun {
  /** Its series. */
  readonly series: GroupSeries;
  readonly #setup: GroupSetup;
  readonly #run: PingRun;
  readonly #transport: Transport;

  private constructor(setup: GroupSetup, series: GroupSeries, run: PingRun, transport: Transport) {
    this.#setup = setup;
    this.series = series;
    this.#run = run;
    this.#transport = transport;
  }

  /**
   * Opens the socket; nothing is sent.
   *
   * @throws {Error} The system refuses the socket.
   */
  static async open(setup: GroupSetup, machine: PingMachine): Promise<GroupRun> {
    const { config, targets, former, remark } = setup;
    const { name, labels, message, intervalMs, buckets } = config;
    const identity = { name, labels, kind: message, intervalMs, buckets };
    const series = new GroupSeries(identity, targets, former);
    let opened: Transport | undefined;
    const openTransport = async (options: TransportOptions) =>
      opened = await machine.openTransport(options);
    const run = await PingRun.open(
      {
        program: { command: "exporter", version: VERSION },
        plan: planGroup(config),
        targets,
        followsNames: true,
        view: series,
      },
      { ...machine, openTransport },
      (error) => remark(`${error.message}; the run goes on`),
    );
    return new GroupRun(setup, series, run, opened as Transport);
  }

  /** Probes until {@linkcode stop} is called. */
  async run(): Promise<void> {
    await this.#run.run(SILENT_REPORTER, { remark: this.#setup.remark });
  }

  /** Ends the run soon. */
  stop(): void {
    this.#run.stop();
  }

  /** Closes the socket. */
  close(): void {
    this.#run.close();
  }

  /** The group at this moment. */
  source(): GroupSource {
    const { clock, stampSource } = this.#transport;
    return {
      series: this.series,
      nowNs: clock.now().realtimeNs,
      baseUnixMs: clock.baseUnixMs,
      stampSource,
      kernelDrops: this.#transport.droppedDatagrams(),
      failedCalls: this.#transport.failedCalls?.() ?? 0,
      strays: this.#run.snapshot().strays,
    };
  }
}
