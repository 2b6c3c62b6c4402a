/**
 * From argv to typed options.
 *
 * The option table knows which options take a value, so words are first brought into one shape
 * (`-c5`, `-qn`, `--count 5` → `--count=5`, `--quiet`, `--numeric`), which leaves nothing to guess; `@std/cli`
 * then gathers them.
 */

import { parseArgs } from "@std/cli/parse-args";
import type { Option, OptionTable, Parsed } from "./option.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage_error.ts";

/** A command line taken apart. */
export interface CommandLine<T extends OptionTable> {
  /** Options by long name. */
  readonly options: Parsed<T>;
  /** What is not an option, in order. */
  readonly operands: readonly string[];
  /** Long names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/**
 * Parses the words after the command's name.
 *
 * @throws {UsageError} An unknown option, a missing value, or one that the option does not take.
 */
export function parseCommandLine<const T extends OptionTable>(
  words: readonly string[],
  table: T,
): CommandLine<T> {
  const { tokens, operands, given } = normalize(words, table);
  const options: Record<string, unknown> = { ...absentOptions(table) };
  // In the order of the table, and only those that were given: that spares a run with few options a millisecond.
  const names = Object.keys(table).filter((name) => given.has(name));
  const valued = names.filter((name) => table[name]?.value !== undefined);
  const boolean = names.filter((name) => table[name]?.value === undefined);
  const raw = parseArgs(tokens, { boolean, string: valued, collect: valued });
  for (const name of boolean) options[name] = raw[name] === true;
  for (const name of valued) {
    const option = table[name] as Option<unknown>;
    const values = (raw[name] as string[]).map((text) => parseValue(name, option, text));
    options[name] = option.repeatable ? values : values.at(-1);
  }
  return { options: options as Parsed<T>, operands, given };
}

/** What {@linkcode parseCommandLine} gives when no option is given. */
export function absentOptions<const T extends OptionTable>(table: T): Parsed<T> {
  const entries = Object.entries(table).map(([name, option]) => [
    name,
    option.value === undefined ? false : option.repeatable ? [] : undefined,
  ]);
  return Object.fromEntries(entries);
}

/**
 * Looks at `--json` beside `--format`.
 *
 * @throws {UsageError} They name two forms of output.
 */
export function checkJson(
  options: { readonly json: boolean; readonly format?: string | undefined },
): void {
  const { json, format } = options;
  if (!json || format === undefined || format === "json") return;
  throw new UsageError(
    `Cannot use --json with --format ${format}: expected one of them`,
    "--json",
  );
}

/** The option as help writes it: `--count` or `-c, --count`. */
export function spellOption(name: string, option: Option<unknown> | undefined): string {
  return option?.short === undefined ? `--${name}` : `-${option.short}, --${name}`;
}

function parseValue(name: string, option: Option<unknown>, text: string): unknown {
  try {
    return option.value?.parse(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const shown = text === "" ? "an empty value" : `'${text}'`;
    throw new UsageError(`Cannot take ${shown} for --${name}: ${error.message}`, `--${name}`, text);
  }
}

interface Normalized {
  readonly tokens: string[];
  readonly operands: string[];
  readonly given: Set<string>;
}

function normalize(words: readonly string[], table: OptionTable): Normalized {
  const letters = new Map<string, string>();
  for (const [name, option] of Object.entries(table)) {
    if (option.short !== undefined) letters.set(option.short, name);
  }
  const tokens: string[] = [];
  const operands: string[] = [];
  const given = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const option = Object.hasOwn(table, name) ? table[name] : undefined;
      if (option === undefined) throw unknownOption(`--${name}`, table);
      given.add(name);
      if (option.value === undefined) {
        if (equals >= 0) {
          throw new UsageError(`Cannot give --${name} a value: it is a switch`, `--${name}`);
        }
        tokens.push(`--${name}`);
      } else {
        const value = equals >= 0 ? word.slice(equals + 1) : option.optionalValue ?? words[++i];
        tokens.push(`--${name}=${required(value, `--${name}`, option)}`);
      }
    } else if (word.startsWith("-") && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] as string;
        const name = letters.get(letter);
        const option = name === undefined ? undefined : table[name];
        if (name === undefined || option === undefined) throw unknownOption(`-${letter}`, table);
        given.add(name);
        if (option.value === undefined) {
          tokens.push(`--${name}`);
          continue;
        }
        const rest = word.slice(at + 1);
        const value = rest !== "" ? rest : option.optionalValue ?? words[++i];
        tokens.push(`--${name}=${required(value, `-${letter}`, option)}`);
        break;
      }
    } else {
      operands.push(word);
    }
  }
  return { tokens, operands, given };
}

function required(value: string | undefined, spelled: string, option: Option<unknown>): string {
  if (value !== undefined) return value;
  throw new UsageError(
    `Cannot use ${spelled} alone: it takes a value (${option.value?.metavar})`,
    spelled,
  );
}

function unknownOption(spelled: string, table: OptionTable): UsageError {
  const known = Object.entries(table).flatMap(([name, option]) =>
    option.short === undefined ? [`--${name}`] : [`--${name}`, `-${option.short}`]
  );
  // A held shift key makes -C of -c; nobody who types -q means -Q.
  const close = /^-[^A-Z-]$/.test(spelled) ? undefined : nearest(spelled, known);
  const hint = close === undefined ? "see --help for all" : `the nearest is ${close}`;
  return new UsageError(`Cannot use ${spelled}: no such option, ${hint}`, spelled);
}
