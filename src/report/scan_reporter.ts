/** Writes what a scan finds: JSON Lines, CSV, or the addresses that answered. */

import { formatAddress } from "../packet/address.ts";
import type { ScanRefusal, ScanReply } from "../scan/scan_record.ts";
import { type Field, type FieldValue, formatJson } from "./field.ts";
import type { LineSink } from "./line_sink.ts";
import {
  SCAN_END_FIELDS,
  SCAN_REFUSED_FIELDS,
  SCAN_REPLY_FIELDS,
  SCAN_RUN_FIELDS,
  SCAN_UNSENT_FIELDS,
  type ScanEndInfo,
  type ScanRunInfo,
  type ScanUnsent,
} from "./scan_fields.ts";
import { selectFields } from "./select_fields.ts";

/** Forms of a scan's output. */
export const SCAN_FORMATS = ["text", "json", "csv"] as const;
/** Records that `--only` can choose. */
export const SCAN_RECORDS = ["replied", "refused", "unsent"] as const;

/** One of {@linkcode SCAN_RECORDS}. */
export type ScanRecordKind = typeof SCAN_RECORDS[number];

/** What the user wants to see of a scan. */
export interface ScanReporterOptions {
  /** Form of the output. */
  readonly format: typeof SCAN_FORMATS[number];
  /** Fields of json and csv in order; all when undefined. */
  readonly fields?: readonly string[] | undefined;
  /** Only these records; all when empty. */
  readonly only: readonly ScanRecordKind[];
}

/** Names of all fields of single records. */
export function scanFieldNames(): string[] {
  const tables = [SCAN_REPLY_FIELDS, SCAN_REFUSED_FIELDS, SCAN_UNSENT_FIELDS];
  return [...new Set(tables.flatMap((fields) => fields.map(({ name }) => name)))];
}

/** Writes records as they come. */
export class ScanReporter {
  readonly #sink: LineSink;
  readonly #format: ScanReporterOptions["format"];
  readonly #columns: readonly string[];
  readonly #wanted: ReadonlySet<ScanRecordKind>;
  readonly #reply: readonly Field<ScanReply>[];
  readonly #refused: readonly Field<ScanRefusal>[];
  readonly #unsent: readonly Field<ScanUnsent>[];

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: ScanReporterOptions) {
    const { fields, only, format } = options;
    this.#sink = sink;
    this.#format = format;
    this.#wanted = new Set(only.length === 0 ? SCAN_RECORDS : only);
    this.#columns = fields ?? ["type", ...scanFieldNames()];
    const names = format === "csv" ? this.#columns : fields;
    this.#reply = selectFields(SCAN_REPLY_FIELDS, names);
    this.#refused = selectFields(SCAN_REFUSED_FIELDS, names);
    this.#unsent = selectFields(SCAN_UNSENT_FIELDS, names);
  }

  /** Writes `run`, or the header row. */
  run(info: ScanRunInfo): void {
    if (this.#format === "json") this.#sink.line(formatJson("run", SCAN_RUN_FIELDS, info));
    if (this.#format === "csv") this.#sink.line(this.#columns.join(","));
  }

  /** Writes a reply. Text has each address once: repeated replies are left out. */
  reply(reply: ScanReply): void {
    if (!this.#wanted.has("replied")) return;
    if (this.#format !== "text") this.#record("reply", this.#reply, reply);
    else if (!reply.flags.includes("duplicate")) this.#sink.line(formatAddress(reply.address));
  }

  /** Writes an ICMP error. Text has only hosts that answered. */
  refused(refusal: ScanRefusal): void {
    if (this.#wanted.has("refused")) this.#record("refused", this.#refused, refusal);
  }

  /** Writes a probe that did not leave. */
  unsent(unsent: ScanUnsent): void {
    if (this.#wanted.has("unsent")) this.#record("unsent", this.#unsent, unsent);
  }

  /** Writes `end`; CSV and text have none. */
  end(info: ScanEndInfo): void {
    if (this.#format === "json") this.#sink.line(formatJson("end", SCAN_END_FIELDS, info));
  }

  #record<S>(type: string, fields: readonly Field<S>[], source: S): void {
    if (this.#format === "json") this.#sink.line(formatJson(type, fields, source));
    else if (this.#format === "csv") this.#sink.line(this.#row(type, fields, source));
  }

  #row<S>(type: string, fields: readonly Field<S>[], source: S): string {
    return this.#columns.map((column) => {
      if (column === "type") return type;
      const value = fields.find(({ name }) => name === column)?.value(source);
      return value === undefined || value === null ? "" : formatCell(value);
    }).join(",");
  }
}

/** A cell of RFC 4180. */
function formatCell(value: FieldValue): string {
  const text = Array.isArray(value) ? value.join(";") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
