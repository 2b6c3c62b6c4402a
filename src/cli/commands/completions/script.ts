/** Completion scripts, drawn from the option tables. */

import type { Shell } from "./options.ts";
import type { ShellCommand, ShellCompletion, ShellOption } from "./shell_command.ts";

/** Completion script for a shell. Ends with a line break. */
export function completionScript(shell: Shell, commands: readonly ShellCommand[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
  }
}

function bashAction(completion: ShellCompletion, isList = false): string {
  if (typeof completion === "object") {
    const words = bashQuote(completion.join(" "));
    return isList
      ? `_icmptime_list ${words} "$current"`
      : `COMPREPLY=($(compgen -W ${words} -- "$current"))`;
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

/** Text inside single quotes. */
function bashQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bashScript(commands: readonly ShellCommand[]): string {
  const names = commands.map(({ name }) => name);
  const cases = commands.flatMap(({ name, options, completeOperand }) => [
    `    ${name})`,
    `      case "$previous" in`,
    ...options.flatMap(({ spellings, value }) =>
      value === undefined ? [] : [
        `        ${spellings.join("|")}) ${bashAction(value.complete, value.isList)}; return ;;`,
      ]
    ),
    `      esac`,
    `      words='${options.flatMap(({ spellings }) => spellings).join(" ")}'`,
    `      operand() { ${bashAction(completeOperand)}; }`,
    `      ;;`,
  ]);
  return `# bash completion for icmptime
# Offers the words of $1 for the last part of the list $2.
_icmptime_list() {
  local last="\${2##*,}"
  COMPREPLY=($(compgen -P "\${2%"$last"}" -W "$1" -- "$last"))
  compopt -o nospace 2>/dev/null
}
_icmptime() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  # bash makes three words of --option=value.
  if [ "$current" = = ]; then current=
  elif [ "$previous" = = ]; then previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  local command=ping words=
  case "\${COMP_WORDS[1]}" in ${
    names.join("|")
  }) [ "$COMP_CWORD" -gt 1 ] && command="\${COMP_WORDS[1]}" ;; esac
  case "$command" in
${cases.join("\n")}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    operand
    if [ "$COMP_CWORD" -eq 1 ]; then
      COMPREPLY+=($(compgen -W '${names.join(" ")}' -- "$current"))
    fi
  fi
}
complete -F _icmptime icmptime
`;
}

function zshAction(completion: ShellCompletion, isList = false): string {
  if (typeof completion === "object") {
    if (isList) return `_values -s , word ${completion.join(" ")}`;
    return `(${completion.map((word) => word.replace(/[<>:]/g, "\\$&")).join(" ")})`;
  }
  const actions = { file: "_files", host: "_hosts", interface: "_net_interfaces", none: " " };
  return actions[completion];
}

/** Text inside a zsh specification, where brackets, colons and quotes mean something. */
function zshQuote(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
}

function zshOption({ spellings, help, value }: ShellOption): string {
  const argument = value === undefined
    ? ""
    : `:${zshQuote(value.metavar)}:${zshAction(value.complete, value.isList)}`;
  const either = spellings.map((spelling) => `'${spelling}'`).join(",");
  const head = spellings.length === 1
    ? `'${spellings[0]}`
    : `'(${spellings.join(" ")})'{${either}}'`;
  return `    ${head}[${zshQuote(help)}]${argument}' \\`;
}

function zshScript(commands: readonly ShellCommand[]): string {
  const functions = commands.flatMap(({ name, options, completeOperand }) => [
    `_icmptime_${name}() {`,
    `  _arguments -s \\`,
    ...options.map(zshOption),
    `    '*:operand:${zshAction(completeOperand)}'`,
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

/** Offers each word behind what is complete of a list. */
const FISH_LIST = `function __icmptime_list
    set -l head (commandline -ct | string replace -r '^--[a-z-]*=' '' | string replace -r '[^,]*$' '')
    for word in $argv
        echo $head$word
    end
end`;

function fishScript(commands: readonly ShellCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = ["# fish completion for icmptime", FISH_LIST, "complete -c icmptime -f"];
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
    for (const { name, short, help, value } of command.options) {
      const letter = short === undefined ? "" : ` -s ${fishQuote(short)}`;
      const action = value === undefined ? "" : fishAction(value.complete, value.isList);
      lines.push(
        `complete -c icmptime -n '${when}'${letter} -l ${name}${action} -d ${fishQuote(help)}`,
      );
    }
    if (typeof command.completeOperand === "object") {
      lines.push(`complete -c icmptime -n '${when}' -a '${command.completeOperand.join(" ")}'`);
    }
  }
  return lines.join("\n") + "\n";
}

function fishAction(completion: ShellCompletion, isList: boolean): string {
  if (typeof completion === "object") {
    const words = completion.join(" ");
    return isList ? ` -x -a '(__icmptime_list ${words})'` : ` -x -a ${fishQuote(words)}`;
  }
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
