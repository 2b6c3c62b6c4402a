/** Which parts of modules ran, from what the profiler of V8 says. */

/** For each module, by its path in the folder, the parts that ran: pairs of offsets, start and end. */
export type Coverage = Readonly<Record<string, readonly number[]>>;

/** What the profiler says of one module. */
export interface ScriptCoverage {
  /** URL that it was loaded from. */
  readonly url: string;
  /** Its functions, the module itself among them; each range with how often it ran. */
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number;
      readonly endOffset: number;
      readonly count: number;
    }[];
  }[];
}

/** The parts of a module that ran: the innermost range about a place decides. */
export function partsRun({ functions }: Pick<ScriptCoverage, "functions">): number[] {
  const ranges = functions.flatMap(({ ranges }) => ranges)
    .sort((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset));
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)) + 1);
  for (const { startOffset, endOffset, count } of ranges) {
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  const edges: number[] = [];
  for (let at = 0, was = 0; at < ran.length; was = ran[at] as number, at++) {
    if (ran[at] !== was) edges.push(at);
  }
  return edges;
}

/** Whether one of the places from `from` to `to` in a module ran. */
export function isRun(coverage: Coverage, path: string, from: number, to: number = from): boolean {
  const edges = coverage[path] ?? [];
  return edges.some((start, i) => i % 2 === 0 && start <= to && (edges[i + 1] ?? Infinity) > from);
}
