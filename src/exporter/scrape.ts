/** The answer of /metrics: every family of groups and program, piece by piece. */

import type { StrayCounts } from "../run/stray_counts.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import type { Exposition } from "../prometheus/exposition.ts";
import type { GroupSeries } from "./group_series.ts";
import type { ProgramFigures } from "./program_figures.ts";
import { writeProgram } from "./scrape_program.ts";
import { writeGroups } from "./scrape_groups.ts";
import { endsStep, writeTargets } from "./scrape_targets.ts";

/** A group at the moment of a scrape. */
export interface GroupSource {
  /** Labels, counters and histograms of its targets. */
  readonly series: GroupSeries;
  /** Our realtime, nanoseconds since the base. */
  readonly nowNs: number;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Who takes the local stamps. */
  readonly stampSource: string;
  /** Datagrams that the kernel dropped. */
  readonly kernelDrops: number;
  /** System calls that failed. */
  readonly failedCalls: number;
  /** Datagrams that answer no probe. */
  readonly strays: StrayCounts;
}

/** A target at the moment of a scrape. */
export interface TargetSource {
  /** Labels as they stand between braces. */
  readonly labels: string;
  /** The group that has it. */
  readonly group: GroupSource;
  /** Place in its group. */
  readonly place: number;
}

/** What a scrape shows. */
export interface ScrapeSources {
  /** Groups in order. */
  readonly groups: readonly GroupSource[];
  /** What the exporter says of itself and of this machine. */
  readonly program: ProgramFigures;
  /** Whether a clock is an address of this machine, which is no witness of itself. */
  isOwnAddress(address: number): boolean;
}

/**
 * Writes an answer. Each step is short; after each the caller may take what was written, and do other work before the next.
 */
export function* writeScrape(sources: ScrapeSources, out: Exposition): Generator<void, void, void> {
  const clocks: ClockEvent[][] = [];
  for (const { series, nowNs, baseUnixMs } of sources.groups) {
    const found: ClockEvent[] = [];
    clocks.push(found);
    for (const [place, each] of series.targets.entries()) {
      const event = each.series.clock(nowNs, baseUnixMs);
      if (event !== undefined) found.push(event);
      if (endsStep(place)) yield;
    }
  }
  yield* writeTargets(sources.groups, clocks, out);
  yield* writeGroups(sources, clocks, out);
  writeProgram(sources.program, out);
  out.end();
}
