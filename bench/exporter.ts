/**
 * `deno run -A bench/exporter.ts [SECONDS] [source]`: the exporter with 1000 targets at 1 Hz, first alone and then with 100 slow
 * clients, each for so long (60 unless given). Needs root and tcpdump, and the binary unless `source` is given.
 *
 * Prints processor time, memory, time of a scrape, losses, and by how much the interval between two probes of a target
 * differed from a second on the wire. Ends with exit code 1 where a probe was lost, or the medians of ten scrapes took too long.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { RunningExporter, valueOf } from "../tests/support/exporter.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { sampleProcess } from "./process_sample.ts";
import { formatTable, median } from "./timing.ts";

const TARGETS = 1000;
const BLOCK = "198.18.0.0/15";
const CLIENTS = 100;
const DEFAULT_SECONDS = 60;
const SETTLE_MS = 5000;
const SCRAPE_EVERY_MS = 5000;
/** Longest median of the times of a scrape that is accepted, milliseconds. */
const MAX_SCRAPE_MS = 100;

/** What one stretch showed. */
interface Stretch {
  readonly name: string;
  readonly processorShare: number;
  readonly startBytes: number;
  readonly endBytes: number;
  readonly scrapesMs: readonly number[];
  readonly renderMs: readonly number[];
  readonly failedScrapes: number;
  /** Differences from a second, milliseconds, ascending. */
  readonly jitterMs: Float64Array;
  readonly lost: number;
  readonly unsent: number;
}

