/** Comma-separated values: a header row, then a row for each probe, or for each target with `quiet`. */

import type { IcmpErrorEvent, ReplyEvent, TimeoutEvent, UnsentEvent } from "../run/event.ts";
import type { Reporter } from "../run/reporter.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { LineWriter } from "./line_writer.ts";
import { columnsOf, formatRow, rowFormatter } from "./csv.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS } from "./probe_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";

/** Which rows and columns CSV has. */
export interface CsvReporterOptions {
  /** A row for each target instead of one for each probe. */
  readonly quiet: boolean;
  /** Columns in order; all by default. `type` is one of them. */
  readonly fields?: readonly string[] | undefined;
}

/** Writes a run as rows. */
export class CsvReporter implements Reporter {
  readonly #sink: LineWriter;
  readonly #quiet: boolean;
  readonly #columns: readonly string[];
  readonly #reply: (event: ReplyEvent) => string;
  readonly #icmpError: (event: IcmpErrorEvent) => string;
  readonly #timeout: (event: TimeoutEvent) => string;
  readonly #unsent: (event: UnsentEvent) => string;
  readonly #summary: (summary: TargetSummary) => string;

  /** Writes to `sink`. */
  constructor(sink: LineWriter, options: CsvReporterOptions) {
    const { quiet, fields } = options;
    this.#sink = sink;
    this.#quiet = quiet;
    const columns = fields ?? columnsOf(
      quiet ? [SUMMARY_FIELDS] : [REPLY_FIELDS, ICMP_ERROR_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS],
    );
    this.#columns = columns;
    this.#reply = rowFormatter("reply", REPLY_FIELDS, columns);
    this.#icmpError = rowFormatter("icmp_error", ICMP_ERROR_FIELDS, columns);
    this.#timeout = rowFormatter("timeout", TIMEOUT_FIELDS, columns);
    this.#unsent = rowFormatter("unsent", UNSENT_FIELDS, columns);
    this.#summary = rowFormatter("summary", SUMMARY_FIELDS, columns);
  }

  /** Writes the header row. */
  run(): void {
    this.#sink.header(formatRow(this.#columns));
  }

  /** Requests have no row of their own. */
  sent(): void {}

  /** Writes a row. */
  reply(event: ReplyEvent): void {
    if (!this.#quiet) this.#sink.line(this.#reply(event));
  }

  /** Writes a row. */
  icmpError(event: IcmpErrorEvent): void {
    if (!this.#quiet) this.#sink.line(this.#icmpError(event));
  }

  /** Writes a row. */
  timeout(event: TimeoutEvent): void {
    if (!this.#quiet) this.#sink.line(this.#timeout(event));
  }

  /** Writes a row. */
  unsent(event: UnsentEvent): void {
    if (!this.#quiet) this.#sink.line(this.#unsent(event));
  }

  /** Strays have no row. */
  stray(): void {}

  /** Writes a row, where rows are targets. */
  summary(summary: TargetSummary): void {
    if (this.#quiet) this.#sink.line(this.#summary(summary));
  }

  /** The end has no row. */
  end(): void {}
}
