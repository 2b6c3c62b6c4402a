/** Whether the compiled binary is that of the source. */

import { BINARY_PATH, PROJECT_FOLDER } from "./project.ts";

/** Whether a binary is there, and as new as every source file. */
export type BinaryAge = "current" | "stale" | "missing";

/** Compares a binary with the source, by the times of their last changes. */
export function readBinaryAge(path: string = `${PROJECT_FOLDER}${BINARY_PATH}`): BinaryAge {
  const compiledMs = modifiedMs(path);
  if (compiledMs === undefined) return "missing";
  const isStale = [...sourceFiles()].some((source) => (modifiedMs(source) ?? 0) > compiledMs);
  return isStale ? "stale" : "current";
}

function* sourceFiles(): Iterable<string> {
  yield `${PROJECT_FOLDER}main.ts`;
  yield `${PROJECT_FOLDER}deno.json`;
  yield* filesUnder(`${PROJECT_FOLDER}src`);
  yield* filesUnder(`${PROJECT_FOLDER}ffi`);
}

function* filesUnder(folder: string): Iterable<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(path);
    else yield path;
  }
}

function modifiedMs(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch {
    return undefined;
  }
}
