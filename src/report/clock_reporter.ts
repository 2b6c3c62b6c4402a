/** Writes the findings of `clock`: text, or a form for programs. */

import { endRemarks } from "./end_remarks.ts";
import { ClockStatus } from "./clock_status.ts";
import { formatClockTable } from "./clock_table.ts";
import {
  type ClockTextOptions,
  formatClock,
  formatClockLine,
  formatRestartLine,
  SYMMETRY_SENTENCE,
} from "./clock_text.ts";
import { formatConsensus } from "./consensus_text.ts";
import type { ClockForm } from "../record/clock_form.ts";
import type { ClockEvent, ConsensusEvent } from "../run/clock/event.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import type { ConditionEvent } from "../run/condition_watch.ts";
import type { ByteSink, LineSink } from "../terminal/line_sink.ts";
import { yellow } from "../terminal/color.ts";
import { USUAL_COLUMNS, wrap } from "../terminal/width.ts";

/** Said with the offsets where it is so. */
const UNSYNCHRONISED_SENTENCE = "Our own clock is not synchronised: no program keeps it right.";

/** Form of the text, and what it says of this machine. */
export interface ClockReporterOptions {
  /** A form for programs instead of text. */
  readonly form?: ClockForm | undefined;
  /** Leave out what is found while the run goes on. */
  readonly quiet: boolean;
  /** Addresses only. */
  readonly numeric: boolean;
  /** Columns of the terminal that the text goes to; 80 without one. */
  readonly columns?: (() => number) | undefined;
  /** No program keeps our own clock right, which text says. */
  readonly isUnsynchronised?: boolean | undefined;
  /** Terminal for a live line; undefined for none. */
  readonly terminal: ByteSink | undefined;
  /** Probes that will be sent in all; Infinity when there is no end. */
  readonly probes: number;
}

/** Writes the findings of a run. */
export class ClockReporter {
  readonly #sink: LineSink;
  readonly #options: ClockReporterOptions;
  readonly #live: ClockStatus | undefined;
  /** How many restarts of each target have been printed. */
  readonly #restarts = new Map<number, number>();

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: ClockReporterOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#live = options.terminal === undefined
      ? undefined
      : new ClockStatus(options.terminal, options.probes);
  }

  /** Begins. */
  run(info: RunInfo): void {
    this.#options.form?.run(info);
    this.#sink.flush();
  }

  /** Shows how far the measurement is, on a terminal. */
  progress(nowNs: number, events: () => readonly ClockEvent[]): void {
    this.#live?.show(nowNs, events);
  }

  /** Writes what is known; `brief`: a line for each clock that is being followed. */
  report(
    events: readonly ClockEvent[],
    together: ConsensusEvent | undefined,
    brief: boolean,
  ): void {
    const { form, quiet } = this.#options;
    if (brief && quiet) return;
    this.#live?.erase();
    if (form === undefined) this.#text(events, together, brief);
    else form.report(events, together);
    this.#sink.flush();
  }

  /** A clock enters or leaves a condition, or meets one at the end; text leaves that to standard error. */
  condition(event: ConditionEvent): void {
    this.#live?.erase();
    this.#options.form?.condition(event);
  }

  /** Ends: the `end` of JSON, or what went wrong on this machine. */
  end(info: EndInfo): void {
    this.#live?.erase();
    if (this.#options.form !== undefined) this.#options.form.end(info);
    else for (const line of endRemarks(info)) this.#sink.line(line);
    this.#sink.flush();
  }

  #text(
    events: readonly ClockEvent[],
    together: ConsensusEvent | undefined,
    brief: boolean,
  ): void {
    const options = this.#layout();
    if (brief) {
      for (const event of events) {
        this.#newRestarts(event);
        this.#sink.line(formatClockLine(event, options));
      }
    } else {
      const [first] = events;
      this.#sink.line(
        events.length === 1 && first !== undefined
          ? formatClock(first, options)
          : formatClockTable(events, options),
      );
      if (events.some(({ state }) => state.decidable)) {
        this.#sink.line(wrap(SYMMETRY_SENTENCE, options.columns));
        if (this.#options.isUnsynchronised) {
          this.#sink.line(yellow(wrap(UNSYNCHRONISED_SENTENCE, options.columns)));
        }
      }
    }
    if (together !== undefined) {
      this.#sink.line(formatConsensus(together, events, options.columns));
    }
  }

  #layout(): ClockTextOptions {
    const { numeric, columns } = this.#options;
    return { numeric, columns: columns?.() ?? USUAL_COLUMNS };
  }

  /** Prints the restarts since the last time. */
  #newRestarts(event: ClockEvent): void {
    const { target: { index }, state: { restarts, restartCount } } = event;
    const news = restartCount - (this.#restarts.get(index) ?? 0);
    this.#restarts.set(index, restartCount);
    if (news <= 0) return;
    for (const restart of restarts.slice(-news)) {
      this.#sink.line(formatRestartLine(event, restart, this.#layout()));
    }
  }
}
