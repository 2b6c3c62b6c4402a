/** Help, man page and completions: all drawn from the option tables, so all of them complete. */

import { assert, assertEquals } from "@std/assert";
import { COMMAND_RECORDS } from "../../../src/record/registry.ts";
import { COMMANDS, loadSpecs } from "../../../src/cli/registry.ts";
import { completionScript } from "../../../src/cli/commands/completions/script.ts";
import { shellCommands } from "../../../src/cli/commands/completions/shell_command.ts";
import { SHELLS } from "../../../src/cli/commands/completions/options.ts";
import { formatHelp, formatOverview, helpColumns } from "../../../src/cli/options/help.ts";
import { formatManPage } from "../../../src/cli/commands/completions/man_page.ts";
import type { CommandSpec } from "../../../src/cli/options/option.ts";
import { terminalColumns } from "../../../src/terminal/width.ts";

const SPECS = await loadSpecs();

/** What help may begin with. */
const VERBS = new Set(
  ("Append Assume Confirm Continue Count End Exit Explain Follow Leave Let List Listen Look Multiply Print Probe Read " +
    "Retry Scan Send Set Start Take Use Wait Write " +
    "Accept Advance Answer Behave Check Cut Delay Drop Hold Keep Limit Make Name Poll Refuse Return Run Shift Show Step Swap Treat")
    .split(
      " ",
    ),
);

const TRICKY: CommandSpec = {
  name: "tricky",
  summary: 'It\'s [a] "test": $HOME `ls` 100%',
  operands: "TARGET...",
  completeOperand: ["a", "b"],
  description: [".starts with a dot", "'and a quote \\ backslash"],
  options: {
    odd: { short: "?", help: "Don't [break] on: 'quotes' and $(dollars) \\n", group: "General" },
  },
  exitCodes: [[0, "Fine"]],
  examples: [["icmptime tricky --odd", "it's fine"]],
};

for (const command of SPECS) {
  for (const columns of [60, 80, 100]) {
    Deno.test(`help of ${command.name}: no line above ${columns} columns, no trailing blanks`, () => {
      const lines = formatHelp(command, columns).split("\n");
      for (const line of lines) {
        assert(line.length <= columns, `${line.length}: ${line}`);
        assertEquals(line, line.trimEnd());
      }
      assertEquals(lines.at(-1), "");
    });
  }

  Deno.test(`help of ${command.name}: every option, what it takes and its default`, () => {
    const help = formatHelp(command, 1000);
    for (const [name, option] of Object.entries(command.options)) {
      const { short, value, help: sentence, default: fallback, defaultText } = option;
      const letter = short === undefined ? "    " : `-${short}, `;
      const metavar = value === undefined
        ? ""
        : option.optionalValue === undefined
        ? ` ${value.metavar}`
        : `[=${value.metavar}]`;
      const text = defaultText ?? fallback;
      const end = text === undefined ? "" : ` (default: ${text})`;
      const start = help.indexOf(`  ${letter}--${name}${metavar}`);
      assert(start >= 0, `--${name} is not in the help`);
      const rest = help.slice(start + `  ${letter}--${name}${metavar}`.length);
      assert(rest.trimStart().startsWith(`${sentence}${end}\n`), `--${name}: ${rest.slice(0, 99)}`);
    }
  });

  Deno.test(`options of ${command.name}: help is one short sentence that begins with a verb`, () => {
    for (const [name, { help }] of Object.entries(command.options)) {
      assert(/^[A-Z][a-z]+ \S.*[^.]$/.test(help), `--${name}: ${help}`);
      assert(help.length <= 60, `--${name}: ${help.length} characters`);
      assert(VERBS.has(help.split(" ")[0] ?? ""), `--${name}: ${help}`);
    }
  });

  Deno.test(`options of ${command.name}: help, version and colours are there`, () => {
    const { options } = command;
    for (const name of ["help", "color"]) assert(options[name] !== undefined, name);
    assertEquals(Object.keys(options).includes("version"), command.name !== "tsping");
  });

  Deno.test(`rules of ${command.name}: they name options, and no pair stands twice`, () => {
    const { conflicts = [], requires = [], options } = command;
    const pairs = [...conflicts, ...requires];
    for (const name of pairs.flat()) assert(options[name] !== undefined, name);
    const sorted = pairs.map((pair) => pair.toSorted().join(" "));
    assertEquals(sorted.length, new Set(sorted).size);
  });

  Deno.test(`options of ${command.name}: no letter stands for two`, () => {
    const letters = Object.values(command.options).flatMap(({ short }) => short ?? []);
    assertEquals(letters.length, new Set(letters).size, letters.join(""));
    for (const letter of letters) assertEquals(letter.length, 1);
  });
}

