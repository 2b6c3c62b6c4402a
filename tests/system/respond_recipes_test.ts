/** docs/testing-your-monitor.md: its commands are run, and print what it says. */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { type Namespace, Namespace as Alone, VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

interface CodeBlock {
  readonly language: string;
  /** The word after the language: `respond`, `exact`, the name of a file; empty for none. */
  readonly kind: string;
  readonly text: string;
}

interface Recipe {
  readonly title: string;
  readonly blocks: readonly CodeBlock[];
}

const page = await Deno.readTextFile(`${PROJECT_FOLDER}docs/testing-your-monitor.md`);
const recipes: readonly Recipe[] = page.split(/^## (?=\d)/m).slice(1).map((section) => {
  const [recipe = ""] = section.split(/^## /m);
  const blocks = [...recipe.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)];
  return {
    title: recipe.split("\n")[0] ?? "",
    blocks: blocks.map(([, language = "", kind = "", text = ""]) => ({ language, kind, text })),
  };
});

/** The argv of a command of the page. */
function argvOf(line: string): string[] {
  const [first, ...rest] = line.trim().replace(/^sudo /, "").replaceAll('"', "").split(" ");
  return first === "icmptime" ? SOURCE_PROGRAM.argv(...rest) : [first ?? "", ...rest];
}

/** Numbers differ from run to run, and with their width the blanks beside them. */
function withoutNumbers(text: string): string {
  return text.replace(/[-+]?\d+(?:\.\d+)?/g, "#").replace(/ +/g, " ").trim();
}

/** Two namespaces whose cable is called eth0, or one alone for a device of its own. */
async function openNetwork(usesInterface: boolean): Promise<
  AsyncDisposable & { readonly asker: Namespace; readonly host: Namespace }
> {
  if (!usesInterface) {
    const alone = await Alone.open();
    return { asker: alone, host: alone, [Symbol.asyncDispose]: () => alone.close() };
  }
  const pair = await VethPair.open({ nearAddress: "192.0.2.1", farAddress: "192.0.2.7" });
  for (const [end, address] of [[pair.near, "192.0.2.1"], [pair.far, "192.0.2.7"]] as const) {
    await end.ip(
      "link set veth0 down",
      "link set veth0 name eth0",
      "link set eth0 up",
      `addr replace ${address}/24 dev eth0`,
    );
  }
  return {
    asker: pair.near,
    host: pair.far,
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

Deno.test("recipes: the page has five", () => {
  assertEquals(recipes.map(({ title }) => title.slice(0, 2)), ["1.", "2.", "3.", "4.", "5."]);
});

for (const { title, blocks } of recipes) {
  systemTest({
    name: `recipe ${title}`,
    namespaces: true,
    tools: ["ping", "grep"],
  }, async () => {
    const starts = blocks.filter(({ kind }) => kind === "respond");
    assertEquals(starts.length, 1, "one responder");
    await using network = await openNetwork(starts[0]?.text.includes(" -I ") ?? false);
    const cwd = await Deno.makeTempDir();
    try {
      // Root gives itself up for nobody, who is to write a log here.
      await Deno.chmod(cwd, 0o777);
      for (const { language, kind, text } of blocks) {
        if (language === "json") await Deno.writeTextFile(`${cwd}/${kind}`, text);
      }
      await using responder = network.host.spawn(argvOf(starts[0]?.text ?? ""), { cwd });
      await responder.output(/^Answering for .*\n/m);
      let output = "", checked = 0;
      for (const { language, kind, text } of blocks) {
        if (language === "sh" && kind === "") {
          // The page says so: a log is read when the responder has ended.
          if (text.includes("respond.jsonl")) {
            responder.sendSignal("SIGINT");
            await responder.result();
          }
          for (const line of text.trim().split("\n")) {
            output += (await network.asker.run(argvOf(line), { cwd })).stdout;
          }
        } else if (language === "text") {
          const normal = kind === "exact" ? (line: string) => line : withoutNumbers;
          const lines = output.split("\n").map(normal);
          for (const expected of text.trim().split("\n").map(normal)) {
            const isThere = lines.some((line) => line.startsWith(expected));
            assert(isThere, `no line like ${expected} in\n${output}`);
            checked++;
          }
          output = "";
        }
      }
      assert(checked > 0, "nothing was compared");
      responder.sendSignal("SIGINT");
      const end = await responder.result();
      assertEquals([end.code, end.stderr], [0, ""]);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  });
}
