/** What ping sends, as tshark reads it from the wire: every option, field by field, and no complaint but those asked for. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { mustRun } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { dissectCapture } from "../support/tshark.ts";

/** A second address of the near end. */
const SECOND_ADDRESS = "10.77.0.5";

/** What every request has unless an option says otherwise. */
const PLAIN = {
  "ip.version": "4",
  "ip.hdr_len": "20",
  "ip.dsfield": "0x00",
  "ip.len": "40",
  "ip.flags.df": "0",
  "ip.flags.mf": "0",
  "ip.frag_offset": "0",
  "ip.ttl": "64",
  "ip.proto": "1",
  "ip.checksum.status": "1",
  "ip.src": "10.77.0.1",
  "ip.dst": "10.77.0.2",
  "icmp.type": "13",
  "icmp.code": "0",
  "icmp.checksum.status": "1",
  "icmp.seq": "0",
  "icmp.receive_timestamp": "0",
  "icmp.transmit_timestamp": "0",
};

/** What an echo request has unless an option says otherwise. */
const ECHO = {
  "ip.len": "84",
  "icmp.type": "8",
  "icmp.receive_timestamp": "",
  "icmp.transmit_timestamp": "",
};

const FIELDS = [...Object.keys(PLAIN), "icmp.ident", "icmp.originate_timestamp", "data.data"];

/** Options, and the fields of the request that they change. */
type Case = readonly [args: readonly string[], fields: Readonly<Record<string, string>>];

const CASES: readonly Case[] = [
  [[], {}],
  [["-t", "1"], { "ip.ttl": "1" }],
  [["--ttl=255"], { "ip.ttl": "255" }],
  [["-Q", "0xb8"], { "ip.dsfield": "0xb8" }],
  [["--tos", "3"], { "ip.dsfield": "0x03" }],
  [["-M", "do"], { "ip.flags.df": "1" }],
  [["-M", "dont"], { "ip.flags.df": "0" }],
  [["-I", SECOND_ADDRESS], { "ip.src": SECOND_ADDRESS }],
  [["-I", "veth0"], { "ip.src": "10.77.0.1" }],
  [["--originate", "4294967295"], { "icmp.originate_timestamp": "4294967295" }],
  [["--originate", "0"], { "icmp.originate_timestamp": "0" }],
  [["--originate", "11:51:34.656"], { "icmp.originate_timestamp": "42694656" }],
  [["--receive", "0x80000001"], { "icmp.receive_timestamp": "2147483649" }],
  [["--transmit", "23:59:59.9"], { "icmp.transmit_timestamp": "86399900" }],
  [["--sequence", "65535"], { "icmp.seq": "65535" }],
  [["--code", "255"], { "icmp.code": "255" }],
  [["--payload", "0x00ff10"], { "ip.len": "43" }],
  [["--payload", "text:hello"], { "ip.len": "45" }],
  [["--payload", "1460"], { "ip.len": "1500" }],
  [["--bad-checksum"], { "icmp.checksum.status": "0" }],
  [["--bad-checksum", "--payload", "7"], { "ip.len": "47", "icmp.checksum.status": "0" }],
  [["--user-stamps"], {}],
  [["--echo"], ECHO],
  [["--echo", "--payload", "0xcafe01"], { ...ECHO, "ip.len": "31", "data.data": "cafe01" }],
  [["--echo", "--payload", "text:a"], { ...ECHO, "ip.len": "29", "data.data": "61" }],
  [["--echo", "--payload", "0"], { ...ECHO, "ip.len": "28", "data.data": "" }],
  [["--echo", "--bad-checksum"], { ...ECHO, "icmp.checksum.status": "0" }],
  [["--echo", "--code", "5", "-t", "9"], { ...ECHO, "icmp.code": "5", "ip.ttl": "9" }],
  [
    [
      "-t2",
      "-Q4",
      "-Mdo",
      "--code=1",
      "--sequence=7",
      "--originate=1",
      "--receive=2",
      "--transmit=3",
    ],
    {
      "ip.ttl": "2",
      "ip.dsfield": "0x04",
      "ip.flags.df": "1",
      "icmp.code": "1",
      "icmp.seq": "7",
      "icmp.originate_timestamp": "1",
      "icmp.receive_timestamp": "2",
      "icmp.transmit_timestamp": "3",
    },
  ],
];

