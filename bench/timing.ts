/** Times whole programs against each other, in turns, so that what disturbs one disturbs all. */

/** A program to time. */
export interface Contender {
  /** Name in the table. */
  readonly name: string;
  /** How it is started. */
  readonly argv: readonly string[];
}

/** What a contender took. */
export interface Timing {
  /** Name of the contender. */
  readonly name: string;
  /** Median wall time, in milliseconds. */
  readonly medianMs: number;
  /** Shortest wall time, in milliseconds. */
  readonly minMs: number;
  /** Runs that ended with another exit code than 0. */
  readonly failures: number;
}

/**
 * Runs every contender once a round. The first round only warms up.
 *
 * @param rounds Rounds that count.
 */
export function timeInTurns(contenders: readonly Contender[], rounds: number): Timing[] {
  const runs = contenders.map(() => ({ wallMs: [] as number[], failures: 0 }));
  for (let round = 0; round <= rounds; round++) {
    contenders.forEach(({ argv }, index) => {
      const [program = "", ...args] = argv;
      const startedMs = performance.now();
      const ended = new Deno.Command(program, { args, stdin: "null" }).outputSync();
      const wallMs = performance.now() - startedMs;
      const run = runs[index];
      if (run === undefined || round === 0) return;
      run.wallMs.push(wallMs);
      if (!ended.success) run.failures++;
    });
  }
  return runs.map(({ wallMs, failures }, index) => ({
    name: contenders[index]?.name ?? "",
    medianMs: median(wallMs),
    minMs: Math.min(...wallMs),
    failures,
  }));
}

/** Median; the mean of the middle two of an even count. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** Lays out rows under a headline, the first column to the left and the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  ).join("\n");
}
