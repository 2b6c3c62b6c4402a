/** The live line of a clock measurement. */

import type { ClockEvent } from "../run/clock/event.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine, type LiveLineOptions } from "../terminal/live_line.ts";
import { formatCount, formatDuration } from "../terminal/quantity.ts";
import { formatOffsetEstimate } from "./clock_numbers.ts";
import { TimeLeft } from "./time_left.ts";

/** Shows how far a measurement is. */
export class ClockStatus {
  readonly #line: LiveLine;
  readonly #probes: number;
  readonly #timeLeft = new TimeLeft();

  /** `probes`: how many will be sent in all; Infinity where there is no end. */
  constructor(terminal: ByteSink, probes: number, options?: LiveLineOptions) {
    this.#line = new LiveLine(terminal, options);
    this.#probes = probes;
  }

  /** Shows the line, a few times a second at most; `nowNs` is CLOCK_MONOTONIC. */
  show(nowNs: number, events: () => readonly ClockEvent[]): void {
    this.#line.show(
      nowNs,
      () => this.#format(events(), nowNs / 1e9),
      () => this.#timeLeft.shareOf(this.#probes),
    );
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    this.#line.erase();
  }

  #format(events: readonly ClockEvent[], nowSeconds: number): string[] {
    const done = events.reduce((sum, { counters }) => sum + counters.sent + counters.unsent, 0);
    this.#timeLeft.note(nowSeconds, done);
    const left = this.#timeLeft.secondsTo(this.#probes);
    const total = Number.isFinite(this.#probes) ? ` of ${formatCount(this.#probes)}` : "";
    return [
      `${formatCount(done)}${total} probes`,
      ...describeResult(events),
      ...(left === undefined ? [] : [`${formatDuration(Math.round(left))} left`]),
    ];
  }
}

function describeResult(events: readonly ClockEvent[]): string[] {
  const [first] = events;
  if (events.length > 1 || first === undefined) {
    const decided = events.filter(({ state }) => state.decidable).length;
    return [`${decided} of ${events.length} clocks decided`];
  }
  return first.state.decidable ? [`offset ${formatOffsetEstimate(first.state)}`] : [];
}
