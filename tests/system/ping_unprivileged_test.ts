/** Echo without any privilege: net.ipv4.ping_group_range and the kernel's own socket for echo requests (icmp(7)). */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { EchoSocket } from "../../ffi/linux/echo_socket.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import "../support/open_libc.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { asPlainUser, type Program, programTest, withoutNetRaw } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { addressNumber, buildRequest } from "../support/request_bytes.ts";
import { systemTest } from "../support/tools.ts";
import { dissectCapture } from "../support/tshark.ts";

const SECOND = "10.77.0.3";
const NEEDS = { namespaces: true, tools: ["setpriv"] } as const;

/** The binary as a plain user; the source, whose libraries only their owner can read, as root without CAP_NET_RAW. */
function unprivileged(program: Program, ...args: readonly string[]): string[] {
  return program.name === "binary"
    ? asPlainUser(program.argv(...args))
    : withoutNetRaw(program.argv(...args));
}

/** Who may open echo sockets: every group. */
function allow(namespace: Namespace): Promise<void> {
  return namespace.sysctl("net/ipv4/ping_group_range", "0 2147483647");
}

/** A cable with two addresses at its far end. */
async function openPair(): Promise<VethPair> {
  const pair = await VethPair.open();
  await allow(pair.near);
  await pair.far.ip(`addr add ${SECOND}/24 dev ${pair.device}`);
  return pair;
}

programTest({
  name: "ping --echo: without privilege it asks, measures by the kernel's stamps, and says so",
  ...NEEDS,
}, async (program) => {
  await using pair = await openPair();
  const targets = [pair.farAddress, SECOND];
  const text = await pair.near.run(
    unprivileged(program, "--echo", "-c", "2", "-i", "20ms", SECOND),
  );
  assertEquals([text.code, text.stderr], [0, ""]);
  assertMatch(text.stdout, /^icmptime: echo requests of 64 bytes to 1 target, .*, unprivileged$/m);
  assertMatch(text.stdout, /^10\.77\.0\.3: seq=1 ttl=64 rtt=\d+\.\d+ ms/m);
  const argv = unprivileged(program, "--json", "--echo", "-c", "20", "-i", "10ms", ...targets);
  const { code, stdout, stderr } = await pair.near.run(argv);
  assertEquals([code, stderr], [0, ""]);
  const { run, replies, end } = readRecords(stdout);
  assertEquals([run["socket"], run["stamp_source"]], ["echo", "kernel"]);
  assertEquals([end.sent, end.received, end.foreign, end.unmatched], [40, 40, 0, 0]);
  assertEquals(new Set(replies.map(({ identifier }) => identifier)), new Set([run["identifier"]]));
  for (const { rtt_ms, ttl, length_bytes, flags } of replies) {
    assertGreater(rtt_ms, 0);
    assertEquals([ttl, length_bytes, flags.filter((flag) => flag !== "user-stamp")], [64, 64, []]);
  }
  // Where no socket had receive stamps, the kernel needs a moment until it takes them.
  await using loop = pair.near.spawn(
    unprivileged(program, "--json", "--echo", "--loop", "-i", "10ms", SECOND),
  );
  await loop.output(/"type":"reply"[^\n]*"stamp_source":"kernel"/);
  loop.sendSignal("SIGINT");
  assertEquals((await loop.result()).code, 0);
});

const OPTIONS: readonly (readonly [args: readonly string[], fields: Record<string, string>])[] = [
  [[], {}],
  [["-t", "9", "-Q", "0xb8"], { "ip.ttl": "9", "ip.dsfield": "0xb8" }],
  [["-M", "do"], { "ip.flags.df": "1" }],
  [["-I", "10.77.0.5"], { "ip.src": "10.77.0.5" }],
  [["-I", "veth0"], {}],
  [["--sequence", "65535", "--identifier", "513"], { "icmp.seq": "65535", "icmp.ident": "513" }],
  [["--payload", "8"], { "ip.len": "36" }],
  [["--user-stamps"], {}],
];

