/** Reads the JSON Lines of any of our commands back, line by line, in bounded memory. */

import { type EventKind, Happenings, type LogEvent } from "./events.ts";
import { HostLog } from "./host_log.ts";
import { countOf, type LooseRecord, numberOf, parseRecord, textOf } from "./loose_record.ts";
import { TargetLog } from "./target_log.ts";

/** Targets with a course over time that are kept; records of further ones are counted. */
const MAX_TARGETS = 20_000;
/** Buckets of all targets together, and of one at least and at most. */
const MAX_BUCKETS = 24_000, MIN_BUCKETS_EACH = 8, MAX_BUCKETS_EACH = 4096;

/** Groups of addresses that are kept. */
const MAX_ALIASES = 1000;

/** What is to be read. */
export interface LogOptions {
  /** Earlier records are left out, Unix time in seconds. */
  readonly fromS?: number | undefined;
  /** Records from then on are left out. */
  readonly toS?: number | undefined;
}

/** What became of the lines. */
export interface LineCounts {
  /** Lines that are not empty. */
  lines: number;
  /** Records that were taken. */
  records: number;
  /** Lines that hold no JSON object, or one without a type. */
  broken: number;
  /** Records without a time, or without a target where one belongs. */
  unplaced: number;
  /** Records before `fromS` or from `toS` on. */
  outside: number;
  /** Records of kinds that the report does not show. */
  other: number;
  /** Records of targets beyond the number that is kept. */
  crowded: number;
}

/** Everything that was read. */
export interface Log {
  /** What became of the lines. */
  readonly counts: Readonly<LineCounts>;
  /** Earliest and latest time of a record, Unix time in seconds; undefined where there is none. */
  readonly period: { readonly firstS: number; readonly lastS: number } | undefined;
  /** Commands that were run, and how often. */
  readonly commands: ReadonlyMap<string, number>;
  /** Targets with a course over time, in the order of their first record. */
  readonly targets: readonly TargetLog[];
  /** Hosts of audits and scans. */
  readonly hosts: HostLog;
  /** The last `consensus`. */
  readonly consensus: LooseRecord | undefined;
  /** Addresses that show one clock, or may: `alias` of an audit. */
  readonly aliases: readonly LooseRecord[];
  /** What happened, in order of time: of runs and of every target. */
  readonly events: readonly LogEvent[];
  /** Events beyond those that are kept. */
  readonly eventsOmitted: number;
}

