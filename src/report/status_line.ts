/** The live line of a run on a terminal: how many, how fast, how much longer. */

import type { ProbeCounters } from "../stats/mod.ts";
import type { ByteSink } from "./line_sink.ts";

/** What a run has come to. */
export interface RunProgress {
  /** Sums over all targets. */
  readonly totals: ProbeCounters;
  /** Targets that have answered. */
  readonly answered: number;
}

const REFRESH_NS = 250e6;
const ERASE = "\r\x1b[K";

/** Writes one line that is written over again and again. */
export class StatusLine {
  readonly #terminal: ByteSink;
  readonly #targets: number;
  readonly #probes: number;
  readonly #encoder = new TextEncoder();
  #startNs: number | undefined;
  #shownNs = -Infinity;
  #visible = false;

  /** `probes`: how many the run will send in all; Infinity when it has no end. */
  constructor(terminal: ByteSink, targets: number, probes: number) {
    this.#terminal = terminal;
    this.#targets = targets;
    this.#probes = probes;
  }

  /** Shows the line, a few times a second at most. */
  show(nowNs: number, progress: () => RunProgress): void {
    this.#startNs ??= nowNs;
    if (nowNs - this.#shownNs < REFRESH_NS) {
      return;
    }
    this.#shownNs = nowNs;
    const seconds = (nowNs - this.#startNs) / 1e9;
    this.#write(ERASE + this.#format(progress(), seconds));
    this.#visible = true;
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    if (!this.#visible) return;
    this.#write(ERASE);
    this.#visible = false;
    this.#shownNs = -Infinity;
  }

  #format({ totals, answered }: RunProgress, seconds: number): string {
    const done = totals.sent + totals.unsent;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = Number.isFinite(this.#probes) && rate > 0
      ? `, ${formatSeconds((this.#probes - done) / rate)} left`
      : "";
    return `${answered}/${this.#targets} targets, ${totals.sent} sent, ${totals.received} received, ` +
      `${(totals.lossRatio * 100).toFixed(1)} % loss, ${rate.toFixed(0)}/s${left}`;
  }

  #write(text: string): void {
    try {
      this.#terminal.writeSync(this.#encoder.encode(text));
    } catch {
      // The terminal has gone; the run has not.
    }
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
