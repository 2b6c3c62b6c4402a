/**
 * `deno run -A bench/exporter.ts [SECONDS] [source] [alone]`: the exporter with 1000 targets at 1 Hz, first alone and then, without `alone`,
 * with 100 slow clients, each for so long (60 unless given). Needs root and tcpdump, and the binary unless `source` is given.
 *
 * Prints processor time, losses, the time of a scrape and what of it the server's thread ran and waited for a processor, resident memory
 * minute by minute, and by how much the interval between two probes of a target differed from a second on the wire. The
 * client of a scrape is curl. Ends with exit code 1 where a probe was lost, or the median of the scrapes took too long.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { RunningExporter, valueOf } from "../tests/support/exporter.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { sampleProcess, threadTimes } from "./process_sample.ts";
import { formatTable, median } from "./timing.ts";

const TARGETS = 1000;
const BLOCK = "198.18.0.0/15";
const DEFAULT_SECONDS = 60;
const SETTLE_MS = 5000;
const SCRAPE_EVERY_MS = 5000;
const MEMORY_EVERY_MS = 60_000;
/** Longest median of the times of a scrape that is accepted, milliseconds. */
const MAX_SCRAPE_MS = 100;
/** Most of one processor that is accepted. */
const MAX_SHARE = 0.15;

/** One scrape, milliseconds. */
interface Scrape {
  /** From connecting to the last byte. */
  readonly totalMs: number;
  /** From connecting to the first byte. */
  readonly firstMs: number;
  /** What the server says that rendering took. */
  readonly renderMs: number;
  /** How long the server's thread ran meanwhile, for this and for probes. */
  readonly ranMs: number;
  /** How long it waited for a processor. */
  readonly waitedMs: number;
}

/** What one stretch showed. */
interface Stretch {
  readonly name: string;
  readonly processorShare: number;
  readonly scrapes: readonly Scrape[];
  readonly failedScrapes: number;
  /** Resident bytes at the start, after each minute, and at the end. */
  readonly memory: readonly number[];
  /** Differences from a second, milliseconds, ascending. */
  readonly jitterMs: Float64Array;
  readonly lost: number;
  readonly unsent: number;
}

/** Where it is measured. */
interface Bench {
  readonly pair: VethPair;
  readonly exporter: RunningExporter;
  readonly seconds: number;
  /** File for an answer. */
  readonly wire: string;
}

