/**
 * `deno run -A bench/originate.ts [PROBES]`: how old the originate stamp is when its datagram leaves, by the capture time of
 * tcpdump on the near end of a cable between two namespaces. Started processes count from their first probe, but for those of
 * `ping`, whose first probe to each host is early on purpose and has a row of its own. A row for each command line: mean age,
 * share of probes whose originate is not the millisecond in which they left, greatest age. `--binary` measures the binary.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { formatTable } from "./timing.ts";

const BLOCK = "198.18.0.0/16";
const DAY_MS = 86_400_000;
const DEFAULT_PROBES = 200;
/** Processes whose first probes are counted apart. */
const STARTS = 10;

/** Ages in milliseconds: capture time minus the middle of the originate's millisecond. */
async function measureAges(pair: VethPair, argv: readonly string[]): Promise<number[]> {
  const capture = [
    ...["tcpdump", "-tt", "-nn", "-l", "--time-stamp-precision=nano", "-x", "-i", pair.device],
    "icmp[icmptype] == 13",
  ];
  await using tcpdump = pair.near.spawn(capture, { timeoutMs: 300_000 });
  await tcpdump.output(/listening/, "stderr");
  await pair.near.run(argv, { timeoutMs: 300_000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  tcpdump.sendSignal("SIGINT");
  const { stdout } = await tcpdump.result();
  const packets = stdout.split(/^(?=\d{10}\.)/m).filter((text) => text !== "");
  return packets.map((text) => {
    const [, seconds = "0", fraction = "0"] = /^(\d+)\.(\d{9})/.exec(text) ?? [];
    const octets = [...text.matchAll(/^\s+0x\w+:\s+(.*)$/gm)].map(([, hex = ""]) => hex).join("")
      .replaceAll(" ", "");
    // The originate stamp is at octet 8 of the ICMP message, behind 20 of IPv4.
    const originateMs = parseInt(octets.slice(56, 64), 16);
    const leftMs = Number(seconds) % 86_400 * 1e3 + Number(fraction) / 1e6;
    return (leftMs - originateMs + DAY_MS) % DAY_MS;
  });
}

async function main(): Promise<void> {
  if (findTool("tcpdump") === undefined) throw new ToolError("Cannot measure: want tcpdump");
  const probes = Number(Deno.args.find((word) => word !== "--binary") ?? DEFAULT_PROBES);
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  const many = Array.from({ length: 500 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
  const count = String(probes);
  const program = Deno.args.includes("--binary") ? BINARY_PROGRAM : SOURCE_PROGRAM;
  const lines:
    readonly (readonly [name: string, argv: string[], processes: number, early?: number])[] = [
      [
        "fping, one host every 10 ms",
        ["fping", "--icmp-timestamp", "-q", "-c", count, "-p", "10", pair.farAddress],
        1,
      ],
      [
        "fping, 6 hosts, 10 ms apart",
        [
          "fping",
          "--icmp-timestamp",
          "-q",
          "-c",
          "33",
          "-i",
          "10",
          "-p",
          "60",
          ...many.slice(0, 6),
        ],
        1,
      ],
      [
        "fping, 500 hosts at once",
        ["fping", "--icmp-timestamp", "-q", "-c", "3", "-i", "0", "-p", "300", ...many],
        1,
      ],
      ["ping, one host every 10 ms", ["-q", "-c", count, "-i", "10ms", pair.farAddress], 1, 1],
      ["ping, 500 hosts", ["-q", "-c", "3", "-i", "300ms", ...many], 1, many.length],
      [
        "fping, the first probe",
        ["fping", "--icmp-timestamp", "-q", "-c", "1", pair.farAddress],
        STARTS,
      ],
      ["ping, the first probe (70 ms early)", ["-q", "-c", "1", pair.farAddress], STARTS],
    ];
  const rows = [];
  for (const [name, argv, processes, early = 0] of lines) {
    const ages: number[] = [];
    for (let i = 0; i < processes; i++) {
      ages.push(...(await measureAges(pair, program.argv(...argv))).slice(early));
    }
    const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length - 0.5;
    const off = ages.filter((age) => age >= 1).length / ages.length;
    rows.push([
      name,
      String(ages.length),
      mean.toFixed(3),
      `${(off * 100).toFixed(1)} %`,
      Math.max(...ages).toFixed(2),
    ]);
  }
  say(formatTable([["", "probes", "mean age ms", "another ms", "most ms"], ...rows]));
}

await runTool(main);
