// A scan on a machine with a firewall: frames leave past its connection tracking, so their replies are strangers to it.

import { assertEquals } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import type { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

const QUICK = ["-q", "--json", "--include-reserved", "--rate", "5k", "--cooldown", "1s"];
/** Two /24 that all answer. */
const scan = (near: Namespace, ...words: string[]) =>
  near.run(SOURCE_PROGRAM.argv("scan", ...QUICK, ...words, "198.18.0.0/23"));

/** What ufw makes of "deny incoming": strangers are dropped, what was asked for comes in. */
const STATEFUL = `table ip filter { chain input { type filter hook input priority 0; policy drop;
  ct state established,related accept; ct state invalid drop; iif lo accept;
}; }`;

for (const threads of ["1", "3"]) {
  systemTest({
    name: `scan behind a stateful firewall finds every host, threads: ${threads}`,
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.near.nft(STATEFUL);
    const { code, stdout, stderr } = await scan(pair.near, "-T", threads);
    const { run, replies, end } = readRecords(stdout);
    assertEquals([run["path"], replies.length, stderr], ["packet-socket", 512, ""]);
    assertEquals([code, end.reason, end.duplicates, end["blocked"]], [0, "complete", 0, 0]);
  });
}

systemTest({
  name: "scan --raw-socket behind a stateful firewall finds every host",
  tools: ["nft"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.nft(STATEFUL);
  const { code, stdout } = await scan(pair.near, "--raw-socket");
  const { run, replies, end } = readRecords(stdout);
  assertEquals([run["path"], replies.length], ["raw-socket", 512]);
  assertEquals([code, end.reason, end["blocked"]], [0, "complete", 0]);
});

interface BlockCase {
  readonly name: string;
  readonly rules: string;
  readonly words: readonly string[];
}

const total: readonly BlockCase[] = [
  {
    name: "an input chain, --raw-socket",
    rules: "table ip t { chain i { type filter hook input priority 0; ip protocol icmp drop; }; }",
    words: ["--raw-socket"],
  },
  {
    name: "an ingress hook of the interface, packet socket",
    rules: "table netdev t { chain i { type filter hook ingress device veth0 priority 0; " +
      "icmp type timestamp-reply drop; }; }",
    words: [],
  },
  {
    name: "echo requests, an ingress hook of the interface, packet socket",
    rules: "table netdev t { chain i { type filter hook ingress device veth0 priority 0; " +
      "icmp type echo-reply drop; }; }",
    words: ["--echo"],
  },
  {
    name: "echo requests, an input chain, --raw-socket",
    rules: "table ip t { chain i { type filter hook input priority 0; ip protocol icmp drop; }; }",
    words: ["--echo", "--raw-socket"],
  },
];

for (const { name, rules, words } of total) {
  systemTest({
    name: `scan whose replies are all blocked does not end complete: ${name}`,
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.near.nft(rules);
    const path = await Deno.makeTempFile({ prefix: "icmptime-place-" });
    const { code, stdout, stderr } = await scan(pair.near, ...words, "--checkpoint", path);
    const { replies, end } = readRecords(stdout);
    assertEquals([code, end.reason, end.sent, end["blocked"]], [1, "blocked", 512, 512]);
    assertEquals(replies.length, 0);
    assertComplaint(stderr, /this machine's firewall lets no reply through: 512 arrived/);
    await pair.near.mustRun(["nft", "flush", "ruleset"]);
    const message = words.filter((word) => word === "--echo");
    const again = await scan(pair.near, ...message, "--resume", path);
    assertEquals([again.code, readRecords(again.stdout).replies.length], [0, 512]);
    await Deno.remove(path);
  });
}

systemTest({
  name: "scan whose replies are blocked in part says how many",
  tools: ["nft"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.nft(
    "table ip t { chain i { type filter hook input priority 0; ip saddr 198.18.1.0/24 drop; }; }",
  );
  const { code, stdout, stderr } = await scan(pair.near, "--raw-socket");
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.reason, replies.length, end["blocked"]], [1, "complete", 256, 256]);
  assertComplaint(stderr, /lost replies: this machine's firewall kept back 256/);
});

systemTest({
  name:
    "scan --echo counts what is blocked in part, and the echo replies of other programs change nothing",
  tools: ["nft", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.nft(
    "table ip t { chain i { type filter hook input priority 0; ip saddr 198.18.1.0/24 drop; }; }",
  );
  await using ping = pair.near.spawn(["ping", "-q", "-i", "0.01", "198.18.0.9"], {
    timeoutMs: 60_000,
  });
  const { code, stdout, stderr } = await scan(pair.near, "--echo", "--raw-socket");
  ping.sendSignal("SIGINT");
  await ping.result();
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.reason, replies.length, end["blocked"]], [1, "complete", 256, 256]);
  assertComplaint(stderr, /lost replies: this machine's firewall kept back 256/);
});

/** The replies come back by another cable: our reverse path filter takes them for forgeries. */
async function openDetour(): Promise<VethPair> {
  const pair = await VethPair.open();
  const { near, far } = pair;
  for (const device of ["all", "default", "veth0"]) {
    await near.sysctl(`net/ipv4/conf/${device}/rp_filter`, "0");
    await far.sysctl(`net/ipv4/conf/${device}/rp_filter`, "0");
  }
  await near.ip(
    `link add veth1 address 02:00:00:00:78:01 type veth peer name veth1 netns ${far.name}`,
    "addr add 10.78.0.1/24 dev veth1",
    "link set veth1 up",
    `route add default via ${pair.farAddress}`,
  );
  await far.ip(
    "addr add 10.78.0.2/24 dev veth1",
    "link set veth1 up",
    // The filter would take its questions for our hardware address for forgeries too.
    "neigh add 10.78.0.1 lladdr 02:00:00:00:78:01 dev veth1",
  );
  await far.ownBlock("198.18.0.0/23");
  await far.ip(`route add ${pair.nearAddress}/32 via 10.78.0.1 dev veth1`);
  await near.sysctl("net/ipv4/conf/all/rp_filter", "1");
  return pair;
}

systemTest({
  name: "scan finds hosts whose replies come back by another interface",
  namespaces: true,
}, async () => {
  await using pair = await openDetour();
  const { code, stdout } = await scan(pair.near);
  const { run, replies, end } = readRecords(stdout);
  assertEquals([run["path"], code, end["blocked"], replies.length], ["packet-socket", 0, 0, 512]);
});

systemTest({
  name: "scan --raw-socket counts replies that the reverse path filter takes away",
  namespaces: true,
}, async () => {
  await using pair = await openDetour();
  const { code, stdout } = await scan(pair.near, "--raw-socket");
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.reason, end["blocked"], replies.length], [1, "blocked", 512, 0]);
});
