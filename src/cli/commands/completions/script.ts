/** Completion scripts, drawn from the option tables. */

import type { Shell } from "./options.ts";
import type { CommandSpec, Completion, Option } from "../../option.ts";

/** Completion script for a shell. Ends with a line break. */
export function completionScript(shell: Shell, commands: readonly CommandSpec[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
  }
}

function options(command: CommandSpec): [string, Option<unknown>][] {
  return Object.entries(command.options);
}

/** All spellings of an option. */
function spellings([name, option]: [string, Option<unknown>]): string[] {
  return option.short === undefined ? [`--${name}`] : [`-${option.short}`, `--${name}`];
}

function bashAction(completion: Completion): string {
  if (typeof completion === "object") {
    return `COMPREPLY=($(compgen -W '${completion.join(" ")}' -- "$current"))`;
  }
  switch (completion) {
    case "file":
      return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))`;
    case "host":
      return `COMPREPLY=($(compgen -A hostname -- "$current"))`;
    case "interface":
      return `COMPREPLY=($(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$current"))`;
    case "none":
      return "COMPREPLY=()";
  }
}

function bashScript(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => name);
  const cases = commands.flatMap((command) => {
    const valued = options(command).filter(([, { value }]) => value !== undefined);
    return [
      `    ${command.name})`,
      `      case "$previous" in`,
      ...valued.flatMap((entry) => [
        `        ${spellings(entry).join("|")}) ${
          bashAction(entry[1].value?.complete ?? "none")
        }; return ;;`,
      ]),
      `      esac`,
      `      words='${options(command).flatMap(spellings).join(" ")}'`,
      `      operand() { ${bashAction(command.completeOperand)}; }`,
      `      ;;`,
    ];
  });
  return [
    "# bash completion for icmptime",
    "_icmptime() {",
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"`,
    `  local command=ping words=`,
    `  case "\${COMP_WORDS[1]}" in ${
      names.join("|")
    }) [ "$COMP_CWORD" -gt 1 ] && command="\${COMP_WORDS[1]}" ;; esac`,
    `  case "$command" in`,
    ...cases,
    `  esac`,
    `  if [[ "$current" == -* ]]; then`,
    `    COMPREPLY=($(compgen -W "$words" -- "$current"))`,
    `  else`,
    `    operand`,
    `    if [ "$COMP_CWORD" -eq 1 ]; then`,
    `      COMPREPLY+=($(compgen -W '${names.join(" ")}' -- "$current"))`,
    `    fi`,
    `  fi`,
    "}",
    "complete -F _icmptime icmptime",
    "",
  ].join("\n");
}

function zshAction(completion: Completion): string {
  if (typeof completion === "object") return `(${completion.join(" ")})`;
  const actions = { file: "_files", host: "_hosts", interface: "_net_interfaces", none: " " };
  return actions[completion];
}

/** Text inside a zsh specification, where brackets, colons and quotes mean something. */
function zshQuote(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
}

function zshScript(commands: readonly CommandSpec[]): string {
  const functions = commands.flatMap((command) => [
    `_icmptime_${command.name}() {`,
    `  _arguments -s \\`,
    ...options(command).map((entry) => {
      const [, option] = entry;
      const all = spellings(entry);
      const value = option.value === undefined
        ? ""
        : `:${zshQuote(option.value.metavar)}:${zshAction(option.value.complete)}`;
      const either = all.map((spelling) => `'${spelling}'`).join(",");
      const head = all.length === 1 ? `'${all[0]}` : `'(${all.join(" ")})'{${either}}'`;
      return `    ${head}[${zshQuote(option.help)}]${value}' \\`;
    }),
    `    '*:operand:${zshAction(command.completeOperand)}'`,
    `}`,
  ]);
  return [
    "#compdef icmptime",
    "# zsh completion for icmptime",
    ...functions,
    "_icmptime() {",
    "  local -a commands=(",
    ...commands.map(({ name, summary }) => `    '${name}:${zshQuote(summary)}'`),
    "  )",
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe command commands",
    "    _hosts",
    "    return",
    "  fi",
    "  case $words[2] in",
    ...commands.map(({ name }) =>
      `    ${name}) shift words; (( CURRENT-- )); _icmptime_${name} ;;`
    ),
    "    *) _icmptime_ping ;;",
    "  esac",
    "}",
    `if [ "$funcstack[1]" = "_icmptime" ]; then _icmptime "$@"; else compdef _icmptime icmptime; fi`,
    "",
  ].join("\n");
}

function fishScript(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = ["# fish completion for icmptime", "complete -c icmptime -f"];
  for (const { name, summary } of commands) {
    const when = `not __fish_seen_subcommand_from ${names}`;
    lines.push(`complete -c icmptime -n '${when}' -a ${name} -d ${fishQuote(summary)}`);
  }
  lines.push(
    `complete -c icmptime -n 'not __fish_seen_subcommand_from ${names}' -a '(__fish_print_hostnames)'`,
  );
  for (const command of commands) {
    const when = command.name === "ping"
      ? `not __fish_seen_subcommand_from ${names.replace("ping ", "")}`
      : `__fish_seen_subcommand_from ${command.name}`;
    for (const [name, option] of options(command)) {
      const letter = option.short === undefined ? "" : ` -s ${fishQuote(option.short)}`;
      const value = option.value === undefined ? "" : fishAction(option.value.complete);
      lines.push(
        `complete -c icmptime -n '${when}'${letter} -l ${name}${value} -d ${
          fishQuote(option.help)
        }`,
      );
    }
    if (typeof command.completeOperand === "object") {
      lines.push(`complete -c icmptime -n '${when}' -a '${command.completeOperand.join(" ")}'`);
    }
  }
  return lines.join("\n") + "\n";
}

function fishAction(completion: Completion): string {
  if (typeof completion === "object") return ` -x -a '${completion.join(" ")}'`;
  const actions = {
    file: " -r -F",
    host: " -x -a '(__fish_print_hostnames)'",
    interface: " -x -a '(__fish_print_interfaces)'",
    none: " -x",
  };
  return actions[completion];
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