/** Takes lines, gives a {@linkcode Log}. */
export class LogReader {
  readonly #fromS: number;
  readonly #toS: number;
  readonly #counts: LineCounts = {
    ...{ lines: 0, records: 0, broken: 0, unplaced: 0, outside: 0, other: 0, crowded: 0 },
  };
  readonly #targets = new Map<string, TargetLog>();
  readonly #hosts = new HostLog();
  readonly #runs = new Happenings();
  readonly #commands = new Map<string, number>();
  #consensus: LooseRecord | undefined;
  readonly #aliases: LooseRecord[] = [];
  #firstS = Infinity;
  #lastS = -Infinity;
  /** Command of the run that the records belong to; undefined where the log begins in its middle. */
  #command: string | undefined;

  /** Starts with nothing. */
  constructor({ fromS = -Infinity, toS = Infinity }: LogOptions = {}) {
    this.#fromS = fromS;
    this.#toS = toS;
  }

  /** What became of the lines so far. */
  get counts(): Readonly<LineCounts> {
    return this.#counts;
  }

  /** The lines that follow are those of another file. */
  nextFile(): void {
    this.#command = undefined;
  }

  /** Takes a line without its line break. Empty ones do not count. */
  line(text: string): void {
    if (text.trim() === "") return;
    this.#counts.lines += 1;
    const record = parseRecord(text);
    const type = record === undefined ? undefined : textOf(record, "type");
    if (record === undefined || type === undefined) this.#counts.broken += 1;
    else this.record(type, record);
  }

  /** A line was too long to be read, or held a zero byte. */
  brokenLine(): void {
    this.#counts.lines += 1;
    this.#counts.broken += 1;
  }

  /** Takes a record. */
  record(type: string, record: LooseRecord): void {
    if (type === "run") this.#command = textOf(record, "command");
    const timeS = numberOf(record, "time");
    if (timeS === undefined) this.#counts.unplaced += 1;
    else if (timeS < this.#fromS || timeS >= this.#toS) this.#counts.outside += 1;
    else if (this.#take(type, record, timeS)) {
      this.#counts.records += 1;
      this.#firstS = Math.min(this.#firstS, timeS);
      this.#lastS = Math.max(this.#lastS, timeS);
    }
  }

  /** All that was read. The reader is not to be used after that. */
  finish(): Log {
    const targets = [...this.#targets.values()];
    for (const target of targets) {
      target.finish(this.#capacity);
      target.series.shrink(this.#capacity);
    }
    const all = [this.#runs, ...targets.map(({ happenings }) => happenings)];
    return {
      counts: this.#counts,
      period: this.#lastS < this.#firstS ? undefined : { firstS: this.#firstS, lastS: this.#lastS },
      commands: this.#commands,
      targets: targets.filter(({ series }) => series.size > 0),
      hosts: this.#hosts,
      consensus: this.#consensus,
      aliases: this.#aliases,
      events: all.flatMap(({ events }) => events).sort((a, b) => a.timeS - b.timeS),
      eventsOmitted: all.reduce((sum, { omitted }) => sum + omitted, 0),
    };
  }

  /** Buckets that each target may have. */
  get #capacity(): number {
    const share = Math.floor(MAX_BUCKETS / Math.max(1, this.#targets.size));
    return Math.min(MAX_BUCKETS_EACH, Math.max(MIN_BUCKETS_EACH, share));
  }

  /** Returns false, and has counted why, for a record that is not taken. */
  #take(type: string, record: LooseRecord, timeS: number): boolean {
    switch (type) {
      case "run":
        return this.#run(record, timeS);
      case "end":
        this.#event("end", timeS, `${this.#command ?? "run"} ends: ${textOf(record, "reason")}`);
        return true;
      case "consensus":
        this.#consensus = record;
        return true;
      case "alias":
        if (this.#aliases.length < MAX_ALIASES) this.#aliases.push(record);
        return true;
      case "host":
        this.#hosts.audited(record);
        return true;
      case "reply":
      case "icmp_error":
      case "timeout":
      case "unsent":
        if (this.#isScan(type, record)) {
          if (type !== "unsent") this.#hosts.scanned(type, record);
          return true;
        }
        return this.#withTarget(
          record,
          (target) => target.probe(type, record, timeS, this.#capacity),
        );
      case "summary":
        return this.#withTarget(record, (target) => target.summary(record, timeS, this.#capacity));
      case "clock":
        return this.#withTarget(
          record,
          (target) => target.clockRecord(record, timeS, this.#capacity),
        );
      case "condition":
        return this.#withTarget(record, (target) => condition(target, record, timeS));
      default:
        this.#counts.other += 1;
        return false;
    }
  }

  #run(record: LooseRecord, timeS: number): boolean {
    const command = this.#command ?? "run";
    this.#commands.set(command, (this.#commands.get(command) ?? 0) + 1);
    if (command === "audit" || command === "scan") this.#hosts.asked += countOf(record, "targets");
    this.#event("start", timeS, `${command} starts, targets: ${countOf(record, "targets")}`);
    return true;
  }

  /** Records of a scan have no probe number. */
  #isScan(type: string, record: LooseRecord): boolean {
    if (this.#command !== undefined) return this.#command === "scan";
    return type !== "timeout" && numberOf(record, "probe") === undefined;
  }

  #withTarget(record: LooseRecord, take: (target: TargetLog) => void): boolean {
    const address = textOf(record, "address") ?? "";
    const given = textOf(record, "target") ?? address;
    if (given === "") {
      this.#counts.unplaced += 1;
      return false;
    }
    const message = textOf(record, "message");
    const name = message === undefined ? given : `${given}, ${message}`;
    const key = `${name} ${address}`;
    let target = this.#targets.get(key);
    if (target === undefined) {
      if (this.#targets.size >= MAX_TARGETS) {
        this.#counts.crowded += 1;
        return false;
      }
      this.#targets.set(key, target = new TargetLog(name, address));
    }
    take(target);
    return true;
  }

  #event(kind: EventKind, timeS: number, text: string): void {
    this.#runs.add({ timeS, target: undefined, kind, text });
  }
}

function condition(target: TargetLog, record: LooseRecord, timeS: number): void {
  const isMet = record["is_met"] === true;
  const words = `${textOf(record, "condition") ?? "?"} is ${isMet ? "met" : "over"}` +
    `, found ${textOf(record, "found") ?? "?"}`;
  target.happenings.add({ timeS, target: target.name, kind: "condition", text: words });
}
