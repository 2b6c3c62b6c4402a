/** What icmptime writes with `--json`, read as an outsider would, and how its complaints must look. */

import { assert, assertEquals, assertMatch } from "@std/assert";

/** One line of output. */
export interface OutputRecord {
  /** What it reports. */
  readonly type: string;
  /** Whatever else stands in it. */
  readonly [key: string]: unknown;
}

/** Counts of probes, as `summary` and `end` have them. */
export interface CountRecord extends OutputRecord {
  /** Probes that the kernel took. */
  readonly sent: number;
  /** Probes answered in time. */
  readonly received: number;
  /** Probes whose time ran out. */
  readonly lost: number;
  /** Probes that an ICMP error ended. */
  readonly icmp_errors: number;
  /** Probes that the kernel did not take. */
  readonly unsent: number;
  /** Probes still out at the end. */
  readonly pending: number;
  /** Answers after the time had run out. */
  readonly late: number;
  /** Further answers. */
  readonly duplicates: number;
}

/** An answer. */
export interface ReplyRecord extends OutputRecord {
  /** As it was written. */
  readonly target: string;
  /** IPv4 address. */
  readonly address: string;
  /** Number of the probe, from 0. */
  readonly probe: number;
  /** ICMP sequence number. */
  readonly sequence: number;
  /** ICMP identifier. */
  readonly identifier: number;
  /** Time to live of the reply. */
  readonly ttl: number;
  /** Round-trip time. */
  readonly rtt_ms: number;
  /** `kernel` or `user`. */
  readonly stamp_source: string;
  /** Raw stamp. */
  readonly originate_ms: number;
  /** Raw stamp. */
  readonly receive_ms: number;
  /** Raw stamp. */
  readonly transmit_ms: number;
  /** Arrival, ms since midnight UT. */
  readonly arrival_ms: number;
  /** Arrival, Unix time in seconds. */
  readonly time: number;
  /** Length of the ICMP message. */
  readonly length_bytes: number;
  /** Least offset; absent when the stamps are not used. */
  readonly offset_lower_ms?: number;
  /** Greatest offset. */
  readonly offset_upper_ms?: number;
  /** Everything odd. */
  readonly flags: readonly string[];
}

/** What one target has shown. */
export interface SummaryRecord extends CountRecord {
  /** IPv4 address. */
  readonly address: string;
  /** As it was written. */
  readonly target: string;
}

/** How the run ended. */
export interface EndRecord extends CountRecord {
  /** `complete`, `deadline` or `stopped`. */
  readonly reason: string;
  /** Exit code. */
  readonly exit_code: number;
  /** Targets that answered. */
  readonly targets_answered: number;
  /** Targets asked. */
  readonly targets: number;
  /** Datagrams that cannot be read. */
  readonly malformed: number;
  /** Somebody else's. */
  readonly foreign: number;
  /** Our identifier, but no probe of ours. */
  readonly unmatched: number;
  /** Counted, not reported one by one. */
  readonly unreported: number;
  /** Dropped for want of buffer. */
  readonly kernel_drops: number;
  /** System calls on the sockets that failed. */
  readonly failed_calls: number;
}

/** Flags of a reply but that of a tick which its host has not shown yet, as the first replies of each host have it. */
export function remarksOf(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag !== "tick-assumed");
}

/** The whole output of one run, sorted by type, each in the order of writing. */
export interface RunRecords {
  /** All lines. */
  readonly all: readonly OutputRecord[];
  /** The first line. */
  readonly run: OutputRecord;
  /** Answers, duplicates and late ones among them. */
  readonly replies: readonly ReplyRecord[];
  /** Probes that an ICMP error ended. */
  readonly icmpErrors: readonly OutputRecord[];
  /** Probes without an answer. */
  readonly timeouts: readonly OutputRecord[];
  /** Probes that the kernel did not take. */
  readonly unsent: readonly OutputRecord[];
  /** One for each target, and one more for each at every SIGQUIT. */
  readonly summaries: readonly SummaryRecord[];
  /** The last line. */
  readonly end: EndRecord;
}

/** Reads the output of a run. Fails unless every line is a JSON object, the first a `run` and the last the one `end`. */
export function readRecords(stdout: string): RunRecords {
  assert(stdout.endsWith("\n"), `output does not end with a whole line: ${stdout.slice(-80)}`);
  const all = stdout.trimEnd().split("\n").map((line) => {
    assertMatch(line, /^\{"type":"[a-z_]+",/);
    return JSON.parse(line) as OutputRecord;
  });
  const of = (type: string) => all.filter((record) => record.type === type);
  const run = all[0] as OutputRecord;
  assertEquals([run.type, run["schema_version"]], ["run", 2]);
  const ends = of("end");
  assertEquals([ends.length, all.at(-1)?.type], [1, "end"]);
  return {
    all,
    run,
    replies: of("reply") as unknown as readonly ReplyRecord[],
    icmpErrors: of("icmp_error"),
    timeouts: of("timeout"),
    unsent: of("unsent"),
    summaries: of("summary") as unknown as readonly SummaryRecord[],
    end: ends[0] as EndRecord,
  };
}

/** Fails unless a complaint is one line of icmptime's, free of control characters and of stack traces, that says this. */
export function assertComplaint(stderr: string, pattern: RegExp): void {
  assertMatch(stderr, /^icmptime: [^\n\p{Cc}]+\n$/u);
  assertMatch(stderr, pattern);
}

/** A finding of `doctor --json`. */
export interface FindingRecord extends OutputRecord {
  /** Unix time in seconds. */
  readonly time: number;
  /** What was looked at. */
  readonly check: string;
  /** `ok`, `warn` or `fail`. */
  readonly state: string;
  /** What was found. */
  readonly detail: string;
}

/** The findings of `doctor --json`, in order. */
export function readFindings(stdout: string): FindingRecord[] {
  return stdout.trimEnd().split("\n").map((line) => {
    const record = JSON.parse(line);
    assertEquals([record.type, typeof record.time], ["finding", "number"]);
    return record;
  });
}
