/** Sandboxes that refuse a part of what the program would like: it says so once, and the rest works. */

import { assertEquals, assertMatch } from "@std/assert";
import { CONTAINER_CAPABILITIES, CONTAINER_FILTER } from "../support/container_filter.ts";
import { hideFolders } from "../support/hidden_folders.ts";
import { VethPair } from "../support/namespace.ts";
import {
  BINARY_PROGRAM,
  binaryTest,
  type Program,
  programTest,
  PUBLIC_BINARY_PROGRAM,
} from "../support/program.ts";
import { readFindings, readRecords } from "../support/records.ts";
import { buildSandbox, type Refusal } from "../support/seccomp.ts";

/** Hosts that all answer, behind a gateway. */
const BLOCK = "198.18.0.0/28", HOSTS = 16, HOST = "198.18.0.1";
const TOOLS = { namespaces: true, tools: ["gcc"] } as const;

/** Runs `test` with a pair of namespaces, and a builder of argv that runs the program in a sandbox. */
async function inSandbox(
  sandbox: Parameters<typeof buildSandbox>[2],
  test: (pair: VethPair, argv: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-sandbox-" });
  try {
    await Deno.chmod(folder, 0o755);
    await using pair = await VethPair.open();
    await pair.ownBlock(BLOCK);
    await test(pair, await buildSandbox(folder, "sandbox", sandbox));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const option = (
  name: string,
  error: string,
  level = "SOL_SOCKET",
  call = "setsockopt",
): Refusal => (
  { call, with: { 1: level, 2: name }, error }
);
const family = (name: string): Refusal => ({
  call: "socket",
  with: { 0: name },
  error: "EAFNOSUPPORT",
});

interface Missing {
  readonly name: string;
  readonly refuse: readonly Refusal[];
  /** What ping, scan and doctor say: all of standard error, or for doctor its findings that are not fine. */
  readonly ping?: readonly string[];
  readonly scan?: readonly string[];
  readonly doctor?: readonly string[];
}

const OVFL = "Cannot count dropped datagrams (SO_RXQ_OVFL): Operation not permitted (EPERM)";
const MEMINFO =
  "Cannot read the memory counters (SO_MEMINFO): Protocol not available (ENOPROTOOPT)";
const STAMPS = "Cannot use kernel stamps (SO_TIMESTAMPING): Operation not permitted (EPERM)";
const ROUTES = "(netlink): Address family not supported by protocol (EAFNOSUPPORT)";
const RECVERR = "Cannot report full queues (IP_RECVERR): Protocol not available (ENOPROTOOPT)";
const FILTER = "Cannot attach a packet filter: Operation not permitted (EPERM)";
const PACKET =
  "Cannot open a packet socket: Address family not supported by protocol (EAFNOSUPPORT)";

const MISSING: readonly Missing[] = [
  { name: "nothing", refuse: [] },
  {
    name: "SO_RXQ_OVFL",
    refuse: [option("SO_RXQ_OVFL", "EPERM")],
    ping: [OVFL],
    doctor: [`option: ${OVFL}; runs go on without`],
  },
  {
    name: "SO_MEMINFO",
    refuse: [option("SO_MEMINFO", "ENOPROTOOPT", "SOL_SOCKET", "getsockopt")],
    ping: [MEMINFO],
    scan: [MEMINFO],
    doctor: [`option: ${MEMINFO}; runs go on without`],
  },
  {
    name: "SO_TIMESTAMPING",
    refuse: [option("SO_TIMESTAMPING", "EPERM")],
    ping: [STAMPS],
    doctor: [
      `option: ${STAMPS}; runs go on without`,
      "stamps: taken in user space: the kernel offers none, round-trip times are about 50 µs too long",
    ],
  },
  {
    name: "SO_TIMESTAMPNS",
    refuse: [option("SO_TIMESTAMPNS", "EPERM")],
    scan: ["Cannot use kernel stamps (SO_TIMESTAMPNS): Operation not permitted (EPERM)"],
  },
  {
    name: "netlink",
    refuse: [family("AF_NETLINK")],
    scan: [`Cannot list the routes ${ROUTES}`],
    doctor: [
      `routes: Cannot read routes and interfaces ${ROUTES}; scans use a raw socket and do not notice a new route`,
    ],
  },
  { name: "packet sockets", refuse: [family("AF_PACKET")], scan: [PACKET] },
  {
    name: "all but IPv4 sockets",
    refuse: ["AF_NETLINK", "AF_PACKET", "AF_INET6", "AF_UNIX"].map(family),
    scan: [`Cannot list the routes ${ROUTES}`],
    doctor: [
      `routes: Cannot read routes and interfaces ${ROUTES}; scans use a raw socket and do not notice a new route`,
    ],
  },
  {
    name: "adjtimex",
    refuse: ["adjtimex", "clock_adjtime"].map((call) => ({ call, error: "EPERM" })),
    doctor: ["clock: its state is unknown: the kernel does not report it"],
  },
  {
    name: "IP_RECVERR",
    refuse: [option("IP_RECVERR", "ENOPROTOOPT", "IPPROTO_IP"), family("AF_PACKET")],
    ping: [RECVERR],
    scan: [PACKET, RECVERR],
    doctor: [`option: ${RECVERR}; runs go on without`],
  },
  {
    name: "filters on sockets",
    refuse: [option("SO_ATTACH_FILTER", "EPERM")],
    ping: [FILTER],
    scan: [FILTER],
    doctor: [`option: ${FILTER}; runs go on without`],
  },
  {
    name: "buffer sizes",
    refuse: ["SO_RCVBUF", "SO_RCVBUFFORCE", "SO_SNDBUF"].map((name) => option(name, "EPERM")),
    ping: ["Cannot set a receive buffer of 1048576 bytes: Operation not permitted (EPERM)"],
    scan: [
      "Cannot set a receive buffer of 67108864 bytes: Operation not permitted (EPERM)",
      "Cannot set the send buffer: Operation not permitted (EPERM)",
    ],
    doctor: [
      "option: Cannot set a receive buffer of 1048576 bytes: Operation not permitted (EPERM); runs go on without",
    ],
  },
];

/** Names that vary with the machine, not with the sandbox. */
const ALWAYS_ODD: ReadonlySet<string> = new Set(["clock", "echo"]);

async function checkAll(
  program: Program,
  pair: VethPair,
  sandbox: readonly string[],
  { ping = [], scan = [], doctor = [] }: Omit<Missing, "name" | "refuse">,
): Promise<void> {
  const run = (...words: readonly string[]) =>
    pair.near.run([...sandbox, ...program.argv(...words)]);
  const said = (lines: readonly string[], what: string) =>
    lines.map((line) => `icmptime: ${line}; the ${what} goes on\n`).join("");

  const pinged = await run("--json", "-c", "3", "-i", "20ms", HOST);
  const { replies, end } = readRecords(pinged.stdout);
  assertEquals([pinged.code, pinged.stderr], [0, said(ping, "run")]);
  assertEquals([replies.length, end.sent, end.failed_calls], [3, 3, 0]);

  const scanned = await run("scan", "--json", "--include-reserved", "--cooldown", "1s", BLOCK);
  const lines = scanned.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const troubles = scanned.stderr.split("\n").filter((line) => / goes on$/.test(line));
  assertEquals([scanned.code, `${troubles.join("\n")}\n`], [0, said(scan, "scan") || "\n"]);
  const found = lines.filter(({ type }) => type === "reply");
  assertEquals(new Set(found.map(({ address }) => address)).size, HOSTS);
  for (const { rtt_ms } of found) {
    assertEquals(rtt_ms >= 0 && rtt_ms < 60_000, true, `${rtt_ms} ms`);
  }

  const asked = await run("doctor", "--json", HOST);
  const findings = readFindings(asked.stdout);
  const odd = findings.filter(({ check, state }) => state !== "ok" && !ALWAYS_ODD.has(check));
  const clocks = findings.filter(({ detail }) => detail.includes("its state is unknown"));
  assertEquals(
    [asked.code, [...odd, ...clocks].map(({ check, detail }) => `${check}: ${detail}`)],
    [0, [...doctor]],
  );
}

for (const { name, refuse, ...expected } of MISSING) {
  binaryTest({
    name: `without ${name}: ping, scan and doctor say it once, and the rest works`,
    ...TOOLS,
  }, async () => {
    await inSandbox({ refuse }, (pair, box) => checkAll(BINARY_PROGRAM, pair, box, expected));
  });
}

/** Every command that sends, and the last line of what it must print. */
const COMMANDS: readonly (readonly [words: readonly string[], said: RegExp])[] = [
  [["-c", "2", "-i", "20ms", HOST], /^2 sent, 2 received, 0 % loss$/m],
  [["--echo", "-c", "1", HOST], /^1 sent, 1 received, 0 % loss$/m],
  [["clock", "-c", "3", "-i", "20ms", HOST], /^ +offset/m],
  [["fping", "-c", "1", HOST], /^198\.18\.0\.1 +: \[0\]/m],
  [["scan", "--include-reserved", "--cooldown", "1s", BLOCK], /^198\.18\.0\.15$/m],
  [["audit", "--include-reserved", BLOCK], /^16 of 16 hosts answer/m],
  [["trace", HOST], /answers/],
];

async function checkCommands(
  program: Program,
  pair: VethPair,
  prefix: readonly string[],
  remark: string,
): Promise<void> {
  for (const [words, said] of COMMANDS) {
    const { code, stdout, stderr } = await pair.near.run([...prefix, ...program.argv(...words)]);
    assertEquals(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
    assertMatch(stdout, said);
    assertEquals(stderr.match(/^icmptime: .*(?:stays|keeps) .*$/mg)?.join() ?? "", remark);
  }
}

/** A root that can only be read, without /etc, /tmp and others. */
const READ_ONLY = [
  ...["unshare", "--mount", "sh", "-c"],
  `${hideFolders(["/etc", "/tmp", "/run", "/sys"])} && mount -o remount,bind,ro / && exec "$@"`,
  "sh",
];

programTest({
  name:
    "in a container by Docker's default filter and capabilities, read-only, every command works",
  ...TOOLS,
  tools: ["gcc", "setpriv", "unshare"],
}, async (program) => {
  const kept = CONTAINER_CAPABILITIES.map((name) => `+${name}`).join();
  const asContainer = ["setpriv", `--bounding-set=-all,${kept}`, "--no-new-privs"];
  await inSandbox(CONTAINER_FILTER, async (pair, box) => {
    // The program of the sandbox lies in /tmp, which is hidden.
    const [path = ""] = box;
    const copy = `/var/tmp/${path.split("/").at(-2)}`;
    await Deno.copyFile(path, copy);
    try {
      await checkCommands(program, pair, [...READ_ONLY, copy, ...asContainer], "");
    } finally {
      await Deno.remove(copy);
    }
  });
});

binaryTest({
  name:
    "as a hardened service (SystemCallFilter, RestrictAddressFamilies, AmbientCapabilities) it works, and says what it keeps",
  ...TOOLS,
  tools: ["gcc", "setpriv"],
}, async () => {
  const privileged = [
    ...["setuid", "setgid", "setgroups", "setresuid", "setresgid", "setreuid", "setregid"],
    ...["setfsuid", "setfsgid", "capset", "chroot", "bpf"],
  ];
  const refuse = [
    ...privileged.map((call) => ({ call, error: "EPERM" })),
    ...["AF_NETLINK", "AF_PACKET"].map(family),
  ];
  const asService = [
    ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"],
    ...["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"],
  ];
  await inSandbox({ refuse }, async (pair, [box = ""]) => {
    const remark = "icmptime: keeps its capabilities: a system-call filter forbids giving them up";
    // The filter comes last: a plain user may set one with no_new_privs.
    await checkCommands(PUBLIC_BINARY_PROGRAM, pair, [...asService, box], remark);
  });
});

binaryTest({
  name:
    "root that a filter keeps from becoming another user gives up its capabilities, and goes on",
  ...TOOLS,
}, async () => {
  const calls = ["setgroups", "setresuid", "setresgid"];
  await inSandbox(
    { refuse: calls.map((call) => ({ call, error: "EPERM" })) },
    async (pair, box) => {
      const remark =
        "icmptime: stays root: a system-call filter forbids it; the main thread gave up capabilities";
      await checkCommands(BINARY_PROGRAM, pair, box, remark);
    },
  );
});
