/** The families of this machine, the exporter and its process in an answer. */

import type { Exposition } from "../prometheus/exposition.ts";
import { formatLabels } from "../prometheus/label_text.ts";
import type { Metric } from "../prometheus/metric.ts";
import type { LocalClockFigures, ProcessFigures, ProgramFigures } from "./program_figures.ts";
import {
  EXPORTER_METRICS,
  LOCAL_CLOCK_METRICS,
  PROCESS_METRICS,
} from "../prometheus/program_metrics.ts";
import { queryName } from "../prometheus/registry.ts";

/** Writes them all. */
export function writeProgram(program: ProgramFigures, out: Exposition): void {
  const { localClock, process } = program;
  if (localClock !== undefined) writeLocalClock(localClock, out);
  writeExporter(program, out);
  writeProcess(process, out);
}

function writeLocalClock(clock: LocalClockFigures, out: Exposition): void {
  const { synchronised, offset, maximumError, estimatedError, frequency } = LOCAL_CLOCK_METRICS;
  write(out, synchronised, clock.synchronised ? 1 : 0);
  write(out, offset, clock.offsetUs / 1e6);
  write(out, maximumError, clock.maximumErrorUs / 1e6);
  write(out, estimatedError, clock.estimatedErrorUs / 1e6);
  write(out, frequency, clock.frequencyPpm / 1e6);
}

function writeExporter({ version, runtime, reload, requests }: ProgramFigures, out: Exposition) {
  const { build, reloadSuccessful, reloadTime, connections, renderTime } = EXPORTER_METRICS;
  out.family(build);
  out.sample(queryName(build), formatLabels({ version, runtime }), 1);
  write(out, reloadSuccessful, reload.isSuccessful ? 1 : 0);
  write(out, reloadTime, reload.loadedAtS);
  write(out, connections, requests.connections);
  if (requests.renderMs !== undefined) write(out, renderTime, requests.renderMs / 1e3);
  out.family(EXPORTER_METRICS.requests);
  for (const { path, code, count } of requests.answers()) {
    out.sample(queryName(EXPORTER_METRICS.requests), formatLabels({ path, code }), count);
  }
  writeReasons(out, EXPORTER_METRICS.refusedConnections, requests.refusedConnections);
  writeReasons(out, EXPORTER_METRICS.probeRefusals, requests.refusedProbes);
}

function writeReasons(out: Exposition, metric: Metric, counts: ReadonlyMap<string, number>): void {
  out.family(metric);
  for (const [reason, count] of counts) {
    out.sample(queryName(metric), formatLabels({ reason }), count);
  }
}

function writeProcess(figures: ProcessFigures, out: Exposition): void {
  const { cpu, resident, openFiles, maxFiles, startTime } = PROCESS_METRICS;
  for (
    const [metric, value] of [
      [cpu, figures.cpuS],
      [resident, figures.residentBytes],
      [openFiles, figures.openFiles],
      [maxFiles, figures.maxFiles],
      [startTime, figures.startTimeS],
    ] as const
  ) {
    if (value !== undefined) write(out, metric, value);
  }
}

function write(out: Exposition, metric: Metric, value: number): void {
  out.family(metric);
  out.sample(queryName(metric), "", value);
}
