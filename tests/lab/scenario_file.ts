/** Reads a scenario file: JSON, each key and type checked, so that a misspelt key is an error and not a silent nothing. */

import { parseBlock, parseDotted } from "./address.ts";
import {
  corruptionKinds,
  forgeryKinds,
  type HostBehaviour,
  quirkNames,
  type Scenario,
} from "./scenario.ts";

/** A scenario that cannot be: the message names the place. */
export class ScenarioError extends Error {
  /** Names this kind of error. */
  override readonly name = "ScenarioError";

  /** An error at `path` (empty: the whole file), where `want` belongs. */
  constructor(path: string, want: string) {
    super(`Cannot read scenario: ${path === "" ? "the whole" : path}: want ${want}`);
  }
}

type Check = (value: unknown, path: string) => void;

function number(low: number, high: number): Check {
  return (value, path) => {
    if (typeof value !== "number" || !(value >= low && value <= high)) {
      throw new ScenarioError(path, `a number from ${low} to ${high}`);
    }
  };
}

function whole(low: number, high: number): Check {
  return (value, path) => {
    number(low, high)(value, path);
    if (!Number.isInteger(value)) throw new ScenarioError(path, "a whole number");
  };
}

const ratio = number(0, 1);
const anyNumber = number(-Number.MAX_VALUE, Number.MAX_VALUE);
const duration = number(0, 86_400_000);

const flag: Check = (value, path) => {
  if (typeof value !== "boolean") throw new ScenarioError(path, "true or false");
};

function oneOf(names: readonly (string | number)[]): Check {
  return (value, path) => {
    if (!names.includes(value as string)) throw new ScenarioError(path, names.join(" or "));
  };
}

const address: Check = (value, path) => {
  if (typeof value !== "string" || Number.isNaN(parseDotted(value))) {
    throw new ScenarioError(path, "an address a.b.c.d");
  }
};

const block: Check = (value, path) => {
  if (typeof value !== "string" || parseBlock(value) === undefined) {
    throw new ScenarioError(path, "a block a.b.c.d/n");
  }
};

const lossPattern: Check = (value, path) => {
  if (typeof value !== "string" || !/^[.x]+$/.test(value)) {
    throw new ScenarioError(path, "a text of . and x");
  }
};

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length === 0) throw new ScenarioError(path, "a filled list");
    value.forEach((element, i) => check(element, `${path}[${i}]`));
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function object(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, path) => {
    if (!isObject(value)) throw new ScenarioError(path, "an object");
    for (const [key, element] of Object.entries(value)) {
      const check = required[key] ?? optional[key];
      const place = path === "" ? key : `${path}.${key}`;
      const known = [...Object.keys(required), ...Object.keys(optional)].join(", ");
      if (check === undefined) throw new ScenarioError(place, `one of the keys ${known}`);
      check(element, place);
    }
    for (const key of Object.keys(required)) {
      if (!(key in value)) throw new ScenarioError(path, `the key ${key}`);
    }
  };
}

/** An object whose shape depends on its `kind`. */
function byKind(shapes: Record<string, Check>): Check {
  return (value, path) => {
    const kind = isObject(value) ? value.kind : undefined;
    const shape = typeof kind === "string" ? shapes[kind] : undefined;
    if (shape === undefined) {
      throw new ScenarioError(`${path}.kind`, Object.keys(shapes).join(" or "));
    }
    shape(value, path);
  };
}

function quantity(check: Check): Check {
  return (value, path) => {
    if (!isObject(value)) check(value, path);
    else if ("byAddress" in value) object({ byAddress: list(check) })(value, path);
    else {
      object({ base: anyNumber, step: anyNumber, modulus: whole(1, 2 ** 32) })(value, path);
    }
  };
}

const kind = oneOf;

