/** One group of targets while it is probed. */

import type { GroupConfig } from "../../../exporter/config.ts";
import { GroupSeries } from "../../../exporter/group_series.ts";
import type { GroupSource } from "../../../exporter/scrape.ts";
import type { Transport } from "../../../probe/transport.ts";
import { type PingMachine, PingRun } from "../../../run/ping_run.ts";
import type { Target } from "../../../targets/target.ts";
import { VERSION } from "../../outcome.ts";
import { planGroup } from "./plans.ts";
import { SILENT_REPORTER } from "./silent_reporter.ts";
import type { SocketPool } from "./socket_pool.ts";

/** How a group is opened. */
export interface GroupSetup {
  /** What it is to do. */
  readonly config: GroupConfig;
  /** Its targets, at least one. */
  readonly targets: readonly Target[];
  /** Receives one line about a name. */
  readonly remark: (text: string) => void;
}

/** A group whose socket is open. */
export class GroupRun {
  /** What it was opened with. */
  readonly setup: GroupSetup;
  /** Counters and histograms of each target, which outlive a reload. */
  readonly series: GroupSeries;
  readonly #run: PingRun;
  readonly #transport: Transport;
  readonly #sockets: SocketPool;
  /** What the socket had dropped, and failed at, before. */
  readonly #past: { readonly kernelDrops: number; readonly failedCalls: number };
  #ended: Promise<void> | undefined;

  private constructor(
    setup: GroupSetup,
    series: GroupSeries,
    run: PingRun,
    { transport, sockets }: { readonly transport: Transport; readonly sockets: SocketPool },
  ) {
    this.setup = setup;
    this.series = series;
    this.#run = run;
    this.#transport = transport;
    this.#sockets = sockets;
    this.#past = troublesOf(transport);
  }

  /**
   * Takes a socket; nothing is sent.
   *
   * @param former the series of the group of this name before
   * @throws {Error} The system refuses the socket.
   */
  static async open(
    setup: GroupSetup,
    former: GroupSeries | undefined,
    machine: PingMachine,
    sockets: SocketPool,
  ): Promise<GroupRun> {
    const { config, targets } = setup;
    const { name, labels, message, intervalMs, buckets } = config;
    const plan = planGroup(config);
    const transport = await sockets.take(plan.transport);
    const identity = { name, labels, kind: message, intervalMs, buckets };
    const series = new GroupSeries(identity, targets, former);
    const run = await PingRun.open(
      {
        program: { command: "exporter", version: VERSION },
        plan,
        targets,
        followsNames: true,
        view: series,
      },
      { ...machine, openTransport: () => transport },
    );
    return new GroupRun(setup, series, run, { transport, sockets });
  }

  /** Begins to probe; `failed` receives what ends it but {@linkcode end}. */
  start(failed: (error: unknown) => void): void {
    const { remark } = this.setup;
    this.#ended = this.#run.run(SILENT_REPORTER, { remark }).then(() => {}, failed);
  }

  /** Ends, and gives the socket back. */
  async end(): Promise<void> {
    this.#run.stop();
    await this.#ended;
    this.#sockets.giveBack(planGroup(this.setup.config).transport, this.#transport);
  }

  /** The group at this moment. */
  source(): GroupSource {
    const { clock, stampSource } = this.#transport;
    const now = troublesOf(this.#transport);
    return {
      series: this.series,
      nowNs: clock.now().realtimeNs,
      baseUnixMs: clock.baseUnixMs,
      stampSource,
      kernelDrops: now.kernelDrops - this.#past.kernelDrops,
      failedCalls: now.failedCalls - this.#past.failedCalls,
      strays: this.#run.snapshot().strays,
    };
  }
}

function troublesOf(transport: Transport) {
  return {
    kernelDrops: transport.droppedDatagrams(),
    failedCalls: transport.failedCalls?.() ?? 0,
  };
}
