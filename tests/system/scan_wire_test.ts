// What a scan puts on the wire, counted and dissected by tcpdump and tshark, and what it makes of the answers.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { captureToFile } from "../support/capture.ts";
import { type Namespace, VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM, withoutNetRaw } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork, rejectUnreachable, UNREACHABLE } from "./scan_network.ts";

const scan = (...words: string[]) => SOURCE_PROGRAM.argv("scan", ...words);

/** Captures what arrives at the far end while `run` goes on; returns the path of the capture file. */
async function capture(pair: VethPair, run: () => Promise<void>): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: "icmptime-scan-", suffix: ".pcap" });
  const { near, far, device, farAddress } = pair;
  await captureToFile({ at: far, device, path, mark: { from: near, to: farAddress }, run });
  return path;
}

/** One row of columns for each packet that the filter lets through. */
async function dissect(
  namespace: Namespace,
  path: string,
  filter: string,
  fields: string[],
): Promise<string[][]> {
  const words = ["-r", path, "-Y", filter, "-o", "ip.check_checksum:TRUE", "-T", "fields"];
  const { stdout } = await namespace.mustRun([
    "tshark",
    ...words,
    ...fields.flatMap((field) => ["-e", field]),
  ]);
  return stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
}

const tools = ["tcpdump", "tshark", "ping"];

const ways = [
  ["packet-socket", 1, []],
  ["packet-socket", 4, ["-T", "4"]],
  ["raw-socket", 1, ["--mark", "1"]],
  ["raw-socket", 4, ["-T", "4", "--mark", "1"]],
] as const;

for (const [path, threads, words] of ways) {
  systemTest({
    name:
      `${path}, threads: ${threads}: every address is asked once, by a probe that tshark finds right, and found`,
    tools,
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    const { near } = pair;
    let output = "";
    const options = [
      "--include-reserved",
      "--json",
      "--rate",
      "10k",
      "--cooldown",
      "1s",
      "--ttl",
      "77",
    ];
    const file = await capture(pair, async () => {
      output = (await near.mustRun(scan(...options, ...words, "198.18.4.0/22"))).stdout;
    });
    const { run, replies, end } = readRecords(output);
    assertEquals([run["path"], run["sender_threads"]], [path, threads]);
    const requests = await dissect(near, file, "icmp.type == 13", [
      ...["ip.dst", "ip.src", "ip.ttl", "ip.checksum.status", "icmp.checksum.status", "icmp.ident"],
      ...["icmp.originate_timestamp", "_ws.malformed", "eth.dst"],
    ]);
    assertEquals(requests.length, 1024);
    assertEquals(new Set(requests.map(([destination]) => destination)).size, 1024);
    for (const [destination, source, ttl, header, message] of requests) {
      assertEquals([source, ttl, header, message], [pair.nearAddress, "77", "1", "1"], destination);
      assertMatch(destination ?? "", /^198\.18\.[4-7]\./);
    }
    assertEquals(new Set(requests.map((row) => row[8])).size, 1, "one gateway");
    assert(new Set(requests.map((row) => row[5])).size > 900, "identifiers are hashes");
    assertEquals(new Set(requests.map((row) => row[7])), new Set([""]));
    assertEquals(replies.length, 1024);
    assertEquals(new Set(replies.map(({ address }) => address)).size, 1024);
    assertEquals([end.sent, end.received, end.kernel_drops, end.exit_code], [1024, 1024, 0, 0]);
    await Deno.remove(file);
  });
}

systemTest(
  {
    name: "ICMP errors are records of their own, with who sent them",
    tools: ["nft"],
    namespaces: true,
  },
  async () => {
    await using pair = await openScanNetwork();
    await rejectUnreachable(pair);
    const { stdout } = await pair.near.mustRun(
      scan("--yes", "--json", "--cooldown", "1s", "--rate", "500", UNREACHABLE),
    );
    const { icmpErrors, replies, end } = readRecords(stdout);
    assertEquals([replies.length, icmpErrors.length, end.icmp_errors], [0, 256, 256]);
    assertEquals(new Set(icmpErrors.map((record) => record["address"])).size, 256);
    for (const record of icmpErrors) {
      assertEquals([record["reporter"], record["icmp_type"], record["icmp_code"]], [
        pair.farAddress,
        3,
        1,
      ]);
    }
  },
);

