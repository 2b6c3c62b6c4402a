/** Whole outputs of runs over simulated networks, whose truth is the table at the head of each file of runs. */

import { assertEquals } from "@std/assert";
import { transcriptFile, transcripts } from "./transcripts.ts";

for (const [name, text] of await transcripts()) {
  Deno.test(`a run's whole output is the text in tests/golden/transcripts/${name}`, async () => {
    assertEquals(
      text,
      await Deno.readTextFile(transcriptFile(name)),
      "if that is meant: deno run -RW tests/golden/transcripts.ts",
    );
  });
}