const delay: Check = (value, path) => {
  if (!isObject(value) || !("kind" in value)) return quantity(duration)(value, path);
  const ms = quantity(duration);
  byKind({
    constant: object({ kind: kind(["constant"]), ms }),
    uniform: object({ kind: kind(["uniform"]), minMs: ms, maxMs: ms }),
    exponential: object({ kind: kind(["exponential"]), baseMs: ms, meanMs: ms }),
    series: object({ kind: kind(["series"]), valuesMs: list(duration) }),
  })(value, path);
};

const loss = byKind({
  random: object({ kind: kind(["random"]) }, { outRatio: ratio, backRatio: ratio }),
  burst: object(
    {
      kind: kind(["burst"]),
      direction: oneOf(["out", "back"]),
      enterRatio: ratio,
      leaveRatio: ratio,
    },
    { badLossRatio: ratio, goodLossRatio: ratio },
  ),
  pattern: object({ kind: kind(["pattern"]) }, { out: lossPattern, back: lossPattern }),
});

const quirk: Check = (value, path) =>
  isObject(value)
    ? object({ byAddress: list(oneOf(quirkNames)) })(value, path)
    : oneOf(quirkNames)(value, path);

const clock = object({}, {
  offsetMs: quantity(anyNumber),
  timeOfDayMs: number(0, 86_399_999.999999),
  skewPpm: quantity(anyNumber),
  steps: list(object({ afterMs: duration, byMs: anyNumber })),
  tickMs: quantity(duration),
});

const behaviourChecks: Record<keyof HostBehaviour, Check> = {
  silent: flag,
  answers: list(oneOf(["timestamp", "echo"])),
  out: delay,
  processing: delay,
  back: delay,
  keepOrder: flag,
  loss,
  duplicate: object({ ratio }, { copies: whole(1, 1000), gap: delay }),
  reorder: object({ ratio, holdMs: quantity(duration) }),
  rateLimit: object({ perSecond: number(0, 1e9), burst: number(1, 1e9) }),
  error: object(
    { ratio, type: oneOf([3, 4, 5, 11, 12]), code: whole(0, 255) },
    {
      from: address,
      pointer: whole(0, 255),
      gateway: address,
      mtu: whole(0, 65535),
      quoteBytes: whole(0, 65535),
      quoteOptionBytes: oneOf([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]),
    },
  ),
  corruption: object({ ratio, kinds: list(oneOf(corruptionKinds)) }, { bytes: whole(0, 1400) }),
  forgery: object(
    { ratio, kinds: list(oneOf(forgeryKinds)) },
    { afterMs: quantity(duration), from: address, staleBy: whole(1, 65535), instead: flag },
  ),
  mutation: object({ ratio }, {
    changes: whole(1, 1000),
    copies: whole(1, 1000),
    deliverableRatio: ratio,
    checksummedRatio: ratio,
    alsoTrue: flag,
  }),
  clock,
  quirk,
  zoneMinutes: quantity(number(-1440, 1440)),
  uptimeMs: quantity(number(0, 2 ** 32)),
  requestChecksum: oneOf(["verify", "ignore"]),
  ttl: quantity(whole(1, 255)),
  hops: list(address),
};

const behaviour = object({}, behaviourChecks);

const rule = object({ behaviour }, {
  block,
  every: object({ modulus: whole(1, 2 ** 32), remainder: whole(0, 2 ** 32) }),
  share: ratio,
});

const hosts: Check = (value, path) => {
  if (!isObject(value)) throw new ScenarioError(path, "an object of behaviours by address");
  for (const [key, element] of Object.entries(value)) {
    address(key, `${path}.${key}`);
    behaviour(element, `${path}.${key}`);
  }
};

const scenario = object({}, {
  seed: whole(0, 2 ** 32 - 1),
  defaults: behaviour,
  rules: list(rule),
  hosts,
  log: oneOf(["full", "counts"]),
  logBytes: flag,
});

/** Reads the text of a scenario file. Throws ScenarioError (or SyntaxError for what is not JSON). */
export function parseScenario(text: string): Scenario {
  const value: unknown = JSON.parse(text);
  scenario(value, "");
  return value as Scenario;
}
