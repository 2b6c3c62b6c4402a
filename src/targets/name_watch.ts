/** Names that are looked up again while a run goes on: a host may move, and a name server may come back. */

import type { NameResolver } from "./resolver.ts";
import { type Target, UNKNOWN_ADDRESS } from "./target.ts";
import { readWord } from "./target_word.ts";

/** Time after which a known name is looked up again. */
const KNOWN_NS = 300e9;
/** An unknown name is retried after the first time, then after twice as long each time, up to the second. */
const FIRST_RETRY_NS = 10e9;

/** A name and when it is looked up next. */
interface WatchedName {
  target: Target;
  readonly name: string;
  dueNs: number;
  waitNs: number;
  /** An address at which the target cannot be asked: reported once. */
  refused?: number;
}

/** Called for a new address; returns whether the target is asked there from now on. */
export type Moved = (target: Target, address: number) => boolean;

/** Looks the names of targets up again, one at a time, beside the run. */
export class NameWatch {
  readonly #resolver: NameResolver;
  readonly #names: WatchedName[];
  readonly #moved: Moved;
  #dueNs = -Infinity;
  #isBusy = false;

  /** Watches those of the targets that were given as names; `moved` is called for each new address. */
  constructor(targets: readonly Target[], resolver: NameResolver, moved: Moved) {
    this.#resolver = resolver;
    this.#moved = moved;
    this.#names = targets.flatMap((target) => {
      const reading = readWord(target.label);
      if (reading.kind !== "name") return [];
      return [{ target, name: reading.name, dueNs: NaN, waitNs: FIRST_RETRY_NS }];
    });
  }

  /** Targets that are not known now. */
  get unknown(): number {
    return this.#names.filter(({ target }) => target.address === UNKNOWN_ADDRESS).length;
  }

  /** Begins the lookups that are due; CLOCK_MONOTONIC. Cheap where none is. */
  look(nowNs: number): void {
    if (nowNs < this.#dueNs || this.#isBusy) return;
    for (const each of this.#names) {
      if (Number.isNaN(each.dueNs)) each.dueNs = nowNs + waitOf(each);
    }
    const due = this.#names.filter(({ dueNs }) => dueNs <= nowNs);
    this.#isBusy = true;
    this.#lookUp(due, nowNs).finally(() => {
      this.#isBusy = false;
      this.#dueNs = Math.min(...this.#names.map(({ dueNs }) => dueNs));
    });
  }

  async #lookUp(due: readonly WatchedName[], nowNs: number): Promise<void> {
    for (const each of due) {
      const resolution = await this.#resolver.resolve(each.name);
      // Without an answer the old address is the best there is. One of several in turn is no move.
      if (resolution.ok && !resolution.addresses.includes(each.target.address)) {
        const address = resolution.addresses[0] as number;
        if (address !== each.refused) {
          const isAsked = this.#moved(each.target, address);
          if (isAsked) each.target = { ...each.target, address };
          else each.refused = address;
        }
      }
      each.dueNs = nowNs + waitOf(each);
    }
  }
}

function waitOf(each: WatchedName): number {
  if (each.target.address !== UNKNOWN_ADDRESS) return KNOWN_NS;
  const { waitNs } = each;
  each.waitNs = Math.min(2 * waitNs, KNOWN_NS);
  return waitNs;
}
