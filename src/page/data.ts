/**
 * What a page carries beside its words: numbers for charts and tables, as JSON in the page itself.
 *
 * Delays and offsets are whole microseconds and skews thousandths of a part per million, which is what the log has;
 * null where there is nothing.
 */

/** Numbers of one column; null where there is none. */
export type Column = readonly (number | null)[];

/** A median and what lies around it, as differences from it. */
export interface PackedDelay {
  /** Median. */
  readonly mid: Column;
  /** Least, 5th percentile, 95th percentile and greatest, each minus the median; empty where all are 0. */
  readonly min: Column;
  /** See {@linkcode min}. */
  readonly p5: Column;
  /** See {@linkcode min}. */
  readonly p95: Column;
  /** See {@linkcode min}. */
  readonly max: Column;
}

/** A value with bounds, as differences from it. */
export interface PackedBounds {
  /** Best estimate. */
  readonly mid: Column;
  /** The lower bound minus the value. */
  readonly lower: Column;
  /** The upper bound minus the value. */
  readonly upper: Column;
}

/** One target with its course over time. */
export interface TargetData {
  /** The target as it was written. */
  readonly name: string;
  /** Its charts begin in this element. */
  readonly id: string;
  /** Moments in whole milliseconds: the first since `startMs` of the page, each other since the one before. */
  readonly times: readonly number[];
  /** How long each row lasts, milliseconds: 0 for a single record; empty where all are 0. */
  readonly spans: readonly number[];
  /** Answered probes of each row. */
  readonly received: readonly number[];
  /** Probes of each row without an answer. */
  readonly unanswered: readonly number[];
  /** Round trips. */
  readonly rtt: PackedDelay | null;
  /** Delays out above their running minimum. */
  readonly out: PackedDelay | null;
  /** Delays back above their running minimum. */
  readonly back: PackedDelay | null;
  /** Waits in the local queue. */
  readonly queue: PackedDelay | null;
  /** Remote clock minus local clock. */
  readonly offset: PackedBounds | null;
  /** Rate of the remote clock against the local one. */
  readonly skew: PackedBounds | null;
  /** What happened: milliseconds since `startMs`, kind, words. */
  readonly events: readonly (readonly [atMs: number, kind: string, text: string])[];
  /** 5th percentiles are not known: the log has summaries alone. */
  readonly isSummarized: boolean;
}

/** A table of colours: targets × time. */
export interface HeatData {
  /** First moment of each column, milliseconds since `startMs`. */
  readonly columns: readonly number[];
  /** Length of a column in seconds. */
  readonly columnS: number;
  /** One for each target. */
  readonly rows: readonly HeatRow[];
}

/** A row of a heat map. */
export interface HeatRow {
  /** The target. */
  readonly name: string;
  /** Thousandths of probes without an answer. */
  readonly loss: Column;
  /** 95th percentiles. */
  readonly rtt: Column;
  /** See {@linkcode rtt}. */
  readonly out: Column;
  /** See {@linkcode rtt}. */
  readonly back: Column;
}

/** A host of an audit or a scan. Texts that repeat are numbers of `words`. */
export type HostData = readonly [
  name: string,
  address: string,
  verdict: number,
  offset: number | null,
  /** Lower and upper bound minus the offset. */
  lower: number | null,
  upper: number | null,
  /** Those that are odd come first. */
  labels: readonly number[],
  /** For each label, replies that show it / replies that could have. */
  evidence: readonly string[],
  nonconforming: readonly number[],
  /** Name (a number of `words`) and value. */
  details: readonly (readonly [name: number, value: string | number])[],
  /** Number of odd labels. */
  odd: number,
];

/** Everything. */
export interface PageData {
  /** Moment from which all others count, Unix time in milliseconds. */
  readonly startMs: number;
  /** Last moment, milliseconds since `startMs`. */
  readonly endMs: number;
  /** Targets with charts. */
  readonly targets: readonly TargetData[];
  /** null where there are not enough targets, or not enough time. */
  readonly heat: HeatData | null;
  /** Hosts, worst first. */
  readonly hosts: readonly HostData[];
  /** Texts that hosts refer to. */
  readonly words: readonly string[];
  /** What the words of labels and clauses mean. */
  readonly meanings: Readonly<Record<string, string>>;
}
