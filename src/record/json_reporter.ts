/** JSON Lines: one object a line, `type` first. */

import type { ConditionEvent } from "../run/condition_watch.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../run/event.ts";
import { type Field, formatJson, jsonFormatter } from "./field.ts";
import type { LineWriter } from "./line_writer.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS } from "./probe_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";
import type { Reporter } from "../run/reporter.ts";
import { selectFields } from "./select_fields.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** The fields of each record. */
export interface RecordTables {
  /** Of `run`. */
  readonly run: readonly Field<RunInfo>[];
  /** Of `reply`. */
  readonly reply: readonly Field<ReplyEvent>[];
  /** Of `icmp_error`. */
  readonly icmpError: readonly Field<IcmpErrorEvent>[];
  /** Of `timeout`. */
  readonly timeout: readonly Field<TimeoutEvent>[];
  /** Of `summary`. */
  readonly summary: readonly Field<TargetSummary>[];
  /** Of `end`. */
  readonly end: readonly Field<EndInfo>[];
}

const RUN_TABLES: RecordTables = {
  run: RUN_FIELDS,
  reply: REPLY_FIELDS,
  icmpError: ICMP_ERROR_FIELDS,
  timeout: TIMEOUT_FIELDS,
  summary: SUMMARY_FIELDS,
  end: END_FIELDS,
};

/** Options of JSON Lines. */
export interface JsonReporterOptions {
  /** Leave out the records of single probes. */
  readonly quiet: boolean;
  /** Fields of `reply`, `icmp_error`, `timeout`, `unsent`, `summary` and `condition`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
  /** Fields of the records of a run that is none: of a capture. */
  readonly tables?: Partial<RecordTables> | undefined;
}

/** Writes every event as a JSON object. */
export class JsonReporter implements Reporter {
  readonly #sink: LineWriter;
  readonly #quiet: boolean;
  readonly #tables: RecordTables;
  readonly #reply: (source: ReplyEvent) => string;
  readonly #icmpError: (source: IcmpErrorEvent) => string;
  readonly #timeout: (source: TimeoutEvent) => string;
  readonly #unsent: (source: UnsentEvent) => string;
  readonly #summary: (source: TargetSummary) => string;
  readonly #condition: (source: ConditionEvent) => string;

  /** Writes to `sink`. */
  constructor(sink: LineWriter, options: JsonReporterOptions) {
    this.#sink = sink;
    this.#quiet = options.quiet;
    const { fields } = options;
    const tables = { ...RUN_TABLES, ...options.tables };
    this.#tables = tables;
    this.#reply = jsonFormatter("reply", selectFields(tables.reply, fields));
    this.#icmpError = jsonFormatter("icmp_error", selectFields(tables.icmpError, fields));
    this.#timeout = jsonFormatter("timeout", selectFields(tables.timeout, fields));
    this.#unsent = jsonFormatter("unsent", selectFields(UNSENT_FIELDS, fields));
    this.#summary = jsonFormatter("summary", selectFields(tables.summary, fields));
    this.#condition = jsonFormatter("condition", selectFields(CONDITION_FIELDS, fields));
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#sink.line(formatJson("run", this.#tables.run, info));
  }

  /** Requests have no record of their own: their outcome has one. */
  sent(): void {}

  /** Writes `reply`. */
  reply(event: ReplyEvent): void {
    if (!this.#quiet) this.#sink.line(this.#reply(event));
  }

  /** Writes `icmp_error`. */
  icmpError(event: IcmpErrorEvent): void {
    if (!this.#quiet) this.#sink.line(this.#icmpError(event));
  }

  /** Writes `timeout`. */
  timeout(event: TimeoutEvent): void {
    if (!this.#quiet) this.#sink.line(this.#timeout(event));
  }

  /** Writes `unsent`. */
  unsent(event: UnsentEvent): void {
    if (!this.#quiet) this.#sink.line(this.#unsent(event));
  }

  /** Strays are counted in `end`. */
  stray(): void {}

  /** Writes `summary`. */
  summary(summary: TargetSummary): void {
    this.#sink.line(this.#summary(summary));
  }

  /** Writes `condition`. */
  condition(event: ConditionEvent): void {
    this.#sink.line(this.#condition(event));
  }

  /** Writes `end`. */
  end(info: EndInfo): void {
    this.#sink.line(formatJson("end", this.#tables.end, info));
  }
}
