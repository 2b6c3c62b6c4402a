/** Surroundings that no program should meet, and does: it works, or says in one line why not. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hideFolders } from "../support/hidden_folders.ts";
import { Namespace } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest, programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";

programTest({
  name: "ping: variables that are not UTF-8 do not matter, and root becomes nobody",
  namespaces: true,
  tools: ["bash"],
}, async (program) => {
  await using namespace = await Namespace.open();
  const argv = program.argv("--json", "--loop", "-i", "50ms", "127.0.0.1");
  const names = ["SUDO_UID", "SUDO_GID", "NO_COLOR", "NAME"];
  const script = `export ${names.map((name) => `${name}=$'12\\xff34'`).join(" ")}; exec "$@"`;
  await using ping = namespace.spawn(["bash", "-c", script, "bash", ...argv]);
  await ping.output(/"type":"reply"/);
  const status = await Deno.readTextFile(`/proc/${ping.pid}/status`);
  assertMatch(status, /^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
  assertMatch(status, /^Gid:\s+65534\s+65534\s+65534\s+65534$/m);
  ping.sendSignal("SIGINT");
  assertEquals((await ping.result()).code, 0);
});

for (const folder of ["/etc", "/sys", "/dev"]) {
  programTest({
    name: `ping: it works without ${folder}`,
    namespaces: true,
    tools: ["unshare"],
  }, async (program) => {
    await using namespace = await Namespace.open();
    const script = 'mount -t tmpfs none "$0" && exec "$@"';
    const argv = program.argv("-c", "2", "-i", "20ms", "127.0.0.1");
    const { code, stdout, stderr } = await namespace.run(
      ["unshare", "--mount", "sh", "-c", script, folder, ...argv],
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^2 sent, 2 received, 0 % loss$/m);
  });
}

const SURROUNDINGS: readonly (readonly [name: string, script: string])[] = [
  ["with a /tmp that takes nothing", hideFolders(["/tmp"])],
  ["where the processes of others are hidden (hidepid)", "mount -t proc -o hidepid=2 none /proc"],
  [
    "where /proc is read-only",
    "mount -t proc -o ro none /proc",
  ],
];

for (const [name, script] of SURROUNDINGS) {
  binaryTest({
    name: `ping, scan and doctor: they work ${name}`,
    namespaces: true,
    tools: ["unshare"],
  }, async () => {
    await using namespace = await Namespace.open();
    const run = (...words: readonly string[]) =>
      namespace.run([
        ...["unshare", "--mount", "sh", "-c", `${script} && exec "$@"`, "sh"],
        ...BINARY_PROGRAM.argv(...words),
      ]);
    const ping = await run("-c", "2", "-i", "20ms", "127.0.0.1");
    assertEquals([ping.code, ping.stderr], [0, ""]);
    assertMatch(ping.stdout, /^2 sent, 2 received, 0 % loss$/m);
    const scan = await run("scan", "--cooldown", "1s", "127.0.0.0/28");
    assertEquals([scan.code, scan.stdout.trim().split("\n").length], [0, 16], scan.stderr);
    const doctor = await run("doctor", "--json", "127.0.0.1");
    assertEquals(doctor.code, 0, doctor.stdout + doctor.stderr);
  });
}

/** The runtime needs 12 descriptors before the program begins. */
const LIMITS = [13, 14, 15, 16, 17, 18, 19, 20, 24];

binaryTest({
  name: "ping: with few descriptors it works, or ends with one line, code 4",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const codes = new Set<number>();
  for (const limit of LIMITS) {
    const argv = BINARY_PROGRAM.argv("-c", "1", "127.0.0.1");
    const script = 'ulimit -n "$0" && exec "$@"';
    const { code, stdout, stderr } = await namespace.run(["sh", "-c", script, `${limit}`, ...argv]);
    codes.add(code);
    if (code === 0) assertMatch(stdout, /^1 sent, 1 received/m);
    else {
      assertEquals([limit, code, stdout], [limit, 4, ""]);
      assertComplaint(stderr, /^icmptime: Cannot .*: Too many open files \(EMFILE\)$/m);
    }
  }
  assert(codes.has(0) && codes.has(4), `only code ${[...codes].join()}`);
});
