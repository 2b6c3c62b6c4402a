/** `-I`: the interface of a name is followed when it is made again; interface and source address go together. */

import { assert, assertEquals } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/** Deletes the cable, as a PPPoE session ends, and lays one of the same name: another interface with another index. */
async function reconnect(pair: VethPair, whileGone: () => Promise<unknown>): Promise<void> {
  const indexBefore = await indexOf(pair);
  await pair.near.ip(`link del ${pair.device}`);
  await whileGone();
  await pair.near.ip(
    `link add ${pair.device} type veth peer name ${pair.device} netns ${pair.far.name}`,
    `addr add ${pair.nearAddress}/24 dev ${pair.device}`,
    `link set ${pair.device} up`,
  );
  await pair.far.ip(
    `addr add ${pair.farAddress}/24 dev ${pair.device}`,
    `link set ${pair.device} up`,
  );
  assert(await indexOf(pair) !== indexBefore, "the interface made again has its old index");
}

async function indexOf({ near, device }: VethPair): Promise<string> {
  return (await near.mustRun(["cat", `/sys/class/net/${device}/ifindex`])).stdout.trim();
}

programTest({
  name: "ping -I: an interface deleted and made again under its name is used again, without root",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const argv = program.argv("--json", "--loop", "-i", "20ms", "-I", pair.device, pair.farAddress);
  await using ping = pair.near.spawn(argv);
  await ping.output(/"type":"reply"/);
  const status = await Deno.readTextFile(`/proc/${ping.pid}/status`);
  assertEquals(status.match(/^CapEff:\s*(\w+)$/m)?.[1], "0000000000000000");
  await reconnect(pair, () => ping.output(/"type":"unsent"/));
  await ping.output(/"type":"unsent"[^]*"type":"reply"/);
  ping.sendSignal("SIGINT");
  const { code, stdout, stderr } = await ping.result();
  assertEquals([code, stderr], [0, ""]);
  const { unsent } = readRecords(stdout);
  assertEquals(new Set(unsent.map((record) => record["error_code"])).has("ENODEV"), true);
});

for (
  const [command, lost, answered] of [
    ["ping --format fping --loop -i 20ms -I", /No such device/, /No such device[^]*20 bytes/],
    ["ping --user-stamps -v --loop -i 20ms -I", /No such device/, /No such device[^]*rtt=/],
  ] as const
) {
  systemTest({
    name: `${command}: an interface made again under its name is used again`,
    namespaces: true,
  }, async () => {
    await using pair = await VethPair.open();
    const words = [...command.split(" "), pair.device, pair.farAddress];
    // What could not be sent is on standard error in the form of fping: one stream shows the order.
    const argv = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...SOURCE_PROGRAM.argv(...words)];
    await using ping = pair.near.spawn(argv);
    await ping.output(/rtt=|20 bytes/);
    await reconnect(pair, () => ping.output(lost));
    await ping.output(answered);
  });
}

programTest({
  name: "ping -I INTERFACE -I ADDRESS, fping -I INTERFACE -S ADDRESS: both are meant",
  namespaces: true,
  tools: ["tcpdump"],
}, async (program) => {
  await using pair = await VethPair.open();
  // The default source is another one, and the default route leads elsewhere.
  await pair.near.ip(
    `addr add 10.77.0.9/24 dev ${pair.device}`,
    "link add other type veth peer name other-end",
    "link set other up",
    "route add 10.77.0.2/32 dev other",
  );
  const ping = ["--json", "-c", "2", "-i", "20ms"];
  const fping = ["fping", "-c", "2", "-p", "20"];
  const [name, address] = [pair.device, "10.77.0.9"];
  for (
    const words of [
      [...ping, "-I", name, "-I", address],
      [...ping, "-I", address, "-I", name],
      [...fping, "-I", name, "-S", address],
    ]
  ) {
    await using sniffer = pair.far.spawn([
      ...["tcpdump", "-i", pair.device, "-n", "-l", "-c", "2"],
      "icmp[0] == 13 or icmp[0] == 8",
    ]);
    await sniffer.output(/listening on/, "stderr");
    const { code, stdout } = await pair.near.run(program.argv(...words, pair.farAddress));
    assertEquals(code, 0, stdout);
    const seen = (await sniffer.result()).stdout;
    assertEquals(seen.match(/IP 10\.77\.0\.9 > 10\.77\.0\.2/g)?.length, 2, seen);
  }
});

programTest({
  name: "ping -I NAME -I NAME, or two addresses: the conflict is reported",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  for (const [first, second] of [["eth0", "eth1"], ["10.0.0.1", "10.0.0.2"]] as const) {
    const argv = program.argv("-I", first, "-I", second, "127.0.0.1");
    const { code, stdout, stderr } = await pair.near.run(argv);
    assertEquals([code, stdout], [3, ""]);
    assertComplaint(stderr, new RegExp(`Cannot send from ${first} and ${second}: `));
  }
});

programTest({
  name: "ping -I ADDRESS: an address removed and given back loses only the probes between",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.near.ip(`addr add 10.77.0.9/24 dev ${pair.device}`);
  const options = ["--json", "--loop", "-i", "20ms", "-W", "200ms", "-I", "10.77.0.9"];
  await using ping = pair.near.spawn(program.argv(...options, pair.farAddress));
  await ping.output(/"type":"reply"/);
  await pair.near.ip(`addr del 10.77.0.9/24 dev ${pair.device}`);
  await ping.output(/"type":"(unsent|timeout)"/);
  await pair.near.ip(`addr add 10.77.0.9/24 dev ${pair.device}`);
  await ping.output(/"type":"(unsent|timeout)"[^]*"type":"reply"/);
});

systemTest({
  name: "ping -I INTERFACE: what arrives at another interface is not received",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  // Requests leave through one cable, replies come back through another one.
  await pair.near.ip(
    `link add back0 type veth peer name back0 netns ${pair.far.name}`,
    "addr add 10.78.0.1/24 dev back0",
    "link set back0 up",
  );
  await pair.near.sysctl("net/ipv4/conf/all/rp_filter", "0");
  await pair.far.sysctl("net/ipv4/conf/all/rp_filter", "0");
  await pair.far.ip(
    "addr add 10.78.0.2/24 dev back0",
    "link set back0 up",
    `route add ${pair.nearAddress}/32 dev back0`,
  );
  const options = ["--json", "-c", "2", "-i", "20ms", "-W", "200ms"];
  const free = await pair.near.run(SOURCE_PROGRAM.argv(...options, pair.farAddress));
  assertEquals(readRecords(free.stdout).end.received, 2);
  const words = [...options, "-I", pair.device, pair.farAddress];
  const bound = await pair.near.run(SOURCE_PROGRAM.argv(...words));
  assertEquals(readRecords(bound.stdout).end.received, 0);
});
