/** Facts about this project that more than one tool needs, read from the place that states them. */

import config from "../deno.json" with { type: "json" };

/** The folder that holds deno.json; ends with a slash. */
export const PROJECT_FOLDER: string = new URL("../", import.meta.url).pathname;

/** Where `deno task compile` puts the binary, relative to the project's folder. */
export const BINARY_PATH = "dist/icmptime";

/**
 * The lock file of everything that tests and tools import. `deno.lock` holds what ships: `deno run` and `deno task` download
 * all that a lock file names, and who wants to ask a host for its time needs no DuckDB and no browser driver.
 */
export const TEST_LOCK = "tests/deno.lock";

/** The flags that the task `icmptime` gives to `deno run`: the only list of the program's permissions. */
export function programFlags(): string[] {
  return config.tasks.icmptime.split(" ").filter((word) => word.startsWith("--"));
}

/**
 * V8's options, as the task has them. They bound what a long run holds: probes are remembered for ten seconds, so they
 * all survive the nursery, and V8 lets their garbage lie until it is several times what is in use (200 hosts, 1000
 * probes a second: 168 to 182 MiB without, 103 to 108 MiB with; processor time is the same).
 */
export function v8Flags(): string[] {
  return programFlags().filter((flag) => flag.startsWith("--v8-flags="));
}