async function main(): Promise<void> {
  if (Deno.args[0] === "clients") return await runClients();
  if (findTool("tcpdump") === undefined) throw new ToolError("Cannot look at the wire: no tcpdump");
  const seconds = Number(Deno.args[0] ?? DEFAULT_SECONDS);
  const program = Deno.args.includes("source") ? SOURCE_PROGRAM : BINARY_PROGRAM;
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  // Replies to a thousand hosts in a second are not to be limited.
  await pair.far.sysctl("net/ipv4/icmp_msgs_per_sec", "100000");
  const folder = await Deno.makeTempDir({ prefix: "icmptime-exporter-" });
  try {
    const targets = Array.from({ length: TARGETS }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    await Deno.writeTextFile(
      `${folder}/targets`,
      targets.filter((each) => !each.endsWith(".0")).join("\n"),
    );
    await using exporter = await RunningExporter.open(pair.near, ["-f", `${folder}/targets`], {
      program,
      timeoutMs: (2 * seconds + 120) * 1000,
    });
    await sleep(SETTLE_MS);
    const alone = await measure("alone", pair, exporter, seconds, folder);
    const clients = pair.near.spawn(
      [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", import.meta.filename ?? "", "clients"],
      { timeoutMs: (seconds + 60) * 1000 },
    );
    await using _ = clients;
    await sleep(SETTLE_MS);
    const crowded = await measure(`with ${CLIENTS} slow clients`, pair, exporter, seconds, folder);
    const { body } = await exporter.get("/metrics");
    print([alone, crowded], body);
    const slow = [alone, crowded].filter(({ scrapesMs }) => !(median(scrapesMs) <= MAX_SCRAPE_MS));
    if (alone.lost + crowded.lost + alone.unsent + crowded.unsent > 0) {
      throw new ToolError("Too much: probes were lost");
    }
    if (slow.length > 0) {
      throw new ToolError(`Too slow: a scrape took more than ${MAX_SCRAPE_MS} ms`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(
  name: string,
  pair: VethPair,
  exporter: RunningExporter,
  seconds: number,
  folder: string,
): Promise<Stretch> {
  const wire = `${folder}/wire`;
  await using capture = pair.near.spawn(
    [
      "tcpdump",
      "-Z",
      "root",
      "-i",
      pair.device,
      "-n",
      "-tt",
      "-l",
      "-s",
      "96",
      "icmp[icmptype] == icmp-tstamp",
    ],
    { timeoutMs: (seconds + 60) * 1000 },
  );
  const { pid } = exporter.command;
  const before = await exporter.metrics();
  const startedMs = performance.now();
  const start = sampleProcess(pid, 0);
  const scrapesMs: number[] = [];
  const renderMs: number[] = [];
  let failedScrapes = 0;
  while (performance.now() - startedMs < seconds * 1000) {
    await sleep(SCRAPE_EVERY_MS);
    const { stdout } = await pair.near.run([
      ...["curl", "-s", "-o", wire, "-w", "%{http_code} %{time_total}", "--max-time", "20"],
      `${exporter.url}/metrics`,
    ]);
    const [status, time] = stdout.split(" ").map(Number);
    if (status !== 200) failedScrapes++;
    else {
      scrapesMs.push((time ?? NaN) * 1000);
      renderMs.push(valueOf(await Deno.readTextFile(wire), "icmptime_render_seconds") * 1000);
    }
  }
  const elapsedS = (performance.now() - startedMs) / 1000;
  const end = sampleProcess(pid, elapsedS);
  const after = await exporter.metrics();
  capture.sendSignal("SIGINT");
  const { stdout } = await capture.result();
  const grown = (family: string) => total(after, family) - total(before, family);
  return {
    name,
    processorShare: ((end?.processorSeconds ?? NaN) - (start?.processorSeconds ?? NaN)) / elapsedS,
    startBytes: start?.residentBytes ?? NaN,
    endBytes: end?.residentBytes ?? NaN,
    ...{ scrapesMs, renderMs, failedScrapes },
    jitterMs: jitterOf(stdout),
    lost: grown("icmptime_lost_total"),
    unsent: grown("icmptime_unsent_total"),
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

function print(stretches: readonly Stretch[], text: string): void {
  const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
  say(`${TARGETS} targets at 1 Hz; ${(text.length / 1e6).toFixed(1)} MB an answer; load ${load}`);
  const quantile = (values: Float64Array, share: number) =>
    (values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN).toFixed(1);
  say(formatTable([
    [
      "",
      "CPU %",
      "MB start",
      "end",
      "scrape ms median",
      "max",
      "render ms",
      "failed",
      "lost",
      "unsent",
    ],
    ...stretches.map((each) => [
      each.name,
      (100 * each.processorShare).toFixed(1),
      (each.startBytes / 1e6).toFixed(0),
      (each.endBytes / 1e6).toFixed(0),
      median(each.scrapesMs).toFixed(0),
      Math.max(...each.scrapesMs).toFixed(0),
      median(each.renderMs).toFixed(0),
      String(each.failedScrapes),
      String(each.lost),
      String(each.unsent),
    ]),
  ]));
  say("\nInterval of two probes on the wire: difference from a second, ms");
  say(formatTable([
    ["", "probes", "median", "p95", "p99", "p99.9", "max"],
    ...stretches.map(({ name, jitterMs }) => [
      name,
      String(jitterMs.length),
      ...[0.5, 0.95, 0.99, 0.999, 1].map((share) => quantile(jitterMs, share)),
    ]),
  ]));
}

/** A third each: connections without a word, requests that come byte by byte, and answers that are read in small pieces. */
async function runClients(): Promise<void> {
  await Promise.all(Array.from({ length: CLIENTS }, async (_, number) => {
    for (;;) {
      await runClient(number % 3).catch(() => {});
      await sleep(200);
    }
  }));
}

async function runClient(kind: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: 9877 });
  const request = new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: slow\r\n\r\n");
  if (kind === 0) await connection.read(new Uint8Array(1));
  else if (kind === 1) {
    for (const byte of request) {
      await connection.write(Uint8Array.of(byte));
      await sleep(500);
    }
  } else {
    await connection.write(request);
    while (await connection.read(new Uint8Array(4096)) !== null) await sleep(200);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) await runTool(main);
