/** One record a line: JSON Lines, or another form of the same records. */

import type { ConditionEvent } from "../run/condition_watch.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../run/event.ts";
import { type Field, jsonForm, type RecordForm } from "./field.ts";
import { selectFields } from "./select_fields.ts";
import { jsonOctets } from "./json_octets.ts";
import type { LineWriter } from "./line_writer.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS } from "./probe_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";
import type { Reporter } from "../run/reporter.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** The fields of each record. */
export interface RecordTables {
  /** Fields of `run`, the first record. */
  readonly run: readonly Field<RunInfo>[];
  /** Fields of `reply`, one for each answer. */
  readonly reply: readonly Field<ReplyEvent>[];
  /** Fields of `icmp_error`, one for each ICMP error that ends a probe. */
  readonly icmpError: readonly Field<IcmpErrorEvent>[];
  /** Fields of `timeout`, one for each probe without an answer in time. */
  readonly timeout: readonly Field<TimeoutEvent>[];
  /** Fields of `unsent`, one for each probe that could not leave. */
  readonly unsent: readonly Field<UnsentEvent>[];
  /** Fields of `summary`, one for each target and interval. */
  readonly summary: readonly Field<TargetSummary>[];
  /** Fields of `end`, the last record. */
  readonly end: readonly Field<EndInfo>[];
}

/** The fields of the records of `ping`. */
export const RUN_TABLES: RecordTables = {
  run: RUN_FIELDS,
  reply: REPLY_FIELDS,
  icmpError: ICMP_ERROR_FIELDS,
  timeout: TIMEOUT_FIELDS,
  unsent: UNSENT_FIELDS,
  summary: SUMMARY_FIELDS,
  end: END_FIELDS,
};

/** Which records and fields are written, and how. */
export interface JsonReporterOptions {
  /** Leave out the records of single probes. */
  readonly quiet: boolean;
  /** Fields of `reply`, `icmp_error`, `timeout`, `unsent`, `summary` and `condition`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
  /** Fields of the records of a run that differ from those of `ping`: of a capture, of `watch`. */
  readonly tables?: Partial<RecordTables> | undefined;
  /** Form of the lines; JSON by default. */
  readonly form?: RecordForm | undefined;
}

type WriterOf<S> = (source: S) => void;

/** Writes every event as a record, in JSON unless another form is given. */
export class JsonReporter implements Reporter {
  readonly #quiet: boolean;
  readonly #run: WriterOf<RunInfo>;
  readonly #reply: WriterOf<ReplyEvent>;
  readonly #icmpError: WriterOf<IcmpErrorEvent>;
  readonly #timeout: WriterOf<TimeoutEvent>;
  readonly #unsent: WriterOf<UnsentEvent>;
  readonly #summary: WriterOf<TargetSummary>;
  readonly #condition: WriterOf<ConditionEvent>;
  readonly #end: WriterOf<EndInfo>;

  /** Writes to `sink`. */
  constructor(sink: LineWriter, options: JsonReporterOptions) {
    this.#quiet = options.quiet;
    const { fields, form = jsonForm } = options;
    const tables = { ...RUN_TABLES, ...options.tables };
    this.#run = writerOf(sink, form, "run", tables.run);
    this.#reply = writerOf(sink, form, "reply", tables.reply, fields);
    this.#icmpError = writerOf(sink, form, "icmp_error", tables.icmpError, fields);
    this.#timeout = writerOf(sink, form, "timeout", tables.timeout, fields);
    this.#unsent = writerOf(sink, form, "unsent", tables.unsent, fields);
    this.#summary = writerOf(sink, form, "summary", tables.summary, fields);
    this.#condition = writerOf(sink, form, "condition", CONDITION_FIELDS, fields);
    this.#end = writerOf(sink, form, "end", tables.end);
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#run(info);
  }

  /** Requests have no record of their own: their outcome has one. */
  sent(): void {}

  /** Writes `reply`. */
  reply(event: ReplyEvent): void {
    if (!this.#quiet) this.#reply(event);
  }

  /** Writes `icmp_error`. */
  icmpError(event: IcmpErrorEvent): void {
    if (!this.#quiet) this.#icmpError(event);
  }

  /** Writes `timeout`. */
  timeout(event: TimeoutEvent): void {
    if (!this.#quiet) this.#timeout(event);
  }

  /** Writes `unsent`. */
  unsent(event: UnsentEvent): void {
    if (!this.#quiet) this.#unsent(event);
  }

  /** Strays are counted in `end`. */
  stray(): void {}

  /** Writes `summary`. */
  summary(summary: TargetSummary): void {
    this.#summary(summary);
  }

  /** Writes `condition`. */
  condition(event: ConditionEvent): void {
    this.#condition(event);
  }

  /** Writes `end`. */
  end(info: EndInfo): void {
    this.#end(info);
  }
}

/** Writes records of one kind: JSON as octets, where the sink takes them. */
function writerOf<S>(
  sink: LineWriter,
  form: RecordForm,
  type: string,
  table: readonly Field<S>[],
  names?: readonly string[],
): WriterOf<S> {
  if (form === jsonForm && sink.block !== undefined) {
    const write = jsonOctets(type, selectFields(table, names));
    return (source) => write(source, (sink as Required<LineWriter>).block());
  }
  const format = form(type, table, names);
  return (source) => {
    const line = format(source);
    if (line !== undefined) sink.line(line);
  };
}
