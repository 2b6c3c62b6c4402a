/** How far an audit is, in one line. */

import type { AuditProgress } from "../run/audit/result.ts";
import type { ProgressDisplay } from "../run/reporter.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine, type LiveLineOptions } from "../terminal/live_line.ts";
import { formatCount, formatDuration } from "../terminal/quantity.ts";
import { TimeLeft } from "./time_left.ts";

/** Shows the progress of an audit on standard error. */
export class AuditStatus implements ProgressDisplay {
  readonly #line: LiveLine;
  readonly #progress: () => AuditProgress;
  readonly #timeLeft = new TimeLeft();

  /** Writes to `terminal`; `progress` is asked when the line is due. */
  constructor(terminal: ByteSink, progress: () => AuditProgress, options?: LiveLineOptions) {
    this.#line = new LiveLine(terminal, options);
    this.#progress = progress;
  }

  /** Shows the line, a few times a second at most. */
  show(nowNs: number): void {
    let total = Infinity;
    this.#line.show(nowNs, () => {
      const progress = this.#progress();
      const { done, all } = workOf(progress);
      total = all;
      this.#timeLeft.note(nowNs / 1e9, done);
      const left = this.#timeLeft.secondsTo(all);
      return formatAuditProgress(progress, left);
    }, () => this.#timeLeft.shareOf(total));
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    this.#line.erase();
  }
}

/** What is done and what there is to do: probes of the sweep where there is one, else hosts. */
function workOf({ sweep, judged, targets }: AuditProgress): { done: number; all: number } {
  return sweep === undefined || sweep.phase !== "sending"
    ? { done: judged, all: targets }
    : { done: sweep.position, all: sweep.length };
}

/** `61.2 % swept, 40 s left, 310 answered, 280 judged, …`: the most important first. */
export function formatAuditProgress(
  { sweep, found, judged, targets, totals }: AuditProgress,
  leftSeconds?: number,
): string[] {
  const share = sweep === undefined || sweep.length === 0 ? 1 : sweep.position / sweep.length;
  return [
    sweep === undefined
      ? `${formatCount(judged)} of ${formatCount(targets)} judged`
      : `${(share * 100).toFixed(1)} % swept`,
    ...(leftSeconds === undefined ? [] : [`${formatDuration(Math.round(leftSeconds))} left`]),
    `${formatCount(found)} answered`,
    ...(sweep === undefined ? [] : [`${formatCount(judged)} judged`]),
    `${formatCount(totals.sent + (sweep?.sent ?? 0))} sent`,
  ];
}
