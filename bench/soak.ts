/**
 * `deno run -A bench/soak.ts [--minutes 15] [--targets 200] [--interval 1s] [--binary]`: watches hosts for a long
 * time and judges the program from outside.
 *
 * The hosts are addresses of a second namespace behind a cable. Each line must be JSON, every probe must be answered,
 * no descriptor may be left open, and memory must have come to rest. It may climb at first: the garbage collector
 * lets garbage lie until its first full collection, and statistics are exact up to 256 values. What is in use without
 * garbage, bench/heap.ts measures.
 */

import { parseArgs } from "@std/cli/parse-args";
import { runTool, say, ToolError } from "../tools/output.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM, type Program, SOURCE_PROGRAM } from "../tests/support/program.ts";
import { LineCounter } from "./line_counter.ts";
import { type ProcessSample, sampleProcess } from "./process_sample.ts";
import { formatTable, median } from "./timing.ts";

/** Addresses of the far kernel; it owns 198.18.0.0/16. */
const FIRST_ADDRESS = "198.18.0.1";
const MAX_TARGETS = 65_534;
/** Until then the runtime compiles, its heap finds its size and the table of probes fills. */
const WARM_UP_S = 60;
/** A garbage-collected heap breathes by this much. */
const NOISE_RATIO = 0.05;

/** What a soak asks. */
export interface SoakOptions {
  /** The program. */
  readonly program: Program;
  /** How long. */
  readonly seconds: number;
  /** Hosts. */
  readonly targets: number;
  /** Time between two probes to one host, as icmptime reads it. */
  readonly interval: string;
  /** Told of every sample. */
  readonly onSample?: (sample: ProcessSample) => void;
}

/** What a soak has shown. */
export interface SoakResult {
  /** Exit code of the program. */
  readonly code: number;
  /** Lines by the type of their record. */
  readonly lines: ReadonlyMap<string, number>;
  /** The first lines that are not JSON objects with a type. */
  readonly badLines: readonly string[];
  /** The record `end`. */
  readonly end: Readonly<Record<string, number>> | undefined;
  /** One a second. */
  readonly samples: readonly ProcessSample[];
}

/** Runs the program against the far end of a cable for that long, then interrupts it. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using pair = await VethPair.open();
  await pair.ownBlock("198.18.0.0/16");
  const [program = "", ...args] = pair.near.argv(
    options.program.argv("--json", "--loop", "-i", options.interval, rangeOf(options.targets)),
  );
  const child = new Deno.Command(program, {
    args,
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const counter = new LineCounter();
  const reading = counter.read(child.stdout);
  const samples: ProcessSample[] = [];
  const startMs = performance.now();
  const endMs = startMs + options.seconds * 1e3;
  let isEnded = false;
  child.status.then(() => isEnded = true);
  while (performance.now() < endMs && !isEnded) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const sample = sampleProcess(child.pid, (performance.now() - startMs) / 1e3);
    if (sample === undefined) break;
    samples.push(sample);
    options.onSample?.(sample);
  }
  try {
    child.kill("SIGINT");
  } catch {
    // It has ended by itself, and its code tells why.
  }
  const [{ code }] = await Promise.all([child.status, reading]);
  return { code, samples, lines: counter.lines, badLines: counter.badLines, end: counter.end };
}

/** What is wrong with a soak, one sentence each; empty when nothing is. */
export function judgeSoak(result: SoakResult): string[] {
  const { code, lines, badLines, end, samples } = result;
  const faults: string[] = [];
  if (code !== 0) faults.push(`exit code ${code}`);
  for (const line of badLines) faults.push(`not a record: ${line.slice(0, 80)}`);
  for (const type of ["icmp_error", "timeout", "unsent"]) {
    const count = lines.get(type) ?? 0;
    if (count > 0) faults.push(`${count} lines of type ${type}`);
  }
  if (end === undefined) faults.push("no end");
  else {
    const { sent = NaN, received = NaN, pending = NaN, duplicates, unmatched, malformed } = end;
    if (received + pending !== sent) faults.push(`${sent} sent, ${received} received`);
    if (lines.get("reply") !== received) faults.push(`${lines.get("reply")} lines of type reply`);
    if (duplicates !== 0 || unmatched !== 0 || malformed !== 0) faults.push("replies mismatched");
  }
  const settled = samples.filter(({ seconds }) =>
    seconds > Math.min(WARM_UP_S, secondsOf(samples) / 2)
  );
  const descriptors = settled.map((sample) => sample.descriptors);
  if (Math.max(...descriptors) !== Math.min(...descriptors)) {
    faults.push(`descriptors from ${Math.min(...descriptors)} to ${Math.max(...descriptors)}`);
  }
  if (secondsOf(samples) >= 4 * WARM_UP_S) {
    const { beforeBytes, lastBytes } = memoryTrend(settled);
    if (lastBytes > beforeBytes * (1 + NOISE_RATIO)) {
      faults.push(
        `memory still grows: ${mebibytes(lastBytes)} MiB, ${mebibytes(beforeBytes)} before`,
      );
    }
  }
  return faults;
}

