/** What the kernel tells of another process, from proc(5). */

/** A process at one moment. */
export interface ProcessSample {
  /** Since the start of the watch. */
  readonly seconds: number;
  /** VmRSS. */
  readonly residentBytes: number;
  /** VmHWM: the most there ever was. */
  readonly peakBytes: number;
  /** Open descriptors. */
  readonly descriptors: number;
  /** Processor time of all its threads since its start, user and system. */
  readonly processorSeconds: number;
}

/** Clock ticks of proc(5) in a second: sysconf(_SC_CLK_TCK), which is 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;
/** utime and stime in /proc/PID/stat, counted from the field after the program's name. */
const UTIME_FIELD = 11;
const STIME_FIELD = 12;

/** Looks at a process; undefined when it has ended. */
export function sampleProcess(pid: number, seconds: number): ProcessSample | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name stands in parentheses and may hold anything, so fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const ticks = (fields[UTIME_FIELD] ?? NaN) + (fields[STIME_FIELD] ?? NaN);
    return {
      seconds,
      residentBytes: kibibytes(status, "VmRSS") * 1024,
      peakBytes: kibibytes(status, "VmHWM") * 1024,
      descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
      processorSeconds: ticks / TICKS_PER_SECOND,
    };
  } catch {
    return undefined;
  }
}

function kibibytes(status: string, name: string): number {
  return Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"))?.[1]);
}

/** Times of the first thread of a process since it began, milliseconds; NaN where the process has ended. */
export function threadTimes(pid: number): { readonly ranMs: number; readonly waitedMs: number } {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`);
    const [ranNs = NaN, waitedNs = NaN] = text.split(" ").map(Number);
    return { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6 };
  } catch {
    return { ranMs: NaN, waitedMs: NaN };
  }
}
