/**
 * `deno run -A bench/scan_peers.ts [PAIRS [binary]]`: icmptime scan beside zmap and a C program, in one run, as root on Linux.
 *
 * Two namespaces and a cable. To a black hole: probes a second of the C program (blast.c), of
 * icmptime and of zmap, one after the other, PAIRS times: one thread of icmptime beside one process in C, and as many threads as
 * it chooses by itself beside zmap and one process in C for each processor. To 131,072 addresses that all answer: wall time less cooldown,
 * and how many were found. Peak memory after ten seconds of a /15 and of a /6, silent and answering.
 * Prints each run, the medians, and the median and range of the ratios of each pair; every number is measured here and now.
 * Five pairs take about four minutes. With `binary` it is the compiled binary that is measured.
 */

import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { mustRun } from "../tests/support/command.ts";
import { VethPair } from "../tests/support/namespace.ts";

const pairs = Number(Deno.args[0] ?? 5);
const program = Deno.args[1] === "binary" ? BINARY_PROGRAM : SOURCE_PROGRAM;
const ANSWERING = "198.18.0.0/15", ANSWERING_HOSTS = 131_072;
const BLACK_HOLE = "11.0.0.0/8";
/** Each program sends for about so long. */
const SECONDS = 2;
const LARGE_SILENT = "16.0.0.0/6", LARGE_ANSWERING = "20.0.0.0/6", SMALL_SILENT = "11.0.0.0/15";
const MEMORY_RATE = "10k", MEMORY_SECONDS = 10;

const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-peers-" });
const blast = `${folder}/blast`;
await mustRun(["gcc", "-O2", "-o", blast, new URL("blast.c", import.meta.url).pathname]);
await using pair = await VethPair.open();
const { near, far } = pair;
await near.ip(`route add default via ${pair.farAddress}`);
await far.ownBlock(ANSWERING);
await far.ownBlock(LARGE_ANSWERING);
await far.ip(`route add blackhole ${BLACK_HOLE}`, `route add blackhole ${LARGE_SILENT}`);
await near.mustRun(["ping", "-c", "1", pair.farAddress]);
const gateway = await hardwareAddress(far), own = await hardwareAddress(near);

async function hardwareAddress(namespace: typeof near): Promise<string> {
  const { stdout } = await namespace.mustRun(["ip", "-j", "link", "show", pair.device]);
  return JSON.parse(stdout)[0].address;
}

async function runBlast(path: "packet" | "raw"): Promise<number> {
  const words = path === "packet" ? [pair.device, gateway, own] : [];
  const { stdout } = await near.mustRun([blast, path, "256", String(SECONDS), ...words]);
  return JSON.parse(stdout).pps;
}

/** The same from a process for each processor, together. */
async function runBlasts(path: "packet" | "raw"): Promise<number> {
  const runs = Array.from({ length: navigator.hardwareConcurrency }, () => runBlast(path));
  return (await Promise.all(runs)).reduce((sum, pps) => sum + pps);
}

/**
 * Probes a second of icmptime to the black hole, so many of them as take `SECONDS` at the rate of the C program just
 * before. A firewall mark makes it take the raw socket.
 */
async function runScan(
  path: "packet" | "raw",
  expectedRate: number,
  threads?: number,
): Promise<number> {
  const metadata = `${folder}/metadata.json`;
  const words = [
    "--rate",
    "max",
    "--max-targets",
    String(Math.round(SECONDS * expectedRate)),
    "--cooldown",
    "0",
    "--yes",
    "-q",
  ];
  if (path === "raw") words.push("--mark", "1");
  if (threads !== undefined) words.push("--sender-threads", String(threads));
  await near.mustRun(program.argv("scan", ...words, "--metadata", metadata, BLACK_HOLE));
  const { counts, sending_s } = JSON.parse(await Deno.readTextFile(metadata));
  return counts.sent / sending_s;
}

const ZMAP = ["-M", "icmp_echoscan", "-b", "/dev/null", "-r", "0"];

async function runZmap(): Promise<number> {
  const words = [
    "-i",
    pair.device,
    "-G",
    gateway,
    "-t",
    String(SECONDS),
    "-c",
    "0",
    "-o",
    "/dev/null",
  ];
  const { stderr } = await near.mustRun(["zmap", ...ZMAP, ...words, BLACK_HOLE]);
  const averages = [...stderr.matchAll(/send: \d+ .*?\(([\d.]+) ([KM])p\/s avg\)/g)];
  const [, value, unit] = averages.at(-1) ?? [];
  return Number(value) * (unit === "M" ? 1e6 : 1e3);
}

interface Sweep {
  readonly seconds: number;
  readonly found: number;
}

