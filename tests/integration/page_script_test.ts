/** The script of the pages is what its source says. */

import { assertEquals } from "@std/assert";
import { buildScript, SCRIPT_PATH } from "../../tools/page_script.ts";

Deno.test("src/page/script.json is the bundle of src/page", async () => {
  assertEquals(
    await Deno.readTextFile(SCRIPT_PATH) === await buildScript(),
    true,
    "if that is meant: deno task page",
  );
});
