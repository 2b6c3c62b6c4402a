/** A run of ping as metrics, written at its end. */

import { labelTargets, RunPage, writeSummaries } from "../../prometheus/run_page.ts";
import { STATE_METRICS } from "../../prometheus/target_metrics.ts";
import type { LineWriter } from "../../record/line_writer.ts";
import type { Reporter } from "../../run/reporter.ts";
import type { TargetSummary } from "../../run/target_statistics.ts";

/** Label `group` of these metrics: an exporter that probes the same targets has other series. */
const GROUP = "ping";

/** Writes metrics of each target at the end of a run, and nothing before. */
export class PingPage implements Reporter {
  readonly #sink: LineWriter;
  readonly #unresolved: readonly string[];
  readonly #summaries = new Map<number, TargetSummary>();

  /** Writes to `sink`; `unresolved` are the names that have no address. */
  constructor(sink: LineWriter, unresolved: readonly string[]) {
    this.#sink = sink;
    this.#unresolved = unresolved;
  }

  /** Nothing to write yet. */
  run(): void {}
  /** Nothing to write yet. */
  sent(): void {}
  /** It is counted in the summary. */
  reply(): void {}
  /** It is counted in the summary. */
  icmpError(): void {}
  /** It is counted in the summary. */
  timeout(): void {}
  /** It is counted in the summary. */
  unsent(): void {}
  /** It is no metric. */
  stray(): void {}

  /** Keeps that of the run: the last one of each target is written. */
  summary(summary: TargetSummary): void {
    if (summary.scope === "run") this.#summaries.set(summary.target.index, summary);
  }

  /** Writes all metrics. */
  end(): void {
    const page = new RunPage();
    const targets = labelTargets(GROUP, [...this.#summaries.values()], ({ target }) => target);
    const names = [
      ...targets.map(({ labels }) => [labels, 1] as const),
      ...new Set(this.#unresolved).keys().map((target) => [{ group: GROUP, target }, 0] as const),
    ];
    page.family(STATE_METRICS.resolved, names);
    writeSummaries(page, targets);
    this.#sink.line(page.takeText().trimEnd());
  }
}
