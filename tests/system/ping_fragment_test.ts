/** Probes that are longer than an MTU: fragments that foreign programs can put together, or a reason. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace, VethPair } from "../support/namespace.ts";
import { processorShare } from "../support/processor_time.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { dissectCapture } from "../support/tshark.ts";

/** Captures whole frames of ICMP and its fragments while something goes on; nothing is missing once `count` were seen. */
async function captureFrames(
  pair: VethPair,
  count: number,
  run: () => Promise<void>,
): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  const options = ["-n", "-l", "-Z", "root", "-s", "0", "-U", "--immediate-mode", "-B", "65536"];
  await using tcpdump = pair.far.spawn([
    ...["tcpdump", "-i", pair.device, ...options, "-c", String(count), "-w", path],
    `ip proto 1 and src ${pair.nearAddress}`,
  ]);
  await tcpdump.output(/listening on/, "stderr");
  await run();
  await tcpdump.result();
  return path;
}

/** The kernel echoes what follows a timestamp message, and its tick is not established by two replies. */
const EXPECTED_FLAGS: ReadonlySet<string> = new Set(["trailing-bytes", "tick-assumed"]);

for (
  const [words, bytes, fragments] of [
    [["--echo", "--payload", "65507"], 65_515, 45],
    [["--payload", "65495"], 65_515, 45],
    [["--payload", "1461"], 1481, 2],
  ] as const
) {
  programTest({
    name: `ping ${words.join(" ")}: fragments that tshark and the far kernel put together`,
    namespaces: true,
    tools: ["tcpdump", "tshark"],
  }, async (program) => {
    await using pair = await VethPair.open();
    const path = await captureFrames(pair, 2 * fragments, async () => {
      const argv = program.argv("--json", "-c", "2", "-i", "50ms", ...words, pair.farAddress);
      const { code, stdout, stderr } = await pair.near.run(argv);
      const { replies, end } = readRecords(stdout);
      assertEquals([code, stderr, end.received, end.kernel_drops], [0, "", 2, 0]);
      // The first one may come before the kernel has begun to stamp what arrives.
      for (const { stamp_source, flags, rtt_ms } of replies.slice(1)) {
        assertEquals([stamp_source, flags.filter((flag) => !EXPECTED_FLAGS.has(flag))], [
          "kernel",
          [],
        ]);
        assert(rtt_ms > 0);
      }
    });
    try {
      const names = ["ip.len", "ip.id", "ip.flags.df", "icmp.type", "icmp.checksum.status"];
      const packets = await dissectCapture(path, [...names, "ip.reassembled.length"]);
      assertEquals(packets.map(({ complaints }) => complaints).flat(), []);
      const of = (name: string) => packets.map(({ fields }) => fields.get(name) ?? "");
      assert(of("ip.len").every((length) => Number(length) <= 1500), of("ip.len").join());
      assertEquals(of("ip.flags.df").filter((flag) => flag !== "0" && flag !== "False"), []);
      assertEquals(of("ip.id").filter((id) => Number(id) === 0), []);
      assertEquals(new Set(of("ip.id")).size, 2);
      const whole = of("ip.reassembled.length").filter((length) => length !== "");
      assertEquals(whole, [String(bytes), String(bytes)]);
      assertEquals(of("icmp.checksum.status").filter((status) => status !== ""), ["1", "1"]);
    } finally {
      await Deno.remove(path);
    }
  });
}

systemTest({
  name: "fping -b above the MTU: answered as fping's own, with the same size",
  namespaces: true,
  tools: ["fping"],
}, async () => {
  await using pair = await VethPair.open();
  const words = ["-c", "2", "-p", "50", "-t", "10000", "-b", "65000", pair.farAddress];
  const theirs = await pair.near.run(["fping", ...words]);
  const ours = await pair.near.run(SOURCE_PROGRAM.argv("fping", ...words));
  const sizes = (stdout: string) => [...stdout.matchAll(/\[(\d+)\], (\d+) bytes/g)].map(String);
  assertEquals(theirs.code, 0, theirs.stderr);
  assertEquals([ours.code, sizes(ours.stdout)], [0, sizes(theirs.stdout)]);
  const most = await pair.near.run(
    SOURCE_PROGRAM.argv("fping", "-c", "1", "-b", "65507", pair.farAddress),
  );
  assertMatch(most.stdout, /\[0\], 65515 bytes/);
});

systemTest({
  name: "ping --payload 65507: thirty hosts at once, no reply is dropped for want of buffer",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  await pair.ownBlock("198.18.0.0/24");
  const options = ["--json", "--echo", "--payload", "65507", "--spacing", "0", "-c", "1"];
  const argv = SOURCE_PROGRAM.argv(...options, "-W", "5s", "198.18.0.1-198.18.0.30");
  const { stdout } = await pair.near.run(argv);
  const { end } = readRecords(stdout);
  assertEquals([end.received, end.lost, end.unsent, end.kernel_drops], [30, 0, 0, 0]);
});

