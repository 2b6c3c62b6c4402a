/** Writes what `clock` found: text, or JSON Lines. */

import {
  CLOCK_FIELDS,
  type ClockEvent,
  CONSENSUS_FIELDS,
  type ConsensusEvent,
} from "./clock_record.ts";
import {
  formatClock,
  formatClockLine,
  formatClockProgress,
  formatClockTable,
  formatConsensus,
  SYMMETRY_SENTENCE,
} from "./clock_text.ts";
import type { RunInfo } from "./event.ts";
import { formatJson } from "./field.ts";
import type { ByteSink, LineSink } from "./line_sink.ts";
import { LiveLine } from "./live_line.ts";
import { RUN_FIELDS } from "./record.ts";

/** What the user wants to see. */
export interface ClockReporterOptions {
  /** JSON Lines instead of text. */
  readonly json: boolean;
  /** Addresses only. */
  readonly numeric: boolean;
  /** Terminal for a live line; undefined for none. */
  readonly terminal: ByteSink | undefined;
  /** Probes that will be sent in all; Infinity when there is no end. */
  readonly probes: number;
}

/** Writes the findings of a run. */
export class ClockReporter {
  readonly #sink: LineSink;
  readonly #options: ClockReporterOptions;
  readonly #live: LiveLine | undefined;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: ClockReporterOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#live = options.terminal === undefined ? undefined : new LiveLine(options.terminal);
  }

  /** Begins. */
  run(info: RunInfo): void {
    if (!this.#options.json) return;
    this.#sink.line(formatJson("run", RUN_FIELDS, info));
    this.#sink.flush();
  }

  /** Shows how far the measurement is, on a terminal. */
  progress(nowNs: number, events: () => readonly ClockEvent[]): void {
    this.#live?.show(nowNs, () => formatClockProgress(events(), this.#options.probes));
  }

  /** Writes what is known; `brief`: a line for each clock that is being followed. */
  report(
    events: readonly ClockEvent[],
    together: ConsensusEvent | undefined,
    brief: boolean,
  ): void {
    this.#live?.erase();
    if (this.#options.json) {
      for (const event of events) this.#sink.line(formatJson("clock", CLOCK_FIELDS, event));
      if (together !== undefined) {
        this.#sink.line(formatJson("consensus", CONSENSUS_FIELDS, together));
      }
    } else {
      this.#text(events, together, brief);
    }
    this.#sink.flush();
  }

  #text(
    events: readonly ClockEvent[],
    together: ConsensusEvent | undefined,
    brief: boolean,
  ): void {
    const { numeric } = this.#options;
    if (brief) {
      for (const event of events) this.#sink.line(formatClockLine(event, numeric));
      return;
    }
    if (events.length > 1) this.#sink.line(formatClockTable(events, numeric));
    for (const event of events) {
      if (events.length === 1) this.#sink.line(formatClock(event, numeric));
    }
    this.#sink.line(SYMMETRY_SENTENCE);
    if (together !== undefined) this.#sink.line(formatConsensus(together.consensus));
  }
}
