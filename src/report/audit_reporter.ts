/** Writes what an audit found: text, or records. */

import { ALIAS_FIELDS, aliasEvents } from "../record/alias_record.ts";
import { CHANGE_FIELDS } from "../record/change_record.ts";
import type { HostChange } from "../run/audit/comparison.ts";
import { csvColumns } from "../record/registry.ts";
import { CONSENSUS_FIELDS } from "../record/consensus_record.ts";
import { formatRow, rowFormatter } from "../record/csv.ts";
import { type Field, jsonForm, type RecordForm } from "../record/field.ts";
import { HOST_FIELDS } from "../record/host_record.ts";
import { influxFormatter } from "../record/influx.ts";
import { END_FIELDS, RUN_FIELDS } from "../record/run_record.ts";
import type { AuditResult } from "../run/audit/run.ts";
import type { HostFindings } from "../run/audit/host_findings.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { yellow } from "../terminal/color.ts";
import { formatCount } from "../terminal/quantity.ts";
import { wrap } from "../terminal/width.ts";
import { type AuditTextOptions, escapeCell, formatAuditSummary, HostLines } from "./audit_text.ts";
import { formatChanges } from "./change_text.ts";
import { formatAliases } from "./alias_text.ts";
import { formatWitnesses } from "./consensus_text.ts";
import { endRemarks } from "./end_remarks.ts";
import { AuditPage } from "./prometheus/audit_page.ts";

/** Options of the report. */
export interface AuditReporterOptions extends AuditTextOptions {
  /** Form of the output. */
  readonly format: "text" | "json" | "csv" | "influx" | "prometheus" | "markdown";
  /** Fields of `host`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
  /** Our clock is not kept right by any program. */
  readonly isUnsynchronised: boolean;
}

/** The forms whose lines are records of several kinds. */
const FORMS: Readonly<Record<string, RecordForm>> = { json: jsonForm, influx: influxFormatter };

/** Writes one audit: records as hosts are judged, text at the end. */
export class AuditReporter {
  readonly #sink: LineSink;
  readonly #options: AuditReporterOptions;
  readonly #lines: HostLines;
  readonly #form: RecordForm | undefined;
  readonly #metrics: AuditPage | undefined;
  /** A line of a host, for programs. */
  readonly #record: ((host: HostFindings) => string | undefined) | undefined;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: AuditReporterOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#lines = new HostLines(options);
    const { format, fields } = options;
    this.#form = FORMS[format];
    this.#record = this.#form?.("host", HOST_FIELDS, fields);
    this.#metrics = format === "prometheus" ? new AuditPage() : undefined;
    if (format === "csv") this.#record = rowFormatter("host", HOST_FIELDS, this.#columns);
  }

  /** The audit starts. */
  run(info: RunInfo): void {
    this.#records("run", RUN_FIELDS, [info]);
    if (this.#options.format === "csv") this.#sink.header(formatRow(this.#columns));
  }

  /** A host is final; returns whether text will print its name. */
  host(host: HostFindings): boolean {
    if (this.#metrics !== undefined) {
      this.#metrics.add(host);
      return false;
    }
    if (this.#record === undefined) return this.#lines.add(host);
    this.#write(this.#record(host));
    return false;
  }

  /** The end: what the hosts show together, and how the audit ended. */
  end(result: AuditResult & EndInfo, changes?: readonly HostChange[]): void {
    const { format } = this.#options;
    const { consensus, aliases } = result;
    this.#records("consensus", CONSENSUS_FIELDS, consensus === undefined ? [] : [consensus]);
    // Only its members distinguish an alias from the others of one moment: it is no point of a series.
    if (format === "json" && aliases !== undefined) {
      this.#records("alias", ALIAS_FIELDS, aliasEvents(aliases));
    }
    this.#records("change", CHANGE_FIELDS, changes ?? []);
    this.#records("end", END_FIELDS, [result]);
    if (this.#metrics !== undefined) this.#sink.line(this.#metrics.format(result).trimEnd());
    else if (format === "text") this.#text(result, changes);
    else if (format === "markdown") this.#markdown(result, changes);
    this.#sink.flush();
  }

  #records<S>(type: string, table: readonly Field<S>[], sources: readonly S[]): void {
    const format = this.#form?.(type, table);
    if (format !== undefined) { for (const source of sources) this.#write(format(source)); }
  }

  #write(line: string | undefined): void {
    if (line !== undefined) this.#sink.line(line);
  }

  get #columns(): readonly string[] {
    return this.#options.fields ?? csvColumns("audit", false);
  }

  /** A table for a ticket: the hosts that need a look, and the summary. */
  #markdown(result: AuditResult & EndInfo, changes: readonly HostChange[] | undefined): void {
    const options = { ...this.#options, columns: Infinity };
    for (const line of formatAuditSummary(result, options)) {
      this.#sink.line(`${escapeCell(line)}\n`);
    }
    for (const line of this.#lines.markdown()) this.#sink.line(line);
    if (changes === undefined) return;
    const [head = "", ...rows] = formatChanges(changes, Infinity);
    this.#sink.line(`\n${head}\n`);
    for (const row of rows) this.#sink.line(`- ${escapeCell(row.trim())}`);
  }

  #text(result: AuditResult & EndInfo, changes: readonly HostChange[] | undefined): void {
    const options = this.#options;
    const { consensus, witnesses } = result;
    if (consensus?.consensus.localClock === "off") this.#consensus(result);
    const lines = this.#lines.format();
    for (const line of lines) this.#sink.line(line);
    if (lines.length > 0) this.#sink.line("");
    for (const line of formatAuditSummary(result, options)) this.#sink.line(line);
    const { open = 0 } = result;
    if (open > 0) {
      const some = `${formatCount(open)} of those ${open === 1 ? "is" : "are"}`;
      const remark = `${some} only not known to be wrong: a round trip bounds an offset no better.`;
      this.#sink.line(wrap(remark, options.columns ?? 80, 2));
    }
    if (consensus !== undefined && consensus.consensus.localClock !== "off") {
      if (witnesses.length > 1) this.#consensus(result);
    }
    if (result.aliases !== undefined) {
      for (const line of formatAliases(result.aliases, options)) this.#sink.line(line);
    }
    if (changes !== undefined) {
      for (const line of formatChanges(changes, options.columns ?? 80)) this.#sink.line(line);
    }
    if (options.isUnsynchronised) {
      const remark = "No program keeps our own clock right (adjtimex): offsets are against it.";
      this.#sink.line(yellow(wrap(remark, options.columns ?? 80, 2)));
    }
    for (const line of endRemarks(result)) this.#sink.line(line);
  }

  #consensus({ consensus, witnesses }: AuditResult): void {
    if (consensus === undefined) return;
    this.#sink.line(formatWitnesses(consensus, witnesses, this.#options.columns ?? 80));
  }
}