async function main(): Promise<void> {
  if (findTool("tcpdump") === undefined) throw new ToolError("Cannot look at the wire: no tcpdump");
  const seconds = Number(Deno.args.find((word) => /^\d+$/.test(word)) ?? DEFAULT_SECONDS);
  const program = Deno.args.includes("source") ? SOURCE_PROGRAM : BINARY_PROGRAM;
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  // Replies to a thousand hosts in a second are not to be limited.
  await pair.far.sysctl("net/ipv4/icmp_msgs_per_sec", "100000");
  const folder = await Deno.makeTempDir({ prefix: "icmptime-exporter-" });
  try {
    const targets = Array.from({ length: TARGETS + 4 }, (_, i) => `198.18.${i >> 8}.${i & 255}`)
      .filter((each) => !each.endsWith(".0"));
    await Deno.writeTextFile(`${folder}/targets`, targets.join("\n"));
    await using exporter = await RunningExporter.open(pair.near, ["-f", `${folder}/targets`], {
      program,
      timeoutMs: (2 * seconds + 120) * 1000,
    });
    const bench = { pair, exporter, seconds, wire: `${folder}/wire` };
    await sleep(SETTLE_MS);
    const stretches = [await measure("alone", bench)];
    if (!Deno.args.includes("alone")) {
      const script = new URL("slow_clients.ts", import.meta.url).pathname;
      const argv = [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", script];
      await using _ = pair.near.spawn(argv, { timeoutMs: (seconds + 60) * 1000 });
      await sleep(SETTLE_MS);
      stretches.push(await measure("with slow clients", bench));
    }
    print(stretches, (await exporter.get("/metrics")).body.length);
    judge(stretches);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(name: string, bench: Bench): Promise<Stretch> {
  const { pair, exporter, seconds } = bench;
  await using capture = pair.near.spawn(
    [
      ...["tcpdump", "-Z", "root", "-i", pair.device, "-n", "-tt", "-l", "-s", "96"],
      "icmp[icmptype] == icmp-tstamp",
    ],
    { timeoutMs: (seconds + 60) * 1000 },
  );
  const { pid } = exporter.command;
  const before = await exporter.metrics();
  const startedMs = performance.now();
  const processorAtStart = sampleProcess(pid, 0)?.processorSeconds ?? NaN;
  const residentBytes = () => sampleProcess(pid, 0)?.residentBytes ?? NaN;
  const memory = [residentBytes()];
  const scrapes: (Scrape | undefined)[] = [];
  while (performance.now() - startedMs < seconds * 1000) {
    await sleep(SCRAPE_EVERY_MS);
    scrapes.push(await scrape(bench));
    const isMinute = performance.now() - startedMs >= memory.length * MEMORY_EVERY_MS;
    if (isMinute) memory.push(residentBytes());
  }
  const elapsedS = (performance.now() - startedMs) / 1000;
  const processorSeconds = (sampleProcess(pid, 0)?.processorSeconds ?? NaN) - processorAtStart;
  const after = await exporter.metrics();
  capture.sendSignal("SIGINT");
  const { stdout } = await capture.result();
  const grown = (family: string) => total(after, family) - total(before, family);
  return {
    name,
    processorShare: processorSeconds / elapsedS,
    scrapes: scrapes.filter((each) => each !== undefined),
    failedScrapes: scrapes.filter((each) => each === undefined).length,
    memory: [...memory, residentBytes()],
    jitterMs: jitterOf(stdout),
    lost: grown("icmptime_lost_total"),
    unsent: grown("icmptime_unsent_total"),
  };
}

/** Undefined for one that failed. */
async function scrape({ pair, exporter, wire }: Bench): Promise<Scrape | undefined> {
  const before = threadTimes(exporter.command.pid);
  const { stdout } = await pair.near.run([
    ...["curl", "-s", "-o", wire, "--max-time", "20"],
    ...["-w", "%{http_code} %{time_starttransfer} %{time_total}", `${exporter.url}/metrics`],
  ]);
  const after = threadTimes(exporter.command.pid);
  const [status, firstS = NaN, totalS = NaN] = stdout.split(" ").map(Number);
  if (status !== 200) return undefined;
  return {
    totalMs: totalS * 1000,
    firstMs: firstS * 1000,
    renderMs: valueOf(await Deno.readTextFile(wire), "icmptime_render_seconds") * 1000,
    ranMs: after.ranMs - before.ranMs,
    waitedMs: after.waitedMs - before.waitedMs,
  };
}

/** Sum of a family's series. */
function total(text: string, family: string): number {
  return text.split("\n").filter((line) => line.startsWith(`${family}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** From lines of tcpdump: how far each interval between two probes of a target is from a second. */
function jitterOf(lines: string): Float64Array {
  const last = new Map<string, number>();
  const found: number[] = [];
  for (const [, time, target = ""] of lines.matchAll(/^(\d+\.\d+) IP \S+ > (\S+): /gm)) {
    const atMs = Number(time) * 1000;
    const beforeMs = last.get(target);
    if (beforeMs !== undefined) found.push(Math.abs(atMs - beforeMs - 1000));
    last.set(target, atMs);
  }
  return Float64Array.from(found).sort();
}

function print(stretches: readonly Stretch[], answerBytes: number): void {
  const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
  say(`${TARGETS} targets at 1 Hz; ${(answerBytes / 1e6).toFixed(1)} MB an answer; load ${load}`);
  say(formatTable([
    ["", "processor %", "lost", "unsent", "scrapes", "failed"],
    ...stretches.map(({ name, processorShare, lost, unsent, scrapes, failedScrapes }) => [
      ...[name, (100 * processorShare).toFixed(1), `${lost}`, `${unsent}`],
      ...[`${scrapes.length}`, `${failedScrapes}`],
    ]),
  ]));
  say("\nA scrape, ms (medians, but for the longest)");
  say(formatTable([
    ["", "total", "longest", "first byte", "rendering", "thread ran", "waited for a processor"],
    ...stretches.map(({ name, scrapes }) =>
      [
        name,
        ...[middle(scrapes, "totalMs"), Math.max(...scrapes.map(({ totalMs }) => totalMs))],
        ...(["firstMs", "renderMs", "ranMs", "waitedMs"] as const).map((key) =>
          middle(scrapes, key)
        ),
      ].map((each) => typeof each === "number" ? each.toFixed(0) : each)
    ),
  ]));
  say("\nResident memory, MB: at the start, after each minute, at the end");
  say(formatTable([
    ["", ...(stretches[0]?.memory ?? []).map((_, minute) => `${minute}`)],
    ...stretches.map(({ name, memory }) => [name, ...memory.map((b) => (b / 1e6).toFixed(0))]),
  ]));
  say(
    "Clocks keep 15 minutes of replies, one of each 5 s of a target: until then memory grows, by some 10 MB a minute.",
  );
  say("\nInterval of two probes on the wire: difference from a second, ms");
  const quantile = (values: Float64Array, share: number) =>
    (values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN).toFixed(1);
  say(formatTable([
    ["", "probes", "median", "p95", "p99", "p99.9", "max"],
    ...stretches.map(({ name, jitterMs }) => [
      ...[name, String(jitterMs.length)],
      ...[0.5, 0.95, 0.99, 0.999, 1].map((share) => quantile(jitterMs, share)),
    ]),
  ]));
}

function middle(scrapes: readonly Scrape[], key: keyof Scrape): number {
  return median(scrapes.map((each) => each[key]));
}

/** Says what was too much. */
function judge(stretches: readonly Stretch[]): void {
  const faults = stretches.flatMap(({ name, lost, unsent, scrapes, processorShare }) => [
    ...lost + unsent > 0 ? [`${name}: probes were lost`] : [],
    ...middle(scrapes, "totalMs") <= MAX_SCRAPE_MS
      ? []
      : [`${name}: a scrape took more than ${MAX_SCRAPE_MS} ms`],
    ...processorShare <= MAX_SHARE ? [] : [`${name}: more than 15 % of one processor`],
  ]);
  if (faults.length > 0) throw new ToolError(`Too much: ${faults.join("; ")}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) await runTool(main);
