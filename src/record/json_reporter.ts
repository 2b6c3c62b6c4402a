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
import { formatJson, jsonFormatter } from "./field.ts";
import type { LineWriter } from "./line_writer.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { ICMP_ERROR_FIELDS, REPLY_FIELDS, TIMEOUT_FIELDS, UNSENT_FIELDS } from "./probe_record.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { SUMMARY_FIELDS } from "./summary_record.ts";
import type { Reporter } from "../run/reporter.ts";
import { selectFields } from "./select_fields.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** Options of JSON Lines. */
export interface JsonReporterOptions {
  /** Leave out the records of single probes. */
  readonly quiet: boolean;
  /** Fields of `reply`, `icmp_error`, `timeout`, `unsent`, `summary` and `condition`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
}

/** Writes every event as a JSON object. */
export class JsonReporter implements Reporter {
  readonly #sink: LineWriter;
  readonly #quiet: boolean;
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
    this.#reply = jsonFormatter("reply", selectFields(REPLY_FIELDS, fields));
    this.#icmpError = jsonFormatter("icmp_error", selectFields(ICMP_ERROR_FIELDS, fields));
    this.#timeout = jsonFormatter("timeout", selectFields(TIMEOUT_FIELDS, fields));
    this.#unsent = jsonFormatter("unsent", selectFields(UNSENT_FIELDS, fields));
    this.#summary = jsonFormatter("summary", selectFields(SUMMARY_FIELDS, fields));
    this.#condition = jsonFormatter("condition", selectFields(CONDITION_FIELDS, fields));
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#sink.line(formatJson("run", RUN_FIELDS, info));
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
    this.#sink.line(formatJson("end", END_FIELDS, info));
  }
}
