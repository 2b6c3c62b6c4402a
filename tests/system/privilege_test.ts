// Giving up root cannot be undone, so each case runs in its own process.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { asPlainUser } from "../support/program.ts";
import { reachable } from "../support/reachable.ts";
import { type CommandResult, runCommand } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";

/** Every user can read it, so that code may run as any. */
const module = `file://${reachable(`${PROJECT_FOLDER}ffi`)}/mod.ts`;
const deno = reachable(Deno.execPath());

/** Runs code that has everything of ffi/mod.ts as `ffi`, by way of the command `prefix`. */
function runDropping(
  code: string,
  { prefix = [], env = {} }: {
    readonly prefix?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<CommandResult> {
  const argv = [deno, "eval", `import * as ffi from "${module}";\n${code}`];
  return runCommand([...prefix, ...argv], { env: { SUDO_UID: "", SUDO_GID: "", ...env } });
}

/** Drops, then prints who every thread of the process is. */
const dropAndTell = `
  await ffi.resolveName("127.0.0.1"); // so that there are threads for waiting
  using before = ffi.RawSocket.open();
  const identity = ffi.dropPrivilege();
  const threads = [...Deno.readDirSync("/proc/self/task")].flatMap(({ name }) => {
    let status;
    try {
      status = Deno.readTextFileSync("/proc/self/task/" + name + "/status");
    } catch {
      return []; // It has ended since it was listed.
    }
    const field = (key) => status.match(new RegExp("^" + key + ":[ \\\\t]*(.*?)[ \\\\t]*$", "m"))[1];
    return [["Uid", "Gid", "Groups", "CapPrm", "CapEff", "CapInh", "CapAmb"].map((key) =>
      field(key).replaceAll(/\\s+/g, " ")).join("|")];
  });
  let reopened = "opened";
  try { ffi.RawSocket.open().close(); } catch (error) { reopened = error.code; }
  const sent = before.send([{
    destination: 0x7f000001, key: 1,
    bytes: Uint8Array.of(0x45,0,0,40, 0,0,0,0, 64,1,0,0, 0,0,0,0, 127,0,0,1,
      13,0,0xf2,0xff, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0),
  }])[0].ok;
  await before.wait(5000);
  console.log(JSON.stringify({
    identity, threads: [...new Set(threads)], count: threads.length, reopened, sent,
    heard: before.receive().length + before.receiveTransmitStamps().length > 0,
    capabilities: ffi.readNetworkCapabilities(), again: ffi.dropPrivilege() === undefined,
  }));`;

/** A namespace of the process's own, with its loopback up. */
const alone = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"];

interface Case {
  readonly name: string;
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly userId: number;
  readonly groupId: number;
}

const cases: readonly Case[] = [
  { name: "root becomes nobody", userId: 65_534, groupId: 65_534 },
  {
    name: "root by sudo becomes the user who called it",
    env: { SUDO_UID: "1234", SUDO_GID: "1235" },
    userId: 1234,
    groupId: 1235,
  },
  {
    name: "root by sudo of root becomes nobody",
    env: { SUDO_UID: "0", SUDO_GID: "0" },
    userId: 65_534,
    groupId: 65_534,
  },
  {
    name: "a group of root is not kept",
    env: { SUDO_UID: "1234", SUDO_GID: "0" },
    userId: 1234,
    groupId: 65_534,
  },
  {
    name: "nonsense in SUDO_UID means nobody, not root",
    env: { SUDO_UID: "4294967296", SUDO_GID: "-1" },
    userId: 65_534,
    groupId: 65_534,
  },
  {
    name: "the largest number, which would mean no change, means nobody",
    env: { SUDO_UID: "4294967295", SUDO_GID: "4294967295" },
    userId: 65_534,
    groupId: 65_534,
  },
  {
    name: "a set-uid program becomes its real user, whatever SUDO_UID says",
    prefix: ["setpriv", "--ruid=1300", "--rgid=1301", "--keep-groups"],
    env: { SUDO_UID: "1234", SUDO_GID: "1235" },
    userId: 1300,
    groupId: 1301,
  },
];

for (const { name, prefix = [], env = {}, userId, groupId } of cases) {
  systemTest({ name, namespaces: true, tools: ["setpriv", "unshare"] }, async () => {
    const { stdout, stderr } = await runDropping(dropAndTell, {
      prefix: [...alone, ...prefix],
      env,
    });
    assert(stdout !== "", stderr);
    const { count, ...told } = JSON.parse(stdout);
    assert(count > 3, `only ${count} threads: too few to show that all of them changed`);
    const ids = (id: number) => Array(4).fill(id).join(" ");
    const none = "0000000000000000";
    assertEquals(told, {
      identity: { userId, groupId },
      threads: [`${ids(userId)}|${ids(groupId)}||${none}|${none}|${none}|${none}`],
      reopened: "EPERM",
      sent: true,
      heard: true,
      capabilities: { netRaw: false, netAdmin: false },
      again: true,
    });
  });
}

systemTest(
  { name: "without root, nothing is given up", root: true, tools: ["setpriv"] },
  async () => {
    const prefix = ["setpriv", "--reuid=1400", "--regid=1401", "--clear-groups"];
    const code = `console.log(ffi.dropPrivilege(), Deno.uid(), Deno.gid());`;
    const env = { SUDO_UID: "1234", DENO_DIR: "/nonexistent" };
    const { stdout, stderr } = await runDropping(code, { prefix, env });
    assertEquals(stdout.trim(), "undefined 1400 1401", stderr);
  },
);

systemTest({
  name: "where capabilities would outlive root, that is an error",
  root: true,
  tools: ["setpriv"],
}, async () => {
  const prefix = ["setpriv", "--securebits=+no_setuid_fixup"];
  const { code, stdout, stderr } = await runDropping(
    `ffi.dropPrivilege(); console.log("went on");`,
    { prefix },
  );
  assertEquals([code === 0, stdout], [false, ""]);
  assertMatch(stderr, /Cannot give up root: .* kept after all/);
});

systemTest({ name: "a plain user has no network capabilities, root has", root: true }, async () => {
  const code = "console.log(JSON.stringify(ffi.readNetworkCapabilities()));";
  const env = { DENO_DIR: "/nonexistent" };
  const asRoot = await runDropping(code);
  assertEquals(JSON.parse(asRoot.stdout), { netRaw: true, netAdmin: true });
  const asNobody = await runDropping(code, { prefix: asPlainUser([]), env });
  assertEquals(JSON.parse(asNobody.stdout), { netRaw: false, netAdmin: false });
});
