/** Privileges: what is missing is reported with its cure, and what is not needed any more is given up for good. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { type CommandOptions, runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import {
  asPlainUser,
  BINARY_PROGRAM,
  binaryTest,
  programTest,
  withoutNetRaw,
} from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const CURE =
  /^icmptime: Cannot open a raw socket: Operation not permitted \(EPERM\)\. .*root or CAP_NET_RAW: .*sudo.*setcap cap_net_raw\+ep.*--cap-add NET_RAW$/m;

programTest({
  name: "ping: root without CAP_NET_RAW gets the cure, code 4",
  root: true,
  tools: ["setpriv"],
}, async (program) => {
  const { code, stdout, stderr } = await runCommand(withoutNetRaw(program.argv("127.0.0.1")));
  assertEquals([code, stdout], [4, ""]);
  assertComplaint(stderr, CURE);
});

binaryTest({
  name: "ping: a plain user of the binary gets the cure, code 4",
  root: true,
  tools: ["setpriv"],
}, async () => {
  const argv = asPlainUser(BINARY_PROGRAM.argv("127.0.0.1"));
  const { code, stdout, stderr } = await runCommand(argv);
  assertEquals([code, stdout], [4, ""]);
  assertComplaint(stderr, CURE);
});

for (
  const [missing, flags] of [
    ["ffi", ["--allow-env", "--allow-read"]],
    ["env", ["--allow-ffi", "--allow-read"]],
  ] as const
) {
  systemTest({
    name: `ping: without Deno's permission for ${missing} it ends with one line, code 4`,
    namespaces: true,
  }, async () => {
    await using namespace = await Namespace.open();
    const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt"];
    const config = ["--config", `${PROJECT_FOLDER}deno.json`];
    const argv = [...deno, ...config, ...flags, `${PROJECT_FOLDER}main.ts`, "127.0.0.1"];
    const { code, stdout, stderr } = await namespace.run(argv);
    assertEquals([code, stdout], [4, ""]);
    assertComplaint(stderr, new RegExp(`--allow-${missing}`));
  });
}

/** What /proc says about every thread of a process: the distinct lines of these keys. */
async function threadIdentities(pid: number): Promise<string[]> {
  const keys = ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapAmb"];
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${name}/status`).catch(() => "");
    // A thread that has ended since it was listed.
    if (status === "") continue;
    const values = keys.map((key) => {
      const line = status.match(new RegExp(`^${key}:(.*)$`, "m"))?.[1] ?? "?";
      return `${key} ${line.trim().replaceAll(/\s+/g, " ")}`.trimEnd();
    });
    found.add(values.join(", "));
  }
  return [...found];
}

const NO_CAPABILITY = "0000000000000000";

const IDENTITIES: readonly {
  readonly name: string;
  readonly env: CommandOptions["env"];
  readonly userId: number;
  readonly groupId: number;
}[] = [
  { name: "nobody", env: { SUDO_UID: "", SUDO_GID: "" }, userId: 65534, groupId: 65534 },
  {
    name: "the user who called sudo",
    env: { SUDO_UID: "1234", SUDO_GID: "1235" },
    userId: 1234,
    groupId: 1235,
  },
  {
    name: "nobody, though SUDO_UID says root",
    env: { SUDO_UID: "0", SUDO_GID: "0" },
    userId: 65534,
    groupId: 65534,
  },
];

for (const { name, env, userId, groupId } of IDENTITIES) {
  programTest({
    name: `ping: once it runs, root has become ${name}, in every thread and for good`,
    namespaces: true,
  }, async (program) => {
    await using namespace = await Namespace.open();
    const argv = program.argv("--json", "--loop", "-i", "50ms", "127.0.0.1");
    await using ping = namespace.spawn(argv, { env: env ?? {} });
    await ping.output(/"type":"reply"[^]*"type":"reply"/);
    const four = (id: number) => Array(4).fill(id).join(" ");
    assertEquals(await threadIdentities(ping.pid), [
      `Uid ${four(userId)}, Gid ${four(groupId)}, Groups, CapInh ${NO_CAPABILITY}, ` +
      `CapPrm ${NO_CAPABILITY}, CapEff ${NO_CAPABILITY}, CapAmb ${NO_CAPABILITY}`,
    ]);
    ping.sendSignal("SIGINT");
    assertEquals((await ping.result()).code, 0);
  });
}

programTest({
  name: "ping: an empty environment, no HOME and no network do not matter",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const argv = ["env", "-i", ...program.argv("-c", "1", "127.0.0.1")];
  const { code, stdout, stderr } = await namespace.run(argv, { cwd: "/" });
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^127\.0\.0\.1: seq=0 ttl=64 rtt=/m);
  assert(!stdout.includes("\x1b"));
});
