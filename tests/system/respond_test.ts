/** `icmptime respond` on a TUN device, judged by ping, nping, hping3, fping, tshark and the kernel. */

import { assertEquals, assertMatch } from "@std/assert";
import { captureToFile, NOT_A_MARK } from "../support/capture.ts";
import { Namespace } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { RunningResponder } from "../support/responder.ts";
import { systemTest } from "../support/tools.ts";

programTest({
  name: "respond: a block on a device answers echo and timestamp, and is gone afterwards",
  namespaces: true,
  tools: ["ping", "nping"],
}, async (program) => {
  await using responder = await RunningResponder.open(["--tun", "198.18.0.0/15"], { program });
  const { namespace, command } = responder;
  assertEquals(
    command.stdout,
    "Answering for 198.18.0.0/15 on icmptime0; this machine is 198.19.255.254\n",
  );
  const ping = await namespace.mustRun(["ping", "-c", "3", "-i", "1", "-s", "700", "198.19.4.5"]);
  assertMatch(ping.stdout, /3 packets transmitted, 3 received, 0% packet loss/);
  const asked = ["nping", "--icmp", "--icmp-type", "timestamp", "-c", "2", "--delay", "50ms"];
  const nping = await namespace.mustRun([...asked, "198.18.0.1"]);
  assertMatch(nping.stdout, /RCVD .*Timestamp reply \(type=14\/code=0\)/);
  assertMatch(nping.stdout, /Rcvd: 2 /);
  const identity = await Deno.readTextFile(`/proc/${command.pid}/status`);
  // ip netns exec replaces itself, so this is the program.
  assertMatch(identity, /^Uid:\t65534\t65534\t65534\t65534$/m);
  assertMatch(identity, /^CapEff:\t0000000000000000$/m);
  const { code, stdout, stderr } = await responder.end();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^5 requests in .* s: 2 timestamp, 3 echo\n5 packets sent$/m);
  assertEquals((await namespace.ip("link show")).includes("icmptime0"), false);
  assertEquals((await namespace.ip("route show")).trim(), "");
});

systemTest({
  name: "respond: the device goes also when the program is killed",
  namespaces: true,
}, async () => {
  await using responder = await RunningResponder.open(["--tun", "198.18.0.0/24"]);
  const { namespace } = responder;
  await responder.end("SIGKILL");
  assertEquals((await namespace.ip("link show")).includes("icmptime0"), false);
});

systemTest({
  name: "respond: the octets are those that tshark, fping and hping3 expect",
  namespaces: true,
  tools: ["fping", "hping3", "tcpdump", "tshark"],
}, async () => {
  await using responder = await RunningResponder.open(["--tun", "198.18.0.0/24"]);
  const { namespace } = responder;
  const capture = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    const run = async () => {
      const words = ["-c", "2", "-p", "100", "-t", "30000", "198.18.0.1", "198.18.0.2"];
      const fping = await namespace.mustRun(["fping", ...words]);
      assertEquals(fping.stderr.match(/xmt\/rcv\/%loss = 2\/2\/0%/g)?.length, 2);
      const hping = await namespace.mustRun(["hping3", "--icmp-ts", "-c", "2", "198.18.0.3"]);
      assertMatch(hping.stdout, /ICMP timestamp: Originate=\d+ Receive=\d+ Transmit=\d+/);
    };
    const mark = { from: namespace, to: "198.18.0.4" };
    await captureToFile({ at: namespace, device: "icmptime0", path: capture, mark, run });
    const fields = [
      "ip.checksum.status",
      "icmp.checksum.status",
      "icmp.type",
      "icmp.code",
      "ip.ttl",
    ];
    const { stdout } = await namespace.mustRun([
      ...[
        "tshark",
        "-r",
        capture,
        "-Y",
        `ip.dst==198.18.0.254 && icmp && ${NOT_A_MARK}`,
        "-T",
        "fields",
      ],
      ...["-o", "ip.check_checksum:TRUE", ...fields.flatMap((field) => ["-e", field])],
    ]);
    const rows = stdout.trim().split("\n");
    // 1 is "good".
    assertEquals([...new Set(rows)].sort(), ["1\t1\t0\t0\t64", "1\t1\t14\t0\t64"]);
    assertEquals(rows.length, 6);
  } finally {
    await Deno.remove(capture);
  }
});

systemTest({
  name:
    "respond: broadcast and multicast are never answered, nor are others' addresses without --yes",
  namespaces: true,
  tools: ["ping"],
}, async () => {
  await using responder = await RunningResponder.open(["--tun", "198.18.0.0/24"]);
  const { namespace } = responder;
  for (const address of ["198.18.0.255", "198.18.0.0"]) {
    const { stdout } = await namespace.run(["ping", "-b", "-c", "1", "-W", "0.5", address]);
    assertMatch(stdout, /1 packets transmitted, 0 received/);
  }
  await namespace.ip("route add 224.0.0.0/4 dev icmptime0");
  const group = await namespace.run(["ping", "-c", "1", "-W", "0.5", "224.0.0.1"]);
  assertMatch(group.stdout, /1 packets transmitted, 0 received/);
  const { stdout } = await responder.end("SIGTERM");
  assertMatch(stdout, /^ {10}3 {2}not_ours: /m);
});

programTest(
  { name: "respond: what is asked wrongly is one line", namespaces: true },
  async (program) => {
    await using namespace = await Namespace.open();
    const cases: readonly (readonly [words: string[], complaint: RegExp])[] = [
      [[], /^icmptime: Cannot answer: no address given, expected --tun BLOCK/],
      [["--tun", "8.8.8.0/24"], /may have hosts of others.*or --yes/],
      [
        ["--tun", "8.8.0.0/15", "--own-address", "9.9.9.9", "--yes"],
        /expected a host of 8\.8\.0\.0\/15/,
      ],
      [["--tun", "224.0.0.0/8", "--yes"], /multicast/],
      [["--tun", "127.0.0.0/16", "--yes"], /loopback/],
      [["--tun", "198.18.0.1-198.18.0.9"], /expected a prefix/],
    ];
    for (const [words, complaint] of cases) {
      const { code, stderr } = await namespace.run(program.argv("respond", ...words));
      assertComplaint(stderr, complaint);
      assertEquals(code, 3);
    }
  },
);
