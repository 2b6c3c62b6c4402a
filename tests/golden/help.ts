/** The help of every command at 80 columns, as files. `deno run -RW tests/golden/help.ts` rewrites them. */

import { formatHelp } from "../../src/cli/options/help.ts";
import { loadSpecs } from "../../src/cli/registry.ts";

/** Where the text of a command is kept. */
export function helpFile(command: string): URL {
  return new URL(`help/${command}.txt`, import.meta.url);
}

if (import.meta.main) {
  for (const spec of await loadSpecs()) {
    await Deno.writeTextFile(helpFile(spec.name), formatHelp(spec, 80));
  }
}
