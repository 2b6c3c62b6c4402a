/** Capabilities are given up where root cannot become another user, and those of a file (setcap). */

import { assertEquals, assertMatch } from "@std/assert";
import { mustRun, runCommand, RunningCommand } from "../support/command.ts";
import { asPlainUser, BINARY_PROGRAM, binaryTest, programTest } from "../support/program.ts";
import { assertComplaint, readFindings, readRecords } from "../support/records.ts";

/** A new namespace with its loopback up, then the command. */
const alone = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
/** The same, as root of a user namespace in which there is one user. */
const aloneAsOnlyUser = ["unshare", "-Urn", ...alone.slice(2)];

/** What /proc says of the main thread: whether it has a capability left, and no_new_privs. */
async function mainThread(pid: number): Promise<Record<string, string>> {
  const status = await Deno.readTextFile(`/proc/${pid}/task/${pid}/status`);
  const keys = ["CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs"];
  return Object.fromEntries(keys.map((key) => [
    key,
    status.match(new RegExp(`^${key}:\\s*(\\w+)$`, "m"))?.[1] ?? "?",
  ]));
}

const NONE = "0000000000000000";
const ALL_GIVEN_UP = { CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapAmb: NONE, NoNewPrivs: "1" };
/** So that root itself calls, however the tests were started. */
const env = { SUDO_UID: "", SUDO_GID: "" };

const FIXED_ROOTS: readonly {
  readonly name: string;
  readonly prefix: readonly string[];
  readonly remark: string;
}[] = [
  {
    name: "without CAP_SETUID and CAP_SETGID",
    prefix: [
      ...alone,
      "capsh",
      "--drop=cap_setuid,cap_setgid",
      "--",
      "-c",
      'exec "$@"',
      "sh",
    ],
    remark: "stays root: CAP_SETUID is missing; the main thread gave up capabilities",
  },
  {
    name: "without CAP_SETGID",
    prefix: [...alone, "capsh", "--drop=cap_setgid", "--", "-c", 'exec "$@"', "sh"],
    remark: "stays root: CAP_SETGID is missing; the main thread gave up capabilities",
  },
  {
    name: "in a user namespace without other users",
    prefix: aloneAsOnlyUser,
    remark: "stays root: no user 65534 in this namespace; the main thread gave up capabilities",
  },
];

for (const { name, prefix, remark } of FIXED_ROOTS) {
  programTest({
    name: `root ${name}: ping runs, says what of root is left, and doctor says the same`,
    namespaces: true,
    tools: ["capsh", "unshare"],
  }, async (program) => {
    const argv = program.argv("--json", "--loop", "-i", "50ms", "127.0.0.1");
    await using ping = RunningCommand.spawn([...prefix, ...argv], { env });
    await ping.output(/"type":"reply"[^]*"type":"reply"/);
    assertEquals(await mainThread(ping.pid), ALL_GIVEN_UP);
    ping.sendSignal("SIGINT");
    const { code, stderr } = await ping.result();
    assertEquals([code, stderr], [0, `icmptime: ${remark}\n`]);
    const doctor = await runCommand([...prefix, ...program.argv("doctor", "--json")], { env });
    const { check, state, detail } = readFindings(doctor.stdout).at(-1) ?? {};
    assertEquals([doctor.code, doctor.stderr], [0, ""]);
    assertEquals([check, state, detail], ["root", "warn", remark]);
  });
}

const EVERY_COMMAND: readonly (readonly string[])[] = [
  ["clock", "-c", "3", "-i", "20ms", "127.0.0.1"],
  ["fping", "-c", "1", "127.0.0.1"],
  ["scan", "--raw-socket", "--cooldown", "50ms", "127.0.0.1"],
  ["scan", "--dry-run", "127.0.0.1"],
];

for (const words of EVERY_COMMAND) {
  programTest({
    name: `root that cannot become another user: it runs: ${words.join(" ")}`,
    namespaces: true,
    tools: ["unshare"],
  }, async (program) => {
    const argv = [...aloneAsOnlyUser, ...program.argv(...words)];
    const { code, stderr } = await runCommand(argv, { env });
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^icmptime: stays root: no user 65534 in this namespace;/m);
  });
}

