/** The code cache of the binary, judged by V8 in processes of the runtime that the binary has. */

import { assert, assertEquals } from "@std/assert";
import { bundleProgram } from "../../tools/code_cache.ts";
import { compileScript } from "../../tools/deno_compile.ts";
import { capture } from "../../tools/output.ts";
import { systemTest } from "../support/tools.ts";

systemTest({
  name: "code cache: V8 takes it in another process, and refuses it for another script",
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-cache-" });
  try {
    const { main, includes } = await bundleProgram(folder, "check");
    const output = `${folder}/check`;
    const isTaken = async () => {
      await compileScript(main, { output, includes });
      return (await capture([output])).success;
    };
    assert(await isTaken());
    const [script = ""] = includes;
    await Deno.writeTextFile(script, "\n", { append: true });
    assertEquals(await isTaken(), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
