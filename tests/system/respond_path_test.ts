/** What `icmptime respond` makes of clocks and paths, judged by ping, clockdiff, fping, hping3 and traceroute. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { RunningResponder } from "../support/responder.ts";
import { systemTest } from "../support/tools.ts";

const BLOCK = ["--tun", "198.18.0.0/24"];

systemTest({
  name: "respond: clockdiff finds the offset, with its sign",
  namespaces: true,
  tools: ["clockdiff"],
}, async () => {
  const words = ["--out", "3ms", "--back", "3ms", "--offset=-2.5s"];
  await using responder = await RunningResponder.open([...BLOCK, ...words]);
  const { stdout } = await responder.namespace.mustRun(["clockdiff", "198.18.0.4"]);
  const [, differenceMs = ""] = stdout.trim().split(/\s+/);
  // Whole milliseconds, and more than one on a busy machine; a wrong sign or unit is thousands off.
  assert(Math.abs(Number(differenceMs) + 2500) <= 50, stdout);
});

systemTest({
  name: "respond: ping sees the delay, copies and what comes late",
  namespaces: true,
  tools: ["ping"],
}, async () => {
  const words = ["--out", "20ms", "--back", "30ms", "--duplicate", "100%"];
  await using responder = await RunningResponder.open([...BLOCK, ...words]);
  const { stdout } = await responder.namespace.mustRun([
    "ping",
    "-c",
    "5",
    // In the end it waits for another interval, at least.
    "-i",
    "2",
    "198.18.0.1",
  ]);
  assertMatch(stdout, /5 packets transmitted, 5 received, \+[45] duplicates, 0% packet loss/);
  const [, least = ""] = /rtt min\/avg\/max\/mdev = ([\d.]+)\//.exec(stdout) ?? [];
  // A request that woke the responder counts from up to half a millisecond before it was read.
  assert(Number(least) >= 49, stdout);
  const end = await responder.end();
  assertMatch(end.stdout, /^5 requests in .*\n10 packets sent$/m);
});

systemTest({
  name: "respond: ping and hping3 name the ICMP error",
  namespaces: true,
  tools: ["ping", "hping3"],
}, async () => {
  const words = ["--icmp-error", "communication-prohibited"];
  await using responder = await RunningResponder.open([...BLOCK, ...words]);
  const { namespace } = responder;
  const ping = await namespace.run(["ping", "-n", "-c", "1", "-W", "1", "198.18.0.1"]);
  assertMatch(ping.stdout, /From 198\.18\.0\.1 icmp_seq=1 Packet filtered/);
  const hping = await namespace.run(["hping3", "--icmp-ts", "-c", "1", "198.18.0.1"]);
  assertMatch(hping.stdout, /ICMP Packet filtered from ip=198\.18\.0\.1/);
});

systemTest({
  name: "respond: fping counts the losses of each host of a scenario",
  namespaces: true,
  tools: ["fping"],
}, async () => {
  const scenario = {
    hosts: [
      { addresses: "198.18.0.1", loss_out_ratio: 1 },
      { addresses: "198.18.0.2", loss_back_ratio: 1 },
      { addresses: "198.18.0.3", rate_pps: 0.001 },
      { addresses: "198.18.0.4", answers_echo: false },
    ],
  };
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify(scenario));
    await using responder = await RunningResponder.open([...BLOCK, "--scenario", file]);
    const hosts = [1, 2, 3, 4, 5].map((last) => `198.18.0.${last}`);
    const { stderr } = await responder.namespace.run([
      "fping",
      "-c",
      "3",
      "-p",
      "50",
      "-t",
      "3000",
      ...hosts,
    ]);
    const received = [...stderr.matchAll(/xmt\/rcv\/%loss = 3\/(\d)\//g)].map(([, count]) => count);
    assertEquals(received, ["0", "0", "1", "0", "3"]);
    const { stdout } = await responder.end();
    assertMatch(stdout, /^ +3 {2}lost_out: /m);
    assertMatch(stdout, /^ +3 {2}lost_back: /m);
    assertMatch(stdout, /^ +3 {2}silent: /m);
    assertMatch(stdout, /^ +2 {2}host_rate: /m);
  } finally {
    await Deno.remove(file);
  }
});

programTest({
  name: "respond: each mistake in a scenario is one line with its place",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const respond = (stdin: string, ...words: string[]) =>
    namespace.run(program.argv("respond", ...BLOCK, "--scenario", "-", ...words), { stdin });
  const wrong = await respond('{"hosts":[{"addresses":"198.18.0.1","ttl":0},{"addresses":"x"}]}');
  assertEquals([wrong.code, wrong.stdout], [3, ""]);
  assertEquals(wrong.stderr.split("\n"), [
    "icmptime: Cannot use standard input: hosts[0].ttl: 0, expected a whole number from 1 to 255",
    'icmptime: Cannot use standard input: hosts[1].addresses: "x" is not an IPv4 address such as 192.0.2.1, expected an address, prefix or range',
    "",
  ]);
  const broken = await respond('{"hosts":\u001b[');
  assertComplaint(broken.stderr, /Cannot use standard input: no JSON: /);
  assertEquals(broken.code, 3);
  for (
    const [words, complaint] of [
      [["--loss-out", "120%"], /--loss-out.*from 0 to 1/],
      [["--zone", "5"], /--zone.*such as \+5:45/],
      [["--step-after", "1s"], /Cannot use --step-after without --step/],
      [["--answers", "none,echo"], /--answers.*or none/],
    ] as const
  ) {
    const { code, stderr } = await respond("{}", ...words);
    assertComplaint(stderr, complaint);
    assertEquals(code, 3);
  }
});
