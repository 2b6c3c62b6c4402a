/** The checkpoint of an audit: `--checkpoint` begins one, `--resume` goes on from it. */

import {
  AuditJournal,
  JOURNAL_START_BYTES,
  type JournalEntry,
  parseJournalLine,
} from "../../../run/audit/journal.ts";
import type { EarlierAudit } from "../../../run/audit/listener.ts";
import type { HostFindings } from "../../../run/audit/host_findings.ts";
import type { WritableFile } from "../../../run/machine.ts";
import {
  type Checkpoint,
  CheckpointStore,
  digestText,
  findDifference,
  parseCheckpoint,
  type ScanIdentity,
} from "../../../scan/checkpoint.ts";
import { shortText } from "../../../terminal/safe_text.ts";
import { openOutput, systemReason } from "../../files.ts";
import type { Parsed } from "../../options/option.ts";
import { isSystemError, UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import type { AUDIT_OPTIONS } from "./options.ts";
import type { AuditTargets } from "./targets.ts";

/** A checkpoint with what it vouches for. */
export interface EarlierRun extends EarlierAudit {
  /** Position up to which the sweep is settled, and what identifies the audit. */
  readonly checkpoint: Checkpoint;
  /** Where the last whole line ends, bytes from the start of the file. */
  readonly endBytes: number;
}

/** Longest line, in bytes: a host with all its labels takes some thousand. */
const MAX_LINE_BYTES = 1 << 20;

/**
 * Reads the file of `--resume`; undefined without one.
 *
 * @throws {UsageError} It cannot be read, or is no checkpoint of an audit.
 */
export async function readEarlierRun(
  path: string | undefined,
  system: System,
): Promise<EarlierRun | undefined> {
  if (path === undefined) return undefined;
  const refuse = (why: string) => new UsageError(`Cannot resume from ${shortText(path)}: ${why}`);
  const { head, endBytes, entries } = await scanFile(path, system, refuse);
  const checkpoint = parseCheckpoint(head);
  if (typeof checkpoint === "string") throw refuse(checkpoint);
  const again = readJournal(path, system, refuse);
  // Opened now: once root is given up, the path may be out of reach.
  await again.next();
  return {
    ...entries,
    ...{ checkpoint, endBytes },
    async *hosts(): AsyncGenerator<HostFindings, void, void> {
      for await (const { entry } of again) {
        if (entry?.kind === "host") yield entry.findings;
      }
    },
  };
}

async function scanFile(path: string, system: System, refuse: (why: string) => UsageError) {
  const pending = new Set<number>(), final = new Set<number>(), failed = new Set<number>();
  let head = "", endBytes = JOURNAL_START_BYTES;
  for await (const line of readJournal(path, system, refuse)) {
    head = line.head ?? head;
    endBytes = line.endBytes;
    const { entry } = line;
    if (entry?.kind === "found") entry.addresses.forEach((address) => pending.add(address));
    else if (entry?.kind === "icmpErrors") entry.addresses.forEach((each) => failed.add(each));
    else if (entry?.kind === "host") {
      const { address } = entry.findings.target;
      pending.delete(address);
      final.add(address);
    }
  }
  return { head, endBytes, entries: { pending: [...pending], final, icmpErrors: [...failed] } };
}

interface JournalLine {
  /** The checkpoints, once, first. */
  readonly head?: string;
  readonly entry?: JournalEntry;
  /** Where the line ends. */
  readonly endBytes: number;
}

/** The whole lines of a journal; one that was cut short at the end is left out. */
async function* readJournal(
  path: string,
  system: System,
  refuse: (why: string) => UsageError,
): AsyncGenerator<JournalLine, void, void> {
  const decoder = new TextDecoder();
  let rest = new Uint8Array(0), endBytes = 0, number = 0, hasHead = false;
  try {
    for await (const chunk of system.readBytes(path)) {
      const bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
      let start = 0;
      if (!hasHead && bytes.length >= JOURNAL_START_BYTES) {
        hasHead = true;
        start = endBytes = JOURNAL_START_BYTES;
        yield { head: decoder.decode(bytes.subarray(0, start)), endBytes };
      }
      for (let end; hasHead && (end = bytes.indexOf(10, start)) >= 0; start = end + 1) {
        number++;
        const entry = parseJournalLine(decoder.decode(bytes.subarray(start, end)));
        if (entry === undefined) throw refuse(`line ${number} of its findings is of no audit`);
        endBytes += end + 1 - start;
        yield { entry, endBytes };
      }
      rest = bytes.slice(start);
      if (rest.length > MAX_LINE_BYTES) throw refuse("it has a line that is too long");
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UsageError) throw error;
    throw refuse(isSystemError(error) ? error.message : systemReason(error));
  }
  if (!hasHead) throw refuse("it is no checkpoint of an audit");
}

/** What identifies an audit: a checkpoint of another one is worth nothing. */
function identify(
  { list, blocks }: AuditTargets,
  options: Parsed<typeof AUDIT_OPTIONS>,
): ScanIdentity & { readonly length: number } {
  const named = list.targets.map(({ address }) => address).sort((a, b) => a - b);
  const { identity, order } = blocks ?? {};
  const parts = [identity?.targets ?? "", named.join(), options["max-offset"], options.rounds];
  return {
    targets: digestText(parts.join(" ")),
    seed: identity?.seed ?? 0,
    shard: "1/1",
    maxTargets: identity?.maxTargets ?? 0,
    probesPerTarget: identity?.probesPerTarget ?? 1,
    ...{ message: "timestamp", sources: "" },
    // The last step is the end of the questions.
    length: (order?.length ?? 0) + 1,
  };
}

/**
 * Compares an audit with the one that it resumes.
 *
 * @throws {UsageError} They differ.
 */
export function checkSame(
  targets: AuditTargets,
  options: Parsed<typeof AUDIT_OPTIONS>,
  earlier: EarlierRun | undefined,
): void {
  if (earlier === undefined) return;
  if (findDifference(identify(targets, options), earlier.checkpoint) === undefined) return;
  throw new UsageError(
    "Cannot resume: the checkpoint is of another audit, expected the same targets, " +
      "--max-offset and --rounds",
  );
}

/**
 * Looks at the file of `--checkpoint`, which a new audit overwrites.
 *
 * @throws {UsageError} It belongs to an unfinished audit or scan, or holds something that is no checkpoint.
 */
export async function checkNoAuditIsLost(path: string | undefined, system: System): Promise<void> {
  if (path === undefined || (system.files.identifyFile(path)?.sizeBytes ?? 0) === 0) return;
  const shown = shortText(path);
  const refuse = (why: string) =>
    new UsageError(
      `Cannot begin a checkpoint in ${shown}: it holds something else (${why}), expected a new file`,
    );
  for await (const { head = "" } of readJournal(path, system, refuse)) {
    const kept = parseCheckpoint(head);
    if (typeof kept === "string") throw refuse(kept);
    if (kept.position >= kept.length) return;
    throw new UsageError(
      `Checkpoint ${shown} belongs to an unfinished audit or scan: use --resume ${shown}, or ` +
        "another file",
    );
  }
}

/** The journal of an audit while it runs. */
export class AuditCheckpoint {
  readonly #file: WritableFile;
  readonly #journal: AuditJournal;
  readonly #length: number;
  readonly #isNew: boolean;

  private constructor(file: WritableFile, journal: AuditJournal, length: number, isNew: boolean) {
    this.#file = file;
    this.#journal = journal;
    this.#length = length;
    this.#isNew = isNew;
  }

  /**
   * Opens the file of `--checkpoint` or `--resume`; undefined without either. Nothing is written yet.
   *
   * @throws {UsageError} It cannot be opened.
   */
  static open(
    targets: AuditTargets,
    options: Parsed<typeof AUDIT_OPTIONS>,
    earlier: EarlierRun | undefined,
    system: System,
  ): AuditCheckpoint | undefined {
    const path = options.checkpoint ?? options.resume;
    if (path === undefined) return undefined;
    const mode = earlier === undefined ? "create" : "keep";
    const file = openOutput(path, () => system.files.openFile(path, mode));
    const { length, ...identity } = identify(targets, options);
    const store = new CheckpointStore(file, identity, length, earlier?.checkpoint);
    const position = earlier?.checkpoint.position ?? 0;
    const journal = new AuditJournal(file, store, position, earlier?.endBytes);
    return new AuditCheckpoint(file, journal, length, earlier === undefined);
  }

  /** What is found is written to it. */
  get journal(): AuditJournal {
    return this.#journal;
  }

  /** Writes the first checkpoint: a kill may come in the first second. */
  begin(): void {
    if (this.#isNew) {
      this.#file.clear();
      this.#journal.begin();
    }
    this.#journal.save(Date.now());
  }

  /** Writes the last one of an audit that is whole. */
  end(isWhole: boolean): void {
    if (isWhole) this.#journal.settle(this.#length);
    this.#journal.save(Date.now());
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}
