/**
 * `deno task compile [--target TRIPLE] [--output FILE]`: icmptime as one file that needs nothing.
 *
 * The program is bundled first: the binary then resolves no package when it starts. The text is minified, because what V8 does
 * not read costs nothing. For the machine that compiles, it is started from code caches as well (tools/code_cache.ts).
 */

import { parseArgs } from "@std/cli/parse-args";
import { bundleProgram, type ProgramFolder } from "./code_cache.ts";
import { bundle, type CompileOptions, compileScript, makeRoom } from "./deno_compile.ts";
import { runTool, say, ToolError } from "./output.ts";
import { BINARY_PATH, PROJECT_FOLDER } from "./project.ts";

/**
 * Compiles icmptime.
 *
 * @returns The Deno version inside the binary.
 * @throws {NoBaseError} no runtime base of the target can be fetched
 */
export async function compileProgram(options: Omit<CompileOptions, "entry">): Promise<string> {
  await makeRoom(options.output);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-compile-" });
  try {
    const { main, includes } = await prepare(folder, options.target);
    return await compileScript(main, { ...options, includes });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A code cache is recorded by the runtime that will use it, so only for a target that runs here. */
async function prepare(folder: string, target = Deno.build.target): Promise<ProgramFolder> {
  if (target === Deno.build.target) return await bundleProgram(folder);
  return { main: await bundle(`${PROJECT_FOLDER}main.ts`, folder), includes: [] };
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["target", "output"],
    default: { output: `${PROJECT_FOLDER}${BINARY_PATH}` },
    unknown: (arg) => {
      throw new ToolError(`Cannot understand ${arg}: compile takes --target TRIPLE, --output FILE`);
    },
  });
  const output = String(args["output"]);
  const target = args["target"] === undefined ? undefined : String(args["target"]);
  const version = await compileProgram({ output, target });
  const { size } = await Deno.stat(output);
  say(`${output}: ${Math.round(size / 1e6)} MB, Deno ${version}`);
}

if (import.meta.main) await runTool(main);
