/** What an option and a command are: the tables that parse, print help, complete and fill the man page. */

import type { RecordDescription } from "../../record/registry.ts";
import type { Complaint, ExitCode } from "../outcome.ts";

/**
 * What a shell may offer after the option; `command` is the names of the commands, `field` those of the fields in its
 * records, a list these words.
 */
export type Completion =
  | "command"
  | "field"
  | "file"
  | "host"
  | "interface"
  | "none"
  | readonly string[];

/** How the text after an option becomes a value, and how help names it. */
export interface OptionValue<T> {
  /** Stands for the value in help: `N`, `TIME`, `FILE`. */
  readonly metavar: string;
  /** What a shell may offer. */
  readonly complete: Completion;
  /** Several may be given in one word, separated by commas. */
  readonly isList?: boolean;
  /** Turns the text into the value. Throws a RangeError whose message names what is expected. */
  parse(text: string): T;
}

/**
 * What is done with the file that an option names. A log is read before anything is written, so that the run may append to it.
 */
export type FileUse = "read" | "read-log" | "append" | "write";

/** Headings under which help lists the options. */
export type OptionGroup =
  | "Probes"
  | "Packet"
  | "Packet contents"
  | "Output"
  | "Targets"
  | "Captures"
  | "Addresses"
  | "Hosts"
  | "Path"
  | "Clock"
  | "Scan"
  | "General";

/** One option. A switch has no `value`. */
export interface Option<T> {
  /** Letter without its dash. */
  readonly short?: string;
  /** The value it takes. */
  readonly value?: OptionValue<T>;
  /** One sentence without its full stop: the verb first. */
  readonly help: string;
  /** Heading in help. */
  readonly group: OptionGroup;
  /** The value where the option is not given. */
  readonly default?: T;
  /** `default` as help writes it; alone where the default depends on other options. */
  readonly defaultText?: string;
  /** The value may be left out, and is then this; it is given as `--name=VALUE` only, as in getopt(3). */
  readonly optionalValue?: string;
  /** What is done with the file; undefined for a value that is no file. */
  readonly fileUse?: FileUse;
  /** May be given several times; the values are collected in order. */
  readonly repeatable?: boolean;
}

/** A table of options by long name. */
// deno-lint-ignore no-explicit-any -- the value type differs from entry to entry; Parsed<> recovers it.
export type OptionTable = Readonly<Record<string, Option<any>>>;

/** The options of a command line: a switch is a boolean, a repeatable option a list, a value without default may be missing. */
export type Parsed<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { readonly value: OptionValue<infer V> }
    ? T[K] extends { readonly repeatable: true } ? readonly V[]
    : T[K] extends { readonly default: unknown } ? V
    : V | undefined
    : boolean;
};

/** A command line taken apart. */
export interface CommandLine<T extends OptionTable> {
  /** Options by long name. */
  readonly options: Parsed<T>;
  /** The words that are no options, in order. */
  readonly operands: readonly string[];
  /** Long names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/** Two options of a table. */
export type OptionPair<T extends OptionTable> = readonly [keyof T & string, keyof T & string];

/** A command: what the parser, help, the man page and the completions need to know. */
export interface CommandSpec<T extends OptionTable = OptionTable> {
  /** Word on the command line. */
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What follows the options, as in `TARGET...`. */
  readonly operands: string;
  /** What a shell may offer for an operand. */
  readonly completeOperand: Completion;
  /** Paragraphs for help and man page. */
  readonly description: readonly string[];
  /** Options by their long names, without dashes. */
  readonly options: T;
  /** Options of which only one may be given. */
  readonly conflicts?: readonly OptionPair<T>[];
  /** Options, each with the one that it cannot do without. */
  readonly requires?: readonly OptionPair<T>[];
  /** What its exit codes mean. */
  readonly exitCodes: readonly (readonly [ExitCode, string])[];
  /** Loads its kinds of records, for `--list-fields` and the completion of `--fields`. */
  readonly loadFields?: () => Promise<FieldTables>;
  /**
   * For a command in the place of another program: that program's words and exit code for what goes wrong. Undefined
   * where it has none.
   */
  readonly complain?: (error: Error) => Complaint | undefined;
  /** What `--version` prints, in the place of `icmptime VERSION`; no line break. */
  readonly versionText?: (version: string) => string;
  /** Command lines worth showing, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
}

/** The records of a command and the flags in them. */
export interface FieldTables {
  /** Its kinds of records. */
  readonly records: readonly RecordDescription[];
  /** What each flag means. */
  readonly flags: Readonly<Record<string, string>>;
}
