/** Which host behaves how: rules for blocks of addresses, the later over the earlier. */

import type { Block } from "../targets/block.ts";
import { type Behaviour, RIGHT_HOST } from "./behaviour.ts";

/** What a rule changes. */
export type BehaviourChange = Partial<Behaviour>;

/** A rule for some addresses. */
export interface ScenarioRule {
  /** The addresses. */
  readonly blocks: readonly Block[];
  /** How they differ from what the earlier rules say. */
  readonly change: BehaviourChange;
}

/** The behaviour of all hosts. */
export interface Scenario {
  /** Seed of everything random, an unsigned 32-bit number. */
  readonly seed: number;
  /** How every host differs from one that is right. */
  readonly everyHost: BehaviourChange;
  /** Rules in order. */
  readonly rules: readonly ScenarioRule[];
}

/** The behaviour of one host. Hosts with the same rules share the object. */
export class BehaviourTable {
  readonly #scenario: Scenario;
  /** By the rules that fit, as a string of their indexes. */
  readonly #made = new Map<string, Behaviour>();

  /** Takes the rules. */
  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** How the host of an address behaves. */
  of(address: number): Behaviour {
    const { everyHost, rules } = this.#scenario;
    const fitting = rules.filter(({ blocks }) =>
      blocks.some(({ first, last }) => address >= first && address <= last)
    );
    const key = fitting.map((rule) => rules.indexOf(rule)).join();
    let behaviour = this.#made.get(key);
    if (behaviour === undefined) {
      behaviour = Object.assign({}, RIGHT_HOST, everyHost, ...fitting.map(({ change }) => change));
      this.#made.set(key, behaviour as Behaviour);
    }
    return behaviour as Behaviour;
  }
}
