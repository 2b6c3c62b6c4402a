/** Facts about this project that more than one tool needs, read from the place that states them. */

import config from "../deno.json" with { type: "json" };

/** The folder that holds deno.json; ends with a slash. */
export const PROJECT_FOLDER: string = new URL("../", import.meta.url).pathname;

/** Where `deno task compile` puts the binary, relative to the project's folder. */
export const BINARY_PATH = "dist/icmptime";

/** The flags that the task `icmptime` gives to `deno run`: the only list of the program's permissions. */
export function programFlags(): string[] {
  return config.tasks.icmptime.split(" ").filter((word) => word.startsWith("--"));
}

/**
 * V8's options, as the task has them. A small nursery keeps what a long run holds bounded: with V8's own 16 MiB, probes
 * that are remembered for ten seconds are copied out of it again and again, and their garbage lies in the old
 * generation until it is several times the size of what is in use.
 */
export function v8Flags(): string[] {
  return programFlags().filter((flag) => flag.startsWith("--v8-flags="));
}
