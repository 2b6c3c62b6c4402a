/** From the words after a command's name to typed options, by the option table of the command. */

import { levenshteinDistance } from "@std/text/levenshtein-distance";
import type { CommandLine, CommandSpec, Option, OptionTable, Parsed } from "./option.ts";
import { UsageError } from "../outcome.ts";

/**
 * Parses the words after the command's name.
 *
 * @throws {UsageError} An unknown option, a missing value, or one that the option does not take.
 */
export function parseCommandLine<const T extends OptionTable>(
  words: readonly string[],
  table: T,
): CommandLine<T> {
  const reader = new WordReader(words, table);
  reader.readAll();
  const { operands, values } = reader;
  const options = { ...absentOptions(table), ...Object.fromEntries(values) } as Parsed<T>;
  return { options, operands, given: new Set(values.keys()) };
}

/** The options of a command line that gives none: each has its default. */
export function absentOptions<const T extends OptionTable>(table: T): Parsed<T> {
  const entries = Object.entries(table).map(([name, option]) => [
    name,
    option.value === undefined ? false : option.repeatable ? [] : option.default,
  ]);
  return Object.fromEntries(entries);
}

/**
 * Checks the options of a command line against each other.
 *
 * @throws {UsageError} Two that exclude each other, or one without the other that it needs.
 */
export function checkTogether<T extends OptionTable>(
  { conflicts = [], requires = [] }: CommandSpec<T>,
  { options, given }: CommandLine<T>,
): void {
  for (const [one, other] of conflicts) {
    if (!given.has(one) || !given.has(other)) continue;
    throw new UsageError(`Cannot use --${one} with --${other}: expected one of them`);
  }
  for (const [one, other] of requires) {
    if (!given.has(one) || given.has(other)) continue;
    throw new UsageError(`Cannot use --${one} without --${other}: expected both`);
  }
  const { json, format } = options as Readonly<Record<string, unknown>>;
  if (json && given.has("format") && format !== "json") {
    throw new UsageError(`Cannot use --json with --format ${format}: expected one of them`);
  }
}

/** The candidate with the smallest edit distance to `word`; undefined when none is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A letter has only its other case near it, which is one edit away.
  let bestDistance = Math.max(2, Math.ceil(word.length / 2));
  for (const candidate of candidates) {
    if (word.length <= 2 && candidate.toLowerCase() !== word.toLowerCase()) continue;
    const distance = candidate.startsWith(word) && word.length > 3
      ? 0.5
      : isSwapped(word, candidate)
      ? 1
      : levenshteinDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Whether two neighbours in a word have changed places, which the edit distance counts as two edits. */
function isSwapped(word: string, candidate: string): boolean {
  let at = 0;
  while (at < word.length && word[at] === candidate[at]) at++;
  const [one = "", other = ""] = word.slice(at, at + 2);
  return word.slice(0, at) + other + one + word.slice(at + 2) === candidate;
}

/** Reads words one after the other: `-c5`, `-qn`, `--count 5`, `--count=5`, operands, and `--` before the last of them. */
class WordReader {
  /** The words that are no options. */
  readonly operands: string[] = [];
  /** Values of the options that were given, by long name. */
  readonly values = new Map<string, unknown>();
  readonly #words: readonly string[];
  readonly #table: OptionTable;
  #next = 0;

  constructor(words: readonly string[], table: OptionTable) {
    this.#words = words;
    this.#table = table;
  }

  readAll(): void {
    for (let word; (word = this.#words[this.#next++]) !== undefined;) {
      if (word === "--") {
        this.operands.push(...this.#words.slice(this.#next));
        return;
      }
      if (word.startsWith("--")) this.#readLong(word);
      else if (word.startsWith("-") && word.length > 1) this.#readLetters(word);
      else this.operands.push(word);
    }
  }

  #readLong(word: string): void {
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
    if (option === undefined) throw unknownOption(`--${name}`, this.#table, word);
    if (option.value !== undefined) this.#take(name, option, `--${name}`, value);
    else if (value === undefined) this.#set(name, true);
    else {
      const fault = { kind: "needless-value", spelled: `--${name}` } as const;
      throw new UsageError(`Cannot give --${name} a value: it is a switch`, fault);
    }
  }

  /** Switches, and at most one option with a value, which ends the word. */
  #readLetters(word: string): void {
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      const [name, option] = Object.entries(this.#table).find(([, { short }]) =>
        short === letter
      ) ?? [];
      if (name === undefined || option === undefined) {
        throw unknownOption(`-${letter}`, this.#table);
      }
      if (option.value === undefined) {
        this.#set(name, true);
        continue;
      }
      const rest = word.slice(at + 1);
      this.#take(name, option, `-${letter}`, rest === "" ? undefined : rest);
      return;
    }
  }

  /** Takes the value that stands with the option, or the next word. */
  #take(name: string, option: Option<unknown>, spelled: string, attached: string | undefined) {
    const text = attached ?? option.optionalValue ?? this.#words[this.#next++];
    if (text === undefined) {
      throw new UsageError(
        `Cannot use ${spelled} alone: expected a value (${option.value?.metavar})`,
        { kind: "no-value", spelled },
      );
    }
    const value = parseValue(name, option, text, spelled);
    const before = this.values.get(name) as unknown[] | undefined;
    this.#set(name, option.repeatable ? [...(before ?? []), value] : value);
  }

  /** What is given again is given last. */
  #set(name: string, value: unknown): void {
    this.values.delete(name);
    this.values.set(name, value);
  }
}

function parseValue(
  name: string,
  option: Option<unknown>,
  text: string,
  spelled: string,
): unknown {
  try {
    return option.value?.parse(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const shown = text === "" ? "an empty value" : `'${text}'`;
    throw new UsageError(`Cannot take ${shown} for --${name}: ${error.message}`, {
      kind: "bad-value",
      spelled,
    });
  }
}

function unknownOption(spelled: string, table: OptionTable, word = spelled): UsageError {
  // A letter is meant where one stands alone, also behind two dashes.
  const isWord = /^--../.test(spelled);
  const known = isWord
    ? Object.keys(table)
    : Object.values(table).flatMap(({ short }) => short ?? []);
  // A held shift key makes -C of -c, but no slip makes -q of -Q.
  const isSurelyMeant = /^-[^A-Z-]$/.test(spelled);
  const found = isSurelyMeant ? undefined : nearest(spelled.replace(/^--?/, ""), known);
  const close = found === undefined ? undefined : `${isWord ? "--" : "-"}${found}`;
  const hint = close === undefined ? "see --help for all" : `the nearest is ${close}`;
  return new UsageError(`Cannot use ${spelled}: no such option, ${hint}`, {
    kind: "unknown",
    spelled: word,
  });
}