/** Median resident memory of the last third, and the most there was in the two before. */
function memoryTrend(
  samples: readonly ProcessSample[],
): { beforeBytes: number; lastBytes: number } {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const memory = samples.map(({ residentBytes }) => residentBytes);
  return {
    beforeBytes: Math.max(...memory.slice(0, -third)),
    lastBytes: median(memory.slice(-third)),
  };
}

function secondsOf(samples: readonly ProcessSample[]): number {
  return samples.at(-1)?.seconds ?? 0;
}

function rangeOf(targets: number): string {
  const last = Number(FIRST_ADDRESS.split(".").at(-1)) + targets - 1;
  return `${FIRST_ADDRESS}-198.18.${last >> 8}.${last & 0xff}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function formatMinutes(samples: readonly ProcessSample[]): string {
  const minutes = Map.groupBy(samples, ({ seconds }) => Math.floor(seconds / 60));
  const rows = [...minutes].map(([minute, part]) => {
    const memory = part.map(({ residentBytes }) => residentBytes);
    const first = part[0] as ProcessSample, last = part.at(-1) as ProcessSample;
    return [
      String(minute),
      ...[Math.min(...memory), median(memory), Math.max(...memory)].map(mebibytes),
      String(Math.max(...part.map(({ descriptors }) => descriptors))),
      ((last.processorSeconds - first.processorSeconds) / (last.seconds - first.seconds) * 100)
        .toFixed(1),
    ];
  });
  return formatTable([["minute", "min MiB", "median", "max", "descriptors", "CPU %"], ...rows]);
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    boolean: ["binary"],
    string: ["minutes", "targets", "interval"],
  });
  const targets = Number(args["targets"] ?? 200);
  const minutes = Number(args["minutes"] ?? 15);
  const interval = String(args["interval"] ?? "1s");
  if (!(minutes > 0)) throw new ToolError("Cannot run: want --minutes above 0");
  if (!(Number.isInteger(targets) && targets > 0 && targets < MAX_TARGETS)) {
    throw new ToolError(`Cannot run: want --targets from 1 to ${MAX_TARGETS}`);
  }
  const program = args["binary"] ? BINARY_PROGRAM : SOURCE_PROGRAM;
  say(`${targets} hosts, one probe each ${interval}, ${minutes} minutes (${program.name})`);
  const result = await soak({ program, seconds: minutes * 60, targets, interval });
  say(formatMinutes(result.samples));
  say([...result.lines].map(([type, count]) => `${count} ${type}`).join(", "));
  say(JSON.stringify(result.end));
  say(`peak memory ${mebibytes(result.samples.at(-1)?.peakBytes ?? NaN)} MiB`);
  const faults = judgeSoak(result);
  if (faults.length > 0) throw new ToolError(`Cannot accept this run: ${faults.join("; ")}`);
  say("every line is JSON, every probe was answered, memory and descriptors have come to rest");
}

if (import.meta.main) await runTool(main);
