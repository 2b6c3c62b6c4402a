/** `icmptime respond` where the system does not go along: one clear line, nothing left behind. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { AnswerSocket } from "../../ffi/linux/answer_socket.ts";
import { SilentKernel } from "../../ffi/linux/silent_kernel.ts";
import { TunDevice } from "../../ffi/linux/tun_device.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { RunningResponder } from "../support/responder.ts";
import { systemTest } from "../support/tools.ts";

const TUN = ["--tun", "198.18.0.0/24"];

programTest({
  name: "respond: without privilege, or where the device cannot be, one line and exit 4",
  namespaces: true,
  tools: ["setpriv"],
}, async (program) => {
  await using namespace = await Namespace.open();
  await namespace.ip("link set lo up", "route add 192.0.2.0/24 dev lo");
  const lacking = ["setpriv", "--bounding-set=-net_admin", ...program.argv("respond", ...TUN)];
  const plain = await namespace.run(lacking);
  assertComplaint(
    plain.stderr,
    /TUN device.*\(EPERM\)\. It needs more privilege: run it with sudo/,
  );
  assertEquals([plain.code, plain.stdout], [4, ""]);
  const cases: readonly (readonly [words: string[], complaint: RegExp])[] = [
    [
      ["--tun", "192.0.2.0/24"],
      /Cannot route 192\.0\.2\.0\/24 to icmptime0: File exists \(EEXIST\)/,
    ],
    [[...TUN, "--tun-name", "lo"], /Cannot make the TUN device lo: /],
  ];
  for (const [words, complaint] of cases) {
    const { code, stdout, stderr } = await namespace.run(program.argv("respond", ...words));
    assertComplaint(stderr, complaint);
    assertEquals([code, stdout], [4, ""]);
  }
  assertEquals((await namespace.ip("link show")).includes("icmptime"), false);
});

systemTest({
  name: "respond: a log on a full disk ends the run with one line",
  namespaces: true,
  tools: ["ping"],
}, async () => {
  await using responder = await RunningResponder.open([...TUN, "--log", "/dev/full"]);
  const { code, stderr } = await responder.command.result();
  assertComplaint(stderr.split("\n")[0] + "\n", /No space left on device/);
  assertEquals(code, 4);
});

systemTest({
  name: "respond: a reader that goes away is no trouble",
  namespaces: true,
  tools: ["head", "sh"],
}, async () => {
  await using namespace = await Namespace.open();
  const words = SOURCE_PROGRAM.argv("respond", ...TUN, "--deadline", "1s");
  const { code, stdout, stderr } = await namespace.run(
    ["sh", "-c", '{ "$@"; echo "exit $?" >&2; } | head -n 1', "sh", ...words],
  );
  assertEquals([code, stderr], [0, "exit 0\n"]);
  assertMatch(stdout, /^Answering for [^\n]*\n$/);
});

systemTest({
  name: "respond: a device or an interface that is taken away ends the run with one line",
  namespaces: true,
  tools: ["ping"],
}, async () => {
  await using responder = await RunningResponder.open(TUN);
  await responder.namespace.ip("link del icmptime0");
  const device = await responder.command.result();
  assertComplaint(device.stderr, /Cannot read from icmptime0: /);
  assertEquals(device.code, 4);

  await using pair = await VethPair.open();
  const { near, far, farAddress } = pair;
  await far.sysctl("net/ipv4/icmp_echo_ignore_all", "1");
  await using command = far.spawn(SOURCE_PROGRAM.argv("respond", "-I", "veth0"));
  await command.output(/^Answering for .*\n/m);
  await far.ip("link set veth0 down", "link set veth0 up");
  const ping = await near.mustRun(["ping", "-c", "1", "-w", "10", farAddress]);
  assertMatch(ping.stdout, /1 received/);
  // The error of an interface that goes down is read before the interface is gone, and does not come twice.
  await far.ip("link set veth0 down");
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await far.ip("link del veth0");
  const result = await command.result();
  assertComplaint(result.stderr, /Cannot receive on veth0: No such device \(ENODEV\)/);
  assertEquals(result.code, 4);
});

/** The open descriptors and what each is; the one that lists them comes and goes. */
function listDescriptors(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      found.push(`${name} ${Deno.readLinkSync(`/proc/self/fd/${name}`)}`);
    } catch {
      // It was the descriptor of this very listing.
    }
  }
  return found.filter((each) => !each.endsWith("/fd")).sort();
}

systemTest({
  name: "respond: devices, sockets and a silent kernel leave no descriptor behind, refused or not",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  await namespace.ip("link add dummy0 type bridge", "link set dummy0 up");
  const block = { name: "test%d", first: 0xc612_0000, prefixBits: 24, ownAddress: 0xc612_0001 };
  const openAll = () => {
    using _stay = namespace.enter();
    const device = TunDevice.open(block);
    assertThrows(() => TunDevice.open(block), Error, "EEXIST");
    const socket = AnswerSocket.open("dummy0");
    assertThrows(() => AnswerSocket.open("none0"), Error, "ENODEV");
    const kernel = SilentKernel.open();
    assertThrows(() => SilentKernel.open(), Error, "EBUSY");
    for (const each of [device, socket, kernel, device, socket, kernel]) each.close();
  };
  openAll();
  const before = listDescriptors();
  for (let round = 0; round < 20; round++) openAll();
  assertEquals(listDescriptors(), before);
  const { stdout } = await namespace.mustRun(["cat", "/proc/sys/net/ipv4/icmp_ratemask"]);
  assertEquals(stdout.trim(), "6168");
});
