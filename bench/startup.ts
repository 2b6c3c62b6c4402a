/**
 * `deno task bench:startup`: what one question to 127.0.0.1 costs, from exec to exit.
 *
 * The compiled icmptime runs in turns with a compiled program, of the same runtime, that only
 * opens the C library, and with hping3 and nping where they are installed; all in a network namespace.
 */

import { compile } from "../tools/deno_compile.ts";
import { runTool, say, ToolError } from "../tools/output.ts";
import { PROJECT_FOLDER } from "../tools/project.ts";
import { Namespace } from "../tests/support/namespace.ts";
import { BINARY_PROGRAM } from "../tests/support/program.ts";
import { findTool } from "../tests/support/tools.ts";
import { type Contender, formatTable, timeInTurns, type Timing } from "./timing.ts";

const ROUNDS = 21;

const PEERS: readonly Contender[] = [
  { name: "hping3", argv: ["hping3", "-q", "-1", "--icmp-ts", "-c", "1", "127.0.0.1"] },
  { name: "nping", argv: ["nping", "--icmp", "--icmp-type", "timestamp", "-c", "1", "127.0.0.1"] },
  {
    name: "nping --delay 0",
    argv: ["nping", "--icmp", "--icmp-type", "timestamp", "-c", "1", "--delay", "0", "127.0.0.1"],
  },
];

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-startup-" });
  try {
    const openLibc = `${folder}/open_libc`;
    const version = await compile({
      entry: `${PROJECT_FOLDER}bench/open_libc.ts`,
      output: openLibc,
    });
    say(`compiled with Deno ${version}; medians of ${ROUNDS}, in turns`);
    await using namespace = await Namespace.open();
    using _inside = namespace.enter();
    const timings = timeInTurns([
      { name: "open libc and exit", argv: [openLibc] },
      { name: "icmptime -c 1", argv: BINARY_PROGRAM.argv("-c", "1", "127.0.0.1") },
      ...PEERS.filter(({ argv }) => findTool(argv[0] ?? "") !== undefined),
    ], ROUNDS);
    say(formatTimings(timings));
    const failed = timings.find(({ failures }) => failures > 0);
    if (failed !== undefined) {
      throw new ToolError(`Cannot trust these: ${failed.name} failed ${failed.failures} times`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function formatTimings(timings: readonly Timing[]): string {
  const baseMs = timings[0]?.medianMs ?? NaN;
  return formatTable([
    ["", "median ms", "min ms", "× base"],
    ...timings.map(({ name, medianMs, minMs }) => [
      name,
      medianMs.toFixed(1),
      minMs.toFixed(1),
      (medianMs / baseMs).toFixed(2),
    ]),
  ]);
}

await runTool(main);
