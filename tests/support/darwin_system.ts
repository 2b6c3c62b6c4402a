/**
 * macOS as far as it shows here: a library that takes macOS's numbers and structures (darwin_system.c) stands for its C library, and
 * Deno says that it runs there. What macOS does not have is refused, and reported on standard error as `not on macOS: …`.
 */

import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun } from "./command.ts";
import { DARWIN_CONSTANTS, DARWIN_ERROR_NUMBERS } from "./darwin_headers.ts";

/** Argv of the program, and what must be in its environment. */
export interface DarwinProgram extends AsyncDisposable {
  /** Runs the command line tool with these arguments. */
  argv(...words: readonly string[]): string[];
  /** Runs code, which may call `load(path)`: it imports a module of this project. */
  codeArgv(code: string): Promise<string[]>;
  /** Environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Family of link-layer addresses, `<sys/socket.h>`. */
const AF_LINK = 18;
/** Names of Linux for one number: the first name is kept. */
const SECOND_NAMES: ReadonlySet<string> = new Set(["ENOTSUP"]);

/** Builds the library. */
export async function openDarwinProgram(): Promise<DarwinProgram> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-darwin-" });
  await Deno.chmod(folder, 0o755);
  const constants = Object.assign({ AF_LINK }, ...Object.values(DARWIN_CONSTANTS));
  const numbers = Object.entries({ ...constants, ...DARWIN_ERROR_NUMBERS })
    .map(([name, value]) => `#define DARWIN_${name} (${value})\n`);
  const errors = Object.entries(DARWIN_ERROR_NUMBERS)
    .filter(([name]) => !SECOND_NAMES.has(name))
    .map(([name, value]) => `#ifdef ${name}\ncase ${name}: return ${value};\n#endif\n`);
  await Deno.writeTextFile(`${folder}/darwin_numbers.h`, numbers.join(""));
  await Deno.writeTextFile(`${folder}/darwin_errors.h`, errors.join(""));
  await mustRun([
    ...[
      "gcc",
      "-std=gnu11",
      "-Wall",
      "-Werror",
      "-Wno-unused-function",
      "-O1",
      "-shared",
      "-fPIC",
      "-nostdlib",
    ],
    ...["-fno-builtin", "-I", folder, "-o", `${folder}/libSystem.B.dylib`],
    ...[`${PROJECT_FOLDER}tests/support/darwin_system.c`],
  ]);
  const pretence =
    `Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "darwin" } });
const load = (path: string) => import("file://${PROJECT_FOLDER}" + path);
`;
  const write = async (name: string, code: string) => {
    const path = `${folder}/${name}.ts`;
    await Deno.writeTextFile(path, pretence + code);
    const flags = ["--quiet", "--no-lock", "-A", `--config=${PROJECT_FOLDER}deno.json`];
    return [Deno.execPath(), "run", ...flags, path];
  };
  const run = `Deno.exit(await (await load("src/cli/run.ts")).run(Deno.args));\n`;
  const main = await write("main", run);
  return {
    argv: (...words) => [...main, ...words],
    codeArgv: (code) => write("code", code),
    env: { LD_LIBRARY_PATH: folder },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
