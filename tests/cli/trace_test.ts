/** `icmptime trace` as its users see it: text, CSV, exit codes; and the hints of `ping` and `clock` that point to it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const SILENT =
  "table ip t { chain c { type filter hook input priority 0; ip protocol icmp drop; }; }";

programTest({
  name: "trace: text says the verdict first, then why, then the hops, in 80 columns",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const { near, far, farAddress } = pair;
  const answers = await near.run(program.argv("trace", farAddress));
  assertEquals([answers.code, answers.stderr], [0, ""]);
  assertMatch(
    answers.stdout,
    new RegExp(
      "^10\\.77\\.0\\.2: answers both\\n" +
        " {2}echo requests: (\\d+) of \\1 answered; timestamp requests: (\\d+) of \\2 answered; the\\s+" +
        "host\\s+is hop 1\\n" +
        "hop {2}address {10}loss {6}echo, ms {5}timestamp {4}clock, name\\n" +
        " {2}1 {2}10\\.77\\.0\\.2 {8}0% {8}[\\d.]+/[\\d.]+ +[\\d.]+/[\\d.]+ +\\S.*\\n$",
    ),
  );
  await far.nft(SILENT);
  const silent = await near.run(program.argv("trace", "-n", "-q", "1", "-W", "100ms", farAddress));
  assertEquals([silent.code, silent.stderr], [1, ""]);
  const lines = silent.stdout.split("\n");
  assertEquals(lines[0], "10.77.0.2: down, or all ICMP is filtered; no hop answers");
  assertEquals(lines.slice(-6, -1).map((line) => line.replace(/ +/g, " ")), [
    " 1 * 100% * *",
    " 2 * 100% * *",
    " 3 * 100% * *",
    " 4 * 100% * *",
    " 5 * 100% * *",
  ]);
  for (const line of [...lines, ...answers.stdout.split("\n")]) assert(line.length <= 80, line);
});

systemTest({
  name: "trace: exit codes, CSV, --fields, --max-ttl, and several hosts of which one is silent",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const { near, farAddress } = pair;
  const run = (...words: string[]) => near.run(SOURCE_PROGRAM.argv("trace", ...words));
  const csv = await run("--format", "csv", "--fields", "type,hop,hop_address,finding", farAddress);
  assertEquals([csv.code, csv.stdout], [
    0,
    `type,hop,hop_address,finding\nhop,1,${farAddress},\nverdict,,,answers\n`,
  ]);
  const words = ["--json", "-q", "1", "-W", "100ms", "--max-ttl", "2"];
  const two = await run(...words, farAddress, "10.77.0.9");
  const { all, end } = readRecords(two.stdout);
  assertEquals([two.code, end["targets"], end["targets_answered"]], [1, 2, 1]);
  const silent = all.filter(({ type, target }) => type === "hop" && target === "10.77.0.9");
  assertEquals(silent.map(({ hop }) => hop), [1, 2]);
  assertEquals((await run("no-such-host.invalid")).code, 2);
  const wrong = await run("--max-ttl", "0", farAddress);
  assertEquals([wrong.code, wrong.stdout], [3, ""]);
  const many = await run("-q", "100", "--max-ttl", "255", farAddress);
  assertEquals([many.code, many.stdout], [3, ""]);
  assertMatch(many.stderr, /^icmptime: Cannot send up to 51300 probes to one host: /);
  const unrouted = await run("203.0.113.9");
  assertEquals([unrouted.code, unrouted.stdout], [
    1,
    "203.0.113.9: this machine has no route to it (ENETUNREACH)\n" +
    "  no probe could be sent\n",
  ]);
  assertEquals((await run("--format", "csv", "--fields", "nothing", farAddress)).code, 3);
  const argv = SOURCE_PROGRAM.argv("trace", farAddress);
  const refused = await near.run(["setpriv", "--bounding-set=-net_raw", ...argv]);
  assertEquals([refused.code, refused.stdout], [4, ""]);
  assertMatch(refused.stderr, /^icmptime: .*EPERM/);
});

systemTest({
  name: "trace: -I sends from an address, -m marks, --write keeps every packet for tcpdump",
  namespaces: true,
  tools: ["tcpdump", "nft"],
}, async () => {
  await using pair = await VethPair.open();
  const { near, farAddress } = pair;
  await near.ip("addr add 10.77.0.3/24 dev veth0");
  // Nothing leaves without the mark.
  await near.nft(`table ip t { chain c { type filter hook output priority 0;
    icmp type { echo-request, timestamp-request } meta mark != 7 drop; }; }`);
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/trace.pcapng`;
    const words = ["-I", "10.77.0.3", "-m", "7", "--write", file, farAddress];
    const { code, stdout } = await near.run(SOURCE_PROGRAM.argv("trace", "--json", ...words));
    const { end } = readRecords(stdout);
    assertEquals(code, 0, stdout);
    const read = await near.mustRun(["tcpdump", "-n", "-r", file]);
    const packets = read.stdout.trimEnd().split("\n");
    const requests = packets.filter((line) => line.includes("IP 10.77.0.3 > 10.77.0.2: ICMP"));
    assertEquals([requests.length, packets.length - requests.length], [end.sent, end.received]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

systemTest({
  name: "ping and clock point to trace where a host answers nothing, not with -q and not in JSON",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const { near, far, farAddress } = pair;
  const hint = `icmptime: no reply from ${farAddress}: icmptime trace ${farAddress} says why\n`;
  const once = ["-c", "1", "-W", "100ms", farAddress];
  const stderrOf = async (...words: string[]) => {
    const { stderr, stdout } = await near.run(SOURCE_PROGRAM.argv(...words, ...once));
    assert(!stdout.includes("says why"), stdout);
    return stderr;
  };
  assertEquals(await stderrOf("ping"), "");
  await far.nft(SILENT);
  assertEquals(await stderrOf("ping"), hint);
  assertEquals(await stderrOf("ping", "--echo"), hint);
  assertEquals(await stderrOf("clock"), hint);
  for (const quiet of [["-q"], ["--json"], ["--format", "csv"]]) {
    assertEquals(await stderrOf("ping", ...quiet), "", quiet.join(" "));
    assertEquals(await stderrOf("clock", ...quiet), "", quiet.join(" "));
  }
});
