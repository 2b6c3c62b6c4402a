// Which way a scan leaves where routes, rules and gateways differ, and what becomes of the probes.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandResult } from "../support/command.ts";
import type { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

/** Scans two /24 that all answer, unless other words are given. */
function scan(near: Namespace, ...words: string[]): Promise<CommandResult> {
  const options = ["--include-reserved", "--json", "-q", "--rate", "5k", "--cooldown", "1s"];
  return near.run(SOURCE_PROGRAM.argv("scan", ...options, ...words, "198.18.0.0/23"));
}

interface RouteCase {
  readonly name: string;
  /** Commands of `ip` at the near end. */
  readonly commands: readonly string[];
  readonly words?: readonly string[];
  readonly path: "packet-socket" | "raw-socket";
  readonly reason: RegExp;
  readonly unsent?: number;
  readonly error?: string;
}

const cases: readonly RouteCase[] = [
  {
    name: "a rule forbids half of the targets",
    commands: ["rule add to 198.18.1.0/24 prohibit"],
    path: "raw-socket",
    reason: /routing rules beside the usual ones/,
    unsent: 256,
    error: "EACCES",
  },
  {
    name: "a route forbids half of the targets",
    commands: ["route add prohibit 198.18.1.0/24"],
    path: "raw-socket",
    reason: /several routes: see 198\.18\.1\.0/,
    unsent: 256,
    error: "EACCES",
  },
  {
    name: "a route has its own source address",
    commands: [
      "addr add 10.77.0.9/24 dev veth0",
      "route add 198.18.1.0/24 via 10.77.0.2 src 10.77.0.9",
    ],
    path: "raw-socket",
    reason: /several routes: see 198\.18\.1\.0/,
  },
  {
    name: "there is no route to the first target alone",
    commands: ["route add unreachable 198.18.0.0/32"],
    path: "raw-socket",
    reason: /several routes: see 198\.18\.0\.0/,
    unsent: 1,
    error: "EHOSTUNREACH",
  },
  {
    name: "a hardware address is given where next hops take turns",
    commands: ["route add 198.18.0.0/15 nexthop via 10.77.0.2 nexthop dev veth0"],
    words: ["--gateway-mac", "ff:ff:ff:ff:ff:ff"],
    path: "packet-socket",
    reason: /hardware address given/,
  },
  {
    name: "the raw socket is requested",
    commands: [],
    words: ["--raw-socket"],
    path: "raw-socket",
    reason: /requested/,
  },
];

for (const { name, commands, words = [], path, reason, unsent = 0, error } of cases) {
  systemTest({ name: `scan: ${name}`, namespaces: true }, async () => {
    await using pair = await openScanNetwork();
    if (commands.length > 0) await pair.near.ip(...commands);
    const { code, stdout } = await scan(pair.near, ...words);
    const { run, replies, unsent: records, end } = readRecords(stdout);
    assertEquals(run["path"], path);
    assertMatch(String(run["path_reason"]), reason);
    assertEquals([end.unsent, end.sent, replies.length], [unsent, 512 - unsent, 512 - unsent]);
    assertEquals(
      new Set(records.map((record) => record["error_code"])),
      new Set(error ? [error] : []),
    );
    assertEquals(code, unsent > 0 ? 1 : 0);
  });
}

systemTest({
  name: "scan: next hops that take turns are left to the kernel",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.ip(
    "route add 198.18.0.0/15 nexthop via 10.77.0.2 nexthop via 10.77.0.2 weight 2",
  );
  const { run, replies } = readRecords((await scan(pair.near)).stdout);
  assertEquals([run["path"], run["path_reason"]], ["raw-socket", "a route has several next hops"]);
  assertEquals(replies.length, 512);
});

systemTest({
  name: "scan: rules that look at the source address hold for -I ADDRESS",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const { near } = pair;
  await near.ip(
    "addr add 10.77.0.9/24 dev veth0",
    "rule add from 10.77.0.9 lookup 100",
    "route add 198.18.0.0/24 via 10.77.0.2 table 100",
    "route add unreachable default table 100",
  );
  const own = readRecords((await scan(near, "-I", "10.77.0.9")).stdout);
  assertEquals([own.end.sent, own.replies.length, own.unsent.length], [256, 256, 256]);
  const other = readRecords((await scan(near)).stdout);
  assertEquals([other.end.sent, other.replies.length], [512, 512]);
});

systemTest({
  name: "scan: thousands of blocks behind one gateway leave as frames",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const file = await Deno.makeTempFile({ prefix: "icmptime-blocks-" });
  const addresses = Array.from({ length: 5000 }, (_, i) => `198.18.${i >> 6}.${i % 64 * 4}`);
  await Deno.writeTextFile(file, addresses.join("\n"));
  const { run, replies } = readRecords((await scan(pair.near, "-f", file)).stdout);
  assertEquals([run["path"], replies.length], ["packet-socket", 5000 + 512 - 128]);
  await Deno.remove(file);
});

for (const words of [[], ["--raw-socket"]]) {
  systemTest({
    name: `scan: a gateway that does not tell its hardware address ends it, code 4 ${words}`
      .trimEnd(),
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.far.nft(
      "table arp gateway { chain input { type filter hook input priority 0; drop; }; }",
    );
    await pair.near.ip("neigh flush all");
    const { code, stdout, stderr } = await scan(pair.near, ...words);
    assertEquals([code, stdout], [4, ""]);
    assertComplaint(stderr, /Cannot reach gateway 10\.77\.0\.2 on veth0: .*\(EHOSTUNREACH\)/);
  });
}

systemTest({
  name: "scan: --raw-socket obeys the firewall, a packet socket passes it by",
  tools: ["nft"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await pair.near.nft(
    "table ip t { chain o { type filter hook output priority 0; ip daddr 198.18.1.0/24 drop; }; }",
  );
  const obeying = readRecords((await scan(pair.near, "--raw-socket")).stdout);
  assertEquals([obeying.replies.length, obeying.unsent.length], [256, 256]);
  assert(obeying.unsent.every((record) => record["error_code"] === "EPERM"));
  const passing = readRecords((await scan(pair.near)).stdout);
  assertEquals([passing.replies.length, passing.unsent.length], [512, 0]);
});

for (const words of [[], ["--raw-socket"]]) {
  systemTest({
    name: `scan: a firewall that lets out ICMP alone does not keep it from its gateway ${words}`
      .trimEnd(),
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.near.nft(
      "table ip t { chain o { type filter hook output priority 0; policy drop; ip protocol icmp accept; }; }",
    );
    await pair.near.ip("neigh flush all");
    const { code, stdout } = await scan(pair.near, ...words);
    const { run, replies, end } = readRecords(stdout);
    assertEquals([code, run["path"], end.sent, replies.length], [0, "raw-socket", 512, 512]);
  });
}