programTest({
  name: "root that cannot become another user: it runs: tsping",
  namespaces: true,
  tools: ["unshare"],
}, async (program) => {
  const argv = [...aloneAsOnlyUser, ...program.argv("tsping", "127.0.0.1")];
  await using tsping = RunningCommand.spawn(argv, { env });
  await tsping.output(/127\.0\.0\.1[^\n]*\n[^\n]*127\.0\.0\.1/);
  assertEquals(await mainThread(tsping.pid), ALL_GIVEN_UP);
});

binaryTest({
  name: "a plain user who is root of a user namespace: ping runs and nothing needs saying",
  root: true,
  tools: ["setpriv", "unshare"],
}, async () => {
  const argv = asPlainUser([
    ...aloneAsOnlyUser,
    ...BINARY_PROGRAM.argv("--json", "-c", "1", "127.0.0.1"),
  ]);
  const { code, stdout, stderr } = await runCommand(argv, { env });
  assertEquals([code, stderr, readRecords(stdout).end.received], [0, "", 1]);
});

/** Runs `test` with the path of a copy of the binary that has CAP_NET_RAW by setcap(8). */
async function withSetcap(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-setcap-" });
  try {
    const path = `${folder}/icmptime`;
    await Deno.chmod(folder, 0o755);
    await Deno.copyFile(BINARY_PROGRAM.argv()[0] as string, path);
    await Deno.chmod(path, 0o755);
    await mustRun(["setcap", "cap_net_raw+ep", path]);
    await test(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const asUser = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const CAPABILITY_TOOLS = {
  namespaces: true,
  tools: ["setcap", "setpriv", "unshare"],
} as const;

binaryTest({
  name: "setcap: once the socket is open, the thread that reads packets has no capability left",
  ...CAPABILITY_TOOLS,
}, async () => {
  await withSetcap(async (path) => {
    const argv = [...alone, ...asUser, path, "--json", "--loop", "-i", "50ms", "127.0.0.1"];
    await using ping = RunningCommand.spawn(argv, { env });
    await ping.output(/"type":"reply"[^]*"type":"reply"/);
    assertEquals(await mainThread(ping.pid), ALL_GIVEN_UP);
    // The other threads that V8 started earlier may keep that one capability, none more.
    for (const { name } of [...Deno.readDirSync(`/proc/${ping.pid}/task`)]) {
      const path = `/proc/${ping.pid}/task/${name}/status`;
      const status = await Deno.readTextFile(path).catch(() => "");
      // A thread that has ended since it was listed.
      if (status === "") continue;
      assertMatch(status, /^CapEff:\s*0{12}[02]000$/m);
    }
    ping.sendSignal("SIGINT");
    const { code, stderr } = await ping.result();
    assertEquals([code, stderr], [0, ""]);
  });
});

binaryTest({
  name: "setcap, started with no_new_privs: the cure names it, and doctor does; code 4",
  ...CAPABILITY_TOOLS,
}, async () => {
  await withSetcap(async (path) => {
    // Two programs: the first leaves the capabilities of root behind, which would count as old ones.
    const prefix = [...alone, ...asUser, "setpriv", "--no-new-privs", path];
    const cure = /EPERM\)\. The capability of this file \(setcap\) does not count, .*no_new_privs/;
    const ping = await runCommand([...prefix, "-c", "1", "127.0.0.1"], { env });
    assertEquals([ping.code, ping.stdout], [4, ""]);
    assertComplaint(ping.stderr, cure);
    const doctor = await runCommand([...prefix, "doctor", "--json"], { env });
    assertEquals(doctor.code, 4);
    assertMatch(doctor.stdout, cure);
    // The cure that it names.
    const ambient = ["--inh-caps=+net_raw", "--ambient-caps=+net_raw"];
    const cured = [...alone, ...asUser, ...ambient, "setpriv", "--no-new-privs", path];
    const { code, stderr } = await runCommand([...cured, "-c", "1", "127.0.0.1"], { env });
    assertEquals([code, stderr], [0, ""]);
  });
});
