/** What others receive does not fill our buffer; and what is dropped here is not called lost without a word. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { emitFilter } from "../../ffi/linux/packet_filter.ts";
import { identifierFilter, MAX_FILTERED_IDENTIFIERS } from "../../ffi/linux/reply_filter.ts";
import { mustRun } from "../support/command.ts";
import { formatHex } from "../support/hex.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/** Lets the kernel run the program: a UNIX datagram socket takes the same filters as a raw one. */
const JUDGE = `
import ctypes, socket, struct, sys
lines = sys.stdin.read().split("\\n")
program = bytes.fromhex(lines[0])
memory = ctypes.create_string_buffer(program, len(program))
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
header = struct.pack("HL", len(program) // 8, ctypes.addressof(memory))
ours.setsockopt(socket.SOL_SOCKET, 26, header)
ours.setblocking(False)
for line in lines[1:]:
    packet = bytes.fromhex(line)
    try:
        theirs.send(packet)
    except OSError:
        pass
    try:
        print("accepted" if ours.recv(65536) == packet else "cut")
    except BlockingIOError:
        print("dropped")
`;

function ipv4(optionBytes: number, protocol: number, payload: readonly number[]): number[] {
  const header = new Array<number>(20 + optionBytes).fill(1);
  header[0] = 0x45 + optionBytes / 4;
  header[9] = protocol;
  return [...header, ...payload];
}

const message = (
  type: number,
  identifier: number,
) => [type, 0, 0, 0, identifier >> 8, identifier & 255, 0, 1, ...new Array<number>(12).fill(2)];
const errorAbout = (
  type: number,
  quoted: readonly number[],
) => [type, 1, 0, 0, 0, 0, 0, 0, ...quoted];

/** Packets by what becomes of them, given an identifier that is ours and one that is not. */
function packets(ours: number, theirs: number): Record<string, readonly number[][]> {
  const both = (identifier: number) =>
    [0, 4, 40].flatMap((options) => [
      ipv4(options, 1, message(0, identifier)),
      ipv4(options, 1, message(14, identifier)),
      ...[3, 4, 5, 11, 12].flatMap((type) => [
        ipv4(options, 1, errorAbout(type, ipv4(0, 1, message(13, identifier)))),
        ipv4(0, 1, errorAbout(type, ipv4(options, 1, message(8, identifier)))),
        // Eight octets of the request is all that a router need quote (RFC 792).
        ipv4(0, 1, errorAbout(type, ipv4(options, 1, message(8, identifier).slice(0, 8)))),
      ]),
    ]);
  return {
    accepted: [
      ...both(ours),
      // Too short to tell: the program counts them.
      ipv4(0, 1, message(14, theirs).slice(0, 7)),
      ipv4(0, 1, errorAbout(3, [])),
      ipv4(0, 1, errorAbout(3, ipv4(0, 1, message(13, theirs).slice(0, 7)))),
      ipv4(0, 1, errorAbout(11, ipv4(40, 1, message(13, theirs)).slice(0, 40))),
    ],
    dropped: [
      ...both(theirs),
      ipv4(0, 1, message(8, ours)),
      ipv4(0, 1, message(13, ours)),
      ipv4(0, 1, message(42, ours)),
      ipv4(0, 1, errorAbout(3, ipv4(0, 17, message(13, ours)))),
      ipv4(0, 1, errorAbout(3, ipv4(0, 1, message(14, ours)))),
    ],
  };
}

for (const count of [1, 2, 8, 9, 300, MAX_FILTERED_IDENTIFIERS]) {
  systemTest({
    name: `the kernel lets through what carries one of ${count} identifiers, and nothing else`,
    tools: ["python3"],
    missing: Deno.build.os === "linux" ? undefined : "no socket filters",
  }, async () => {
    const identifiers = Array.from({ length: count }, (_, index) => index * 31 + 5);
    const own = new Set(identifiers);
    const chosen = [identifiers[0], identifiers[count >> 1], identifiers.at(-1)] as number[];
    const others = [0, 4, 65_535, ...chosen.map((each) => each + 1)].filter((id) => !own.has(id));
    const cases = chosen.flatMap((ours, index) =>
      Object.entries(packets(ours, others[index] as number)).flatMap(([fate, each]) =>
        each.map((bytes) => [fate, formatHex(Uint8Array.from(bytes))] as const)
      )
    );
    const program = formatHex(emitFilter(identifierFilter(identifiers)));
    const stdin = [program, ...cases.map(([, hex]) => hex)].join("\n");
    const { stdout } = await mustRun(["python3", "-c", JUDGE], { stdin });
    const fates = stdout.trim().split("\n").map((fate, index) => [fate, cases[index]?.[1]]);
    assertEquals(fates, cases.map((each) => [...each]));
  });
}

