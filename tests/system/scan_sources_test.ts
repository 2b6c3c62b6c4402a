/** `scan --source-ip`: several addresses to send from, as frames and as datagrams, and what comes back to each. */

import { assert, assertEquals } from "@std/assert";
import { captureToFile } from "../support/capture.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import type { VethPair } from "../support/namespace.ts";
import { openScanNetwork, rejectUnreachable, UNREACHABLE } from "./scan_network.ts";

const OWN = ["10.77.0.20", "10.77.0.21", "10.77.0.22", "10.77.0.23"];
const RANGE = "10.77.0.20-10.77.0.23";
const QUICK = ["-q", "--json", "--include-reserved", "--rate", "5k", "--cooldown", "300ms"];
const BLOCK = "198.18.0.0/23";

const scan = (...words: string[]) => SOURCE_PROGRAM.argv("scan", ...QUICK, ...words);

/** The near end has the addresses of the range too. */
async function openNetwork(): Promise<VethPair> {
  const pair = await openScanNetwork();
  await pair.near.ip(...OWN.map((address) => `addr add ${address}/32 dev ${pair.device}`));
  return pair;
}

/** Runs the words, and returns what they printed and how many requests had each source by tcpdump at the far end. */
async function runSeen(pair: VethPair, words: readonly string[]) {
  const { near, far, device, farAddress } = pair;
  const path = await Deno.makeTempFile({ prefix: "icmptime-sources-", suffix: ".pcap" });
  let output: Awaited<ReturnType<typeof near.run>> | undefined;
  await captureToFile({
    ...{ at: far, device, path, mark: { from: near, to: farAddress } },
    run: async () => void (output = await near.run(words)),
  });
  const filter = "icmp[icmptype] == 13 or (icmp[icmptype] == 8 and ip[2:2] == 40)";
  const { stdout } = await near.mustRun(["tcpdump", "-nn", "-q", "-r", path, filter]);
  await Deno.remove(path);
  const counts = new Map<string, number>();
  for (const [, source = ""] of stdout.matchAll(/IP (\S+) > 1/g)) {
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  if (output === undefined) throw new Error("nothing was run");
  return { ...output, counts };
}

const ways = [
  ["packet-socket", []],
  ["packet-socket", ["-T", "3"]],
  ["packet-socket", ["--echo"]],
  ["raw-socket", ["--raw-socket"]],
  ["raw-socket", ["--mark", "1", "-T", "2"]],
] as const;

for (const [path, words] of ways) {
  systemTest({
    name: `scan --source-ip sends from every address of the range: ${path} ${words.join(" ")}`,
    tools: ["tcpdump", "ping"],
    namespaces: true,
  }, async () => {
    await using pair = await openNetwork();
    const { code, stdout, counts } = await runSeen(pair, scan("-S", RANGE, ...words, BLOCK));
    const { run, replies, end } = readRecords(stdout);
    assertEquals([code, run["path"], end["unproven"], end["blocked"]], [0, path, 0, 0]);
    assertEquals(new Set(replies.map(({ address }) => address)).size, 512);
    assertEquals([...counts.keys()].sort(), OWN);
    for (const [source, count] of counts) assert(count > 90 && count < 170, `${source}: ${count}`);
  });
}

systemTest({
  name: "scan --source-ip: ICMP errors to each address of the range are attributed",
  tools: ["nft"],
  namespaces: true,
}, async () => {
  await using pair = await openNetwork();
  await rejectUnreachable(pair);
  const { stdout } = await pair.near.mustRun(
    scan("--yes", "-S", RANGE, "--rate", "500", UNREACHABLE),
  );
  const { icmpErrors, end } = readRecords(stdout);
  assertEquals([icmpErrors.length, end["unproven"]], [256, 0]);
});

systemTest({
  name:
    "scan --source-ip: frames may have addresses that are not this machine's, datagrams may not",
  tools: ["tcpdump", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openNetwork();
  const { near, far, device } = pair;
  const { stdout: link } = await near.mustRun(["ip", "-o", "link", "show", device]);
  const [, hardware = ""] = /link\/ether (\S+)/.exec(link) ?? [];
  const strange = ["10.77.0.100", "10.77.0.101"];
  // The host that answers for them receives what is sent to them.
  await far.ip(...strange.map((each) => `neigh add ${each} lladdr ${hardware} dev ${device}`));
  const words = ["-S", strange.join("-"), BLOCK];
  const { code, stdout, counts } = await runSeen(pair, scan(...words));
  assertEquals([code, readRecords(stdout).replies.length], [0, 512]);
  assertEquals([...counts.keys()].sort(), strange);

  const refused = await near.run(scan("--raw-socket", ...words));
  assertEquals([refused.code, refused.stdout], [4, ""]);
  assertComplaint(refused.stderr, /10\.77\.0\.100/);
});

systemTest({
  name: "scan --source-ip: checkpoint and metadata have the range, and another one does not resume",
  namespaces: true,
}, async () => {
  await using pair = await openNetwork();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-sources-" });
  const files = ["--checkpoint", `${folder}/place`, "--metadata", `${folder}/meta.json`];
  await pair.near.mustRun(scan("-S", RANGE, "--seed", "5", ...files, BLOCK));
  const { options } = JSON.parse(await Deno.readTextFile(`${folder}/meta.json`));
  assertEquals([options.source_ip, options.message], [RANGE, "timestamp"]);
  assert((await Deno.readTextFile(`${folder}/place`)).includes(`"sources":"${RANGE}"`));
  const other = ["-S", "10.77.0.20-10.77.0.22", "--resume", `${folder}/place`, BLOCK];
  const { code, stderr } = await pair.near.run(scan(...other));
  assertEquals(code, 3);
  assertComplaint(stderr, new RegExp(`another scan, its --source-ip is ${RANGE}$`, "m"));
  await Deno.remove(folder, { recursive: true });
});
