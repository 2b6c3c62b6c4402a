/** How much of one processor a program uses, for tests that look for loops without a wait. */

/**
 * Share of one processor that a process uses over `durationMs`, from /proc/PID/stat (proc(5): utime and stime in ticks
 * of 10 ms). A program that spins uses all that it is given: compare with a generous bound.
 */
export async function processorShare(pid: number, durationMs: number): Promise<number> {
  const startMs = performance.now();
  const before = readTicks(pid);
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  return (readTicks(pid) - before) * 10 / (performance.now() - startMs);
}

function readTicks(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
