/**
 * What an audit has found so far, in a file from which it may be resumed.
 *
 * The first {@linkcode JOURNAL_START_BYTES} are two checkpoints of fixed length (src/scan/checkpoint.ts). Lines of JSON follow, which
 * are only ever added:
 *
 * ```text
 *   {"found":[3325231617,…]}        addresses of blocks that answered the sweep
 *   {"host":{…}}                    a host that is final, as HostFindings has it
 *   {"icmpErrors":[3325231618,…]}   addresses of blocks that an ICMP error came for
 * ```
 *
 * Lines are written before the checkpoint that vouches for them. So a resumed audit asks the hosts that were found and are not
 * final, sweeps on from the checkpoint, and asks no host twice. A line that a kill or a full disk cut short is the last one.
 */

import type { CheckpointFile, CheckpointStore } from "../../scan/checkpoint.ts";
import { CHECKPOINT_LINE_BYTES } from "../../scan/checkpoint.ts";
import type { HostFindings } from "./host_findings.ts";

/** Where the lines start. */
export const JOURNAL_START_BYTES: number = 2 * CHECKPOINT_LINE_BYTES;

/** Writes the journal of one audit. */
export class AuditJournal {
  readonly #file: CheckpointFile;
  readonly #store: CheckpointStore;
  readonly #encoder = new TextEncoder();
  #endBytes: number;
  #position: number;
  #lines: string[] = [];
  #found: number[] = [];
  #failed: number[] = [];

  /**
   * Writes to `file`, whose checkpoints `store` keeps.
   *
   * @param position the checkpoint to begin with
   * @param endBytes where lines are added; the end of the last whole line of a file that is resumed
   */
  constructor(
    file: CheckpointFile,
    store: CheckpointStore,
    position: number,
    endBytes: number = JOURNAL_START_BYTES,
  ) {
    this.#file = file;
    this.#store = store;
    this.#position = position;
    this.#endBytes = endBytes;
  }

  /** Begins a new file, which is empty. */
  begin(): void {
    this.#file.writeAt(0, this.#encoder.encode(`${" ".repeat(JOURNAL_START_BYTES - 1)}\n`));
  }

  /** An address of a block answered the sweep. */
  found(address: number): void {
    this.#found.push(address);
  }

  /** A host is final. */
  host(findings: HostFindings): void {
    this.#lines.push(`${JSON.stringify({ host: findings })}\n`);
  }

  /** An ICMP error came for an address of a block. */
  failed(address: number): void {
    this.#failed.push(address);
  }

  /** All probes of the sweep below `position` are settled. */
  settle(position: number): void {
    this.#position = position;
  }

  /**
   * Writes what is new, and then the checkpoint. What could not be written is tried again the next time.
   *
   * @throws {Error} The file cannot be written.
   */
  save(unixMs: number): void {
    const found = listLines("found", this.#found), failed = listLines("icmpErrors", this.#failed);
    // Found before final: the same save may hold both.
    const bytes = this.#encoder.encode([...found, ...this.#lines, ...failed].join(""));
    if (bytes.length > 0) {
      this.#file.writeAt(this.#endBytes, bytes);
      this.#endBytes += bytes.length;
      this.#found = [];
      this.#lines = [];
      this.#failed = [];
    }
    this.#store.save(this.#position, unixMs);
  }
}

/** Addresses of one line: 11 octets each at most, so a line stays below 64 KiB. */
const ADDRESSES_PER_LINE = 4096;

function listLines(key: "found" | "icmpErrors", addresses: readonly number[]): string[] {
  const lines: string[] = [];
  for (let start = 0; start < addresses.length; start += ADDRESSES_PER_LINE) {
    const part = addresses.slice(start, start + ADDRESSES_PER_LINE);
    lines.push(`${JSON.stringify({ [key]: part })}\n`);
  }
  return lines;
}

/** One line of a journal. */
export type JournalEntry =
  | { readonly kind: "found"; readonly addresses: readonly number[] }
  | { readonly kind: "host"; readonly findings: HostFindings }
  | { readonly kind: "icmpErrors"; readonly addresses: readonly number[] };

/** Reads a line without its line break; undefined where it is none of a journal. */
export function parseJournalLine(line: string): JournalEntry | undefined {
  let entry: unknown;
  try {
    // Names and errors reach a terminal: whatever was put into the file, nothing in it may control that.
    entry = JSON.parse(line, (_, value) => {
      if (typeof value === "string" && /\p{Cc}/u.test(value)) throw new SyntaxError("control");
      return value;
    });
  } catch {
    return undefined;
  }
  if (typeof entry !== "object" || entry === null) return undefined;
  const { found, host, icmpErrors }: Readonly<Record<string, unknown>> = { ...entry };
  if (areAddresses(found)) return { kind: "found", addresses: found };
  if (areAddresses(icmpErrors)) return { kind: "icmpErrors", addresses: icmpErrors };
  return isFindings(host) ? { kind: "host", findings: host } : undefined;
}

function areAddresses(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isAddress);
}

function isAddress(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff;
}

const VERDICTS: ReadonlySet<unknown> = new Set([
  ...["right", "wrong", "unreadable", "silent", "icmp_error"],
]);

/** Whether a value has the form of findings, as far as a report would fail without. */
function isFindings(value: unknown): value is HostFindings {
  if (typeof value !== "object" || value === null) return false;
  const { target, time, verdict, behaviour, offset, conformance, summary } = value as HostFindings;
  return typeof target === "object" && target !== null && isAddress(target.address) &&
    typeof target.label === "string" && typeof time === "number" && VERDICTS.has(verdict) &&
    Array.isArray(behaviour?.labels) && Array.isArray(conformance) &&
    typeof summary?.counters?.sent === "number" &&
    (offset === undefined ||
      [offset?.valueMs, offset?.lowerMs, offset?.upperMs].every(Number.isFinite));
}
