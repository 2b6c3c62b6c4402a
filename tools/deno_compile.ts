/** Bundles and compiles programs with the permissions of icmptime. */

import { capture, type Ended, ToolError, warn } from "./output.ts";
import { PROJECT_FOLDER, v8Flags } from "./project.ts";
import { NPM_BASE_TARGET, openNpmBase } from "./runtime_base.ts";

/** What to compile, and where to. */
export interface CompileOptions {
  /** Path of the main module. */
  readonly entry: string;
  /** Path of the binary. */
  readonly output: string;
  /** Target triple as `deno compile --target` takes it; this machine unless given. */
  readonly target?: string | undefined;
  /** Paths of files that it reads or imports by a name that only it knows. */
  readonly includes?: readonly string[];
}

/** No runtime base of a target can be fetched here; everything else may be right. */
export class NoBaseError extends ToolError {}

/**
 * Compiles a program with the permissions of icmptime.
 *
 * @returns The Deno version inside the binary.
 */
export async function compile(options: CompileOptions): Promise<string> {
  await makeRoom(options.output);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-compile-" });
  try {
    return await compileScript(await bundle(options.entry, folder), options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Makes the folder of a file; what is in the way is an error before anything is compiled. */
export async function makeRoom(output: string): Promise<void> {
  const isFolder = await Deno.stat(output).then((info) => info.isDirectory, () => false);
  if (isFolder) throw new ToolError(`Cannot compile to ${output}: it is a folder`);
  await Deno.mkdir(output.replace(/[^/]*$/, "") || ".", { recursive: true }).catch((error) => {
    throw new ToolError(`Cannot compile to ${output}: ${error.message}`);
  });
}

/** Bundles a program into a folder. Returns the path of the main script. */
export async function bundle(entry: string, folder: string): Promise<string> {
  await runBundler(entry, ["--code-splitting", "--outdir", folder]);
  await makeFilesEqual(folder);
  const name = entry.replace(/^.*\//, "").replace(/\.ts$/, ".js");
  return `${folder}/${name}`;
}

/** Checks and bundles a program; what comes where, the further words say. */
export async function runBundler(entry: string, words: readonly string[]): Promise<void> {
  const argv = [Deno.execPath(), "bundle", "--quiet", "--check", "--minify", ...words, entry];
  const ended = await capture(argv, { cwd: PROJECT_FOLDER });
  if (!ended.success) throw new ToolError(`Cannot bundle ${entry}:\n${ended.stderr.trim()}`);
}

/** `deno compile` stores the times of files, and npm their modes: equal ones make equal files of equal sources. */
export async function makeFilesEqual(folder: string): Promise<void> {
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.utime(`${folder}/${name}`, 0, 0);
    await Deno.chmod(`${folder}/${name}`, 0o644);
  }
}

/**
 * Compiles a script that {@linkcode bundle} made.
 *
 * @returns The Deno version inside the binary.
 * @throws {NoBaseError} no runtime base of the target can be fetched
 */
export async function compileScript(
  script: string,
  options: Omit<CompileOptions, "entry">,
): Promise<string> {
  await makeRoom(options.output);
  // Beside the file, which stays as it was until another one is complete: a `deno compile` that fails removes its output.
  const output = `${options.output}.part`;
  const version = await compileTo(script, { ...options, output });
  await Deno.rename(output, options.output);
  return version;
}

async function compileTo(
  script: string,
  options: Omit<CompileOptions, "entry">,
): Promise<string> {
  const first = await denoCompile(Deno.execPath(), script, options, {});
  if (first.success) return Deno.version.deno;
  if (!/dl\.deno\.land|denort/.test(first.stderr)) {
    throw new ToolError(`Cannot compile: ${firstError(first.stderr)}`);
  }
  const target = options.target ?? Deno.build.target;
  if (target !== NPM_BASE_TARGET) {
    throw new NoBaseError(
      `Cannot compile for ${target}: its runtime base cannot be downloaded from dl.deno.land, ` +
        `and npm has one for ${NPM_BASE_TARGET} alone`,
    );
  }
  const base = await openNpmBase();
  sayOnce(
    `The runtime base of Deno ${Deno.version.deno} cannot be downloaded from dl.deno.land: ` +
      `compiling with Deno ${base.version} from npm`,
  );
  const second = await denoCompile(base.deno, script, options, { DENORT_BIN: base.denort });
  if (!second.success) throw new ToolError(`Cannot compile: ${firstError(second.stderr)}`);
  return base.version;
}

let isSaid = false;

/** Says which base is used; a binary may take two compilations. */
function sayOnce(line: string): void {
  if (!isSaid) warn(line);
  isSaid = true;
}

/** The first line of what deno says, without its headline and the stack of its own. */
function firstError(text: string): string {
  return (text.trim().split("\n")[0] ?? "").replace(/^error: /, "");
}

function denoCompile(
  deno: string,
  script: string,
  options: Omit<CompileOptions, "entry">,
  env: Record<string, string>,
): Promise<Ended> {
  // No config, no npm: the script stands alone, and the import map would drag whole packages in.
  return capture([
    deno,
    "compile",
    "--quiet",
    "--no-config",
    "--no-npm",
    "--no-code-cache",
    // The bundler has checked the types; an older compiler has none for the modules of node.
    "--no-check",
    // Who may call libc may do anything, so narrower flags protect nothing; and without all of them Deno refuses
    // device files such as /dev/stdout.
    "--allow-all",
    ...v8Flags(),
    ...(options.target === undefined ? [] : ["--target", options.target]),
    ...(options.includes ?? []).flatMap((path) => ["--include", path]),
    "--output",
    options.output,
    script,
  ], { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", ...env } });
}