programTest({
  name: "ping -M do above the MTU: unsent, the MTU is named, also with -q, and no processor spins",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const words = ["-M", "do", "--payload", "9000", "-i", "200ms", pair.farAddress];
  // Lines are folded at 80 columns.
  const reason =
    "Cannot send 9040 bytes to 10.77.0.2 with an MTU of 1500: Message too long (EMSGSIZE)"
      .replaceAll(/[.()]/g, "\\$&").replaceAll(" ", "\\s+");
  const loud = await pair.near.run(program.argv("-c", "2", ...words));
  assertEquals([loud.code, loud.stderr], [1, ""]);
  assertEquals(loud.stdout.match(new RegExp(`not sent: ${reason}$`, "gm"))?.length, 2);
  const quiet = await pair.near.run(program.argv("-q", "-c", "2", ...words));
  assertEquals([quiet.code, quiet.stderr], [1, ""]);
  assertEquals(quiet.stdout.match(new RegExp(`^2 not sent: ${reason}, …$`, "gm"))?.length, 1);
  const dropIn = ["fping", "-q", "-c", "2", "-p", "50", "-M", "-b", "9000", pair.farAddress];
  const { stderr } = await pair.near.run(program.argv(...dropIn));
  assertEquals(stderr, `${pair.farAddress} : xmt/rcv/%loss = 2/0/100%\n`);
  for (const stamps of [[], ["--user-stamps"]]) {
    await using ping = pair.near.spawn(program.argv("--loop", ...stamps, ...words));
    await ping.output(/not sent/);
    const share = await processorShare(ping.pid, 1000);
    assert(share < 0.5, `${share} of a processor is used while nothing is to be done`);
  }
});

programTest({
  name: "ping: an MTU that shrinks in mid-run is followed",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const words = ["--json", "--loop", "-i", "20ms", "--payload", "4000", pair.farAddress];
  await using ping = pair.near.spawn(program.argv(...words));
  await ping.output(/"type":"reply"/);
  await pair.near.ip(`link set ${pair.device} mtu 700`);
  const seen = ping.stdout.length;
  await ping.output(new RegExp(`^[^]{${seen}}[^]*"type":"reply"[^]*"type":"reply"`));
  ping.sendSignal("SIGINT");
  const { code, stdout } = await ping.result();
  assertEquals([code, readRecords(stdout).end.unsent], [0, 0]);
});

programTest({
  name: "ping -M do: a router's narrower link is named; without DF the routers fragment",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await using beyond = await Namespace.open();
  await pair.far.sysctl("net/ipv4/ip_forward", "1");
  await pair.far.ip(
    `link add narrow type veth peer name narrow netns ${beyond.name}`,
    "addr add 10.79.0.1/24 dev narrow",
    "link set narrow mtu 1000 up",
  );
  await beyond.ip(
    "addr add 10.79.0.2/24 dev narrow",
    "link set narrow mtu 1000 up",
    `route add 10.77.0.0/24 via 10.79.0.1`,
  );
  await pair.near.ip(`route add 10.79.0.0/24 via ${pair.farAddress}`);
  const words = ["--json", "-c", "3", "-i", "50ms", "--payload", "1200", "10.79.0.2"];
  const free = await pair.near.run(program.argv(...words));
  assertEquals([free.code, readRecords(free.stdout).end.received], [0, 3]);
  const { code, stdout } = await pair.near.run(program.argv("-M", "do", ...words));
  const { icmpErrors, unsent, end } = readRecords(stdout);
  assertEquals([code, end.received, icmpErrors.length + unsent.length], [1, 0, 3]);
  assertEquals([icmpErrors[0]?.["icmp_type"], icmpErrors[0]?.["icmp_code"]], [3, 4]);
  assertEquals(icmpErrors[0]?.["reporter"], pair.farAddress);
  // The kernel has learnt the MTU of the path by now.
  assertEquals(new Set(unsent.map((record) => record["error_code"])), new Set(["EMSGSIZE"]));
  const again = await pair.near.run(program.argv(...words));
  assertEquals(readRecords(again.stdout).end.received, 3);
});

systemTest({
  name:
    "ping above the MTU through a stateful firewall, which puts fragments together and cuts them anew",
  namespaces: true,
  tools: ["nft"],
}, async () => {
  await using pair = await VethPair.open();
  await pair.near.nft(`table ip state {
    chain input {
      type filter hook input priority 0; policy drop;
      ct state established,related accept
    }
    chain output { type filter hook output priority 0; ct state new,established accept; }
  }`);
  const words = ["--json", "-c", "3", "-i", "50ms", "--payload", "9000", pair.farAddress];
  const { code, stdout } = await pair.near.run(SOURCE_PROGRAM.argv(...words));
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.received], [0, 3]);
  assert(replies.every(({ rtt_ms }) => rtt_ms > 0));
});
