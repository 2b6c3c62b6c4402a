import { assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { type CommandResult, runCommand } from "../support/command.ts";

/** Runs the check on a folder that holds these files. */
async function checkPlanted(files: Readonly<Record<string, string>>): Promise<CommandResult> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-planted-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    return await runCommand(
      [Deno.execPath(), "run", "-A", `${PROJECT_FOLDER}tools/check_layers.ts`, folder],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ORDERLY = {
  "src/time/day.ts": "export const DAY_MS = 86_400_000;\n",
  "src/packet/emit.ts": 'export { DAY_MS } from "../time/day.ts";\n',
  "ffi/posix/libc.ts": 'export const libc = () => Deno.dlopen("libc.so.6", {});\n',
  "ffi/posix/clock.ts":
    'import type { Clock } from "../../src/time/instant.ts";\nexport type C = Clock;\n',
  "src/time/instant.ts": "export interface Clock {}\n",
};

Deno.test("check_layers: an orderly project passes", async () => {
  const { code, stdout, stderr } = await checkPlanted(ORDERLY);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "5 modules");
});

Deno.test("check_layers: a whole program uses every grant, and no import closes a circle", async () => {
  const { code, stderr } = await checkPlanted({
    ...ORDERLY,
    "main.ts": 'import "./src/cli/run.ts";\n',
    "src/cli/run.ts": 'import "./print.ts";\n',
    "src/cli/print.ts": 'import "./run.ts";\n',
  });
  assertEquals(code, 1);
  const lines = stderr.trim().split("\n");
  const found = (line: string) => assertEquals(lines.filter((each) => each === line), [line]);
  found("a circle of imports: src/cli/run.ts → src/cli/print.ts → src/cli/run.ts");
  found("tools/layers.ts: clock is granted time, which no module there imports");
  assertEquals(lines.filter((line) => line.includes("main is granted")), []);
});

Deno.test("check_layers: planted violations are named one a line", async () => {
  const { code, stdout, stderr } = await checkPlanted({
    ...ORDERLY,
    "src/time/upward.ts":
      'import type { DAY_MS } from "../packet/emit.ts";\nexport type D = typeof DAY_MS;\n',
    "src/probe/lazy.ts": 'export const open = () => import("../../ffi/posix/libc.ts");\n',
    "src/probe/unsafe.ts": "export const nothing = Deno.UnsafePointer.create(0n);\n",
    "ffi/posix/value.ts": 'export { type Clock } from "../../src/time/instant.ts";\n',
    "src/scan/exit.ts": "export const stop = () => Deno.exit(1);\n",
    "src/scan/astray.ts": 'export * from "./nowhere.ts";\n',
  });
  assertEquals([code, stdout], [1, ""]);
  const lines = stderr.trim().split("\n");
  for (
    const start of [
      "src/time/upward.ts: may not import src/packet/emit.ts",
      "src/probe/lazy.ts: may not import ffi/posix/libc.ts",
      "src/probe/unsafe.ts: may not use Deno.UnsafePointer",
      "ffi/posix/value.ts: may not import src/time/instant.ts",
      "src/scan/exit.ts: may not use Deno.exit",
      "src/scan/nowhere.ts: Module not found",
    ]
  ) {
    assertEquals(
      lines.filter((line) => line.startsWith(start)).length,
      1,
      `${start} in\n${stderr}`,
    );
  }
  assertEquals(lines.length, 7, stderr);
});
