/**
 * `deno run --allow-all bench/wire_bench.ts`, as root: round-trip times as icmptime and fping report them, beside
 * what passed on the wire by tcpdump's stamps, over a cable between two namespaces. `wire` is the time between the
 * two ends of the cable; `over a tap` is the excess over what a single tcpdump at the near end shows, whose own work
 * delays each request before the driver takes it.
 */

import { VethPair } from "../tests/support/namespace.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { medianOf, runOnWire } from "../tests/support/wire_time.ts";
import { runTool, say } from "../tools/output.ts";
import { formatTable } from "./timing.ts";

const PROBES = 200;
const INTERVAL_MS = 5;

interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  /** Reported round-trip times in microseconds, by sequence number. */
  readonly read: (stdout: string) => Map<number, number>;
}

function readJson(stdout: string): Map<number, number> {
  const replies = stdout.split("\n").filter((line) => line.startsWith('{"type":"reply"'));
  return new Map(
    replies.map((line) => JSON.parse(line)).map(({ sequence, rtt_ms }) => [sequence, rtt_ms * 1e3]),
  );
}

function readFping(stdout: string): Map<number, number> {
  const lines = stdout.matchAll(/\[(\d+)\], \d+ bytes, ([\d.]+) ms/g);
  return new Map([...lines].map(([, sequence, ms]) => [Number(sequence), Number(ms) * 1e3]));
}

function contenders(target: string): Contender[] {
  const count = String(PROBES);
  const ping = (...more: string[]) =>
    SOURCE_PROGRAM.argv("--json", "-c", count, "-i", `${INTERVAL_MS}ms`, ...more, target);
  return [
    { name: "icmptime", argv: ping(), read: readJson },
    { name: "icmptime --echo", argv: ping("--echo"), read: readJson },
    { name: "icmptime --user-stamps", argv: ping("--user-stamps"), read: readJson },
    {
      name: "fping",
      argv: ["fping", "-c", count, "-p", String(INTERVAL_MS), target],
      read: readFping,
    },
  ].filter(({ name }) => name !== "fping" || findTool("fping") !== undefined);
}

async function main(): Promise<void> {
  await using pair = await VethPair.open();
  const rows = [];
  for (const { name, argv, read } of contenders(pair.farAddress)) {
    const { result, cableNs, tapNs } = await runOnWire(pair, argv, PROBES);
    const reported = read(result.stdout);
    const excessUs = (wireNs: ReadonlyMap<number, number>) =>
      [...reported].map(([sequence, us]) => us - (wireNs.get(sequence) ?? NaN) / 1e3);
    const overCable = excessUs(cableNs);
    const distancesUs = overCable.map(Math.abs).toSorted((a, b) => a - b);
    rows.push([
      name,
      String(reported.size),
      medianOf([...cableNs.values()].map((ns) => ns / 1e3)).toFixed(1),
      medianOf([...reported.values()]).toFixed(1),
      medianOf(overCable).toFixed(1),
      medianOf(distancesUs).toFixed(1),
      (distancesUs[Math.floor(distancesUs.length * 0.95)] ?? NaN).toFixed(1),
      medianOf(excessUs(tapNs)).toFixed(1),
    ]);
  }
  say(`${PROBES} probes, one each ${INTERVAL_MS} ms, over veth; microseconds, medians unless told`);
  const head = ["", "replies", "wire", "reported", "excess", "|excess|", "its p95", "over a tap"];
  say(formatTable([head, ...rows]));
}

await runTool(main);
