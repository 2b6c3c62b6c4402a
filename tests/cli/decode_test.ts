// icmptime decode, judged by tshark, tcpdump, xxd and hexdump.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mustRun, runCommand } from "../support/command.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { emitPcap } from "../support/pcap.ts";
import { systemTest } from "../support/tools.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import type { Capture } from "../golden/capture.ts";

/** Columns that both print, by tshark's name and ours. */
const COLUMNS: readonly (readonly [tshark: string, ours: string])[] = [
  ["frame.number", "frame"],
  ["frame.len", "wire_length_bytes"],
  ["ip.src", "source"],
  ["ip.dst", "destination"],
  ["ip.ttl", "ttl"],
  ["icmp.type", "icmp_type"],
  ["icmp.code", "icmp_code"],
  ["icmp.ident", "identifier"],
  ["icmp.seq", "sequence"],
  ["icmp.originate_timestamp", "originate_ms"],
  ["icmp.receive_timestamp", "receive_ms"],
  ["icmp.transmit_timestamp", "transmit_ms"],
];

/** Link-layer headers that packets are given, by scapy's name. */
const LINKS = [
  "Ether()",
  "Ether()/Dot1Q(vlan=7)",
  "Ether(type=0x88a8)/Dot1Q(type=0x8100)/Dot1Q(vlan=9)",
  "CookedLinux()",
  "CookedLinuxV2()",
  "null",
  "",
];

/** Writes the packets behind each header, as scapy does. */
const WRITE_WITH_SCAPY = `
import sys
from scapy.all import *
hexes = open(sys.argv[1]).read().split()
for index, link in enumerate(sys.argv[3:]):
    packets = []
    for n, digits in enumerate(hexes):
        packet = IP(bytes.fromhex(digits))
        if link == "null": packet = Raw(b"\\x02\\0\\0\\0" + bytes(packet))
        elif link: packet = eval(link) / packet
        packet.time = 1795742564 + n / 8
        packets.append(packet)
    kind = {"linktype": 0} if link == "null" else {}
    wrpcap(f"{sys.argv[2]}/link{index}.pcap", packets, **kind)
`;

