/** What a test prints inside a booted kernel reaches the table of `deno task test:kernels`. */

import { assertEquals } from "@std/assert";
import { GUEST_TEST_FLAGS } from "../../tools/kernels/initramfs.ts";
import { countRoundTrips } from "../../tools/kernels/round_trips.ts";
import { mustRun } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";

systemTest(
  { name: "kernels: counts that a test prints are read from what its run prints" },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-printing-" });
    try {
      const lines = ["delay 150ms limit 3, run 1: 40 exact, 2 flagged, 0 wrong, 18 dropped"]
        .concat("rate 8000bit limit 3, run 2: 5 exact, 1 flagged, 1 wrong, 53 dropped");
      const body = lines.map((line) => `console.log(${JSON.stringify(line)});`).join("\n");
      const path = `${folder}/printing_test.ts`;
      await Deno.writeTextFile(path, `Deno.test("prints", () => {\n${body}\n});\n`);
      const { stdout } = await mustRun([Deno.execPath(), "test", ...GUEST_TEST_FLAGS, path]);
      assertEquals(countRoundTrips(stdout), { runs: 2, exact: 45, flagged: 3, wrong: 1 });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
