/**
 * Several targets at one address: two names of a host, or a target that is given twice. The address is asked once each
 * round, and every target has the outcome.
 */

import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import type { ExtraReply, ProbeListener, ProbeOutcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";

/** One target for each address is probed; all targets there share its outcomes. */
export class SharedAddresses {
  /** A target for each address, indexed from 0, in the order of the first targets there. */
  readonly asked: readonly Target[];
  /** All targets at each address, by the index of the one that is asked; undefined where each has its own. */
  readonly #sharers: readonly (readonly Target[])[] | undefined;

  /** Groups targets by address, unless each is to be asked, whatever its address. */
  constructor(targets: readonly Target[], asksEach = false) {
    if (asksEach) {
      this.asked = targets;
      return;
    }
    const groups = new Map<number, Target[]>();
    for (const target of targets) {
      // Names that are not known yet are not one host.
      const key = target.address === UNKNOWN_ADDRESS ? -1 - target.index : target.address;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [target]);
      else group.push(target);
    }
    const isShared = groups.size < targets.length;
    this.#sharers = isShared ? [...groups.values()] : undefined;
    this.asked = this.#sharers?.map((group, index) => ({ ...group[0] as Target, index })) ??
      targets;
  }

  /**
   * Index, among those that are asked, of a target that can be asked at another address; undefined where another
   * target is asked there, or at its present address.
   */
  movableIndex(target: Target, address: number, targets: Iterable<Target>): number | undefined {
    for (const other of targets) if (other.address === address) return undefined;
    const sharers = this.#sharers;
    if (sharers === undefined) return target.index;
    const index = sharers.findIndex((group) => group.some((each) => each.index === target.index));
    return sharers[index]?.length === 1 ? index : undefined;
  }

  /** Index, among all targets, of the first target at an asked one's address. */
  firstIndex(askedIndex: number): number {
    return this.#sharers?.[askedIndex]?.[0]?.index ?? askedIndex;
  }

  /** A listener for the prober that passes each event on for every target at its address. */
  listener(listener: ProbeListener): ProbeListener {
    if (this.#sharers === undefined) return listener;
    return {
      ...(listener.sent === undefined ? {} : {
        sent: (probe, bytes) => {
          for (const each of this.#each(probe)) listener.sent?.(each, bytes);
        },
      }),
      outcome: (outcome) => {
        for (const each of this.#outcomes(outcome)) listener.outcome(each);
      },
      extra: (extra: ExtraReply) => {
        for (const probe of this.#each(extra.probe)) listener.extra({ ...extra, probe });
      },
      stray: (datagram) => listener.stray(datagram),
      idle: (nowNs, busy) => listener.idle(nowNs, busy),
    };
  }

  /** The probes of every target, out of those that were asked. */
  *probes(asked: Iterable<Probe>): Generator<Probe> {
    for (const probe of asked) yield* this.#each(probe);
  }

  *#outcomes(outcome: ProbeOutcome): Generator<ProbeOutcome> {
    if (outcome.kind === "unsent") {
      for (const target of this.#sharersOf(outcome.target)) yield { ...outcome, target };
      return;
    }
    for (const probe of this.#each(outcome.probe)) yield { ...outcome, probe };
  }

  *#each(probe: Probe): Generator<Probe> {
    for (const target of this.#sharersOf(probe.target)) {
      // The very probe, whose stamps may still be on their way, but for its target.
      yield Object.create(probe, { target: { value: target, enumerable: true } });
    }
  }

  #sharersOf(target: Target): readonly Target[] {
    const sharers = this.#sharers?.[target.index] ?? [target];
    const { address } = target;
    // It may have moved since.
    return sharers.map((each) => each.address === address ? each : { ...each, address });
  }
}
