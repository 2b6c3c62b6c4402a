/** The groups of a configuration while they are probed, and what becomes of them when it is read again. */

import type { GroupConfig } from "../../../exporter/config.ts";
import type { GroupSource } from "../../../exporter/scrape.ts";
import { ExitCode, printError, UsageError } from "../../outcome.ts";
import type { Target } from "../../../targets/target.ts";
import type { System } from "../../system.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import { GroupRun, type GroupSetup } from "./group_run.ts";
import { planGroup } from "./plans.ts";
import type { SocketPool } from "./socket_pool.ts";

/** Probes groups. */
export class Probing {
  readonly #system: System;
  readonly #sockets: SocketPool;
  readonly #failed: (error: unknown) => void;
  #groups: readonly GroupRun[] = [];

  /** `failed` receives what ends a run that was to go on. */
  constructor(system: System, sockets: SocketPool, failed: (error: unknown) => void) {
    this.#system = system;
    this.#sockets = sockets;
    this.#failed = failed;
  }

  /** Number of targets. */
  get targets(): number {
    return this.#groups.reduce((sum, { series }) => sum + series.targets.length, 0);
  }

  /** The groups at this moment. */
  sources(): GroupSource[] {
    return this.#groups.map((group) => group.source());
  }

  /**
   * Finds the targets of groups.
   *
   * @throws {UsageError} A group has none, or a file cannot be read.
   */
  async locate(configs: readonly GroupConfig[]): Promise<GroupSetup[]> {
    const setups: GroupSetup[] = [];
    for (const config of configs) {
      const list = await gatherTargets(config.targets, config.files, this.#system, {
        group: config.name,
        exclude: config.exclude,
        excludeFiles: config.excludeFiles,
        keepsUnresolved: true,
      });
      if (list === undefined) throw new NoTargetError(config.name);
      const remark = (text: string) => printError(this.#system, text);
      setups.push({ config, targets: distinctTargets(list.targets), remark });
    }
    return setups;
  }

  /**
   * Opens the first groups; nothing is sent.
   *
   * @throws {Error} The system refuses a socket.
   */
  async open(setups: readonly GroupSetup[]): Promise<void> {
    const opened: GroupRun[] = [];
    for (const setup of setups) {
      opened.push(await GroupRun.open(setup, undefined, this.#system, this.#sockets));
    }
    this.#groups = opened;
  }

  /** Begins to probe. */
  start(): void {
    for (const group of this.#groups) group.start(this.#failed);
  }

  /**
   * Goes on with other groups. One that is as it was is not disturbed; one that changed keeps the series of the targets that
   * it keeps. What fails once groups have ended ends the exporter.
   *
   * @throws {Error} The system refuses a socket: the groups are as they were.
   */
  async replace(setups: readonly GroupSetup[]): Promise<void> {
    const before = this.#groups;
    const kept = new Map<GroupSetup, GroupRun>();
    for (const setup of setups) {
      const same = before.find((group) => isSame(group.setup, setup));
      if (same !== undefined) kept.set(setup, same);
    }
    const ending = before.filter((group) => ![...kept.values()].includes(group));
    await this.#reserve(setups.filter((setup) => !kept.has(setup)), ending);
    try {
      await Promise.all(ending.map((group) => group.end()));
      this.#groups = await this.#continue(setups, kept, before);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  async #continue(
    setups: readonly GroupSetup[],
    kept: ReadonlyMap<GroupSetup, GroupRun>,
    before: readonly GroupRun[],
  ): Promise<GroupRun[]> {
    const after: GroupRun[] = [];
    for (const setup of setups) {
      const same = kept.get(setup);
      const former = before.find(({ setup: { config } }) => config.name === setup.config.name);
      const group = same ??
        await GroupRun.open(setup, former?.series, this.#system, this.#sockets);
      if (same === undefined) group.start(this.#failed);
      after.push(group);
    }
    return after;
  }

  /** Ends all groups and closes their sockets. */
  async end(): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.end()));
    this.#groups = [];
  }

  /** Opens what is missing before anything ends: after root was given up that may be refused. */
  async #reserve(opening: readonly GroupSetup[], ending: readonly GroupRun[]): Promise<void> {
    const kindOf = ({ config }: GroupSetup) => planGroup(config).transport;
    const text = (setup: GroupSetup) => JSON.stringify(kindOf(setup));
    for (const setup of opening) {
      const needed = opening.filter((each) => text(each) === text(setup)).length;
      const released = ending.filter((group) => text(group.setup) === text(setup)).length;
      await this.#sockets.reserve(kindOf(setup), needed - released);
    }
  }
}

/** No name of a group is known, and nothing else is in it. */
export class NoTargetError extends UsageError {
  /** Exit code where it stands at the start. */
  readonly exitCode: ExitCode = ExitCode.Unresolved;

  /** Takes the name of the group. */
  constructor(group: string) {
    super(`Cannot probe group ${group}: it has no target, expected one at least`);
  }
}

/** The first target of each word: a name that stands twice may have two addresses, and its series would be there twice. */
export function distinctTargets(targets: readonly Target[]): Target[] {
  const words = new Set<string>();
  return targets.filter(({ label }) => !words.has(label) && words.add(label))
    .map((target, index) => ({ ...target, index }));
}

/** Nothing that matters to the run has changed. */
function isSame(one: GroupSetup, other: GroupSetup): boolean {
  return JSON.stringify(one.config) === JSON.stringify(other.config) &&
    JSON.stringify(one.targets) === JSON.stringify(other.targets);
}
