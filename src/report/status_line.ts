/** The live line of a ping run: how many, how much longer, how fast. */

import type { ProgressDisplay, RunProgress } from "../run/reporter.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine, type LiveLineOptions } from "../terminal/live_line.ts";
import { formatCount, formatDuration } from "../terminal/quantity.ts";
import { TimeLeft } from "./time_left.ts";

/** Writes one line that is written over again and again. */
export class StatusLine implements ProgressDisplay {
  readonly #line: LiveLine;
  readonly #targets: number;
  readonly #probes: number;
  readonly #timeLeft = new TimeLeft();

  /** `probes`: how many the run will send in all; Infinity when it has no end. */
  constructor(terminal: ByteSink, targets: number, probes: number, options?: LiveLineOptions) {
    this.#line = new LiveLine(terminal, options);
    this.#targets = targets;
    this.#probes = probes;
  }

  /** Shows the line, a few times a second at most. */
  show(nowNs: number, progress: () => RunProgress): void {
    this.#line.show(
      nowNs,
      () => this.#format(progress(), nowNs / 1e9),
      () => this.#timeLeft.shareOf(this.#probes),
    );
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    this.#line.erase();
  }

  #format({ totals, answered }: RunProgress, nowSeconds: number): string[] {
    const timeLeft = this.#timeLeft;
    timeLeft.note(nowSeconds, totals.sent + totals.unsent);
    const left = timeLeft.secondsTo(this.#probes);
    const { lossRatio } = totals;
    return [
      `${formatCount(answered)} of ${formatCount(this.#targets)} answered`,
      ...(left === undefined ? [] : [`${formatDuration(Math.round(left))} left`]),
      ...(lossRatio === undefined ? [] : [`${(lossRatio * 100).toFixed(1)} % loss`]),
      `${formatCount(totals.sent)} sent`,
      `${formatCount(totals.received)} received`,
      `${formatCount(timeLeft.rate)}/s`,
    ];
  }
}
