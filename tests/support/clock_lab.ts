/** What the tests, benches and plots of `clock` share: paths of the lab, and how the programs are run and read. */

import { type ClockRecord, type ClockRun, lastClock, readClockRun } from "./clock_records.ts";
import type { Lab } from "../lab/lab.ts";
import type { VethPair } from "./namespace.ts";
import { SOURCE_PROGRAM } from "./program.ts";

/** Ten milliseconds each way, and exponential jitter with a mean of 0.2 ms. */
export const JITTERED = {
  out: { kind: "exponential", baseMs: 10, meanMs: 0.2 },
  back: { kind: "exponential", baseMs: 10, meanMs: 0.2 },
} as const;

const LONG_MS = 300_000;

/** Address of one of the lab's hosts, from 0. */
export function host(index: number): string {
  return `198.18.0.${index + 1}`;
}

/** Runs `icmptime clock --json` in the lab. */
export async function labClock(lab: Lab, words: readonly string[]): Promise<ClockRun> {
  const argv = SOURCE_PROGRAM.argv("clock", "--json", ...words);
  const { stdout, stderr, code } = await lab.run(argv, { timeoutMs: LONG_MS });
  if (code > 1) throw new Error(`icmptime clock failed with ${code}: ${stderr}`);
  return readClockRun(stdout);
}

/** Runs `icmptime clock --json` at the near end of a cable; returns what it says of the far end. */
export async function vethClock(pair: VethPair, words: readonly string[]): Promise<ClockRecord> {
  const argv = SOURCE_PROGRAM.argv("clock", "--json", ...words, pair.farAddress);
  const { stdout } = await pair.near.mustRun(argv, { timeoutMs: LONG_MS });
  return lastClock(readClockRun(stdout), pair.farAddress);
}

/** Runs clockdiff and returns both differences that it prints, whole milliseconds. */
export async function clockdiffDeltas(
  lab: Lab,
  command: readonly string[],
  target: string,
): Promise<number[]> {
  const { stdout } = await lab.mustRun([...command, target]);
  const [, ...deltas] = stdout.trim().split(/\s+/).map(Number);
  return deltas;
}
