/** Hosts of `audit` and `scan`: one row each. */

import { boundedOf, countOf, type LooseRecord, numberOf, textOf, textsOf } from "./loose_record.ts";

/** Hosts that are kept, of those that need a look and of the others; further ones are counted by verdict. */
const MAX_ODD_HOSTS = 40_000, MAX_USUAL_HOSTS = 20_000;

/** Verdicts of an audit; a host that a scan found has none. */
export type HostVerdict = "right" | "wrong" | "unreadable" | "silent" | "icmp_error" | "answers";

/** Verdicts, worst first. */
export const VERDICT_ORDER: readonly HostVerdict[] = [
  "wrong",
  "unreadable",
  "icmp_error",
  "silent",
  "answers",
  "right",
];

/** Verdicts of which there are many, and of which the sum says enough. */
const USUAL: ReadonlySet<HostVerdict> = new Set(["right", "answers", "silent"]);

/** What is known of one host. */
export interface HostRow {
  /** The target as it was written. */
  readonly name: string;
  /** IPv4 address in dotted decimal. */
  readonly address: string;
  /** What was found. */
  readonly verdict: HostVerdict;
  /** Remote clock minus local clock, milliseconds, with its bounds. */
  readonly offset: ReturnType<typeof boundedOf>;
  /** Labels of an audit, flags of a scan. */
  readonly labels: readonly string[];
  /** For each label, replies that show it / replies that could have. */
  readonly evidence: readonly string[];
  /** Clauses that its answers break. */
  readonly nonconforming: readonly string[];
  /** Anything else worth showing, by the names of the records. */
  readonly details: readonly (readonly [name: string, value: string | number])[];
}

/** Keys of a record that a row shows as they are. */
const DETAIL_KEYS = [
  ...["reading", "utc_offset_minutes", "tick_ms", "sent", "received", "rtt_min_ms", "rtt_ms"],
  ...["ttl", "icmp_error", "icmp_error_reporter", "error", "reporter", "likely_system", "system"],
  ...["receive_ms", "transmit_ms"],
] as const;

/** All hosts of a log. */
export class HostLog {
  readonly #odd: HostRow[] = [];
  readonly #usual: HostRow[] = [];
  readonly #counts = new Map<HostVerdict, number>();
  /** Hosts come from an audit: their clocks were judged. */
  isAudit: boolean = false;
  /** Addresses that the runs were to ask. */
  asked: number = 0;

  /** The hosts that are kept: those that need a look first, each kind in the order of the log. */
  get rows(): readonly HostRow[] {
    return [...this.#odd, ...this.#usual];
  }

  /** Number of hosts, also of those that are not kept. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Hosts with this verdict, also those that are not kept. */
  count(verdict: HostVerdict): number {
    return this.#counts.get(verdict) ?? 0;
  }

  /** Takes a `host` of audit. */
  audited(record: LooseRecord): void {
    this.isAudit = true;
    const verdict = VERDICT_ORDER.find((each) => each === record["verdict"]);
    this.#add(verdict ?? "unreadable", record, textsOf(record, "labels"));
  }

  /** Takes a `reply` or `icmp_error` of scan. */
  scanned(type: string, record: LooseRecord): void {
    const flags = textsOf(record, "flags");
    if (flags.includes("duplicate")) return;
    this.#add(type === "reply" ? "answers" : "icmp_error", record, flags);
  }

  #add(verdict: HostVerdict, record: LooseRecord, labels: readonly string[]): void {
    this.#counts.set(verdict, this.count(verdict) + 1);
    const [rows, most] = USUAL.has(verdict)
      ? [this.#usual, MAX_USUAL_HOSTS]
      : [this.#odd, MAX_ODD_HOSTS];
    if (rows.length >= most) return;
    const address = textOf(record, "address") ?? "";
    rows.push({
      name: textOf(record, "target") ?? address,
      address,
      verdict,
      offset: boundedOf(record, "offset", "ms"),
      labels,
      evidence: textsOf(record, "evidence"),
      nonconforming: textsOf(record, "nonconforming"),
      details: DETAIL_KEYS.flatMap((key) => {
        const value = numberOf(record, key) ?? textOf(record, key);
        return value === undefined || isUsual(key, record) ? [] : [[key, value] as const];
      }),
    });
  }
}

/** A loss is worth showing, that every probe was answered is not. */
function isUsual(key: string, record: LooseRecord): boolean {
  if (key === "reading") return record[key] === "standard";
  if (key !== "sent" && key !== "received") return false;
  return countOf(record, "sent") === countOf(record, "received");
}
