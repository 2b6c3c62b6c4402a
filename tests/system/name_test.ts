// Names go through the C library: /etc/hosts and nsswitch.conf count. Each case has its own /etc files.

import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";

const module = new URL("../../ffi/mod.ts", import.meta.url).href;
const hosts = `127.0.0.1 localhost
198.18.0.7 seven.test seven
198.18.0.8 seven.test
2001:db8::7 six.test
`;

/** Runs code where /etc/hosts is `hosts`, and the only name server is a silent one on loopback. */
async function runWithNames(code: string): Promise<unknown> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-names-" });
  try {
    await Deno.writeTextFile(`${folder}/hosts`, hosts);
    await Deno.writeTextFile(
      `${folder}/resolv.conf`,
      "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    );
    await Deno.writeTextFile(`${folder}/nsswitch.conf`, "hosts: files dns\n");
    const script = `ip link set lo up
      for file in hosts resolv.conf nsswitch.conf; do mount --bind "$0/$file" "/etc/$file"; done
      exec "$@"`;
    const enter = ["unshare", "-n", "-m", "--propagation", "private", "sh", "-ec", script, folder];
    const program = `import { resolveName, lookUpAddress } from "${module}";
      const print = (value) => console.log(JSON.stringify(value));
      ${code}`;
    const argv = [...enter, Deno.execPath(), "eval", program];
    const { code: exitCode, stdout, stderr } = await runCommand(argv);
    assertEquals([exitCode, stderr], [0, ""]);
    return JSON.parse(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const requirements = { namespaces: true, tools: ["unshare", "mount"] };

systemTest(
  { name: "a name has all its addresses, in the resolver's order", ...requirements },
  async () => {
    const code = `print(await Promise.all(["seven.test", "198.18.0.9"].map(resolveName)));`;
    assertEquals(await runWithNames(code), [
      { ok: true, addresses: [0xc612_0007, 0xc612_0008] },
      { ok: true, addresses: [0xc612_0009] },
    ]);
  },
);

systemTest(
  { name: "a name with IPv6 only is distinguished from one that does not exist", ...requirements },
  async () => {
    const code = `print(await Promise.all(["six.test", "2001:db8::1"].map(resolveName)));`;
    assertEquals(
      await runWithNames(code),
      Array(2).fill({
        ok: false,
        reason: "no-ipv4",
        message: "no IPv4 address",
      }),
    );
  },
);

systemTest({ name: "what does not resolve says why", ...requirements }, async () => {
  const code = `print(await Promise.all(["", "a..b", "x".repeat(70)].map(resolveName)));`;
  for (const each of await runWithNames(code) as { reason: string; message: string }[]) {
    assertEquals(each.reason, "unresolved");
    assertMatch(each.message, /Name or service not known|No address associated/);
  }
});

systemTest(
  { name: "a silent name server does not stop the event loop", ...requirements },
  async () => {
    const code = `
    // A name server that receives and never answers.
    const { createSocket } = await import("node:dgram");
    const silent = createSocket("udp4");
    await new Promise((resolve) => silent.bind(53, "127.0.0.1", resolve));
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const resolution = await resolveName("slow.test");
    clearInterval(timer);
    silent.close();
    print({ ...resolution, turned: turns > 2 });`;
    assertEquals(await runWithNames(code), {
      ok: false,
      reason: "unresolved",
      message: "Temporary failure in name resolution",
      turned: true,
    });
  },
);

systemTest({ name: "an address has its name, or none", ...requirements }, async () => {
  const code = `print([await lookUpAddress(0xc6120007), await lookUpAddress(0xc61200ff) ?? null]);`;
  assertEquals(await runWithNames(code), ["seven.test", null]);
});

systemTest({ name: "a name with a zero in it is our own mistake", ...requirements }, async () => {
  const code = `print(await resolveName("a\\0b").catch((error) => error.name));`;
  assertEquals(await runWithNames(code), "TypeError");
});
