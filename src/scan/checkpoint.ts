/**
 * Where a scan may resume.
 *
 * A checkpoint is written after the results that it vouches for, and replaces the one before in one step.
 * So a scan killed at any moment resumes with no address missing; what is probed again is what left
 * within the cooldown and the second between two checkpoints before the kill: rate × (cooldown + 1 s) probes at most.
 */

/** What identifies the sequence of probes: a checkpoint of another plan is worth nothing. */
export interface ScanIdentity {
  /** Blocks after exclusions, in one text. */
  readonly targets: string;
  /** Seed of the order. */
  readonly seed: number;
  /** Shard, `1/1` for the whole. */
  readonly shard: string;
  /** Addresses over all shards. */
  readonly maxTargets: number;
  /** Times each address is probed. */
  readonly probesPerTarget: number;
}

/** A place in a scan. */
export interface Checkpoint extends ScanIdentity {
  /** Format of this record. */
  readonly version: 1;
  /** Probes below this are settled and their results written. */
  readonly position: number;
  /** Probes of the shard. */
  readonly length: number;
  /** When it was written, RFC 3339. */
  readonly writtenAt: string;
}

/** The checkpoint as text: one JSON object. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${JSON.stringify(checkpoint, null, 2)}\n`;
}

/**
 * Reads a checkpoint.
 *
 * @returns the checkpoint, or one sentence that says what is wrong with the text
 */
export function parseCheckpoint(text: string): Checkpoint | string {
  let value: Partial<Checkpoint> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (typeof value !== "object" || value === null) return "it is not an object";
  if (value.version !== 1) return `its version is ${value.version}, want 1`;
  for (const key of ["targets", "shard", "writtenAt"] as const) {
    if (typeof value[key] !== "string") return `${key} is missing`;
  }
  for (const key of ["seed", "maxTargets", "probesPerTarget", "position", "length"] as const) {
    if (!Number.isSafeInteger(value[key])) return `${key} is missing`;
  }
  const { position = -1, length = -1 } = value;
  if (position < 0 || position > length) {
    return `position ${position} is not within 0 and ${length}`;
  }
  return value as Checkpoint;
}

/** The first property in which two scans differ, or undefined when they are the same scan. */
export function findDifference(a: ScanIdentity, b: ScanIdentity): keyof ScanIdentity | undefined {
  const keys = ["seed", "shard", "targets", "maxTargets", "probesPerTarget"] as const;
  return keys.find((key) => a[key] !== b[key]);
}

/** What the store needs of a file system. */
export interface CheckpointFiles {
  /** Writes a whole file and makes it durable. */
  write(path: string, text: string): void;
  /** Puts one file in the place of another in one step, rename(2). */
  rename(from: string, to: string): void;
}

/** Keeps the latest checkpoint in a file, which is always whole. */
export class CheckpointStore {
  readonly #path: string;
  readonly #identity: ScanIdentity;
  readonly #length: number;
  readonly #files: CheckpointFiles;
  #written = -1;

  /** Keeps checkpoints of the scan `identity`, of `length` probes, in the file at `path`. */
  constructor(path: string, identity: ScanIdentity, length: number, files: CheckpointFiles) {
    this.#path = path;
    this.#identity = identity;
    this.#length = length;
    this.#files = files;
  }

  /**
   * Writes a checkpoint unless nothing was settled since the last one. Flush the results first.
   *
   * @param position probes below it are settled
   * @param now Unix time in milliseconds
   */
  save(position: number, now: number): void {
    if (position === this.#written) return;
    const writtenAt = new Date(now).toISOString();
    const text = formatCheckpoint({
      version: 1,
      ...this.#identity,
      position,
      length: this.#length,
      writtenAt,
    });
    const draft = `${this.#path}.new`;
    this.#files.write(draft, text);
    this.#files.rename(draft, this.#path);
    this.#written = position;
  }
}
