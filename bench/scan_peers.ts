/**
 * `deno run -A bench/scan_peers.ts [PAIRS]`: icmptime scan beside zmap and a C program, in one run, as root on Linux.
 *
 * Two namespaces and a cable. To a black hole: probes a second of the C program (blast.c), of
 * icmptime and of zmap, one after the other, PAIRS times. To 131,072 addresses that all answer: wall time less cooldown, and how many were found.
 * Prints each run and the medians; every number is measured here and now.
 */

import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { mustRun } from "../tests/support/command.ts";
import { VethPair } from "../tests/support/namespace.ts";

const pairs = Number(Deno.args[0] ?? 5);
const ANSWERING = "198.18.0.0/15", ANSWERING_HOSTS = 131_072;
const BLACK_HOLE = "11.0.0.0/8", PROBES = 600_000;
const SECONDS = 2;

const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-peers-" });
const blast = `${folder}/blast`;
await mustRun(["gcc", "-O2", "-o", blast, new URL("blast.c", import.meta.url).pathname]);
await using pair = await VethPair.open();
const { near, far } = pair;
await near.ip(`route add default via ${pair.farAddress}`);
await far.ownBlock(ANSWERING);
await far.ip(`route add blackhole ${BLACK_HOLE}`);
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

/** Probes a second of icmptime to the black hole. A firewall mark makes it take the raw socket. */
async function runScan(path: "packet" | "raw"): Promise<number> {
  const metadata = `${folder}/metadata.json`;
  const words = [
    "--rate",
    "max",
    "--max-targets",
    String(PROBES),
    "--cooldown",
    "0",
    "--yes",
    "-q",
  ];
  if (path === "raw") words.push("--mark", "1");
  await near.mustRun(SOURCE_PROGRAM.argv("scan", ...words, "--metadata", metadata, BLACK_HOLE));
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
  say(
    `black hole ${number}: ` + [
      note("C packet", await runBlast("packet")),
      note("scan packet", await runScan("packet")),
      note("zmap", await runZmap()),
      note("C raw", await runBlast("raw")),
      note("scan raw", await runScan("raw")),
    ].join(", "),
  );
}
for (let number = 1; number <= pairs; number++) {
  const words = ["--include-reserved", "--rate", "max", "--cooldown", "1", "-q", ANSWERING];
  const ours = await sweepAll(SOURCE_PROGRAM.argv("scan", ...words), 1);
  const zmapWords = ["-q", "-i", pair.device, "-G", gateway, "-c", "1"];
  const theirs = await sweepAll(["zmap", ...ZMAP, ...zmapWords, ANSWERING], 1);
  say(
    `${ANSWERING_HOSTS} hosts ${number}: ${
      note("scan seconds", ours.seconds)
    } (${ours.found} found), ` +
      `${note("zmap seconds", theirs.seconds)} (${theirs.found} found)`,
  );
}
const middle = Object.fromEntries(
  Object.entries(figures).map(([name, values]) => [name, median(values)]),
);
const ratio = (a: string, b: string) => ((middle[a] as number) / (middle[b] as number)).toFixed(2);
say(`medians: ${JSON.stringify(middle)}`);
say(
  `scan/C packet ${ratio("scan packet", "C packet")}, scan/C raw ${ratio("scan raw", "C raw")}, ` +
    `scan/zmap ${ratio("scan packet", "zmap")}, time scan/zmap ${
      ratio("scan seconds", "zmap seconds")
    }`,
);
await Deno.remove(folder, { recursive: true });