async function sweepAll(argv: readonly string[], cooldownSeconds: number): Promise<Sweep> {
  const start = performance.now();
  const { stdout } = await near.run(argv);
  const seconds = (performance.now() - start) / 1000 - cooldownSeconds;
  return { seconds, found: new Set(stdout.split("\n").filter(Boolean)).size };
}

/** Peak memory in MiB of scans of the blocks, side by side, cut off after ten seconds. */
async function runForMemory(blocks: readonly string[]): Promise<number[]> {
  const options = ["--yes", "--include-reserved", "--json", "-q", "--rate", MEMORY_RATE];
  const output = ["--cooldown", "0", "-o", "/dev/null"];
  return await Promise.all(blocks.map(async (block) => {
    await using running = near.spawn(program.argv("scan", ...options, ...output, block));
    await new Promise((resolve) => setTimeout(resolve, MEMORY_SECONDS * 1000));
    // `ip netns exec` becomes the program that it runs.
    const status = await Deno.readTextFile(`/proc/${running.pid}/status`);
    running.sendSignal("SIGINT");
    await running.result();
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

const figures: Record<string, number[]> = {};
function note(name: string, value: number): string {
  (figures[name] ??= []).push(value);
  return `${name} ${value < 1000 ? value.toFixed(2) : Math.round(value)}`;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

for (let number = 1; number <= pairs; number++) {
  const parts: string[] = [];
  const measure = async (name: string, run: Promise<number>) => {
    const value = await run;
    parts.push(note(name, value));
    return value;
  };
  for (const path of ["packet", "raw"] as const) {
    const one = await measure(`C ${path}`, runBlast(path));
    await measure(`scan ${path}, 1 thread`, runScan(path, one, 1));
    const all = await measure(`C ${path}, all processors`, runBlasts(path));
    await measure(`scan ${path}`, runScan(path, all));
    if (path === "packet") await measure("zmap", runZmap());
  }
  say(`black hole ${number}: ${parts.join(", ")}`);
}
for (let number = 1; number <= pairs; number++) {
  const silent = await runForMemory([SMALL_SILENT, LARGE_SILENT]);
  const answering = await runForMemory([ANSWERING, LARGE_ANSWERING]);
  const names = ["silent /15 MiB", "silent /6 MiB", "answering /15 MiB", "answering /6 MiB"];
  const values = [...silent, ...answering];
  say(`memory ${number}: ` + names.map((name, i) => note(name, values[i] as number)).join(", "));
}
for (let number = 1; number <= pairs; number++) {
  const words = ["--include-reserved", "--rate", "max", "--cooldown", "1", "-q", ANSWERING];
  const ours = await sweepAll(program.argv("scan", ...words), 1);
  const zmapWords = ["-q", "-i", pair.device, "-G", gateway, "-c", "1"];
  const theirs = await sweepAll(["zmap", ...ZMAP, ...zmapWords, ANSWERING], 1);
  say(
    `${ANSWERING_HOSTS} hosts ${number}: ${note("scan seconds", ours.seconds)}, ${
      note("scan found", ours.found)
    }, ${note("zmap seconds", theirs.seconds)}, ${note("zmap found", theirs.found)}`,
  );
}
const middle = Object.fromEntries(
  Object.entries(figures).map(([name, values]) => [name, median(values)]),
);

/** Median and range of what pairs of runs give, and what is wanted. */
function compare(a: string, b: string, wanted: string, how: "ratio" | "difference"): void {
  const others = figures[b] as number[];
  const results = (figures[a] as number[]).map((value, i) => {
    const other = others[i] as number;
    return how === "ratio" ? value / other : value - other;
  });
  const [middle, least, most] = [median(results), Math.min(...results), Math.max(...results)];
  say(
    `${how} ${a} : ${b}: median ${middle.toFixed(2)} (${least.toFixed(2)} to ${
      most.toFixed(2)
    }), wanted: ${wanted}`,
  );
}

say(`medians: ${JSON.stringify(middle)}`);
compare("scan packet", "zmap", "at least 1.5", "ratio");
for (const path of ["packet", "raw"]) {
  compare(`scan ${path}`, `C ${path}`, "at least 0.9", "ratio");
  compare(`scan ${path}, 1 thread`, `C ${path}`, "at least 0.9", "ratio");
  compare(`scan ${path}`, `C ${path}, all processors`, "for comparison", "ratio");
}
compare("scan seconds", "zmap seconds", "at most 1", "ratio");
say(`found of ${ANSWERING_HOSTS}: at least ${Math.min(...figures["scan found"] as number[])}`);
compare("silent /6 MiB", "silent /15 MiB", "at most 10", "difference");
compare("answering /6 MiB", "answering /15 MiB", "at most 10", "difference");
await Deno.remove(folder, { recursive: true });
