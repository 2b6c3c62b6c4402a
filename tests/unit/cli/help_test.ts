/** Help, man page and completions: all drawn from the option tables, so all of them complete. */

import { assert, assertEquals } from "@std/assert";
import { loadSpecs } from "../../../src/cli/registry.ts";
import { completionScript } from "../../../src/cli/commands/completions/script.ts";
import { shellCommands } from "../../../src/cli/commands/completions/shell_command.ts";
import { SHELLS } from "../../../src/cli/commands/completions/options.ts";
import { formatHelp, formatOverview, wrap } from "../../../src/cli/help.ts";
import { formatManPage } from "../../../src/cli/commands/completions/man_page.ts";
import { nearest } from "../../../src/cli/command_line.ts";
import type { CommandSpec } from "../../../src/cli/option.ts";

const SPECS = await loadSpecs();

const TRICKY: CommandSpec = {
  name: "tricky",
  summary: 'It\'s [a] "test": $HOME `ls` 100%',
  operands: "TARGET...",
  completeOperand: ["a", "b"],
  description: [".starts with a dot", "'and a quote \\ backslash"],
  options: {
    odd: { short: "?", help: "Don't [break] on: 'quotes' and $(dollars) \\n", group: "General" },
  },
  examples: [["icmptime tricky --odd", "it's fine"]],
};

for (const command of SPECS) {
  Deno.test(`help of ${command.name}: no line above 100 columns, no trailing blanks`, () => {
    const lines = formatHelp(command).split("\n");
    for (const line of lines) {
      assert([...line].length <= 100, `${[...line].length}: ${line}`);
      assertEquals(line, line.trimEnd());
    }
    assertEquals(lines.at(-1), "");
  });

  Deno.test(`help of ${command.name}: every option, and what it takes`, () => {
    const help = formatHelp(command);
    for (const [name, { short, value, help: sentence }] of Object.entries(command.options)) {
      const spelled = short === undefined ? `--${name}` : `-${short}, --${name}`;
      assert(
        help.includes(value === undefined ? spelled : `${spelled} ${value.metavar}`) ||
          help.includes(`${spelled}[=`),
        `${spelled} is not in the help`,
      );
      assert(/^[A-Z].*[^.]$/s.test(sentence), `--${name}: ${sentence}`);
    }
  });

  Deno.test(`options of ${command.name}: no letter stands for two`, () => {
    const letters = Object.values(command.options).flatMap(({ short }) => short ?? []);
    assertEquals(letters.length, new Set(letters).size, letters.join(""));
    for (const letter of letters) assertEquals(letter.length, 1);
  });
}

Deno.test("the overview names every command and fits a screen", () => {
  const overview = formatOverview(SPECS);
  for (const { name, summary } of SPECS) {
    assert(
      new RegExp(`^  ${name} +${summary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`, "m").test(
        overview,
      ),
      name,
    );
  }
  for (const line of overview.split("\n")) assert(line.length <= 100, line);
});

Deno.test("paragraphs break between words, and a long word stands alone", () => {
  assertEquals(wrap("aa bb cc", 5), ["aa bb", "cc"]);
  assertEquals(wrap("aa", 5), ["aa"]);
  assertEquals(wrap("a longerthanthat b", 5), ["a", "longerthanthat", "b"]);
  assertEquals(wrap("", 5), [""]);
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

Deno.test("the nearest word, or none", () => {
  const words = ["--count", "--code", "--interval", "-c", "-C"];
  assertEquals(nearest("--cuont", words), "--count");
  assertEquals(nearest("--inter", words), "--interval");
  assertEquals(nearest("--zzzzzzzz", words), undefined);
  assertEquals(nearest("-I", ["-i", "-x"]), "-i");
  assertEquals(nearest("-z", words), undefined);
  assertEquals(nearest("", words), undefined);
  assertEquals(nearest("x", []), undefined);
});
