/** The package for npm: packed, then run by npx from the file, as the README of the package says. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun, RunningCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { systemTest } from "../support/tools.ts";

systemTest({
  name: "npm package: npx runs it from its file, and signals and exit codes pass through",
  namespaces: true,
  tools: ["npm", "npx", "node"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-npm-" });
  try {
    await mustRun([
      ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-all", "tools/package.ts"],
      ...["npm", "--output", folder],
    ], { cwd: PROJECT_FOLDER, timeoutMs: 120_000 });
    const [{ name: file } = { name: "" }] = [...Deno.readDirSync(folder)];
    assertMatch(file, /^icmptime-\d+\.\d+\.\d+\.tgz$/);

    // npm fetches the runtime. After this, nothing more is needed of the network.
    // A cache of its own, since npx keeps what it installed for ever.
    const env = { npm_config_cache: `${folder}/cache` };
    const options = { cwd: folder, env, timeoutMs: 300_000 };
    const version = await mustRun(["npx", "--yes", `./${file}`, "--version"], options);
    assertMatch(version.stdout, /^icmptime \d/);

    await using namespace = await Namespace.open();
    const offline = ["npx", "--offline", "--yes", `./${file}`];
    const asked = await namespace.run([...offline, "-c", "1", "127.0.0.1"], options);
    assertEquals([asked.code, asked.stderr], [0, ""]);
    assertStringIncludes(asked.stdout, "1 sent, 1 received");
    const wrong = await namespace.run([...offline, "--no-such-option"], options);
    assertEquals(wrong.code, 3);

    await mustRun(["npm", "install", "--offline", "--silent", "--prefix", folder, file], options);
    const argv = [`${folder}/node_modules/.bin/icmptime`, "--loop", "-i", "50ms", "127.0.0.1"];
    using _inside = namespace.enter();
    await using running = RunningCommand.spawn(argv);
    await running.output(/seq=2/);
    running.sendSignal("SIGTERM");
    const ended = await running.result();
    assertEquals([ended.code, ended.signal], [0, null]);
    assertStringIncludes(ended.stdout, "0 % loss");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
