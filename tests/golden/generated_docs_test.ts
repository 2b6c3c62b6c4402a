/** The documents of the tables: what they promise of records, metrics, labels and drop-ins. */

import { assertEquals } from "@std/assert";
import { generatedDocs } from "../../tools/output_docs.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";

for (const [path, text] of Object.entries(generatedDocs())) {
  Deno.test(`${path} is made from the tables as they are`, async () => {
    assertEquals(
      text.split("\n"),
      (await Deno.readTextFile(PROJECT_FOLDER + path)).split("\n"),
      "if that is meant: deno task docs",
    );
  });
}
