/** Writes what a trace found: text, JSON Lines or CSV. */

import { formatRow, rowFormatter } from "../record/csv.ts";
import { formatJson, jsonFormatter } from "../record/field.ts";
import { HOP_FIELDS } from "../record/hop_record.ts";
import { csvColumns } from "../record/registry.ts";
import { END_FIELDS, RUN_FIELDS } from "../record/run_record.ts";
import { selectFields } from "../record/select_fields.ts";
import { VERDICT_FIELDS } from "../record/verdict_record.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import type { TraceResult } from "../run/trace/run.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { endRemarks } from "./end_remarks.ts";
import { formatTrace, type TraceTextOptions } from "./trace_text.ts";

/** Options of the report. */
export interface TraceReporterOptions extends TraceTextOptions {
  /** Form of the output. */
  readonly format: "text" | "json" | "csv";
  /** Fields of `hop` and `verdict`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
}

/** Writes one trace. */
export class TraceReporter {
  readonly #sink: LineSink;
  readonly #options: TraceReporterOptions;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: TraceReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** The trace starts. */
  run(info: RunInfo): void {
    if (this.#options.format === "json") this.#sink.line(formatJson("run", RUN_FIELDS, info));
  }

  /** The findings, and how the trace ended. */
  end(result: TraceResult & EndInfo): void {
    const { format } = this.#options;
    if (format === "json") this.#json(result);
    else if (format === "csv") this.#csv(result);
    else this.#text(result);
    this.#sink.flush();
  }

  #json(result: TraceResult & EndInfo): void {
    const { fields } = this.#options;
    const formatHop = jsonFormatter("hop", selectFields(HOP_FIELDS, fields));
    const formatVerdict = jsonFormatter("verdict", selectFields(VERDICT_FIELDS, fields));
    for (const host of result.hosts) {
      for (const hop of host.paths.flatMap(({ hops }) => hops)) this.#sink.line(formatHop(hop));
      this.#sink.line(formatVerdict(host));
    }
    this.#sink.line(formatJson("end", END_FIELDS, result));
  }

  #csv({ hosts }: TraceResult): void {
    const columns = this.#options.fields ?? csvColumns("trace", false);
    const formatHop = rowFormatter("hop", HOP_FIELDS, columns);
    const formatVerdict = rowFormatter("verdict", VERDICT_FIELDS, columns);
    this.#sink.header(formatRow(columns));
    for (const host of hosts) {
      for (const hop of host.paths.flatMap(({ hops }) => hops)) this.#sink.line(formatHop(hop));
      this.#sink.line(formatVerdict(host));
    }
  }

  #text(result: TraceResult & EndInfo): void {
    for (const [index, host] of result.hosts.entries()) {
      if (index > 0) this.#sink.line("");
      for (const line of formatTrace(host, this.#options)) this.#sink.line(line);
    }
    for (const line of endRemarks(result)) this.#sink.line(line);
  }
}
