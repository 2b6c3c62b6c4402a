/** JSON Lines: one object a line, `type` first. */

import type {
  EndInfo,
  RefusedEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "./event.ts";
import { formatJson } from "./field.ts";
import type { LineSink } from "./line_sink.ts";
import {
  END_FIELDS,
  REFUSED_FIELDS,
  REPLY_FIELDS,
  RUN_FIELDS,
  SUMMARY_FIELDS,
  TIMEOUT_FIELDS,
  UNSENT_FIELDS,
} from "./record.ts";
import type { Reporter } from "./reporter.ts";
import type { TargetSummary } from "./target_statistics.ts";

/** What the user wants to see of a JSON run. */
export interface JsonReporterOptions {
  /** Leave out the records of single probes. */
  readonly quiet: boolean;
}

/** Writes every event as a JSON object. */
export class JsonReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #quiet: boolean;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: JsonReporterOptions) {
    this.#sink = sink;
    this.#quiet = options.quiet;
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#sink.line(formatJson("run", RUN_FIELDS, info));
  }

  /** Requests have no record of their own: their outcome tells all. */
  sent(): void {}

  /** Writes `reply`. */
  reply(event: ReplyEvent): void {
    if (!this.#quiet) this.#sink.line(formatJson("reply", REPLY_FIELDS, event));
  }

  /** Writes `refused`. */
  refused(event: RefusedEvent): void {
    if (!this.#quiet) this.#sink.line(formatJson("refused", REFUSED_FIELDS, event));
  }

  /** Writes `timeout`. */
  timeout(event: TimeoutEvent): void {
    if (!this.#quiet) this.#sink.line(formatJson("timeout", TIMEOUT_FIELDS, event));
  }

  /** Writes `unsent`. */
  unsent(event: UnsentEvent): void {
    if (!this.#quiet) this.#sink.line(formatJson("unsent", UNSENT_FIELDS, event));
  }

  /** Strays are counted in `end`. */
  stray(): void {}

  /** Writes `summary`. */
  summary(summary: TargetSummary): void {
    this.#sink.line(formatJson("summary", SUMMARY_FIELDS, summary));
  }

  /** Writes `end`. */
  end(info: EndInfo): void {
    this.#sink.line(formatJson("end", END_FIELDS, info));
  }
}
