/** Help text, drawn from the option tables. */

import { terminalColumns, USUAL_COLUMNS, wrap } from "../../terminal/width.ts";
import type { CommandSpec, Option, OptionGroup } from "./option.ts";

/** Lines longer than this are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 100;
/** With less than this the column of options leaves no room. */
const MIN_COLUMNS = 60;
const INDENT = 26;

/** Columns for help: those that COLUMNS names, else those of the terminal, within readable limits. */
export function helpColumns(variable: string | undefined = readVariable("COLUMNS")): number {
  const named = Number(variable);
  const columns = Number.isInteger(named) && named > 0 ? named : terminalColumns();
  return Math.min(Math.max(columns, MIN_COLUMNS), MAX_COLUMNS);
}

/** Help of one command: usage, description, options by group, exit codes, examples. Ends with a line break. */
export function formatHelp(command: CommandSpec, columns: number = USUAL_COLUMNS): string {
  const name = command.name === "ping" ? "" : ` ${command.name}`;
  const lines = [
    `Usage: icmptime${name} [OPTIONS] ${command.operands}`.trimEnd(),
    "",
    ...command.description.flatMap((paragraph) => [wrap(paragraph, columns), ""]),
  ];
  for (const [group, entries] of groupOptions(command)) {
    lines.push(`${group}:`);
    for (const [name, option] of entries) lines.push(formatOption(name, option, columns));
    lines.push("");
  }
  lines.push("Exit codes:");
  for (const [code, meaning] of command.exitCodes) {
    lines.push(`  ${code}  ${wrap(meaning, columns, 5, 5)}`);
  }
  lines.push("", "Examples:", ...formatExamples(command.examples, columns), "");
  return lines.join("\n");
}

/** The options of one command in a few lines, as `--usage` of GNU programs has them. Ends with a line break. */
export function formatUsage(command: CommandSpec, columns: number = USUAL_COLUMNS): string {
  const entries = Object.entries(command.options);
  const switches = entries.flatMap(([, { short, value }]) =>
    value === undefined ? short ?? [] : []
  );
  const letters = entries.flatMap(([, { short, value, optionalValue }]) => {
    if (short === undefined || value === undefined) return [];
    return optionalValue === undefined
      ? [`[-${short} ${value.metavar}]`]
      : [`[-${short}[${value.metavar}]]`];
  });
  const words = entries.map(([name, { value, optionalValue }]) => {
    if (value === undefined) return `[--${name}]`;
    return optionalValue === undefined
      ? `[--${name}=${value.metavar}]`
      : `[--${name}[=${value.metavar}]]`;
  });
  const start = `Usage: ${command.name}`;
  const all = [`[-${switches.join("")}]`, ...letters, ...words, command.operands].join(" ");
  return `${wrap(`${start} ${all}`, columns, start.length + 1)}\n`;
}

/** Help of the program as a whole: its commands. Ends with a line break. */
export function formatOverview(
  commands: readonly CommandSpec[],
  columns: number = USUAL_COLUMNS,
): string {
  const indent = Math.max(...commands.map(({ name }) => name.length)) + 4;
  return [
    "Usage: icmptime [COMMAND] [OPTIONS] [OPERANDS]",
    "",
    "Without a command, ping runs: icmptime 192.0.2.7",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) =>
      `  ${name}`.padEnd(indent) + wrap(summary, columns, indent, indent)
    ),
    "",
    "Run 'icmptime COMMAND --help' for the options of a command.",
    "",
  ].join("\n");
}

/** The options of a command under their headings, in table order. */
export function groupOptions(
  command: CommandSpec,
): Map<OptionGroup, [string, Option<unknown>][]> {
  const groups = new Map<OptionGroup, [string, Option<unknown>][]>();
  for (const [name, option] of Object.entries(command.options)) {
    const entries = groups.get(option.group) ?? [];
    entries.push([name, option]);
    groups.set(option.group, entries);
  }
  return groups;
}

/** What follows an option's help: ` (default: 5)`, nothing where there is none. */
export function describeDefault({ default: value, defaultText }: Option<unknown>): string {
  const text = defaultText ?? value;
  return text === undefined ? "" : ` (default: ${text})`;
}

/** What an example does stands beside it, or below it where one of them is too long. */
function formatExamples(examples: CommandSpec["examples"], columns: number): string[] {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`);
  if (beside.every((line) => line.length <= columns)) return beside;
  return examples.flatMap(([line, what]) => [
    `  ${breakCommand(line, columns)}`,
    `      ${wrap(what, columns, 6, 6)}`,
  ]);
}

/** A command line that is too long goes on in the next line, as a shell reads it. */
function breakCommand(line: string, columns: number): string {
  return wrap(line, columns - 2, 4, 2).replaceAll("\n", " \\\n");
}

function formatOption(name: string, option: Option<unknown>, columns: number): string {
  const letter = option.short === undefined ? "    " : `-${option.short}, `;
  const metavar = option.value?.metavar ?? "";
  const value = metavar === ""
    ? ""
    : option.optionalValue === undefined
    ? ` ${metavar}`
    : `[=${metavar}]`;
  const head = `  ${letter}--${name}${value}`;
  const text = option.help + describeDefault(option);
  const body = wrap(text, columns, INDENT, INDENT);
  return head.length + 2 > INDENT
    ? `${head}\n${" ".repeat(INDENT)}${body}`
    : head.padEnd(INDENT) + body;
}

/** A variable of the environment; undefined where Deno may not read it. */
function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}
