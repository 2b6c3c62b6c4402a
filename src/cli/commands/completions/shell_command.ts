/** A command as a completion script offers it: every list of words is there. */

import type { CommandSpec, Completion, FieldTables } from "../../options/option.ts";

/** What a shell offers: words, or what it finds itself. */
export type ShellCompletion = "file" | "host" | "interface" | "none" | readonly string[];

/** An option in a completion script. */
export interface ShellOption {
  /** Letter without its dash. */
  readonly short: string | undefined;
  /** Long name without its dashes. */
  readonly name: string;
  /** `-c` and `--count`. */
  readonly spellings: readonly string[];
  /** One sentence. */
  readonly help: string;
  /** Its value; undefined for a switch. */
  readonly value: {
    readonly metavar: string;
    readonly complete: ShellCompletion;
    /** Several words, separated by commas. */
    readonly isList: boolean;
  } | undefined;
}

/** A command in a completion script. */
export interface ShellCommand {
  /** Word on the command line. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Its options in the order of the table. */
  readonly options: readonly ShellOption[];
  /** What a shell offers for an operand. */
  readonly completeOperand: ShellCompletion;
}

/** Turns specs into what the scripts need; loads the names of their fields. */
export function shellCommands(specs: readonly CommandSpec[]): Promise<ShellCommand[]> {
  const names = specs.map(({ name }) => name);
  return Promise.all(specs.map(async ({ name, summary, options, completeOperand, loadFields }) => {
    const fields = loadFields === undefined ? [] : fieldNames(await loadFields());
    const complete = (completion: Completion): ShellCompletion =>
      completion === "command" ? names : completion === "field" ? fields : completion;
    return {
      name,
      summary,
      completeOperand: complete(completeOperand),
      options: Object.entries(options).map(([name, { short, help, value }]) => ({
        name,
        short,
        help,
        spellings: short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`],
        value: value && {
          metavar: value.metavar,
          complete: complete(value.complete),
          isList: value.isList ?? false,
        },
      })),
    };
  }));
}

function fieldNames({ records }: FieldTables): string[] {
  return [...new Set(records.flatMap(({ fields }) => fields.map(({ name }) => name)))];
}
