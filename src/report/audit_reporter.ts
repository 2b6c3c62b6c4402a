/** Writes what an audit found: text, JSON Lines or CSV. */

import { csvColumns } from "../record/registry.ts";
import { CONSENSUS_FIELDS } from "../record/consensus_record.ts";
import { formatRow, rowFormatter } from "../record/csv.ts";
import { formatJson, jsonFormatter } from "../record/field.ts";
import { HOST_FIELDS } from "../record/host_record.ts";
import { END_FIELDS, RUN_FIELDS } from "../record/run_record.ts";
import { selectFields } from "../record/select_fields.ts";
import type { AuditResult } from "../run/audit_run.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { yellow } from "../terminal/color.ts";
import { wrap } from "../terminal/width.ts";
import { type AuditTextOptions, formatAuditSummary, formatHosts } from "./audit_text.ts";
import { formatWitnesses } from "./consensus_text.ts";
import { endRemarks } from "./end_remarks.ts";

/** Options of the report. */
export interface AuditReporterOptions extends AuditTextOptions {
  /** Form of the output. */
  readonly format: "text" | "json" | "csv";
  /** Fields of `host`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
  /** Our clock is not kept right by any program. */
  readonly isUnsynchronised: boolean;
}

/** Writes one audit. */
export class AuditReporter {
  readonly #sink: LineSink;
  readonly #options: AuditReporterOptions;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: AuditReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** The audit starts. */
  run(info: RunInfo): void {
    if (this.#options.format === "json") this.#sink.line(formatJson("run", RUN_FIELDS, info));
  }

  /** The findings, and how the audit ended. */
  end(result: AuditResult & EndInfo): void {
    const { format } = this.#options;
    if (format === "json") this.#json(result);
    else if (format === "csv") this.#csv(result);
    else this.#text(result);
    this.#sink.flush();
  }

  #json(result: AuditResult & EndInfo): void {
    const format = jsonFormatter("host", selectFields(HOST_FIELDS, this.#options.fields));
    for (const host of result.hosts) this.#sink.line(format(host));
    if (result.consensus !== undefined) {
      this.#sink.line(formatJson("consensus", CONSENSUS_FIELDS, result.consensus));
    }
    this.#sink.line(formatJson("end", END_FIELDS, result));
  }

  #csv({ hosts }: AuditResult): void {
    const columns = this.#options.fields ?? csvColumns("audit", false);
    const format = rowFormatter("host", HOST_FIELDS, columns);
    this.#sink.header(formatRow(columns));
    for (const host of hosts) this.#sink.line(format(host));
  }

  #text(result: AuditResult & EndInfo): void {
    const options = this.#options;
    const { consensus, witnesses } = result;
    if (consensus?.consensus.localClock === "off") this.#consensus(result);
    const lines = formatHosts(result.hosts, options);
    for (const line of lines) this.#sink.line(line);
    if (lines.length > 0) this.#sink.line("");
    for (const line of formatAuditSummary(result, options)) this.#sink.line(line);
    if (consensus !== undefined && consensus.consensus.localClock !== "off") {
      if (witnesses.length > 1) this.#consensus(result);
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
