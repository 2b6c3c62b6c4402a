/**
 * `deno task bench:peers`: icmptime beside the installed peers, on one cable between two namespaces.
 *
 * One host: each asks it the same number of times at the same pace; the table shows wall time and
 * the processor time of each probe (user and system, from the shell's `time`). A thousand hosts: once a second
 * each, beside fping, with peak memory (from time(1), whose processor time is exact to 1 µs a probe here). The drop-in form: one
 * host, which is the start of the program, and two thousand hosts with three probes each.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { type Contender, formatTable, median } from "./timing.ts";

const PROBES = 200;
const INTERVAL_MS = 10;
const ROUNDS = 5;

const CROWD = 1000;
const CROWD_PROBES = 10;
const CROWD_ROUNDS = 3;
const CROWD_BLOCK = "198.18.0.0/15";

const DROP_IN_HOSTS = 2000;

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
  await compareOneHost(pair);
  if (findTool("fping") === undefined || findTool("time") === undefined) {
    throw new ToolError("Cannot compare a thousand hosts: want fping and time(1) installed");
  }
  await pair.ownBlock(CROWD_BLOCK);
  await compareCrowd(pair);
  await compareDropIn(pair);
}

async function compareOneHost(pair: VethPair): Promise<void> {
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

/** `icmptime fping` beside fping, with the same words: whole processes, in milliseconds of processor time. */
async function compareDropIn(pair: VethPair): Promise<void> {
  const hosts = Array.from({ length: DROP_IN_HOSTS }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
  const lines: readonly (readonly [name: string, words: readonly string[]])[] = [
    ["one host", [pair.farAddress]],
    [`${DROP_IN_HOSTS} hosts, -q -c 3`, ["-q", "-c", "3", "-i", "0.2", "-p", "1000", ...hosts]],
    [`${DROP_IN_HOSTS} hosts, -c 3`, ["-c", "3", "-i", "0.2", "-p", "1000", ...hosts]],
  ];
  const rows: string[][] = [];
  for (const [name, words] of lines) {
    const theirs = await measureProcess(pair, ["fping", ...words]);
    const ours = await measureProcess(pair, BINARY_PROGRAM.argv("fping", ...words));
    const ratio = ours.cpuMs / Math.max(theirs.cpuMs, 1);
    rows.push([
      name,
      ...[theirs, ours].map(({ cpuMs }) => cpuMs.toFixed(0)),
      ratio.toFixed(1),
      ...[theirs, ours].map(({ peakMb }) => peakMb.toFixed(0)),
    ]);
  }
  say("\nThe form of fping, whole processes; medians of three");
  say(formatTable([["", "fping ms", "ours ms", "ratio", "fping MB", "ours MB"], ...rows]));
}

async function measureProcess(
  pair: VethPair,
  argv: readonly string[],
): Promise<{ readonly cpuMs: number; readonly peakMb: number }> {
  const cpuMs: number[] = [], peakMb: number[] = [];
  for (let round = 0; round < CROWD_ROUNDS; round++) {
    const timed = ["time", "-q", "-f", "\n%U %S %M", "--", ...argv];
    const { stderr } = await pair.near.run(timed, { timeoutMs: 120_000 });
    const last = stderr.trim().split("\n").at(-1) ?? "";
    const [user = NaN, system = NaN, peakKb = NaN] = last.split(" ").map(Number);
    cpuMs.push((user + system) * 1e3);
    peakMb.push(peakKb / 1024);
  }
  return { cpuMs: median(cpuMs), peakMb: median(peakMb) };
}

function crowdContenders(file: string): Contender[] {
  const count = String(CROWD_PROBES);
  const words = ["-f", file, "-c", count, "-i", "1"];
  return [
    // fping's own reference: one packet each millisecond, as the interval shared out evenly is.
    { name: "fping", argv: ["fping", "-f", file, "-c", count, "-p", "1000", "-i", "1"] },
    { name: "binary --format fping", argv: BINARY_PROGRAM.argv(...words, "--format", "fping") },
    { name: "binary --json", argv: BINARY_PROGRAM.argv(...words, "--json") },
    { name: "source --format fping", argv: SOURCE_PROGRAM.argv(...words, "--format", "fping") },
    { name: "source --json", argv: SOURCE_PROGRAM.argv(...words, "--json") },
  ];
}

/** Runs all in turns, so that what disturbs one disturbs all. */
async function compareCrowd(pair: VethPair): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-peers-" });
  try {
    const targets = Array.from({ length: CROWD }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    const file = `${folder}/targets`;
    await Deno.writeTextFile(file, targets.join("\n"));
    const runs = crowdContenders(file).map((contender) => ({
      ...contender,
      cpuUs: [] as number[],
      peakMb: [] as number[],
      codes: new Set<number>(),
    }));
    for (let round = 0; round < CROWD_ROUNDS; round++) {
      for (const { argv, cpuUs, peakMb, codes } of runs) {
        const usage = `${folder}/usage`;
        const timed = [
          "sh",
          "-c",
          'exec time -q -f "%U %S %M" -o "$0" "$@" >/dev/null 2>&1',
          usage,
        ];
        const { code } = await pair.near.run([...timed, ...argv], { timeoutMs: 120_000 });
        const text = await Deno.readTextFile(usage);
        const [user = NaN, system = NaN, peakKb = NaN] = text.trim().split(" ").map(Number);
        cpuUs.push((user + system) * 1e6 / (CROWD * CROWD_PROBES));
        peakMb.push(peakKb / 1024);
        codes.add(code);
      }
    }
    say(
      `\n${CROWD} hosts, ${CROWD_PROBES} probes each at 1 Hz; medians of ${CROWD_ROUNDS}, in turns`,
    );
    const baseUs = median(runs[0]?.cpuUs ?? []);
    say(formatTable([
      ["", "CPU µs a probe", "× fping", "peak MB", "exit codes"],
      ...runs.map(({ name, cpuUs, peakMb, codes }) => [
        name,
        median(cpuUs).toFixed(0),
        (median(cpuUs) / baseUs).toFixed(2),
        median(peakMb).toFixed(0),
        [...codes].join(" "),
      ]),
    ]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

await runTool(main);
