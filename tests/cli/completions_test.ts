/** Completion scripts, loaded and asked by the shells themselves, and the man page, read by those who format it. */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { type Program, programTest } from "../support/program.ts";

/** Words on a command line, the last of them unfinished, and what a shell must offer for it. */
const OFFERS: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["do"], ["doctor"]],
  [["--int"], ["--interval", "--interface"]],
  [["ping", "--int"], ["--interval", "--interface"]],
  [["-M", ""], ["do", "dont"]],
  [["--path-mtu", "don"], ["dont"]],
  [["completions", ""], ["bash", "zsh", "fish", "man"]],
  [["doctor", "--"], ["--json", "--list-fields", "--color", "--help", "--version"]],
  [["help", "pi"], ["ping"]],
  [["--format", "t"], ["text", "tsping"]],
  [["--color", ""], ["auto", "always", "never"]],
  [["--fail-if", "rtt.p"], ["rtt.p95"]],
  [["--fields", "stamp_s"], ["stamp_source"]],
  [["--fields", "ttl,stamp_s"], ["ttl,stamp_source"]],
  [["-I", "l"], ["lo"]],
];

/** Runs `body` with the path of a folder that holds the script under this name. */
async function withScript<T>(
  program: Program,
  shell: string,
  name: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-completions-" });
  try {
    const { stdout } = await mustRun(program.argv("completions", shell));
    await Deno.writeTextFile(`${folder}/${name}`, stdout);
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** All long options of all commands, as their help lists them. */
async function optionsInHelp(program: Program): Promise<[command: string, options: string[]][]> {
  const { stdout } = await mustRun(program.argv("--help"));
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) +\S/gm)].map(([, command]) => command ?? "");
  assert(commands.includes("ping") && commands.includes("help"));
  return await Promise.all(commands.map(async (command): Promise<[string, string[]]> => {
    const help = (await mustRun(program.argv("help", command))).stdout;
    const options = help.matchAll(/^ {2}(?: {4}|-\S, )(--[a-z0-9-]+)/gm);
    return [command, [...options].map(([, option]) => option ?? "")];
  }));
}

programTest({
  name: "completions: bash loads its script and offers commands, options and values",
  tools: ["bash"],
}, async (program) => {
  await withScript(program, "bash", "icmptime", async (folder) => {
    const complete = async (words: readonly string[]) => {
      const script = 'set -u; source "$0/icmptime"; COMP_WORDS=(icmptime "$@"); COMP_CWORD=$#; ' +
        'COMPREPLY=(); _icmptime; printf "%s\\n" "${COMPREPLY[@]}"';
      const argv = ["bash", "--norc", "-c", script, folder, ...words];
      const { stdout, stderr } = await mustRun(argv);
      assertEquals(stderr, "");
      return stdout.trim().split("\n").filter((word) => word !== "");
    };
    for (const [words, offered] of OFFERS) {
      assertEquals([words, (await complete(words)).toSorted()], [words, offered.toSorted()]);
    }
    for (const [command, options] of await optionsInHelp(program)) {
      const found = new Set(await complete([command, "--"]));
      assertEquals([command, ...found].toSorted(), [command, ...options].toSorted());
    }
    assertEquals(await complete(["-f", `${folder}/icm`]), [`${folder}/icmptime`]);
    // bash makes words of the equals sign and of what stands around it.
    assertEquals(await complete(["--format", "=", "c"]), ["csv"]);
    assertEquals(await complete(["--color", "="]), ["auto", "always", "never"]);
  });
});

