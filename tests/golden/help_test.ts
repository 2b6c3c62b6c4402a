/** The whole help of every command, as a user sees it. */

import { assertEquals } from "@std/assert";
import { formatHelp } from "../../src/cli/options/help.ts";
import { loadSpecs } from "../../src/cli/registry.ts";
import { helpFile } from "./help.ts";

for (const spec of await loadSpecs()) {
  Deno.test(`help of ${spec.name} is the text in tests/golden/help`, async () => {
    assertEquals(
      formatHelp(spec, 80),
      await Deno.readTextFile(helpFile(spec.name)),
      "if that is meant: deno run -RW tests/golden/help.ts",
    );
  });
}
