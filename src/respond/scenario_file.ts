/**
 * A scenario as JSON.
 *
 * ```json
 * { "seed": 7,
 *   "every_host": { "out_ms": 5, "back_ms": 5 },
 *   "hosts": [ { "addresses": "198.18.4.0/24", "offset_ms": 120000 } ] }
 * ```
 */

import { type Block, parseBlock } from "../targets/block.ts";
import { BEHAVIOUR_FIELDS, ValueError } from "./behaviour_fields.ts";
import type { BehaviourChange, Scenario, ScenarioRule } from "./scenario.ts";

/** One mistake in a scenario. */
export interface ScenarioProblem {
  /** Where it is, as a JSON path such as `hosts[2].offset_ms`; empty for the whole. */
  readonly path: string;
  /** What is wrong, such as `"5s", expected a number from 0 to 3600000`. */
  readonly message: string;
}

/** A scenario, and the mistakes in its text; with any, the scenario is not to be used. */
export interface ReadScenario {
  /** What could be read; defaults stand where a mistake is. */
  readonly scenario: Scenario;
  /** All mistakes, in the order of the text. */
  readonly problems: readonly ScenarioProblem[];
}

const SEED_EXPECTED = "a whole number from 0 to 4294967295";
/** Longest value that is repeated in a message, in characters. */
const MAX_SHOWN = 40;

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a scenario; `value` is what JSON.parse gave. */
export function readScenario(value: unknown): ReadScenario {
  const reader = new ScenarioReader();
  const scenario = reader.read(value);
  return { scenario, problems: reader.problems };
}

class ScenarioReader {
  readonly problems: ScenarioProblem[] = [];

  read(value: unknown): Scenario {
    let seed = 1, everyHost: BehaviourChange = {}, rules: readonly ScenarioRule[] = [];
    for (const [key, inner] of Object.entries(this.#object("", value))) {
      if (key === "seed") seed = this.#seed(inner) ?? seed;
      else if (key === "every_host") everyHost = this.#change(key, this.#object(key, inner));
      else if (key === "hosts") rules = this.#rules(inner);
      else this.#note(key, "unknown key, expected seed, every_host or hosts");
    }
    return { seed, everyHost, rules };
  }

  #seed(value: unknown): number | undefined {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff) {
      return value as number;
    }
    this.#note("seed", `${show(value)}, expected ${SEED_EXPECTED}`);
    return undefined;
  }

  #rules(value: unknown): ScenarioRule[] {
    if (!Array.isArray(value)) {
      this.#note("hosts", `${show(value)}, expected a list of hosts`);
      return [];
    }
    return value.flatMap((entry, index) => {
      const path = `hosts[${index}]`;
      if (!isObject(entry)) {
        this.#note(path, `${show(entry)}, expected an object`);
        return [];
      }
      const { addresses, ...rest } = entry;
      return { blocks: this.#blocks(path, addresses), change: this.#change(path, rest) };
    });
  }

  #blocks(path: string, value: unknown): Block[] {
    const words = Array.isArray(value) ? value : [value];
    if (value === undefined || words.length === 0) {
      this.#note(path, "no addresses, expected addresses, prefixes or ranges");
      return [];
    }
    return words.flatMap((word, index) => {
      const at = Array.isArray(value) ? `${path}.addresses[${index}]` : `${path}.addresses`;
      const block = typeof word === "string" ? parseBlock(word) : "not a text";
      if (typeof block !== "string") return [block];
      const state = typeof word === "string" ? block : show(word);
      this.#note(at, `${state}, expected an address, prefix or range`);
      return [];
    });
  }

  /** `like` first, whatever the order of the text: the other keys change what it says. */
  #change(path: string, value: JsonObject): BehaviourChange {
    const keys = Object.keys(value).sort((a, b) => Number(b === "like") - Number(a === "like"));
    return Object.assign({}, ...keys.map((key) => this.#field(`${path}.${key}`, key, value[key])));
  }

  #field(path: string, key: string, value: unknown): BehaviourChange {
    const field = Object.hasOwn(BEHAVIOUR_FIELDS, key) ? BEHAVIOUR_FIELDS[key] : undefined;
    if (field === undefined) {
      this.#note(path, "unknown key, expected one that 'icmptime respond --list-keys' lists");
      return {};
    }
    try {
      return field.read(value);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#note(path, `${show(value)}, ${error.message}`);
      return {};
    }
  }

  #object(path: string, value: unknown): JsonObject {
    if (isObject(value)) return value;
    this.#note(path, `${show(value)}, expected an object`);
    return {};
  }

  #note(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