/** The identifier under which a case is found in the capture. */
const identifierOf = (index: number) => 0xab00 + index;

programTest({
  name: "ping: every option is what tshark reads on the wire, and tshark has no complaint",
  namespaces: true,
  tools: ["tcpdump", "tshark"],
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.near.ip(`addr add ${SECOND_ADDRESS}/24 dev ${pair.device}`);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-wire-" });
  try {
    const path = `${folder}/wire.pcap`;
    const count = String(CASES.length);
    const filter = `icmp and dst ${pair.farAddress} and (icmp[0] = 13 or icmp[0] = 8)`;
    await using tcpdump = pair.near.spawn([
      ...["tcpdump", "-i", pair.device, "-w", path, "-Z", "root", "-c", count, filter],
    ]);
    await tcpdump.output(/listening on/, "stderr");
    for (const [index, [args]] of CASES.entries()) {
      const first = args.some((arg) => arg.startsWith("--sequence")) ? [] : ["--sequence", "0"];
      const numbers = ["--identifier", String(identifierOf(index)), ...first];
      // Linux answers no echo with a wrong checksum; what counts here is what was sent.
      const argv = program.argv("-c", "1", "-W", "10ms", ...numbers, ...args, pair.farAddress);
      const { code, stderr } = await pair.near.run(argv);
      assert(code <= 1, `${args.join(" ")}: ${stderr}`);
    }
    await tcpdump.result();
    const dissections = await dissectCapture(path, FIELDS);
    assertEquals(dissections.length, CASES.length);
    for (const [index, [args, expected]] of CASES.entries()) {
      const { fields, complaints } = dissections[index] ?? { fields: new Map(), complaints: [] };
      const wanted = { ...PLAIN, "icmp.ident": String(identifierOf(index)), ...expected };
      const found = Object.keys(wanted).map((name) => [name, fields.get(name)]);
      assertEquals({ args, ...Object.fromEntries(found) }, { args, ...wanted });
      assertEquals([args, complaints.length], [args, args.includes("--bad-checksum") ? 1 : 0]);
      for (const complaint of complaints) assertMatch(complaint, /^Bad checksum/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest({
  name: "ping: -m marks what is sent, as a rule of nftables counts it",
  namespaces: true,
  tools: ["nft"],
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.near.nft(`table ip marks {
    chain output {
      type filter hook output priority 0;
      meta mark 0x1234 icmp type timestamp-request counter comment "marked"
      meta mark 0 icmp type timestamp-request counter comment "plain"
    }
  }`);
  const counted = async (comment: string) => {
    const { stdout } = await mustRun(pair.near.argv(["nft", "list", "table", "ip", "marks"]));
    return Number(stdout.match(new RegExp(`packets (\\d+) bytes \\d+ comment "${comment}"`))?.[1]);
  };
  const args = ["-c", "3", "-i", "10ms", pair.farAddress];
  await pair.near.mustRun(program.argv("-m", "0x1234", ...args));
  assertEquals([await counted("marked"), await counted("plain")], [3, 0]);
  await pair.near.mustRun(program.argv(...args));
  assertEquals([await counted("marked"), await counted("plain")], [3, 3]);
});

programTest({
  name: "ping: sequence numbers go on from 65535 to 0, and the identifier is new in every run",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const args = ["--json", "--sequence", "65534", "-c", "4", "-i", "10ms", pair.farAddress];
  const identifiers = new Set<unknown>();
  for (let round = 0; round < 3; round++) {
    const { replies, run } = readRecords((await pair.near.mustRun(program.argv(...args))).stdout);
    assertEquals(replies.map(({ sequence, probe }) => [sequence, probe]), [
      [65534, 0],
      [65535, 1],
      [0, 2],
      [1, 3],
    ]);
    assertEquals(run["identifier"], undefined);
    identifiers.add(replies[0]?.identifier);
  }
  assert(identifiers.size > 1);
});

programTest({
  name: "ping: a datagram that the interface cannot take is unsent, and told by its size",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const args = ["-c", "1", "-M", "do", "--payload", "1461", pair.farAddress];
  const { code, stdout } = await pair.near.run(program.argv(...args));
  assertEquals(code, 1);
  assertMatch(stdout, /seq=0 not sent: Cannot send [^]*Message too long \(EMSGSIZE\)/);
});
