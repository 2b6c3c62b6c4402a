/** What an option is: one entry of the table that parses, prints help, completes and fills the man page. */

/** What a shell may offer after the option. */
export type Completion = "file" | "host" | "interface" | "none" | readonly string[];

/** The value of an option. */
export interface OptionValue<T> {
  /** Stands for the value in help: `N`, `TIME`, `FILE`. */
  readonly metavar: string;
  /** What a shell may offer. */
  readonly complete: Completion;
  /** Turns the text into the value. Throws a RangeError whose message says what is wanted. */
  parse(text: string): T;
}

/** Headings under which help lists the options. */
export type OptionGroup =
  | "Asking"
  | "Packet"
  | "Probing"
  | "Output"
  | "Targets"
  | "Clock"
  | "Scan"
  | "General";

/** One option. A switch has no `value`. */
export interface Option<T> {
  /** Letter without its dash. */
  readonly short?: string;
  /** The value it takes. */
  readonly value?: OptionValue<T>;
  /** One sentence without its full stop. */
  readonly help: string;
  /** Heading in help. */
  readonly group: OptionGroup;
  /** What holds when the option is not given, for help. */
  readonly fallback?: string;
  /** The value may be left out, and is then this; it is given as `--name=VALUE` only, as in getopt(3). */
  readonly optionalValue?: string;
  /** May be given several times; the values are collected in order. */
  readonly repeatable?: boolean;
}

/** A table of options by long name. */
// deno-lint-ignore no-explicit-any -- the value type differs from entry to entry; Parsed<> recovers it.
export type OptionTable = Readonly<Record<string, Option<any>>>;

/** What parsing a table gives: a switch is a boolean, a value may be missing, a repeatable option is a list. */
export type Parsed<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends
    { readonly repeatable: true; readonly value: OptionValue<infer V> } ? readonly V[]
    : T[K] extends { readonly value: OptionValue<infer V> } ? V | undefined
    : boolean;
};

/** A command: what help, the man page and the completions need to know. */
export interface CommandSpec {
  /** Word on the command line. */
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What follows the options, as in `TARGET…`. */
  readonly operands: string;
  /** What a shell may offer for an operand. */
  readonly completeOperand: Completion;
  /** Paragraphs for help and man page. */
  readonly description: readonly string[];
  /** Its options. */
  readonly options: OptionTable;
  /** Command lines worth showing, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
}
