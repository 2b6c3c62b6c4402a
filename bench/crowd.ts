/**
 * `deno task bench:crowd [ROUNDS …]`: processor time of a quiet run over a thousand hosts at 1 Hz, beside fping.
 *
 * Both run in turns, over one cable between two namespaces; 60 and 10 rounds unless others are given. The shorter a run,
 * the more of it is the start of the runtime. Ends with exit code 1 when icmptime takes more than its share: as much as
 * fping from 60 rounds on, twice as much in a shorter run.
 */

import { runTool, say, ToolError } from "../tools/output.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { formatTable } from "./timing.ts";

const HOSTS = 1000;
const BLOCK = "198.18.0.0/15";
const DEFAULT_ROUNDS: readonly number[] = [60, 10];
/** From this many rounds on, the start of the program does not count any more. */
const LONG_ROUNDS = 60;

/** What one run took, for each probe. */
interface Cost {
  readonly name: string;
  readonly userUs: number;
  readonly systemUs: number;
  /** Voluntary context switches: how often it woke. */
  readonly wakings: number;
}

async function main(): Promise<void> {
  if (findTool("fping") === undefined || findTool("time") === undefined) {
    throw new ToolError("Cannot compare: expected fping and time(1) installed");
  }
  const rounds = Deno.args.length > 0 ? Deno.args.map(Number) : DEFAULT_ROUNDS;
  await using pair = await VethPair.open();
  await pair.ownBlock(BLOCK);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-crowd-" });
  const excesses: string[] = [];
  try {
    const targets = Array.from({ length: HOSTS }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
    await Deno.writeTextFile(`${folder}/targets`, targets.join("\n"));
    for (const count of rounds) {
      const ratio = await compare(pair, folder, count);
      const limit = count >= LONG_ROUNDS ? 1 : 2;
      if (!(ratio <= limit)) excesses.push(`${ratio.toFixed(2)} × fping in ${count} rounds`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  if (excesses.length > 0) throw new ToolError(`Too much processor time: ${excesses.join(", ")}`);
}

/** Runs both and prints what a probe costs; returns icmptime's processor time as a multiple of fping's. */
async function compare(pair: VethPair, folder: string, count: number): Promise<number> {
  const file = `${folder}/targets`;
  const rounds = String(count);
  const costs = [
    await measure(pair, folder, count, "fping -q", [
      ...["fping", "-q", "-f", file, "-c", rounds, "-p", "1000", "-i", "1"],
    ]),
    await measure(
      pair,
      folder,
      count,
      "icmptime -q",
      BINARY_PROGRAM.argv("-q", "-f", file, "-c", rounds, "-i", "1"),
    ),
  ];
  const [fping = NaN, icmptime = NaN] = costs.map(({ userUs, systemUs }) => userUs + systemUs);
  say(`\n${HOSTS} hosts, ${count} probes each at 1 Hz`);
  say(formatTable([
    ["", "CPU µs a probe", "user", "system", "wakings a second"],
    ...costs.map(({ name, userUs, systemUs, wakings }) => [
      name,
      (userUs + systemUs).toFixed(1),
      userUs.toFixed(1),
      systemUs.toFixed(1),
      (wakings / count).toFixed(0),
    ]),
  ]));
  return icmptime / fping;
}

async function measure(
  pair: VethPair,
  folder: string,
  count: number,
  name: string,
  argv: readonly string[],
): Promise<Cost> {
  const usage = `${folder}/usage`;
  const timed = ["sh", "-c", 'exec time -q -f "%U %S %w" -o "$0" "$@" >/dev/null 2>&1', usage];
  const { code } = await pair.near.run([...timed, ...argv], { timeoutMs: (count + 120) * 1000 });
  if (code !== 0) throw new ToolError(`Cannot compare: ${name} ended with exit code ${code}`);
  const text = await Deno.readTextFile(usage);
  const [user = NaN, system = NaN, wakings = NaN] = text.trim().split(" ").map(Number);
  const perProbe = 1e6 / (HOSTS * count);
  return { name, userUs: user * perProbe, systemUs: system * perProbe, wakings };
}

await runTool(main);
