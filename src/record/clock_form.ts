/** Findings of a clock run for programs: one record a line, or comma-separated values. */

import type { ClockEvent, ConsensusEvent } from "../run/clock/event.ts";
import type { ConditionEvent } from "../run/condition_watch.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import { CLOCK_FIELDS } from "./clock_record.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { CONSENSUS_FIELDS } from "./consensus_record.ts";
import { columnsOf, formatRow, rowFormatter } from "./csv.ts";
import { type Field, jsonForm, type RecordForm } from "./field.ts";
import type { LineWriter } from "./line_writer.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";

/** A form of output for programs. */
export interface ClockForm {
  /** The run starts. */
  run(info: RunInfo): void;
  /** Findings of every clock, and what they show together. */
  report(clocks: readonly ClockEvent[], consensus: ConsensusEvent | undefined): void;
  /** A clock enters or leaves a condition, or meets one at the end. */
  condition(event: ConditionEvent): void;
  /** The run is over. */
  end(info: EndInfo): void;
}

/** The fields of the records of clocks. */
export interface ClockTables {
  /** Fields of `run`, the first record. */
  readonly run: readonly Field<RunInfo>[];
  /** Fields of `clock`, one for each look at a host's clock. */
  readonly clock: readonly Field<ClockEvent>[];
  /** Fields of `end`, the last record. */
  readonly end: readonly Field<EndInfo>[];
}

const RUN_TABLES: ClockTables = { run: RUN_FIELDS, clock: CLOCK_FIELDS, end: END_FIELDS };

type LineOf<S> = (source: S) => string | undefined;

/** Options of {@linkcode ClockRecords}. */
export interface ClockRecordOptions {
  /** Fields of `clock`, `consensus` and `condition`, in order; all by default. */
  readonly fields?: readonly string[] | undefined;
  /** Fields of the records of a capture. */
  readonly tables?: ClockTables | undefined;
  /** Form of the lines; JSON by default. */
  readonly form?: RecordForm | undefined;
}

/** Every finding as one record. */
export class ClockRecords implements ClockForm {
  readonly #lines: LineWriter;
  readonly #run: LineOf<RunInfo>;
  readonly #clock: LineOf<ClockEvent>;
  readonly #consensus: LineOf<ConsensusEvent>;
  readonly #condition: LineOf<ConditionEvent>;
  readonly #end: LineOf<EndInfo>;

  /** Writes to `lines`. */
  constructor(lines: LineWriter, { fields, tables, form = jsonForm }: ClockRecordOptions = {}) {
    const { run, clock, end } = tables ?? RUN_TABLES;
    this.#lines = lines;
    this.#run = form("run", run);
    this.#clock = form("clock", clock, fields);
    this.#consensus = form("consensus", CONSENSUS_FIELDS, fields);
    this.#condition = form("condition", CONDITION_FIELDS, fields);
    this.#end = form("end", end);
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#write(this.#run(info));
  }

  /** Writes `clock` for each clock, then `consensus`. */
  report(clocks: readonly ClockEvent[], consensus: ConsensusEvent | undefined): void {
    for (const clock of clocks) this.#write(this.#clock(clock));
    if (consensus !== undefined) this.#write(this.#consensus(consensus));
  }

  /** Writes `condition`. */
  condition(event: ConditionEvent): void {
    this.#write(this.#condition(event));
  }

  /** Writes `end`. */
  end(info: EndInfo): void {
    this.#write(this.#end(info));
  }

  #write(line: string | undefined): void {
    if (line !== undefined) this.#lines.line(line);
  }
}

/** A row for each clock and report. */
export class ClockCsv implements ClockForm {
  readonly #lines: LineWriter;
  readonly #columns: readonly string[];
  readonly #clock: (event: ClockEvent) => string;

  /** Writes to `lines`; `columns` are fields of `clock` and `type`, all by default. */
  constructor(lines: LineWriter, columns: readonly string[] = columnsOf([CLOCK_FIELDS])) {
    this.#lines = lines;
    this.#columns = columns;
    this.#clock = rowFormatter("clock", CLOCK_FIELDS, columns);
  }

  /** Writes the header row. */
  run(): void {
    this.#lines.header(formatRow(this.#columns));
  }

  /** Writes the rows. */
  report(clocks: readonly ClockEvent[]): void {
    for (const clock of clocks) this.#lines.line(this.#clock(clock));
  }

  /** Conditions have no row. */
  condition(): void {}

  /** The end has no row. */
  end(): void {}
}