programTest({
  name: "completions: fish loads its script and offers commands, options and values",
  tools: ["fish"],
}, async (program) => {
  await withScript(program, "fish", "icmptime.fish", async (folder) => {
    const env = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const complete = async (words: readonly string[]) => {
      const script = `source ${folder}/icmptime.fish; complete -C 'icmptime ${words.join(" ")}'`;
      const { stdout, stderr } = await mustRun(["fish", "--no-config", "-c", script], { env });
      assertEquals(stderr, "");
      return stdout.split("\n").map((line) => line.split("\t")[0] ?? "").filter(Boolean);
    };
    await mustRun(["fish", "--no-execute", `${folder}/icmptime.fish`], { env });
    for (const [words, offered] of OFFERS) {
      assertEquals([words, (await complete(words)).toSorted()], [words, offered.toSorted()]);
    }
    for (const [command, options] of await optionsInHelp(program)) {
      const found = (await complete([command, "--"])).toSorted();
      assertEquals([command, ...found], [command, ...options.toSorted()]);
    }
  });
});

/** Asks zsh on its own terminal; waits until it shows what is expected, or for ever. */
const ZSH_SCRIPT = `
zmodload zsh/zpty
folder=$1 line=$2
zpty shell zsh -f -i
zpty -w shell "stty rows 500 columns 200; LISTMAX=9999; fpath=($folder \\$fpath); autoload -Uz compinit; compinit -D -u"
zpty -w shell "bindkey '^I' list-choices; echo RE''ADY"
zpty -r shell out '*READY*'
zpty -w -n shell "$line"$'\\t'
shift 2
for wanted; do
  [[ $out == *"$wanted"* ]] || { zpty -r shell more "*$wanted*"; out=$out$more }
done
print -r -- shown
`;

programTest({
  name: "completions: zsh loads its script and offers commands, options and values",
  tools: ["zsh"],
}, async (program) => {
  await withScript(program, "zsh", "_icmptime", async (folder) => {
    const { stderr } = await runCommand(["zsh", "-f", "-n", `${folder}/_icmptime`]);
    assertEquals(stderr, "");
    for (
      const [words, offered] of [
        [["-"], ["--interval", "Send a probe to each target", "--explain"]],
        [["completions", ""], ["bash", "fish", "man", "zsh"]],
        [["doctor", "--"], ["--json", "Print JSON Lines: one record for each finding"]],
        [["--color", ""], ["auto", "always", "never"]],
        [["--fail-if", "rtt.m"], ["rtt.median", "rtt.max"]],
        [["--fields", "ttl,stamp_"], ["stamp_source"]],
        [["tsping", "-"], ["--target-spacing", "Wait this long between two targets"]],
      ] as const
    ) {
      const line = ["icmptime", ...words].join(" ");
      const argv = ["zsh", "-f", "-c", ZSH_SCRIPT, "zsh", folder, line, ...offered];
      assertEquals(
        (await mustRun(argv, { env: { TERM: "xterm" } })).stdout,
        "shown\n",
      );
    }
  });
});

programTest({
  name: "man page: groff and mandoc format it without a warning",
  tools: ["groff", "mandoc"],
}, async (program) => {
  await withScript(program, "man", "icmptime.1", async (folder) => {
    const page = `${folder}/icmptime.1`;
    const groff = await mustRun(["groff", "-man", "-Tutf8", "-ww", "-P-cbou", page]);
    assertEquals(groff.stderr, "");
    for (const [, options] of await optionsInHelp(program)) {
      for (const option of options) assert(groff.stdout.includes(option), option);
    }
    const lint = await runCommand(["mandoc", "-T", "lint", "-W", "warning", page]);
    // Made from the source whenever that changes, the page has no date.
    const complaints = lint.stdout.split("\n").filter((line) => !/missing date|^$/.test(line));
    assertEquals(complaints, []);
  });
});

programTest(
  { name: "man page: the one in the repository is what the program prints" },
  async (program) => {
    const { stdout } = await mustRun(program.argv("completions", "man"));
    const kept = await Deno.readTextFile(`${PROJECT_FOLDER}man/icmptime.1`);
    assertEquals(kept === stdout, true, "man/icmptime.1 is out of date: run deno task man");
  },
);
