/**
 * `deno task bench:peers`: icmptime beside the installed peers, on one cable between two namespaces.
 *
 * Each asks the same host the same number of times at the same pace; the table shows wall time and
 * the processor time of each probe (user and system, from the shell's `time`).
 */

import { runTool, say } from "../tools/output.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { type Contender, formatTable, median } from "./timing.ts";

const PROBES = 200;
const INTERVAL_MS = 10;
const ROUNDS = 5;

/** The shell's clock around a program: wall, user and system seconds on standard error. */
const TIMED = ["bash", "-c", 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', "time"];

/** fping asks for timestamps from 5.3 on; an older one can only ask for an echo. */
function fping(): string[] {
  if (findTool("fping") === undefined) return ["fping"];
  const help = new Deno.Command("fping", { args: ["-h"] }).outputSync().stdout;
  const asksForTimestamps = new TextDecoder().decode(help).includes("--icmp-timestamp");
  return asksForTimestamps ? ["fping", "--icmp-timestamp"] : ["fping"];
}

function contenders(target: string): Contender[] {
  const fpingFlags = fping();
  const count = String(PROBES);
  const seconds = String(INTERVAL_MS / 1000);
  return [
    { name: "icmptime", argv: BINARY_PROGRAM.argv("-c", count, "-i", seconds, target) },
    {
      name: fpingFlags.join(" "),
      argv: [...fpingFlags, "-q", "-c", count, "-p", String(INTERVAL_MS), target],
    },
    {
      name: "hping3 --icmp-ts",
      argv: [
        "hping3",
        "-q",
        "-1",
        "--icmp-ts",
        "-c",
        count,
        "-i",
        `u${INTERVAL_MS * 1000}`,
        target,
      ],
    },
    {
      name: "nping timestamp",
      argv: [
        ...["nping", "-q", "--icmp", "--icmp-type", "timestamp"],
        ...["-c", count, "--delay", `${INTERVAL_MS}ms`, target],
      ],
    },
  ].filter(({ argv }) => findTool(argv[0] ?? "") !== undefined || argv[0]?.includes("/"));
}

async function main(): Promise<void> {
  await using pair = await VethPair.open();
  const rows = [];
  for (const { name, argv } of contenders(pair.farAddress)) {
    const wallS: number[] = [];
    const cpuS: number[] = [];
    const codes = new Set<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const { stderr, code } = await pair.near.run([...TIMED, ...argv]);
      const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split(" ").map(Number);
      wallS.push(wall);
      cpuS.push(user + system);
      codes.add(code);
    }
    rows.push([
      name,
      median(wallS).toFixed(3),
      (median(cpuS) / PROBES * 1e6).toFixed(0),
      [...codes].join(" "),
    ]);
  }
  say(`${PROBES} probes, one each ${INTERVAL_MS} ms, over veth; medians of ${ROUNDS}`);
  say(formatTable([["", "wall s", "CPU µs a probe", "exit codes"], ...rows]));
}

await runTool(main);