function parseLines(stdout: string): Record<string, unknown>[] {
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Every packet that foreign tools sent, in hexadecimal. */
async function goldenPackets(): Promise<string[]> {
  const folder = `${PROJECT_FOLDER}tests/golden/captures`;
  const packets: string[] = [];
  for (const { name } of Deno.readDirSync(folder)) {
    const capture: Capture = JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
    for (const { packets: some } of capture.commands) packets.push(...some.map(({ hex }) => hex));
  }
  return packets;
}

/** What tshark says of the ICMP packets of a file, in our names. */
async function readWithTshark(path: string): Promise<Record<string, string>[]> {
  // It prints what it could read of a file that was cut, as decode does.
  const { stdout } = await runCommand([
    ...["tshark", "-n", "-r", path, "-Y", "icmp", "-T", "fields", "-E", "separator=/t"],
    ...["-E", "occurrence=f", "-e", "frame.time_epoch"],
    ...COLUMNS.flatMap(([name]) => ["-e", name]),
  ]);
  return stdout.split("\n").slice(0, -1).map((line) => {
    const [time = "", ...cells] = line.split("\t");
    return Object.fromEntries([
      ["time", Number(time).toFixed(6)],
      ...COLUMNS.map(([, ours], index) => [ours, cells[index] ?? ""]),
    ]);
  });
}

/** What decode says of them. */
async function readWithDecode(path: string): Promise<Record<string, string>[]> {
  const argv = SOURCE_PROGRAM.argv("decode", "--packets", "--json", path);
  const { code, stdout, stderr } = await runCommand(argv);
  const isWhole = !path.includes("-truncated");
  assertEquals(code, isWhole ? 0 : 1, stderr);
  if (!isWhole) assertStringIncludes(stderr, "the file ends within a packet");
  return parseLines(stdout).map((record) =>
    Object.fromEntries([
      ["time", Number(record["time"]).toFixed(6)],
      // Of an ICMP error tshark prints the numbers of the datagram that it quotes.
      ...COLUMNS.map(([, ours]) => [ours, String(record[ours] ?? record[`quoted_${ours}`] ?? "")]),
    ])
  );
}

systemTest({
  name: "decode: every field of captures of all kinds is what tshark prints",
  tools: ["tshark", "editcap", "mergecap", "gzip"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-decode-" });
  try {
    await Deno.writeTextFile(`${folder}/packets`, (await goldenPackets()).join("\n"));
    await mustRun([
      "/usr/bin/python3",
      "-c",
      WRITE_WITH_SCAPY,
      `${folder}/packets`,
      folder,
      ...LINKS,
    ]);
    const files: string[] = [];
    for (const index of LINKS.keys()) {
      const plain = `${folder}/link${index}.pcap`;
      files.push(plain);
      for (const format of ["pcap", "nsecpcap", "pcapng", "modpcap"]) {
        const path = `${folder}/link${index}-${format}`;
        await mustRun(["editcap", "-F", format, plain, path]);
        files.push(path);
      }
      for (const length of index % 2 === 0 ? [60, 40] : [60]) {
        const cut = `${folder}/link${index}-cut${length}.pcap`;
        await mustRun(["editcap", "-s", String(length), plain, cut]);
        files.push(cut);
      }
      for (const whole of index < 2 ? [plain, `${folder}/link${index}-pcapng`] : []) {
        const truncated = `${whole}-truncated`;
        const bytes = await Deno.readFile(whole);
        await Deno.writeFile(truncated, bytes.subarray(0, bytes.length - 17));
        files.push(truncated);
      }
    }
    const merged = `${folder}/merged.pcapng`;
    await mustRun(["mergecap", "-w", merged, ...files.filter((path) => path.endsWith(".pcap"))]);
    await mustRun(["gzip", "-k", `${folder}/link0-pcapng`]);
    files.push(merged, `${folder}/link0-pcapng.gz`);
    assert(files.length >= 50, `${files.length} files`);
    for (const path of files) {
      const [ours, theirs] = [await readWithDecode(path), await readWithTshark(path)];
      const byFrame = new Map(ours.map((packet) => [packet["frame"], packet]));
      for (const packet of theirs) {
        const own = byFrame.get(packet["frame"]) ?? {};
        // Of a message of which fewer than eight octets were kept, decode has the header alone.
        if (packet["sequence"] === "" && own["icmp_type"] === "") {
          if (own["source"] !== "") assertEquals(own["source"], packet["source"], path);
          continue;
        }
        // Of types that it has no use for, decode leaves identifier and sequence out.
        const isRead = ["0", "8", "13", "14"].includes(packet["icmp_type"] ?? "");
        const both = Object.entries(packet).filter(([name]) => isRead || own[name] !== "");
        assertEquals(
          Object.fromEntries(Object.entries(own).filter(([, value]) => isRead || value !== "")),
          Object.fromEntries(both),
          path,
        );
      }
      // A header that the capture cut within its options is malformed to us, and no ICMP to tshark.
      const read = ours.filter(({ source }) => source !== "");
      if (!/-cut|merged/.test(path)) assertEquals(read.length, theirs.length, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

systemTest({
  name: "decode: text of tcpdump, tshark, xxd and hexdump gives the octets that they printed",
  tools: ["tcpdump", "tshark", "xxd", "hexdump"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-decode-" });
  try {
    const packets = await goldenPackets();
    const bytes = packets.map((hex) => Uint8Array.fromHex(hex));
    const all = `${folder}/all.pcap`;
    await Deno.writeFile(all, emitPcap(bytes));
    const one = `${folder}/one.bin`;
    await Deno.writeFile(one, bytes[0] ?? new Uint8Array());
    const texts: readonly (readonly [argv: readonly string[], count: number])[] = [
      [["tcpdump", "-nn", "-x", "-r", all], packets.length],
      [["tcpdump", "-nn", "-XX", "-v", "-r", all], packets.length],
      [["tshark", "-x", "-r", all], packets.length],
      [["xxd", one], 1],
      [["xxd", "-i", one], 1],
      [["xxd", "-p", one], 1],
      [["hexdump", "-C", one], 1],
    ];
    for (const [argv, count] of texts) {
      const { stdout: text } = await mustRun(argv);
      const result = await runCommand(SOURCE_PROGRAM.argv("decode", "--json", "-"), {
        stdin: text,
      });
      const records = parseLines(result.stdout);
      assertEquals(records.length, count, argv.join(" "));
      const lengths = records.map(({ wire_length_bytes }) => wire_length_bytes);
      assertEquals(lengths, bytes.slice(0, count).map(({ length }) => length), argv.join(" "));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

programTest({ name: "decode: a number, digits, and what is neither" }, async (program) => {
  const run = (...args: readonly string[]) => runCommand(program.argv("decode", ...args));
  const at = ["--at", "2026-11-27T11:51:34.700Z"];

  const number = await run(...at, "42694656");
  assertEquals([number.code, number.stderr], [0, ""]);
  assertMatch(number.stdout, /^42694656 = 0x028b7800, taken at 2026-11-27 11:51:34\.700 UTC\n/);
  assertMatch(number.stdout, /Most likely ms of the day: -0\.044 s off\./);
  assert(number.stdout.split("\n").every((line) => line.length <= 80), number.stdout);

  const same = await run(...at, "--json", "0x028b7800");
  assertEquals(parseLines(same.stdout)[0]?.["form"], "milliseconds-of-day");
  assertEquals(parseLines(same.stdout)[0]?.["shown_offset_ms"], -44);

  const digits = "0d006639123400070 28b780000000000 00000000".replaceAll(" ", "");
  const message = await run(digits);
  assertEquals([message.code, message.stderr], [0, ""]);
  assertStringIncludes(message.stdout, "ICMP time stamp query id 4660 seq 7");
  assertMatch(message.stdout, /8 {2}02 8b 78 00 {2}originate +42694656 +11:51:34\.656 UTC/);
  assertEquals((await run(...(digits.match(/../g) ?? []))).stdout, message.stdout);

  const broken = await run("4500002800010000400100000a0000010a0000020d00");
  assertEquals(broken.code, 1);
  assertMatch(
    broken.stdout,
    /malformed: ipv4 at octet 2: total length says 40 octets, 22 are here/,
  );

  for (const word of ["nonsense", "4500f", "/no/such/file"]) {
    const refused = await run(word);
    assertEquals([refused.code, refused.stdout], [3, ""]);
    assertMatch(refused.stderr, /^icmptime: Cannot decode .*: expected|and no such file/);
  }
  const two = await run(...at, "--json", "42694656", "0");
  assertEquals(new Set(parseLines(two.stdout).map(({ number }) => number)), new Set([42694656, 0]));
  assertEquals((await run()).code, 3);
  assertEquals((await run("--at", "yesterday", "1")).code, 3);
});

programTest(
  { name: "decode: of a broken capture, what was read and then the place" },
  async (program) => {
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    try {
      const [packet = ""] = await goldenPackets();
      const file = emitPcap([Uint8Array.fromHex(packet), Uint8Array.fromHex(packet)]);
      await Deno.writeFile(path, file.subarray(0, -1));
      const { code, stdout, stderr } = await runCommand(
        program.argv("decode", "--packets", path),
      );
      assertEquals(code, 1);
      const paired = await runCommand(program.argv("decode", path));
      assertEquals([paired.code, paired.stderr], [1, stderr]);
      assertMatch(paired.stdout, /\n1 packet: 1 /);
      const json = await runCommand(program.argv("decode", "--json", path));
      const end = parseLines(json.stdout).at(-1);
      assertEquals([end?.["type"], end?.["reason"], end?.["exit_code"]], ["end", "broken", 1]);
      assertMatch(stdout, /^1 {2}00:00:00\.000000000 {2}IP .*\n1 packet: 1 /);
      assertMatch(
        stderr,
        /Cannot read .* to its end: the file ends within a packet, at octet \d+ after 1 packet\n$/,
      );
      // Random payloads, which do not get shorter: most of the packets are whole before the cut.
      const random = () => {
        const echo = Uint8Array.fromHex(packet);
        crypto.getRandomValues(echo.subarray(28));
        return echo;
      };
      const many = emitPcap(Array.from({ length: 1000 }, random)) as Uint8Array<ArrayBuffer>;
      const gzip = new Blob([many]).stream().pipeThrough(new CompressionStream("gzip"));
      const packed = new Uint8Array(await new Response(gzip).arrayBuffer());
      const kept = Math.floor(packed.length / 2);
      await Deno.writeFile(path, packed.subarray(0, kept));
      const cut = await runCommand(program.argv("decode", "--packets", path));
      const [, at, packets] = cut.stderr.match(
        /to its end: the gzipped data are cut off or damaged, at octet (\d+) after (\d+) packets\n$/,
      ) ?? [];
      assertEquals([cut.code, at], [1, String(kept)], cut.stderr);
      assert(Number(packets) > 300 && Number(packets) < 700, cut.stderr);
      assertMatch(cut.stdout, new RegExp(`^${packets} packets: ${packets} `, "m"));
    } finally {
      await Deno.remove(path);
    }
  },
);
