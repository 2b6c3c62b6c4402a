/** Findings of a clock run as JSON Lines or comma-separated values. */

import type { ClockEvent, ConsensusEvent } from "../run/clock/event.ts";
import type { ConditionEvent } from "../run/condition_watch.ts";
import type { EndInfo, RunInfo } from "../run/event.ts";
import { CLOCK_FIELDS } from "./clock_record.ts";
import { CONDITION_FIELDS } from "./condition_record.ts";
import { CONSENSUS_FIELDS } from "./consensus_record.ts";
import { columnsOf, formatRow, rowFormatter } from "./csv.ts";
import { type Field, formatJson, jsonFormatter } from "./field.ts";
import type { LineWriter } from "./line_writer.ts";
import { END_FIELDS, RUN_FIELDS } from "./run_record.ts";
import { selectFields } from "./select_fields.ts";

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
  /** Of `run`. */
  readonly run: readonly Field<RunInfo>[];
  /** Of `clock`. */
  readonly clock: readonly Field<ClockEvent>[];
  /** Of `end`. */
  readonly end: readonly Field<EndInfo>[];
}

const RUN_TABLES: ClockTables = { run: RUN_FIELDS, clock: CLOCK_FIELDS, end: END_FIELDS };

/** Every finding as one JSON object. */
export class ClockJson implements ClockForm {
  readonly #lines: LineWriter;
  readonly #tables: ClockTables;
  readonly #clock: (event: ClockEvent) => string;
  readonly #consensus: (event: ConsensusEvent) => string;
  readonly #condition: (event: ConditionEvent) => string;

  /** Writes to `lines`; `fields` are those of `clock`, `consensus` and `condition`, all by default; `tables` those of a capture. */
  constructor(lines: LineWriter, fields?: readonly string[], tables?: ClockTables) {
    this.#lines = lines;
    this.#tables = { ...RUN_TABLES, ...tables };
    this.#clock = jsonFormatter("clock", selectFields(this.#tables.clock, fields));
    this.#consensus = jsonFormatter("consensus", selectFields(CONSENSUS_FIELDS, fields));
    this.#condition = jsonFormatter("condition", selectFields(CONDITION_FIELDS, fields));
  }

  /** Writes `run`. */
  run(info: RunInfo): void {
    this.#lines.line(formatJson("run", this.#tables.run, info));
  }

  /** Writes `clock` for each clock, then `consensus`. */
  report(clocks: readonly ClockEvent[], consensus: ConsensusEvent | undefined): void {
    for (const clock of clocks) this.#lines.line(this.#clock(clock));
    if (consensus !== undefined) this.#lines.line(this.#consensus(consensus));
  }

  /** Writes `condition`. */
  condition(event: ConditionEvent): void {
    this.#lines.line(this.#condition(event));
  }

  /** Writes `end`. */
  end(info: EndInfo): void {
    this.#lines.line(formatJson("end", this.#tables.end, info));
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
