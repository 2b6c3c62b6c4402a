/** Comma-separated values (RFC 4180): a header row, then a row for each probe, or for each target with `quiet`. */

import type { IcmpErrorEvent, ReplyEvent, TimeoutEvent, UnsentEvent } from "../run/event.ts";
import type { Field, FieldValue } from "./field.ts";
import {
  ICMP_ERROR_FIELDS,
  REPLY_FIELDS,
  SUMMARY_FIELDS,
  TIMEOUT_FIELDS,
  UNSENT_FIELDS,
} from "./probe_record.ts";
import type { LineWriter } from "./line_writer.ts";
import type { Reporter } from "../run/reporter.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** What the user wants to see of a CSV run. */
export interface CsvReporterOptions {
  /** A row for each target instead of one for each probe. */
  readonly quiet: boolean;
  /** Columns in order; all by default. `type` is one of them. */
  readonly fields?: readonly string[] | undefined;
}

/** Parts of a spread, each a column of its own: `rtt_min_ms`, `rtt_median_ms`, … */
const SPREAD_PARTS = ["min", "median", "mean", "p95", "max", "stddev"] as const;

type Readers = ReadonlyMap<string, (source: never) => FieldValue | undefined>;

/** Writes a run as rows. */
export class CsvReporter implements Reporter {
  readonly #sink: LineWriter;
  readonly #quiet: boolean;
  readonly #columns: readonly string[];
  readonly #readers: Readonly<Record<string, Readers>>;

  /** Writes to `sink`. */
  constructor(sink: LineWriter, options: CsvReporterOptions) {
    this.#sink = sink;
    this.#quiet = options.quiet;
    this.#columns = options.fields ?? csvColumns(options.quiet);
    this.#readers = {
      reply: readersOf(REPLY_FIELDS),
      refused: readersOf(ICMP_ERROR_FIELDS),
      timeout: readersOf(TIMEOUT_FIELDS),
      unsent: readersOf(UNSENT_FIELDS),
      summary: readersOf(SUMMARY_FIELDS),
    };
  }

  /** Writes the header row. */
  run(): void {
    this.#sink.header(this.#columns.join(","));
  }

  /** Requests have no row of their own. */
  sent(): void {}

  /** Writes a row. */
  reply(event: ReplyEvent): void {
    if (!this.#quiet) this.#row("reply", event);
  }

  /** Writes a row. */
  icmpError(event: IcmpErrorEvent): void {
    if (!this.#quiet) this.#row("refused", event);
  }

  /** Writes a row. */
  timeout(event: TimeoutEvent): void {
    if (!this.#quiet) this.#row("timeout", event);
  }

  /** Writes a row. */
  unsent(event: UnsentEvent): void {
    if (!this.#quiet) this.#row("unsent", event);
  }

  /** Strays have no row. */
  stray(): void {}

  /** Writes a row, where rows are targets. */
  summary(summary: TargetSummary): void {
    if (this.#quiet) this.#row("summary", summary);
  }

  /** The end has no row. */
  end(): void {}

  #row(type: string, source: unknown): void {
    const readers = this.#readers[type];
    const cells = this.#columns.map((column) => {
      if (column === "type") return type;
      const value = readers?.get(column)?.(source as never);
      return value === undefined || value === null ? "" : formatCell(value);
    });
    this.#sink.line(cells.join(","));
  }
}

/** Names of all columns: of probes, or of targets with `quiet`. */
export function csvColumns(quiet: boolean): string[] {
  const tables = quiet
    ? [readersOf(SUMMARY_FIELDS)]
    : [REPLY_FIELDS, ICMP_ERROR_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS].map((fields) =>
      readersOf(fields as readonly Field<unknown>[])
    );
  return [...new Set(["type", ...tables.flatMap((table) => [...table.keys()])])];
}

/** Readers by column; a spread becomes six columns. */
function readersOf<S>(
  fields: readonly Field<S>[],
): Map<string, (source: S) => FieldValue | undefined> {
  const readers = new Map<string, (source: S) => FieldValue | undefined>();
  for (const { name, type, value } of fields) {
    if (type !== "spread") {
      readers.set(name, value);
      continue;
    }
    for (const part of SPREAD_PARTS) {
      readers.set(name.replace(/_ms$/, `_${part}_ms`), (source) => {
        const spread = value(source) as Readonly<Record<string, number>> | undefined;
        return spread?.[part];
      });
    }
  }
  return readers;
}

function formatCell(value: FieldValue): string {
  const text = Array.isArray(value) ? value.join(";") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
