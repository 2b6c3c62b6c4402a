/**
 * Confined as by AppArmor or SELinux: files of the machine are there and refused, families of sockets are refused as a policy does
 * (EACCES), and all that the program can do without is missing at the same time.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest } from "../support/program.ts";
import { readFindings, readRecords } from "../support/records.ts";
import { buildSandbox, type Refusal } from "../support/seccomp.ts";

const BLOCK = "198.18.0.0/28", HOSTS = 16, HOST = "198.18.0.1";
const TOOLS = { namespaces: true, tools: ["gcc", "setpriv", "unshare"] } as const;
/** A plain user with one capability, as a profile would confine it. */
const AS_USER = [
  ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"],
  ...["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"],
];
/** Folders that may not be entered. */
const FORBIDDEN = ["/etc", "/proc/sys", "/sys", "/run", "/home", "/root", "/tmp"];

const socketOptions: readonly (readonly [level: string, option: string])[] = [
  ...["SO_TIMESTAMPING", "SO_TIMESTAMPNS", "SO_RXQ_OVFL", "SO_ATTACH_FILTER", "SO_RCVBUF"].map((
    name,
  ) => ["SOL_SOCKET", name] as const),
  ...["SO_RCVBUFFORCE", "SO_SNDBUF", "SO_SNDBUFFORCE"].map((name) => ["SOL_SOCKET", name] as const),
  ["IPPROTO_IP", "IP_RECVERR"],
];

/** All that a run can do without. */
const REFUSALS: readonly Refusal[] = [
  ...["AF_NETLINK", "AF_PACKET", "AF_UNIX", "AF_INET6"].map((name): Refusal => ({
    call: "socket",
    with: { 0: name },
    error: "EACCES",
  })),
  ...socketOptions.map(([level, name]): Refusal => ({
    call: "setsockopt",
    with: { 1: level, 2: name },
    error: "EACCES",
  })),
  { call: "getsockopt", with: { 1: "SOL_SOCKET", 2: "SO_MEMINFO" }, error: "EACCES" },
  ...["adjtimex", "clock_adjtime", "capset", "setresuid", "setresgid", "setgroups"].map((call) => ({
    call,
    error: "EPERM",
  })),
];

interface Confined {
  readonly pair: VethPair;
  run(...words: readonly string[]): ReturnType<VethPair["near"]["run"]>;
}

/** Runs `test` with hosts behind a gateway, and the binary where nothing of the machine may be read, and in a filter of refusals. */
async function confine(
  refuse: readonly Refusal[],
  test: (confined: Confined) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "icmptime-confined-" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.mkdir(`${folder}/nothing`, { mode: 0o700 });
    const binary = `${folder}/icmptime`;
    await Deno.copyFile(BINARY_PROGRAM.argv()[0] as string, binary);
    await Deno.chmod(binary, 0o755);
    const box = refuse.length === 0 ? [] : await buildSandbox(folder, "sandbox", { refuse });
    const script = FORBIDDEN.map((name) => `mount --bind ${folder}/nothing ${name} && `).join("");
    await using pair = await VethPair.open();
    await pair.ownBlock(BLOCK);
    const prefix = ["unshare", "--mount", "sh", "-c", `${script} exec "$@"`, "sh", ...AS_USER];
    const run = (...words: readonly string[]) =>
      pair.near.run([...prefix, ...box, binary, ...words], { env: { HOME: "/root" } });
    await test({ pair, run });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

binaryTest({
  name: "confined: where no file of the machine may be read, every command works",
  ...TOOLS,
}, async () => {
  await confine([], async ({ run }) => {
    const commands: readonly (readonly [words: readonly string[], said: RegExp])[] = [
      [["-c", "2", "-i", "20ms", HOST], /^2 sent, 2 received, 0 % loss$/m],
      [["--echo", "-c", "1", HOST], /^1 sent, 1 received, 0 % loss$/m],
      [["clock", "-c", "3", "-i", "20ms", HOST], /^ +offset/m],
      [["fping", "-c", "1", HOST], /^198\.18\.0\.1 +: \[0\]/m],
      [["scan", "--include-reserved", "--cooldown", "100ms", BLOCK], /^198\.18\.0\.15$/m],
      [["audit", "--include-reserved", BLOCK], /^16 of 16 hosts answer/m],
      [["trace", HOST], /answers/],
    ];
    for (const [words, said] of commands) {
      const { code, stdout, stderr } = await run(...words);
      assertEquals(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
      assertMatch(stdout, said);
      assert(!/error|panic|at file:/i.test(stderr), stderr);
    }
    const file = await run("-c", "1", "-o", "/tmp/out.json", HOST);
    assertEquals(
      file.stderr,
      "icmptime: Cannot write to /tmp/out.json: Permission denied (EACCES)\n",
    );
    const name = await run("-c", "1", "host.example");
    assertEquals(name.code, 2, name.stderr);
    assertMatch(name.stderr, /^icmptime: Cannot resolve host\.example: .*\n$/);
  });
});

binaryTest({
  name: "confined: with all missing at once, each is said once, and nothing is lost",
  ...TOOLS,
}, async () => {
  await confine(REFUSALS, async ({ run }) => {
    const ping = await run("--json", "-c", "3", "-i", "20ms", HOST);
    const { run: begin, replies, end } = readRecords(ping.stdout);
    assertEquals([ping.code, replies.length, end.sent, begin["stamp_source"]], [0, 3, 3, "user"]);
    const said = ping.stderr.trim().split("\n");
    assertEquals(new Set(said).size, said.length, ping.stderr);
    for (const part of ["SO_TIMESTAMPING", "SO_RXQ_OVFL", "IP_RECVERR", "a packet filter"]) {
      assertEquals(said.filter((line) => line.includes(part)).length, 1, `${part}: ${ping.stderr}`);
    }
    const scan = await run("scan", "--include-reserved", "--cooldown", "200ms", BLOCK);
    assertEquals(scan.code, 0, scan.stderr);
    assertEquals(new Set(scan.stdout.trim().split("\n")).size, HOSTS, scan.stdout);
    const doctor = await run("doctor", "--json", HOST);
    const failed = readFindings(doctor.stdout).filter(({ state }) => state === "fail");
    assertEquals([doctor.code, failed], [0, []]);
  });
});
