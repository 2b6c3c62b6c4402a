/** Figures of the process, as far as the system lets it read them. */

import type { ProcessFigures } from "../../../exporter/program_figures.ts";

/** Reads memory, processor time and descriptors of this process from /proc. */
export function readProcessFigures(): ProcessFigures {
  return {
    cpuS: optional(readProcessorTime),
    residentBytes: optional(() => Deno.memoryUsage().rss),
    openFiles: optional(() => [...Deno.readDirSync("/proc/self/fd")].length),
    maxFiles: optional(readFileLimit),
    startTimeS: Math.round(performance.timeOrigin) / 1e3,
  };
}

/** `deno run` allows the files of /proc with --allow-all alone. */
function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Soft limit of open files; undefined without one. */
function readFileLimit(): number | undefined {
  const match = /^Max open files\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/self/limits"));
  return match === null ? undefined : Number(match[1]);
}

/** User and system time, seconds; undefined where the runtime has no name for it. */
function readProcessorTime(): number | undefined {
  const { process } = globalThis as { process?: { cpuUsage(): { user: number; system: number } } };
  if (process === undefined) return undefined;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
