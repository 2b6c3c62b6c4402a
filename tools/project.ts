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