programTest({
  name: "ping --echo: without privilege the options are what tshark reads on the wire",
  ...NEEDS,
  tools: ["setpriv", "tcpdump", "tshark"],
}, async (program) => {
  await using pair = await openPair();
  await pair.near.ip(`addr add 10.77.0.5/24 dev ${pair.device}`);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-echo-" });
  try {
    const path = `${folder}/wire.pcap`;
    await using tcpdump = pair.near.spawn([
      ...["tcpdump", "-i", pair.device, "-w", path, "-Z", "root", "-c", String(OPTIONS.length)],
      "icmp[0] = 8",
    ]);
    await tcpdump.output(/listening on/, "stderr");
    const plain = {
      "ip.ttl": "64",
      "ip.dsfield": "0x00",
      "ip.flags.df": "0",
      "ip.src": pair.nearAddress,
      "ip.len": "84",
      "icmp.code": "0",
      "icmp.checksum.status": "1",
    };
    for (const [args] of OPTIONS) {
      const argv = unprivileged(program, "--echo", "-c", "1", ...args, pair.farAddress);
      const { code, stderr } = await pair.near.run(argv);
      assertEquals([args, code, stderr], [args, 0, ""]);
    }
    await tcpdump.result();
    const names = [...Object.keys(plain), "icmp.seq", "icmp.ident"];
    const dissections = await dissectCapture(path, names);
    for (const [index, [args, changed]] of OPTIONS.entries()) {
      const expected = { ...plain, ...changed };
      const found = Object.keys(expected).map((
        name,
      ) => [name, dissections[index]?.fields.get(name)]);
      assertEquals({ args, ...Object.fromEntries(found) }, { args, ...expected });
      assertEquals(dissections[index]?.complaints, []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest({
  name: "ping --echo: without privilege ICMP errors end their own probes and cost no other's",
  ...NEEDS,
  tools: ["setpriv", "nft"],
}, async (program) => {
  await using pair = await openPair();
  await pair.far.nft(`table ip refuses {
    chain input {
      type filter hook input priority 0;
      ip daddr ${SECOND} icmp type echo-request reject with icmp type admin-prohibited
    }
  }`);
  await pair.far.sysctl("net/ipv4/icmp_ratelimit", "0");
  const args = ["--json", "--echo", "-c", "100", "-i", "2ms", pair.farAddress, SECOND];
  for (const stamps of [[], ["--user-stamps"]]) {
    const { code, stdout, stderr } = await pair.near.run(
      unprivileged(program, ...stamps, ...args),
    );
    assertEquals([code, stderr], [1, ""]);
    const { icmpErrors, summaries, end } = readRecords(stdout);
    const counts = summaries.map(({ received, icmp_errors, lost, unsent }) => {
      return { received, icmp_errors, lost, unsent };
    });
    const [answered, rejected] = counts;
    assertEquals(answered, { received: 100, icmp_errors: 0, lost: 0, unsent: 0 });
    assertEquals(rejected, { received: 0, icmp_errors: 100, lost: 0, unsent: 0 });
    for (const { reporter, icmp_type, icmp_code, address } of icmpErrors) {
      assertEquals([reporter, icmp_type, icmp_code, address], [SECOND, 3, 13, SECOND]);
    }
    assertEquals([end.malformed, end.foreign, end.unmatched], [0, 0, 0]);
  }
});

programTest({
  name: "ping --echo: without privilege a router that lets the TTL end is named",
  ...NEEDS,
}, async (program) => {
  await using pair = await openPair();
  await pair.far.sysctl("net/ipv4/ip_forward", "1");
  await pair.far.ip(`route add 10.88.0.0/24 via ${pair.nearAddress}`);
  await pair.near.ip(`route add 10.88.0.0/24 via ${pair.farAddress}`);
  const argv = unprivileged(
    program,
    "--json",
    "--echo",
    "-c",
    "2",
    "-i",
    "1500ms",
    "-t",
    "1",
    "10.88.0.7",
  );
  const { stdout } = await pair.near.run(argv);
  const { icmpErrors, end } = readRecords(stdout);
  assertEquals(icmpErrors.map((record) => [record["reporter"], record["icmp_type"]]), [
    [pair.farAddress, 11],
    [pair.farAddress, 11],
  ]);
  assertEquals([end.sent, end.icmp_errors, end.unmatched], [2, 2, 0]);
});

programTest({
  name: "ping --echo: without privilege loss is what nftables dropped, and fping agrees",
  ...NEEDS,
  tools: ["setpriv", "nft", "fping"],
}, async (program) => {
  await using pair = await openPair();
  await pair.far.nft(`table ip drops {
    chain input {
      type filter hook input priority 0;
      ip daddr ${SECOND} icmp type echo-request numgen inc mod 4 == 0 drop
    }
  }`);
  const args = ["-q", "-c", "20", "-p", "20", "-t", "3000", SECOND, pair.farAddress];
  const lossOf = ({ stderr }: { stderr: string }) =>
    [...stderr.matchAll(/^(\S+) +: xmt\/rcv\/%loss = ([^,]+)/gm)].map((
      [, host, loss],
    ) => [host, loss]);
  const ours = await pair.near.run(unprivileged(program, "fping", ...args));
  const theirs = await pair.near.run(["fping", ...args]);
  assertEquals(lossOf(ours), [[SECOND, "20/15/25%"], [pair.farAddress, "20/20/0%"]]);
  assertEquals(lossOf(theirs), lossOf(ours));
  assertEquals(ours.code, theirs.code);
});

programTest({
  name:
    "ping --echo: without privilege several runs at once do not mix, and no identifier is used twice",
  ...NEEDS,
}, async (program) => {
  await using pair = await openPair();
  const argv = unprivileged(program, "--json", "--echo", "-c", "100", "-i", "5ms", pair.farAddress);
  const runs = await Promise.all(Array.from({ length: 3 }, () => pair.near.run(argv)));
  const records = runs.map(({ stdout }) => readRecords(stdout));
  assertEquals(new Set(records.map(({ run }) => run["identifier"])).size, 3);
  for (const { end } of records) {
    assertEquals([end.sent, end.received, end.foreign, end.unmatched], [100, 100, 0, 0]);
  }
  const own = ["--echo", "--identifier", "700"];
  await using holder = pair.near.spawn(
    unprivileged(program, ...own, "--loop", "-i", "20ms", pair.farAddress),
  );
  await holder.output(/seq=0/);
  const { code, stdout, stderr } = await pair.near.run(
    unprivileged(program, ...own, "-c", "1", pair.farAddress),
  );
  assertEquals([code, stdout], [4, ""]);
  assertComplaint(
    stderr,
    /^icmptime: Cannot use identifier 700: Address already in use \(EADDRINUSE\)$/m,
  );
  holder.sendSignal("SIGINT");
  assertEquals((await holder.result()).code, 0);
});

programTest({
  name: "ping --echo: without privilege a host that speaks for a silent one is not believed",
  ...NEEDS,
  tools: ["setpriv", "nft", "python3"],
}, async (program) => {
  await using pair = await openPair();
  await pair.far.nft(`table ip silence {
    chain input {
      type filter hook input priority 0;
      ip daddr ${SECOND} icmp type echo-request drop
    }
  }`);
  const forger = `${PROJECT_FOLDER}tests/support/forger.py`;
  await using speaker = pair.far.spawn(
    ["python3", forger, pair.device, pair.farAddress, "speak-for", SECOND],
  );
  await speaker.output(/ready/);
  const args = ["--json", "--echo", "-c", "5", "-i", "50ms", "-W", "300ms"];
  const { stdout } = await pair.near.run(
    unprivileged(program, ...args, pair.farAddress, SECOND),
  );
  const { summaries } = readRecords(stdout);
  const counts = summaries.map(({ address, received, lost, icmp_errors }) => {
    return { address, received, lost, icmp_errors };
  });
  assertEquals(counts, [
    { address: pair.farAddress, received: 5, lost: 0, icmp_errors: 0 },
    { address: SECOND, received: 0, lost: 5, icmp_errors: 0 },
  ]);
  speaker.sendSignal("SIGTERM");
  assertGreater(Number((await speaker.output(/sent (\d+)/))[1]), 0);
});

programTest({
  name: "ping --echo: without privilege an interface made again under its name is used again",
  ...NEEDS,
}, async (program) => {
  await using pair = await openPair();
  await using ping = pair.near.spawn(
    unprivileged(
      program,
      ...["--json", "--echo", "--loop", "-i", "50ms", "-W", "200ms", "-I", pair.device],
      pair.farAddress,
    ),
  );
  await ping.output(/"type":"reply"/);
  await pair.near.ip(`link del ${pair.device}`);
  await ping.output(/"type":"unsent"/);
  await pair.near.ip(
    `link add ${pair.device} type veth peer name ${pair.device} netns ${pair.far.name}`,
    `addr add ${pair.nearAddress}/24 dev ${pair.device}`,
    `link set ${pair.device} up`,
  );
  await pair.far.ip(
    `addr add ${pair.farAddress}/24 dev ${pair.device}`,
    `link set ${pair.device} up`,
  );
  await ping.output(/"type":"unsent"[^]*"type":"reply"/);
  ping.sendSignal("SIGINT");
  assertEquals((await ping.result()).code, 0);
});

programTest({
  name: "ping --echo: without privilege a payload above the MTU is fragmented, or refused with DF",
  ...NEEDS,
}, async (program) => {
  await using pair = await openPair();
  const args = ["--json", "--echo", "-c", "3", "-i", "20ms", "--payload", "20000"];
  const whole = await pair.near.run(unprivileged(program, ...args, pair.farAddress));
  const { replies } = readRecords(whole.stdout);
  const sizes = replies.map(({ length_bytes, flags }) => [
    length_bytes,
    flags.filter((flag) => flag !== "user-stamp"),
  ]);
  assertEquals(sizes, Array(3).fill([20_008, []]));
  const refused = await pair.near.run(unprivileged(program, ...args, "-M", "do", pair.farAddress));
  const { unsent, end } = readRecords(refused.stdout);
  assertEquals([refused.code, end.sent, unsent.length], [1, 0, 3]);
  assertMatch(String(unsent[0]?.["error"]), /MTU of 1500/);
});

programTest({
  name: "ping --echo: outside net.ipv4.ping_group_range the cure names it, code 4",
  ...NEEDS,
}, async (program) => {
  await using namespace = await Namespace.open();
  await namespace.sysctl("net/ipv4/ping_group_range", "1 0");
  for (const words of [["--echo"], ["fping"]]) {
    const argv = unprivileged(program, ...words, "-c", "1", "127.0.0.1");
    const { code, stdout, stderr } = await namespace.run(argv);
    assertEquals([code, stdout], [4, ""]);
    assertComplaint(stderr, /EACCES\)\. Raw sockets need root or CAP_NET_RAW: .*sudo/);
    assertMatch(
      stderr,
      /echo alone needs only 'sysctl -w net\.ipv4\.ping_group_range="0 2147483647"'$/m,
    );
  }
});

programTest({
  name: "ping --echo: what only a raw socket can do is refused by its name, code 4",
  ...NEEDS,
}, async (program) => {
  await using namespace = await Namespace.open();
  await allow(namespace);
  for (const words of [["--explain"], ["--bad-checksum"], ["--code", "1"], ["--identifier", "0"]]) {
    const argv = unprivileged(program, "--echo", ...words, "127.0.0.1");
    const { code, stdout, stderr } = await namespace.run(argv);
    assertEquals([words, code, stdout], [words, 4, ""]);
    assertComplaint(stderr, new RegExp(`Cannot use ${words[0]}.* without a raw socket.*sudo`));
  }
  // Timestamp requests need one.
  for (const words of [[], ["fping", "--icmp-timestamp"], ["tsping"]]) {
    const { code, stderr } = await namespace.run(unprivileged(program, ...words, "127.0.0.1"));
    assertEquals([words, code], [words, 4]);
    const banner = /^Starting tsping .*\n/;
    assertEquals(banner.test(stderr), words[0] === "tsping");
    assertComplaint(stderr.replace(banner, ""), /Cannot open a raw socket: .*EPERM/);
  }
});

systemTest({
  name: "library: echo requests need no privilege where net.ipv4.ping_group_range allows them",
  ...NEEDS,
}, async () => {
  await using pair = await openPair();
  const script = `import { ping } from "${PROJECT_FOLDER}src/mod.ts";
    for await (const outcome of ping(Deno.args[0], { message: "echo", count: 2, intervalMs: 10 })) {
      console.log(outcome.kind);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const flags = ["--quiet", "--no-prompt", "--config", `${PROJECT_FOLDER}deno.json`];
    const argv = [Deno.execPath(), "run", ...flags, "--allow-ffi", file, pair.farAddress];
    const { code, stdout, stderr } = await pair.near.run(withoutNetRaw(argv));
    assertEquals([code, stdout, stderr], [0, "reply\nreply\n", ""]);
  } finally {
    await Deno.remove(file);
  }
});

systemTest({
  name: "the echo socket's stamps find their datagrams by content, as before Linux 6.13",
  namespaces: true,
}, async () => {
  await using pair = await openPair();
  using socket = openEchoSocket(pair.near);
  const far = addressNumber(pair.farAddress);
  const bytes = buildRequest(far, 7, { type: 8, icmpBytes: 64 });
  new DataView(bytes.buffer).setUint16(24, socket.identifier);
  assertEquals(socket.send([{ destination: far, bytes, key: 99 }]).map(({ ok }) => ok), [true]);
  const stamps = [], replies = [];
  for (let turn = 0; replies.length === 0 || stamps.length < 2; turn++) {
    assert(turn < 1000, `${stamps.length} stamps and ${replies.length} replies came`);
    await socket.wait(100);
    stamps.push(...socket.receiveTransmitStamps());
    replies.push(...socket.receive());
  }
  assertEquals(stamps.map(({ key, moment }) => `${key} ${moment}`), ["99 queue", "99 driver"]);
  assertEquals(replies.map(({ source }) => source), [far]);
});

function openEchoSocket(namespace: Namespace): EchoSocket {
  using _inside = namespace.enter();
  return EchoSocket.open({ attribution: "content" });
}
