/** The compiled binary is one file that needs nothing: no environment, no home, no cache, no network. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { mustRun, runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { asPlainUser, BINARY_PROGRAM, binaryTest } from "../support/program.ts";

const QUESTION = ["-c", "1", "127.0.0.1"];

/** Runs with a copy of the binary in a folder that any user can read. */
async function withCopy(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-binary-" });
  try {
    await Deno.chmod(folder, 0o755);
    const path = `${folder}/icmptime`;
    await Deno.copyFile(BINARY_PROGRAM.argv()[0] ?? "", path);
    await Deno.chmod(path, 0o755);
    await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

binaryTest({
  name: "the binary answers with an empty environment and no network but loopback",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const { code, stdout, stderr } = await namespace.run(
    ["env", "-i", ...BINARY_PROGRAM.argv(...QUESTION)],
    { cwd: "/" },
  );
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "127.0.0.1");
});

binaryTest({
  name: "the binary works for a plain user after setcap, and only then",
  namespaces: true,
  tools: ["setcap", "setpriv"],
}, async () => {
  await using namespace = await Namespace.open();
  await withCopy(async (path) => {
    const ask = () => namespace.run(asPlainUser(["env", "-i", path, ...QUESTION]), { cwd: "/" });
    assertEquals((await ask()).code, 4);
    await mustRun(["setcap", "cap_net_raw+ep", path]);
    const { code, stderr } = await ask();
    assertEquals([code, stderr], [0, ""]);
  });
});

binaryTest({
  name:
    "the binary reads nothing in the temporary folder, where anyone could have put a program or a code cache",
  tools: ["mkfifo"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-temporary-" });
  try {
    await withCopy(async (binary) => {
      // A pipe without a writer: a binary that opens one to read hangs, and the time-out shows it.
      const planted = `${folder}/deno-compile-icmptime`;
      await Deno.mkdir(planted);
      const names = ["start.ts", "load.ts", "icmptime.script", "icmptime.cache"];
      const pipes = [`${planted}.cache`, ...names.map((name) => `${planted}/${name}`)];
      await mustRun(["mkfifo", ...pipes]);
      const { code, stdout } = await runCommand([binary, "--version"], { env: { TMPDIR: folder } });
      assertEquals(code, 0);
      assertStringIncludes(stdout, "icmptime ");
      assertEquals([...Deno.readDirSync(folder)].length, 2);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
