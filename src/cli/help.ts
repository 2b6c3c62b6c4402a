/** Help text, drawn from the option table. */

import type { CommandSpec, Option, OptionGroup } from "./option.ts";

const WIDTH = 100;
const INDENT = 26;

/** Help of one command: usage, description, options by group, examples. Ends with a line break. */
export function formatHelp(command: CommandSpec): string {
  const lines = [
    `Usage: icmptime ${usageName(command)}[OPTIONS] ${command.operands}`.trimEnd(),
    "",
    ...command.description.flatMap((paragraph) => [...wrap(paragraph, WIDTH), ""]),
  ];
  for (const [group, entries] of groupOptions(command)) {
    lines.push(`${group}:`);
    for (const [name, option] of entries) lines.push(...formatOption(name, option));
    lines.push("");
  }
  if (command.examples.length > 0) {
    lines.push("Examples:", ...formatExamples(command.examples), "");
  }
  return lines.join("\n");
}

/** Help of the program as a whole: its commands. Ends with a line break. */
export function formatOverview(commands: readonly CommandSpec[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "Usage: icmptime [COMMAND] [OPTIONS] [OPERANDS]",
    "",
    "Without a command, `ping` is meant: icmptime 192.0.2.7",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "`icmptime COMMAND --help` tells more.",
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

/** ` (default: 5)`, or nothing where an option has no default. */
export function describeDefault({ default: value, defaultText }: Option<unknown>): string {
  const text = defaultText ?? value;
  return text === undefined ? "" : ` (default: ${text})`;
}

/** Breaks a paragraph into lines of at most `width` characters, between words. */
export function wrap(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

function usageName(command: CommandSpec): string {
  return command.name === "ping" ? "" : `${command.name} `;
}

/** What an example does stands beside it, or below it where one of them is too long. */
function formatExamples(examples: CommandSpec["examples"]): string[] {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`);
  if (beside.every((line) => line.length <= WIDTH)) return beside;
  return examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]);
}

function formatOption(name: string, option: Option<unknown>): string[] {
  const letter = option.short === undefined ? "    " : `-${option.short}, `;
  const metavar = option.value?.metavar ?? "";
  const value = metavar === ""
    ? ""
    : option.optionalValue === undefined
    ? ` ${metavar}`
    : `[=${metavar}]`;
  const head = `  ${letter}--${name}${value}`;
  const body = wrap(option.help + describeDefault(option), WIDTH - INDENT);
  const pad = " ".repeat(INDENT);
  const rest = body.map((line) => pad + line);
  if (head.length + 2 > INDENT) return [head, ...rest];
  return [head.padEnd(INDENT) + body[0], ...rest.slice(1)];
}