Deno.test("the commands that write records are those that list their fields", async () => {
  const listing = SPECS.filter(({ loadFields }) => loadFields !== undefined);
  for (const { name, options, loadFields } of listing) {
    assert("list-fields" in options, name);
    assertEquals((await loadFields?.())?.records, COMMAND_RECORDS[name], name);
  }
  const inLists = SPECS.filter(({ options }) => "list-fields" in options);
  assertEquals(inLists, listing);
  // clock has no --list-fields yet.
  const writing = Object.keys(COMMAND_RECORDS).filter((name) => name !== "clock");
  assertEquals(listing.map(({ name }) => name).filter((name) => name !== "clock"), writing);
});

Deno.test("every command in the registry has the same name as its spec", () => {
  assertEquals(SPECS.map(({ name }) => name), COMMANDS.map(({ name }) => name));
});

Deno.test("the overview is a line for each command", () => {
  assertEquals(
    formatOverview(SPECS.slice(0, 2), 80),
    `Usage: icmptime [COMMAND] [OPTIONS] [OPERANDS]

Without a command, ping runs: icmptime 192.0.2.7

Commands:
  ping   Measure the clocks of hosts and the delay in each direction
  clock  Measure the offset and rate of clocks, to microseconds

Run 'icmptime COMMAND --help' for the options of a command.
`,
  );
  for (const line of formatOverview(SPECS).split("\n")) assert(line.length <= 80, line);
});

Deno.test("the man page has every option, and no line that roff takes for a command", () => {
  const page = formatManPage([...SPECS, TRICKY], "1.2.3");
  for (const { options } of SPECS) {
    for (const name of Object.keys(options)) {
      assert(page.includes(`\\-\\-${name.replaceAll("-", "\\-")}`), name);
    }
  }
  const requests = new Set([
    "TH",
    "SH",
    "SS",
    "TP",
    "PP",
    "B",
    "I",
    "BR",
    "br",
    "nf",
    "fi",
    "EX",
    "EE",
  ]);
  for (const line of page.split("\n")) {
    const request = /^[.'](\S*)/.exec(line)?.[1];
    assert(request === undefined || requests.has(request), `roff would obey: ${line}`);
    assert(!/(?<!\\)(?:\\\\)*\\(?![fe&\-([])/.test(line), `roff would obey: ${line}`);
  }
  assert(page.includes("\\&.starts with a dot"));
  assert(page.includes("\\&'and a quote \\e backslash"));
});

for (const shell of SHELLS) {
  Deno.test(`completions for ${shell}: every option of every command`, async () => {
    const script = completionScript(shell, await shellCommands(SPECS));
    for (const { name, options } of SPECS) {
      assert(script.includes(name), name);
      for (const option of Object.keys(options)) {
        assert(script.includes(shell === "fish" ? `-l ${option}` : `--${option}`), option);
      }
    }
    assert(script.endsWith("\n"));
  });

  Deno.test(`completions for ${shell}: quotes are even, whatever help says`, async () => {
    const script = completionScript(shell, await shellCommands([...SPECS, TRICKY]));
    for (const line of script.split("\n")) {
      if (line.startsWith("#")) continue;
      assert(hasClosedQuotes(line, shell), `${shell}: ${line}`);
    }
  });
}

/** Whether single quotes are closed at the end of the line, by the rules of the shell. */
function hasClosedQuotes(line: string, shell: string): boolean {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    const escapes = character === "\\" && (quote !== "'" || shell === "fish");
    if (escapes) at++;
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = "";
  }
  return quote === "";
}

Deno.test("help has the columns that are named, from 60 to 100, and those of the terminal where none are", () => {
  const wide = [["80", 80], ["60", 60], ["59", 60], ["1", 60], ["100", 100], ["101", 100]] as const;
  for (const [named, columns] of wide) assertEquals(helpColumns(named), columns, named);
  const own = Math.min(Math.max(terminalColumns(), 60), 100);
  for (const named of ["0", "-70", "70.5", "wide", "", undefined]) {
    assertEquals(helpColumns(named), own, named);
  }
});