/**
 * Stops the program when it has asked, lets another program receive more than any buffer holds, and lets it go on. Both
 * targets are asked by then: one has answered, the other one never will.
 */
async function runBesideFlood(words: readonly string[], wordsBefore: readonly string[] = []) {
  await using pair = await VethPair.open();
  await pair.far.ip("addr add 10.77.0.9/24 dev veth0");
  await pair.far.nft(`table ip silence {
    chain input { type filter hook input priority 0; ip daddr 10.77.0.9 drop; }
  }`);
  const targets = ["10.77.0.9", pair.farAddress];
  await using ping = pair.near.spawn(SOURCE_PROGRAM.argv(...wordsBefore, ...words, ...targets));
  await ping.output(/10\.77\.0\.2[": ].*(rtt|bytes)/);
  ping.sendSignal("SIGSTOP");
  await pair.near.mustRun(["ping", "-q", "-f", "-c", "20000", "127.0.0.1"]);
  ping.sendSignal("SIGCONT");
  return await ping.result();
}

const ONCE = ["--echo", "--spacing", "0", "-c", "1", "-W", "2s"];

systemTest({
  name: "ping beside heavy ICMP of another program: nothing is dropped for want of buffer",
  namespaces: true,
  tools: ["ping", "nft"],
}, async () => {
  const { stdout } = await runBesideFlood(["--json", ...ONCE]);
  const { end } = readRecords(stdout);
  assertEquals([end.received, end.lost, end.kernel_drops, end["dropped_by_us"]], [1, 1, 0, 0]);
});

systemTest({
  name: "ping: a loss while the receive buffer overflowed is counted as perhaps our own, and said",
  namespaces: true,
  tools: ["ping", "nft"],
}, async () => {
  const { stdout } = await runBesideFlood(["-v", "--json", ...ONCE]);
  const { end, summaries } = readRecords(stdout);
  assertEquals([end.received, end.lost, end["dropped_by_us"]], [1, 1, 1]);
  assert(end.kernel_drops > 0);
  assertEquals(summaries.map((summary) => summary["dropped_by_us"]), [1, 0]);
  const text = await runBesideFlood(["-v", ...ONCE]);
  assertMatch(text.stdout, /^this machine's full receive buffer dropped \d+ datagrams$/m);
  assertMatch(text.stdout, /^up to 1 of the 1 lost probes may have been answered$/m);
});

programTest({
  name:
    "ping: replies, errors and duplicates of our own pass the kernel's filter, with any number of targets",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.ownBlock("198.18.0.0/20");
  await pair.far.ip("route add unreachable 198.18.16.0/24");
  await pair.far.sysctl("net/ipv4/ip_forward", "1");
  await pair.far.sysctl("net/ipv4/icmp_ratelimit", "0");
  await pair.near.ip(`route add 198.18.16.0/24 via ${pair.farAddress}`);
  const blocks = [["198.18.0.1", 1], ["198.18.0.0/22", 1022], ["198.18.0.0/20", 4094]] as const;
  for (const [block, count] of blocks) {
    const words = ["--json", "-c", "1", "--spacing", "0.05ms", "-W", "3s", block];
    const { stdout, stderr } = await pair.near.run(program.argv(...words));
    const { end } = readRecords(stdout);
    assertEquals([stderr, end.received, end.kernel_drops], ["", count, 0]);
  }
  const argv = program.argv("--json", "-c", "2", "-i", "20ms", "198.18.16.7", "--identifier", "77");
  const { icmpErrors } = readRecords((await pair.near.run(argv)).stdout);
  assertEquals(icmpErrors.map((record) => record["icmp_code"]), [1, 1]);
});