for (const threads of ["1", "3"]) {
  systemTest({
    name:
      `a rule that forbids sending makes unsent records, and the scan goes on, threads: ${threads}`,
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.near.nft(
      "table ip t { chain o { type filter hook output priority 0; ip daddr 198.18.0.0/25 drop; }; }",
    );
    // A packet socket passes the rules by; a mark asks for the path that obeys them.
    const { code, stdout, stderr } = await pair.near.run(
      scan(
        "--include-reserved",
        "--mark",
        "1",
        "-T",
        threads,
        "--json",
        "--cooldown",
        "1s",
        "198.18.0.0/24",
      ),
    );
    const { unsent, replies, end } = readRecords(stdout);
    assertEquals([unsent.length, replies.length, end.sent, end.unsent], [128, 128, 128, 128]);
    assertEquals([code, end.exit_code, end.reason], [1, 1, "complete"]);
    assert(unsent.every((record) => record["error_code"] === "EPERM"));
    assertMatch(stderr, /refused 128 probes/);
  });
}

systemTest({
  name: "the way out is chosen by what lies there, and named with its reason",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const { near } = pair;
  await near.ip("route add 198.19.7.0/24 via 10.77.0.3 onlink dev veth0");
  const cases: [string[], string, RegExp][] = [
    [["198.18.0.0/30"], "packet-socket", /behind gateway 10\.77\.0\.2 on veth0/],
    [["127.0.0.1"], "raw-socket", /addresses of this machine/],
    [["10.77.0.2"], "raw-socket", /on the link itself/],
    [["198.18.0.0/15", "--max-targets", "3"], "raw-socket", /several routes: see 198\.19\.7\.0/],
    [["10.77.0.2", "-G", "02:00:00:00:00:01"], "packet-socket", /hardware address given/],
  ];
  for (const [words, path, reason] of cases) {
    const { stdout } = await near.run(
      scan("--include-reserved", "--json", "-q", "--cooldown", "100ms", ...words),
    );
    const { run } = readRecords(stdout);
    assertEquals(run["path"], path, words.join(" "));
    assertMatch(String(run["path_reason"]), reason);
  }
});

for (const [path, words] of [["packet-socket", []], ["raw-socket", ["--mark", "1"]]] as const) {
  systemTest({
    name:
      `${path}: a gateway that overhears the first question for its hardware address gets every probe`,
    tools: ["nft"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    await pair.far.nft(`table arp gateway { chain input {
      type filter hook input priority 0; limit rate 1/day burst 1 packets drop;
    }; }`);
    await pair.near.ip("neigh flush all");
    const options = ["--include-reserved", "--json", "-q", "--rate", "max", "--cooldown", "1s"];
    const { stdout } = await pair.near.run(scan(...options, ...words, "198.18.0.0/18"));
    const { run, replies, end } = readRecords(stdout);
    assertEquals([run["path"], end.sent, replies.length], [path, 16_384, 16_384]);
  });
}

systemTest({
  name: "more hosts on the link than the kernel's neighbour table holds: the living ones are found",
  namespaces: true,
}, async () => {
  const limit = Number(await Deno.readTextFile("/proc/sys/net/ipv4/neigh/default/gc_thresh3"));
  const hostBits = 1 + Math.ceil(Math.log2(limit));
  await using pair = await VethPair.open({
    ...{ nearAddress: "10.64.0.1", farAddress: "10.64.0.2", prefixLength: 10 },
  });
  await pair.far.ip("route add local 10.66.0.0/24 dev lo");
  const options = ["--json", "-q", "--rate", "max", "--cooldown", "1s", "--only", "reply"];
  const command = scan(...options, `10.66.0.0/${32 - hostBits}`);
  const { code, stdout } = await pair.near.run(command, { timeoutMs: 120_000 });
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.sent, replies.length], [0, 2 ** hostBits, 256]);
  assert(Number(end["backoffs"]) > 0, "there was room for all");
});

