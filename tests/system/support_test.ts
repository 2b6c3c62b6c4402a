/** The tests' own ground: namespaces that vanish, cables that carry, programs that are ended. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { mustRun, runCommand, RunningCommand } from "../support/command.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { asPlainUser, withoutNetRaw } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

async function namespaceNames(): Promise<string[]> {
  const { stdout } = await mustRun(["ip", "netns", "list"]);
  return stdout.split("\n").map((line) => line.split(" ")[0] ?? "");
}

systemTest(
  { name: "a namespace is gone after its test, also a failed one", namespaces: true },
  async () => {
    let name = "";
    await assertRejects(
      async () => {
        await using namespace = await Namespace.open();
        name = namespace.name;
        assertEquals((await namespaceNames()).includes(name), true);
        namespace.spawn(["sleep", "60"]);
        throw new Error("the test fails");
      },
      Error,
      "the test fails",
    );
    assertEquals((await namespaceNames()).includes(name), false);
  },
);

systemTest(
  { name: "a pair carries a block of addresses", namespaces: true, tools: ["ping"] },
  async () => {
    await using pair = await VethPair.open();
    const ping = ["ping", "-n", "-c", "1", "-W", "2", "198.19.3.4"];
    assertEquals((await pair.near.run(ping)).code === 0, false);
    await pair.ownBlock("198.18.0.0/15");
    assertEquals((await pair.near.run(ping)).code, 0);
  },
);

systemTest({
  name: "entering a namespace moves the thread, and leaving moves it back",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const where = () => Deno.readLinkSync("/proc/thread-self/ns/net");
  const home = where();
  {
    using _inside = namespace.enter();
    assertEquals(where() === home, false);
  }
  assertEquals(where(), home);
});

systemTest({
  name: "a plain user and a root without raw sockets hold no CAP_NET_RAW",
  root: true,
  tools: ["setpriv"],
}, async () => {
  const capabilities = ["grep", "CapEff", "/proc/self/status"];
  const effective = async (argv: readonly string[]) => {
    const { stdout } = await mustRun(argv);
    return BigInt(`0x${stdout.trim().split(/\s+/)[1] ?? ""}`);
  };
  const netRaw = 1n << 13n;
  assertEquals(await effective(asPlainUser(capabilities)), 0n);
  assertEquals(await effective(withoutNetRaw(capabilities)) & netRaw, 0n);
  assertEquals(await effective(capabilities) & netRaw, netRaw);
});

systemTest({ name: "a program's exit code, outputs and input are passed on" }, async () => {
  const result = await runCommand(["sh", "-c", "cat; echo no >&2; exit 3"], { stdin: "yes" });
  assertEquals(result, { code: 3, signal: null, stdout: "yes", stderr: "no\n" });
});

systemTest({ name: "a signal ends a program, and the result names it" }, async () => {
  await using command = RunningCommand.spawn(["sh", "-c", "echo ready; exec sleep 60"]);
  await command.output(/ready/);
  command.sendSignal("SIGINT");
  assertEquals((await command.result()).signal, "SIGINT");
});

systemTest({ name: "a program that hangs is killed at its time-out" }, async () => {
  const error = await assertRejects(
    () => runCommand(["sleep", "60"], { timeoutMs: 300 }),
    Error,
  );
  assertStringIncludes(error.message, "killed at its time-out");
});
