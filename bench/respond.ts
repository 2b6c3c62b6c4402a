/**
 * How fast `icmptime respond` answers, beside the kernel, and how exact its delays are.
 *
 *   deno run --quiet --allow-all bench/respond.ts
 *
 * Speed: bench/blast.c floods a block in a namespace of its own, and the replies are counted against the processor time of
 * what answers. The flood and the answers share the machine, so replies a second of wall time say less. Delays: `icmptime ping`
 * measures round trips with the kernel's stamps, of hosts with and without a delay; what is beyond the delay is the error.
 */

import { mustRun } from "../tests/support/command.ts";
import { Namespace, VethPair } from "../tests/support/namespace.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { sampleProcess } from "./process_sample.ts";

const FLOOD_S = 4;
const ROUND_TRIPS = 200;
/** What else the machine does is not to be measured: the program that asks and the one that answers come first. */
const REAL_TIME = ["chrt", "-f", "10"];
const OUT_MS = 4, BACK_MS = 6;

const folder = await Deno.makeTempDir();
const blast = `${folder}/blast`;

/** Floods 11.0.0.0/8 from a namespace for some seconds. */
function flood(namespace: Namespace): Promise<unknown> {
  return namespace.mustRun([blast, "raw", "64", String(FLOOD_S)], { timeoutMs: 60_000 });
}

/** Timestamp replies that the kernel has sent. Linux 6.18 counts them as echo replies [m]. */
async function countKernel(namespace: Namespace): Promise<number> {
  const { stdout } = await namespace.mustRun(["cat", "/proc/net/snmp"]);
  const [names = [], values = []] = stdout.split("\n").filter((line) => line.startsWith("IcmpMsg:"))
    .map((line) => line.split(" "));
  return ["OutType0", "OutType14"].reduce(
    (sum, name) => sum + Number(values[names.indexOf(name)] ?? 0),
    0,
  );
}

async function benchResponder(words: readonly string[]): Promise<string> {
  await using namespace = await Namespace.open();
  await using command = namespace.spawn(
    SOURCE_PROGRAM.argv(
      ...["respond", "--tun", "11.0.0.0/8", "--yes", "--rate", "10000000", ...words],
    ),
    { timeoutMs: 120_000 },
  );
  await command.output(/^Answering/m);
  const before = sampleProcess(command.pid, 0)?.processorSeconds ?? NaN;
  await flood(namespace);
  const spent = (sampleProcess(command.pid, 0)?.processorSeconds ?? NaN) - before;
  command.sendSignal("SIGINT");
  const { stdout } = await command.result();
  const sent = Number(/([\d,]+) packets sent/.exec(stdout)?.[1]?.replaceAll(",", ""));
  return `${rate(sent / FLOOD_S)} replies/s, ${rate(sent / spent)} per second of one core`;
}

async function benchKernel(): Promise<string> {
  await using pair = await VethPair.open();
  const { near, far, farAddress } = pair;
  await far.ownBlock("11.0.0.0/8");
  await near.ip(`route add 11.0.0.0/8 via ${farAddress}`);
  await flood(near);
  // The kernel answers while the sender sends, so both share one core.
  return `${rate(await countKernel(far) / FLOOD_S)} replies/s, the sender's own work included`;
}

/** Round trips in microseconds, ascending. */
async function roundTrips(near: Namespace, address: string): Promise<number[]> {
  const words = ["ping", "--json", "-c", String(ROUND_TRIPS), "-i", "0.017", address];
  const { stdout } = await near.run([...REAL_TIME, ...SOURCE_PROGRAM.argv(...words)]);
  return stdout.split("\n").filter((line) => line.startsWith('{"type":"reply"'))
    .map((line) => JSON.parse(line).rtt_ms * 1000).sort((one, other) => one - other);
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

async function benchDelay(name: string, words: readonly string[]): Promise<void> {
  const isTun = words.includes("--tun");
  await using pair = await VethPair.open();
  const host = isTun ? pair.near : pair.far;
  const delay = ["--out", `${OUT_MS}ms`, "--back", `${BACK_MS}ms`];
  const address = isTun ? "198.18.0.1" : pair.farAddress;
  const errors: string[] = [];
  for (const more of [[], delay]) {
    await using command = host.spawn(
      [...REAL_TIME, ...SOURCE_PROGRAM.argv("respond", ...words, ...more)],
    );
    await command.output(/^Answering/m);
    const sorted = await roundTrips(pair.near, address);
    const dueUs = more.length === 0 ? 0 : (OUT_MS + BACK_MS) * 1000;
    const [median, p95] = [0.5, 0.95].map((share) => (quantile(sorted, share) - dueUs).toFixed(0));
    errors.push(
      `${more.length === 0 ? "no delay" : "10 ms"}: median +${median} µs, 95 % +${p95} µs`,
    );
    command.sendSignal("SIGINT");
    await command.result();
  }
  print(`${name.padEnd(28)} ${errors.join("; ")}`);
}

const rate = (value: number) => Math.round(value).toLocaleString("en");
// deno-lint-ignore no-console
const print = (line: string) => console.log(line);

try {
  await mustRun(["cc", "-O2", "-o", blast, new URL("blast.c", import.meta.url).pathname]);
  print(`kernel                       ${await benchKernel()}`);
  print(`respond                      ${await benchResponder([])}`);
  print(
    `respond, odd clock, jitter   ${await benchResponder([
      "--offset",
      "1h",
      "--little-endian",
      "--back-jitter",
      "1ms",
    ])}`,
  );
  await benchDelay("device", ["--tun", "198.18.0.0/24"]);
  await benchDelay("device, --busy", ["--tun", "198.18.0.0/24", "--busy"]);
  await benchDelay("interface", ["-I", "veth0", "--take-over"]);
  await benchDelay("interface, --busy", ["-I", "veth0", "--take-over", "--busy"]);
} finally {
  await Deno.remove(folder, { recursive: true });
}