systemTest({
  name: "a TUN device, which has no link layer, is scanned through a raw socket",
  tools: ["ip"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const { near } = pair;
  await near.ip(
    "tuntap add dev tun7 mode tun",
    "addr add 10.78.0.1/24 dev tun7",
    "link set tun7 up",
    "route add 10.79.0.0/24 via 10.78.0.2",
  );
  const { stdout } = await near.run(scan("--json", "-q", "--cooldown", "0", "10.79.0.0/28"));
  const { run } = readRecords(stdout);
  assertEquals(run["path"], "raw-socket");
  assertMatch(String(run["path_reason"]), /tun7 has no Ethernet layer/);
});

systemTest({
  name: "a dry run's capture file is what tshark reads as right requests, and nothing is sent",
  tools,
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const { near } = pair;
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  const sent = await capture(pair, async () => {
    await near.mustRun(
      scan("--include-reserved", "--dry-run", "--pcap", path, "--rate", "1000", "198.18.0.0/24"),
    );
  });
  assertEquals(await dissect(near, sent, "icmp.type == 13", ["ip.dst"]), []);
  const rows = await dissect(near, path, "icmp.type == 13", [
    ...["ip.dst", "ip.src", "ip.checksum.status", "icmp.checksum.status", "frame.time_relative"],
  ]);
  assertEquals(rows.length, 256);
  assertEquals(new Set(rows.map(([destination]) => destination)).size, 256);
  for (const [, source, header, message] of rows) {
    assertEquals([source, header, message], [pair.nearAddress, "1", "1"]);
  }
  assert(Math.abs(Number(rows.at(-1)?.[4]) - 0.255) < 0.002, "paced as the rate says");
  assertEquals(
    await dissect(near, path, "_ws.malformed || _ws.expert.severity >= 6", ["frame.number"]),
    [],
  );
  await Promise.all([Deno.remove(path), Deno.remove(sent)]);
});

systemTest(
  { name: "without the privilege: exit 4, one line, the cure", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    const result = await pair.near.run(withoutNetRaw(scan("-q", "10.77.0.2")));
    assertEquals([result.code, result.stdout], [4, ""]);
    assertMatch(result.stderr, /^icmptime: Cannot open a raw ICMP socket: .*cap_net_raw.*\n$/);
  },
);

systemTest({
  name: "several probes for each target: text lists each address once, json each reply",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const words = ["--include-reserved", "-q", "-P", "5", "--rate", "max", "--cooldown", "1s"];
  const text = await pair.near.mustRun(scan(...words, "198.18.0.0/26"));
  const lines = text.stdout.trim().split("\n");
  assertEquals([lines.length, new Set(lines).size], [64, 64]);
  const { replies, end } = readRecords(
    (await pair.near.mustRun(scan(...words, "--json", "198.18.0.0/26"))).stdout,
  );
  assertEquals([replies.length, end.received, end.duplicates], [320, 320, 0]);
});

programTest({ name: "metadata says what was done", namespaces: true }, async (program) => {
  await using pair = await openScanNetwork();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-" });
  const path = `${folder}/metadata.json`;
  const words = [
    "--seed",
    "5",
    "--shard",
    "1/2",
    "--cooldown",
    "1s",
    "-q",
    "--exclude",
    "198.18.1.0/25",
  ];
  const { stdout } = await pair.near.mustRun(
    program.argv("scan", "--include-reserved", ...words, "--metadata", path, "198.18.0.0/23"),
  );
  assertEquals(new Set(stdout.trim().split("\n")).size, 192);
  const metadata = JSON.parse(await Deno.readTextFile(path));
  assertEquals(metadata.options.seed, 5);
  assertEquals(metadata.options.shard, "1/2");
  assertEquals(metadata.targets.blocks, ["198.18.0.0/24", "198.18.1.128/25"]);
  assertEquals([metadata.counts.sent, metadata.counts.received, metadata.complete], [
    192,
    192,
    true,
  ]);
  assertEquals(metadata.host, Deno.hostname());
  assert(Date.parse(metadata.ended_at) - Date.parse(metadata.started_at) >= 300);
  await Deno.remove(folder, { recursive: true });
});
