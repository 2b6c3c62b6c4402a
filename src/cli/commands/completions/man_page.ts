/** The man page, drawn from the option tables (man(7), roff). */

import { describeDefault, groupOptions } from "../../options/help.ts";
import type { CommandSpec, Option } from "../../options/option.ts";

/** The whole page, `icmptime(1)`. Ends with a line break. */
export function formatManPage(commands: readonly CommandSpec[], version: string): string {
  const lines = [
    `.TH ICMPTIME 1 "" "icmptime ${roff(version)}" "User Commands"`,
    ".SH NAME",
    "icmptime \\- measure clocks and one\\-way delays with ICMP Timestamp requests",
    ".SH SYNOPSIS",
    ...commands.flatMap((command) => [".br", synopsis(command)]).slice(1),
    ".SH DESCRIPTION",
    ...commands.flatMap(describe),
    ".SH EXIT STATUS",
    "Each command says above what its exit codes mean. In general 0 is success, 3 a wrong command line, and 4 a",
    "refusal by the system.",
    ".SH ENVIRONMENT",
    ".TP",
    ".B NO_COLOR",
    "Print without colours, whatever its value; \\-\\-color overrides it.",
    ".TP",
    ".B COLUMNS",
    "The width of help texts.",
    ".TP",
    '.BR SUDO_UID ", " SUDO_GID',
    "The user and group that root becomes once the sockets are open; without them, the user nobody.",
    ".SH EXAMPLES",
    ...commands.flatMap(({ examples }) => examples).flatMap((
      [line, what],
    ) => [".TP", `.B ${roff(line)}`, roff(what)]),
    ".SH STANDARDS",
    "RFC 792 (timestamp message), RFC 1122 section 3.2.2.8, RFC 3393 (delay variation).",
    ".SH SEE ALSO",
    ".BR ping (8),",
    ".BR fping (8),",
    ".BR clockdiff (8),",
    ".BR capabilities (7)",
  ];
  return lines.join("\n") + "\n";
}

function synopsis(command: CommandSpec): string {
  const name = command.name === "ping" ? "" : ` ${command.name}`;
  return `.B icmptime${name}\n[\\fIoptions\\fR] \\fI${roff(command.operands)}\\fR`;
}

function describe(command: CommandSpec): string[] {
  const lines = [`.SS ${command.name}`];
  lines.push(...command.description.flatMap((paragraph) => [".PP", roff(paragraph)]).slice(1));
  for (const [group, entries] of groupOptions(command)) {
    lines.push(".PP", `.I ${roff(group)}`);
    for (const [name, option] of entries) lines.push(...describeOption(name, option));
  }
  lines.push(".PP", ".I Exit codes");
  for (const [code, meaning] of command.exitCodes) lines.push(".TP", `.B ${code}`, roff(meaning));
  return lines;
}

function describeOption(name: string, option: Option<unknown>): string[] {
  const letter = option.short === undefined ? "" : `\\fB\\-${option.short}\\fR, `;
  const value = option.value === undefined ? "" : ` \\fI${roff(option.value.metavar)}\\fR`;
  return [
    ".TP",
    `${letter}\\fB\\-\\-${roff(name)}\\fR${value}`,
    roff(option.help + describeDefault(option)),
  ];
}

/** Text with the characters that roff would read as its own made plain. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/[^\0-\x7f]/gu, (character) => `\\[u${hexadecimal(character)}]`)
    .replace(/^([.'])/gm, "\\&$1");
}

/** A character's number as roff writes it: at least four digits, upper case. */
function hexadecimal(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
