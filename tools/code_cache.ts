/**
 * The files that the binary starts from. With V8's code cache it needs a quarter less time for a probe of one host.
 *
 * Most of the time before the first probe went into parsing, and into compiling functions to bytecode. So icmptime is one script,
 * which `node:vm` loads together with the bytecode that V8 made of it at a rehearsal: a few probes of 127.0.0.1. V8 checks that
 * the cache is of this script, of its own version and of these options, and otherwise compiles as ever.
 *
 * Deno has a code cache of its own, in the folder for temporary files. It is not used: anyone could put one there, and icmptime
 * runs as root. docs/decisions/2026-11-27-code-cache.md has the figures.
 */

import { compileScript, makeFilesEqual, runBundler } from "./deno_compile.ts";
import { ToolError, warn } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";

const SOURCES = `${PROJECT_FOLDER}tools/code_cache/`;
/**
 * What is rehearsed: commands that start often. More would make a larger cache, which costs every start (about 9 ms a megabyte),
 * and clock's depends on chance, so that no two binaries were alike.
 */
const REHEARSALS = [
  ["fping", "-c", "1", "127.0.0.1"],
  ["-c", "1", "127.0.0.1"],
];
/** After this long a rehearsal is ended, in milliseconds; it takes a fraction of a second. */
const REHEARSAL_LIMIT_MS = 60_000;
/** On a busy machine more functions run, such as those that wait, so the smallest cache counts: once it has been seen this often. */
const ALIKE_NEEDED = 4;
const MAX_REHEARSALS = 60;

/** A folder with all that a binary of icmptime is compiled from. */
export interface ProgramFolder {
  /** Path of the main module. */
  readonly main: string;
  /** Paths of the files that it reads. */
  readonly includes: readonly string[];
}

/**
 * Bundles icmptime into a folder, and records its code cache. Recording runs the program, so this is for the target of this
 * machine alone; where no raw socket may be opened, the cache holds less.
 *
 * @param main the module that the binary begins with: `start`, or `check` for a test
 */
export async function bundleProgram(
  folder: string,
  main: "start" | "check" = "start",
): Promise<ProgramFolder> {
  const includes = [`${folder}/icmptime.script`, `${folder}/icmptime.cache`] as const;
  const [script, cache] = includes;
  await Deno.writeTextFile(script, await bundleScript(folder));
  for (const name of ["entry", "load", "rehearse", main]) {
    await Deno.copyFile(`${SOURCES}${name}.ts`, `${folder}/${name}.ts`);
  }
  await Deno.writeFile(cache, await recordCache(folder, script));
  await makeFilesEqual(folder);
  return { main: `${folder}/${main}.ts`, includes };
}

/** The program as the text of a script, in ASCII: it takes half the memory, and less time to read. */
async function bundleScript(folder: string): Promise<string> {
  const path = `${folder}/bundle.js`;
  // For the other platform, a script may begin with an import.
  const form = ["--format", "iife", "--platform", "browser"];
  await runBundler(`${SOURCES}entry.ts`, [...form, "--output", path]);
  const code = await Deno.readTextFile(path);
  await Deno.remove(path);
  // Modules are strict.
  return `"use strict";${code.replace(/[^\0-\x7f]/g, escapeUnit)}`;
}

/** In minified code such characters stand in strings and regular expressions only, where an escape means the same. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Rehearses with the very runtime and options of the binary, until enough of the smallest caches are alike. */
async function recordCache(
  folder: string,
  script: string,
): Promise<Uint8Array> {
  const program = `${folder}/rehearsal`;
  const cache = `${folder}/rehearsed`;
  await compileScript(`${folder}/rehearse.ts`, { output: program, includes: [script] });
  let smallest = new Uint8Array();
  let seen = new Map<string, number>();
  try {
    for (let runs = 0; runs < MAX_REHEARSALS; runs++) {
      const bytes = await rehearse(program, cache);
      if (runs === 0 || bytes.length < smallest.length) seen = new Map();
      else if (bytes.length > smallest.length) continue;
      smallest = bytes;
      const key = bytes.toBase64();
      const times = (seen.get(key) ?? 0) + 1;
      if (times === ALIKE_NEEDED) return bytes;
      seen.set(key, times);
    }
  } finally {
    await Deno.remove(program);
  }
  warn("Few code caches are alike: this binary may differ from others of the same source");
  return smallest;
}

async function rehearse(program: string, cache: string): Promise<Uint8Array<ArrayBuffer>> {
  const ended = await new Deno.Command(program, {
    args: [cache, JSON.stringify(REHEARSALS)],
    ...{ stdin: "null", stdout: "null", stderr: "piped" },
    signal: AbortSignal.timeout(REHEARSAL_LIMIT_MS),
  }).output();
  const bytes = await Deno.readFile(cache).catch(() => new Uint8Array());
  await Deno.remove(cache).catch(() => {});
  if (ended.success && bytes.length > 0) return bytes;
  const said = new TextDecoder().decode(ended.stderr).trim();
  throw new ToolError(`Cannot record the code cache: ${said.slice(-500)}`);
}
