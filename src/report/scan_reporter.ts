/** Writes what a scan finds: JSON Lines, CSV, or the addresses that answered. */

import { formatAddress } from "../packet/address.ts";
import type { ScanIcmpError, ScanReply } from "../scan/scan_record.ts";
import { columnsOf, formatRow, rowFormatter } from "../record/csv.ts";
import { type Field, formatJson, jsonFormatter } from "../record/field.ts";
import { recordFilter } from "../record/record_filter.ts";
import type { Expression } from "../run/condition_expression.ts";
import type { ScanUnsent } from "../run/scan/run.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import {
  SCAN_END_FIELDS,
  SCAN_ICMP_ERROR_FIELDS,
  SCAN_REPLY_FIELDS,
  SCAN_RUN_FIELDS,
  SCAN_UNSENT_FIELDS,
  type ScanEndInfo,
  type ScanIcmpErrorEvent,
  type ScanReplyEvent,
  type ScanRunInfo,
} from "../record/scan_record.ts";
import { selectFields } from "../record/select_fields.ts";

/** Forms of a scan's output. */
export const SCAN_FORMATS = ["text", "json", "csv"] as const;
/** Records that `--only` can choose. */
export const SCAN_RECORDS = ["reply", "icmp_error", "unsent"] as const;

/** One of {@linkcode SCAN_RECORDS}. */
export type ScanRecordKind = typeof SCAN_RECORDS[number];

/** Form and records of the output. */
export interface ScanReporterOptions {
  /** Form of the output. */
  readonly format: typeof SCAN_FORMATS[number];
  /** Fields of json and csv in order; all when undefined. */
  readonly fields?: readonly string[] | undefined;
  /** Only these records; all when empty. */
  readonly only: readonly ScanRecordKind[];
  /** Only records of which this is true; all when undefined. */
  readonly filter?: Expression | undefined;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** Writes records as they come. */
export class ScanReporter {
  readonly #sink: LineSink;
  readonly #format: ScanReporterOptions["format"];
  readonly #columns: readonly string[];
  readonly #printed: ReadonlySet<ScanRecordKind>;
  readonly #baseUnixMs: number;
  /** A line of json or csv for each kind of record. */
  readonly #formatReply: (event: ScanReplyEvent) => string;
  readonly #formatIcmpError: (event: ScanIcmpErrorEvent) => string;
  readonly #formatUnsent: (unsent: ScanUnsent) => string;
  /** Whether a record passes the filter. */
  readonly #passReply: (event: ScanReplyEvent) => boolean;
  readonly #passIcmpError: (event: ScanIcmpErrorEvent) => boolean;
  readonly #passUnsent: (unsent: ScanUnsent) => boolean;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: ScanReporterOptions) {
    const { fields, only, format } = options;
    this.#sink = sink;
    this.#format = format;
    this.#baseUnixMs = options.baseUnixMs;
    this.#printed = new Set(only.length === 0 ? SCAN_RECORDS : only);
    this.#columns = fields ??
      columnsOf([SCAN_REPLY_FIELDS, SCAN_ICMP_ERROR_FIELDS, SCAN_UNSENT_FIELDS]);
    const formatter = <S>(type: string, table: readonly Field<S>[]) =>
      format === "csv"
        ? rowFormatter(type, table, this.#columns)
        : jsonFormatter(type, selectFields(table, fields));
    const { filter } = options;
    const passer = <S>(type: string, table: readonly Field<S>[]) =>
      filter === undefined ? () => true : recordFilter(filter, type, table);
    this.#passReply = passer("reply", SCAN_REPLY_FIELDS);
    this.#passIcmpError = passer("icmp_error", SCAN_ICMP_ERROR_FIELDS);
    this.#passUnsent = passer("unsent", SCAN_UNSENT_FIELDS);
    this.#formatReply = formatter("reply", SCAN_REPLY_FIELDS);
    this.#formatIcmpError = formatter("icmp_error", SCAN_ICMP_ERROR_FIELDS);
    this.#formatUnsent = formatter("unsent", SCAN_UNSENT_FIELDS);
  }

  /** Writes `run`, or the header row. */
  run(info: ScanRunInfo): void {
    if (this.#format === "json") this.#sink.line(formatJson("run", SCAN_RUN_FIELDS, info));
    if (this.#format === "csv") this.#sink.header(formatRow(this.#columns));
  }

  /** Writes a reply; text has only the first of each host. Returns whether it was written. */
  reply(reply: ScanReply, isNew: boolean): boolean {
    const isText = this.#format === "text";
    if (!this.#printed.has("reply") || isText && !isNew) return false;
    const event = { reply, baseUnixMs: this.#baseUnixMs };
    if (!this.#passReply(event)) return false;
    this.#sink.line(isText ? formatAddress(reply.address) : this.#formatReply(event));
    return true;
  }

  /** Writes an ICMP error. Text has only hosts that answered. */
  icmpError(error: ScanIcmpError): void {
    if (this.#format === "text" || !this.#printed.has("icmp_error")) return;
    const event = { error, baseUnixMs: this.#baseUnixMs };
    if (this.#passIcmpError(event)) this.#sink.line(this.#formatIcmpError(event));
  }

  /** Writes a probe that did not leave. */
  unsent(unsent: ScanUnsent): void {
    if (this.#format === "text" || !this.#printed.has("unsent")) return;
    if (this.#passUnsent(unsent)) this.#sink.line(this.#formatUnsent(unsent));
  }

  /** Writes `end`; CSV and text have none. */
  end(info: ScanEndInfo): void {
    if (this.#format === "json") this.#sink.line(formatJson("end", SCAN_END_FIELDS, info));
  }
}
