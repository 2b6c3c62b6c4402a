/** Values of a configuration: each is read with its place, and what is wrong names the place. */

/** A configuration cannot be used; the message says where and why. */
export class ConfigError extends Error {
  /** The error's name. */
  override readonly name = "ConfigError";
}

/** A value and where it stands. */
export class ConfigValue {
  readonly #value: unknown;
  /** Such as `groups[0].interval`; empty for the whole. */
  readonly place: string;

  /** Takes what a parser of YAML or JSON returned. */
  constructor(value: unknown, place = "") {
    this.#value = value;
    this.place = place;
  }

  /** Nothing stands there. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /**
   * The values of a mapping by key.
   *
   * @param known the keys that may stand there, each of which the result has; undefined for any
   * @throws {ConfigError} It is none, or has another key.
   */
  mapping(known?: readonly string[]): Map<string, ConfigValue> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.wrong("a mapping");
    }
    const entries = Object.entries(value);
    for (const [key] of entries) {
      if (known === undefined || known.includes(key)) continue;
      throw new ConfigError(
        `${this.#under(key)}: unknown key, expected one of ${known.join(", ")}`,
      );
    }
    const found = new Map<string, unknown>(entries);
    return new Map(
      (known ?? [...found.keys()]).map((key) =>
        [key, new ConfigValue(found.get(key), this.#under(key))] as const
      ),
    );
  }

  /**
   * The values of a sequence; none where it is absent.
   *
   * @throws {ConfigError} It is none.
   */
  sequence(): ConfigValue[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.#value)) throw this.wrong("a sequence");
    return this.#value.map((each, place) => new ConfigValue(each, `${this.place}[${place}]`));
  }

  /**
   * A text that is not empty. A number is taken for its digits: YAML makes one of an unquoted `10`.
   *
   * @throws {ConfigError} It is none.
   */
  text(): string {
    const value = typeof this.#value === "number" ? String(this.#value) : this.#value;
    if (typeof value !== "string" || value === "") throw this.wrong("a text");
    return value;
  }

  /** Texts of a sequence, or one text. */
  texts(): string[] {
    return Array.isArray(this.#value) || this.isAbsent
      ? this.sequence().map((each) => each.text())
      : [this.text()];
  }

  /**
   * True or false.
   *
   * @throws {ConfigError} It is neither.
   */
  flag(fallback: boolean): boolean {
    if (this.isAbsent) return fallback;
    if (typeof this.#value !== "boolean") throw this.wrong("true or false");
    return this.#value;
  }

  /**
   * A whole number from `min` to `max`.
   *
   * @throws {ConfigError} It is none.
   */
  integer(min: number, max: number): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw this.wrong(`a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /**
   * Numbers of a sequence.
   *
   * @throws {ConfigError} One is none.
   */
  numbers(): number[] {
    return this.sequence().map((each) => {
      if (typeof each.#value !== "number" || !Number.isFinite(each.#value)) {
        throw each.wrong("a number");
      }
      return each.#value;
    });
  }

  /**
   * A time such as `200ms`, `1.5s` or `2m`, in milliseconds; a bare number is seconds.
   *
   * @throws {ConfigError} It is none, or out of the range.
   */
  time(minMs: number, maxMs: number): number {
    const match = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)?$/.exec(this.text());
    const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? "s"] ?? NaN);
    if (!(ms >= minMs && ms <= maxMs)) {
      throw this.wrong(`a time from ${minMs}ms to ${maxMs / 1e3}s, such as 200ms, 1.5s or 2m`);
    }
    return ms;
  }

  /**
   * One of a few words.
   *
   * @throws {ConfigError} It is another.
   */
  choice<const T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.#value);
    if (found === undefined) throw this.wrong(`one of ${words.join(", ")}`);
    return found;
  }

  /** The error that something else is expected there. */
  wrong(expected: string): ConfigError {
    const shown = this.#value === undefined ? "nothing" : JSON.stringify(this.#value) ?? "";
    const short = shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
    return new ConfigError(`${this.place || "the whole"}: ${short}, expected ${expected}`);
  }

  #under(key: string): string {
    return this.place === "" ? key : `${this.place}.${key}`;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3 };
/** Characters of a value in an error. */
const MAX_SHOWN = 40;
