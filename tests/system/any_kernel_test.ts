/**
 * What must work on every kernel, whatever else does: few runs, so that they fit into a virtual machine that is emulated
 * (`deno task test:kernels`). The compiled binary is tested where there is one, else the source.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { readBinaryAge } from "../../tools/binary_age.ts";
import { mustRun } from "../support/command.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../support/program.ts";
import { readFindings, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const hasBinary = readBinaryAge() !== "missing";
const PROGRAM = hasBinary ? BINARY_PROGRAM : SOURCE_PROGRAM;
const BLOCK = "198.18.0.0/20", ADDRESSES = 4096;
/** For a machine that is emulated, on one that is busy. */
const PATIENCE = { timeoutMs: 300_000 } as const;

systemTest(
  { name: "any kernel: ping and clock, with the kernel's stamps", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const run = (...words: readonly string[]) =>
      pair.near.run(PROGRAM.argv(...words, pair.farAddress), PATIENCE);
    const ping = await run("--json", "-c", "5", "-i", "50ms", "-W", "10s");
    const { run: begin, replies, end } = readRecords(ping.stdout);
    assertEquals([ping.code, ping.stderr], [0, ""]);
    assertEquals([begin["stamp_source"], end.sent, end.received], ["kernel", 5, 5]);
    for (const { rtt_ms, stamp_source } of replies as readonly Record<string, unknown>[]) {
      assertEquals(stamp_source, "kernel");
      assert(Number(rtt_ms) > 0 && Number(rtt_ms) < 10_000, `${rtt_ms} ms`);
    }
    const clock = await run("clock", "--json", "-c", "5", "-i", "50ms");
    const result = clock.stdout.trim().split("\n").map((line) => JSON.parse(line))
      .findLast((record) => "offset_lower_ms" in record);
    assertEquals(clock.code, 0, clock.stderr);
    // Both ends have one clock.
    assert(result.offset_lower_ms <= 0 && result.offset_upper_ms >= 0, clock.stdout);
  },
);

for (const path of [[], ["--raw-socket"]]) {
  systemTest({
    name: `any kernel: ${["scan", ...path].join(" ")} finds 4,096 of 4,096`,
    namespaces: true,
  }, async () => {
    await using pair = await VethPair.open();
    await pair.ownBlock(BLOCK);
    const words = ["--json", "--include-reserved", "--rate", "2000", "--cooldown", "2s", ...path];
    const argv = PROGRAM.argv("scan", ...words, BLOCK);
    const { code, stdout, stderr } = await pair.near.run(argv, PATIENCE);
    const { replies, end } = readRecords(stdout);
    assertEquals([code, end.sent, end.reason], [0, ADDRESSES, "complete"], stderr);
    assertEquals(new Set(replies.map(({ address }) => address)).size, ADDRESSES);
  });
}

systemTest(
  { name: "any kernel: root is given up, and signals are served", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const argv = PROGRAM.argv("--loop", "-i", "100ms", "127.0.0.1");
    await using ping = namespace.spawn(argv, PATIENCE);
    await ping.output(/seq=2/);
    const status = await Deno.readTextFile(`/proc/${ping.pid}/status`);
    assertMatch(status, /^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
    for (const set of ["Inh", "Prm", "Eff", "Amb"]) {
      assertMatch(status, new RegExp(`^Cap${set}:\\s+0+$`, "m"));
    }
    assertMatch(status, /^NoNewPrivs:\s+1$/m);
    ping.sendSignal("SIGQUIT");
    await ping.output(/received/);
    ping.sendSignal("SIGINT");
    const { code, stdout } = await ping.result();
    assertEquals(code, 0);
    assertMatch(stdout, /^(\d+) sent, \1 received, 0 % loss$/m);
  },
);

systemTest({ name: "any kernel: doctor finds nothing that fails", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  const argv = PROGRAM.argv("doctor", "--json", pair.farAddress);
  const { code, stdout, stderr } = await pair.near.run(argv, PATIENCE);
  const findings = readFindings(stdout);
  assertEquals([code, stderr, findings.filter(({ state }) => state === "fail")], [0, "", []]);
  assertEquals(findings.find(({ check }) => check === "stamps")?.state, "ok");
});

if (hasBinary) {
  systemTest({
    name: "any kernel: setcap, and echo without any privilege",
    namespaces: true,
    tools: ["setcap", "setpriv"],
  }, async () => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-setcap-" });
    try {
      await Deno.chmod(folder, 0o755);
      const path = `${folder}/icmptime`;
      await Deno.copyFile(BINARY_PROGRAM.argv()[0] as string, path);
      await Deno.chmod(path, 0o755);
      const asUser = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", path];
      await mustRun(["setcap", "cap_net_raw+ep", path]);
      const words = ["-c", "2", "-i", "50ms", "127.0.0.1"];
      const withFile = await namespace.run([...asUser, ...words], PATIENCE);
      assertEquals([withFile.code, withFile.stderr], [0, ""]);
      await mustRun(["setcap", "-r", path]);
      await namespace.sysctl("net/ipv4/ping_group_range", "0 2147483647");
      const echo = await namespace.run([...asUser, "--echo", ...words], PATIENCE);
      assertEquals([echo.code, echo.stderr], [0, ""]);
      assertMatch(echo.stdout, /^2 sent, 2 received, 0 % loss$/m);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
