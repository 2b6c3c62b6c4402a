/** Runs `trace --json` on the near side of a chain, and reads its records. */

import { assertEquals } from "@std/assert";
import { SOURCE_PROGRAM } from "./program.ts";
import { readRecords } from "./records.ts";
import type { TraceChain } from "./trace_chain.ts";

/** A `verdict` record. */
export interface TraceVerdict {
  /** The host. */
  readonly target: string;
  /** Name of the verdict. */
  readonly finding: string;
  /** The verdict in words. */
  readonly sentence: string;
  /** The evidence. */
  readonly reasons: readonly string[];
  /** Who forges errors. */
  readonly forgers: readonly string[];
  /** Hops to the host. */
  readonly distance?: number;
  /** What is still to be found out. */
  readonly would_decide?: string;
}

/** A `hop` record. */
export interface TraceHopRecord {
  /** The host. */
  readonly target: string;
  /** Time to live. */
  readonly hop: number;
  /** Number of the path. */
  readonly path_number: number;
  /** Address. */
  readonly hop_address?: string;
  /** All addresses. */
  readonly hop_addresses: readonly string[];
  /** The host itself. */
  readonly is_target: boolean;
  /** MPLS labels. */
  readonly mpls_labels: readonly string[];
  /** Changes of the address. */
  readonly path_changes: readonly string[];
  /** Lower bound of the clock. */
  readonly offset_lower_ms?: number;
  /** Upper bound of the clock. */
  readonly offset_upper_ms?: number;
}

/** What a trace printed. */
export interface TraceOutput {
  /** Exit code. */
  readonly code: number;
  /** One for each host. */
  readonly verdicts: readonly TraceVerdict[];
  /** One for each hop of each path. */
  readonly hops: readonly TraceHopRecord[];
}

/** Runs `trace`; nothing may be said on standard error. */
export async function runTrace(
  chain: TraceChain,
  ...words: readonly string[]
): Promise<TraceOutput> {
  const argv = SOURCE_PROGRAM.argv("trace", "--json", ...words);
  const result = await chain.node(0).run(argv, { timeoutMs: 60_000 });
  assertEquals(result.stderr, "");
  const { all } = readRecords(result.stdout);
  return {
    code: result.code,
    verdicts: all.filter(({ type }) => type === "verdict") as unknown as TraceVerdict[],
    hops: all.filter(({ type }) => type === "hop") as unknown as TraceHopRecord[],
  };
}
