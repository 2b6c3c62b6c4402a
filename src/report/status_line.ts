/** The live line of a run on a terminal: how many, how fast, how much longer. */

import type { ProbeCounters } from "../stats/mod.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine } from "../terminal/live_line.ts";

/** What a run has come to. */
export interface RunProgress {
  /** Sums over all targets. */
  readonly totals: ProbeCounters;
  /** Targets that have answered. */
  readonly answered: number;
}

/** Writes one line that is written over again and again. */
export class StatusLine {
  readonly #line: LiveLine;
  readonly #targets: number;
  readonly #probes: number;
  #startNs: number | undefined;

  /** `probes`: how many the run will send in all; Infinity when it has no end. */
  constructor(terminal: ByteSink, targets: number, probes: number) {
    this.#line = new LiveLine(terminal);
    this.#targets = targets;
    this.#probes = probes;
  }

  /** Shows the line, a few times a second at most. */
  show(nowNs: number, progress: () => RunProgress): void {
    this.#startNs ??= nowNs;
    const seconds = (nowNs - this.#startNs) / 1e9;
    this.#line.show(nowNs, () => this.#format(progress(), seconds));
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    this.#line.erase();
  }

  #format({ totals, answered }: RunProgress, seconds: number): string {
    const done = totals.sent + totals.unsent;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = Number.isFinite(this.#probes) && rate > 0
      ? `, ${formatSeconds((this.#probes - done) / rate)} left`
      : "";
    const { lossRatio } = totals;
    const loss = lossRatio === undefined ? "" : `${(lossRatio * 100).toFixed(1)} % loss, `;
    return `${answered}/${this.#targets} targets, ${totals.sent} sent, ${totals.received} received, ` +
      `${loss}${rate.toFixed(0)}/s${left}`;
  }
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
