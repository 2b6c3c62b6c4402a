/**
 * Where a scan may resume.
 *
 * A checkpoint is written after the results that it vouches for. So a scan killed at any moment
 * resumes with no address missing; what is probed again is what left within the cooldown and the
 * second between two checkpoints before the kill: rate × (cooldown + 1 s) probes at most.
 *
 * The file has two lines of fixed length, each one JSON object and its check sum, written in turn. A write that a
 * kill or a crash cuts short spoils one line; the other is the checkpoint before. Unlike a file that is replaced by
 * renaming, it can be kept after root is given up, and on a full disk.
 */

import type { Block } from "../targets/block.ts";
import { PackedBlocks } from "../targets/packed_blocks.ts";
import { halfSipHash } from "../packet/half_sip_hash.ts";
import type { ScanMessage } from "./probe_writer.ts";

/** What identifies the sequence of probes: a checkpoint of another scan is worth nothing. */
export interface ScanIdentity {
  /** Digest of the addresses to be probed, see {@linkcode digestBlocks}. */
  readonly targets: string;
  /** Seed of the order. */
  readonly seed: number;
  /** Shard, `1/1` for the whole. */
  readonly shard: string;
  /** Addresses over all shards. */
  readonly maxTargets: number;
  /** Times each address is probed. */
  readonly probesPerTarget: number;
  /** What the hosts are asked. */
  readonly message: ScanMessage;
  /** Range of addresses to send from, as `10.0.0.1-10.0.0.8`; empty for none. */
  readonly sources: string;
}

/** A place in a scan. */
export interface Checkpoint extends ScanIdentity {
  /** Counts the checkpoints of the file; the highest is the latest. */
  readonly number: number;
  /** Probes below this are settled and their results written. */
  readonly position: number;
  /** Probes of the shard. */
  readonly length: number;
  /** When it was written, RFC 3339. */
  readonly writtenAt: string;
}

/** Length of a line with its line break. All that goes into one is far shorter. */
export const CHECKPOINT_LINE_BYTES = 512;

const VERSION = 1;
/** Not secrets: they only make digests that differ where texts differ. */
const DIGEST_KEYS = [[0x69636d70, 0x74696d65], [0x7363616e, 0x6469676e]] as const;

/** Sixteen hexadecimal digits that identify a set of blocks. */
export function digestBlocks(blocks: Iterable<Block>): string {
  const packed = PackedBlocks.from(blocks);
  return DIGEST_KEYS.map(([k0, k1]) => {
    let state: number = k0;
    for (let i = 0; i < packed.length; i++) {
      state = halfSipHash(state, k1, packed.firstAt(i), packed.lastAt(i));
    }
    return hexOf(state);
  }).join("");
}

function digestPairs(pairs: readonly (readonly [number, number])[]): string {
  return DIGEST_KEYS.map(([k0, k1]) => {
    let state: number = k0;
    for (const [first, last] of pairs) state = halfSipHash(state, k1, first, last);
    return hexOf(state);
  }).join("");
}

function hexOf(state: number): string {
  return state.toString(16).padStart(8, "0");
}

/** Sixteen hexadecimal digits that identify a text. */
export function digestText(text: string): string {
  return digestPairs(Array.from(text, (letter, index) => [letter.codePointAt(0) as number, index]));
}

/** The checkpoint as one line of {@linkcode CHECKPOINT_LINE_BYTES} ASCII characters. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const body = JSON.stringify({ version: VERSION, ...checkpoint });
  const line = `${digestText(body)} ${body}`;
  return `${line.padEnd(CHECKPOINT_LINE_BYTES - 1)}\n`;
}

/**
 * Reads the latest whole checkpoint of a file.
 *
 * @returns the checkpoint, or one sentence that says what is wrong with the text
 */
export function parseCheckpoint(text: string): Checkpoint | string {
  const found = text.split("\n").map(parseLine).filter((line) => line !== undefined);
  const fault = found.find((line) => typeof line === "string");
  if (fault !== undefined) return fault;
  const whole = found.filter((line) => typeof line !== "string");
  return whole.sort((a, b) => b.number - a.number)[0] ?? "it has no whole checkpoint";
}

/** The checkpoint of a line, one sentence about a line that is not one although its digest is right, or undefined. */
function parseLine(line: string): Checkpoint | string | undefined {
  const [digest = "", ...words] = line.trimEnd().split(" ");
  const body = words.join(" ");
  if (body === "" || digestText(body) !== digest) return undefined;
  // The digest finds damage. Anyone who edits a checkpoint can compute it too.
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    return "it is not JSON";
  }
  if (typeof fields !== "object" || fields === null) return "it is no object";
  const record: Readonly<Record<string, unknown>> = { ...fields };
  return record["version"] === VERSION ? readFields(record) : undefined;
}

/** A count of 2^52 keeps room for what is added to it. */
const MAX_COUNT = 2 ** 52;
const SHARD_PATTERN = /^[1-9]\d{0,15}\/[1-9]\d{0,15}$/;

function readFields(fields: Readonly<Record<string, unknown>>): Checkpoint | string {
  const faults: string[] = [];
  const count = (name: string, least: number, most: number): number => {
    const value = fields[name];
    const isCount = Number.isSafeInteger(value) && !Object.is(value, -0) &&
      (value as number) >= least && (value as number) <= most;
    if (isCount) return value as number;
    faults.push(`its ${name} is not a whole number from ${least} to ${most}`);
    return NaN;
  };
  const text = (name: string, pattern: RegExp, absent?: string): string => {
    const value = fields[name] === undefined ? absent : fields[name];
    if (typeof value === "string" && pattern.test(value)) return value;
    faults.push(`its ${name} is not of the right form`);
    return "";
  };
  const length = count("length", 0, MAX_COUNT);
  const checkpoint: Checkpoint = {
    number: count("number", 0, MAX_COUNT),
    targets: text("targets", /^[0-9a-f]{16}$/),
    seed: count("seed", 0, Number.MAX_SAFE_INTEGER),
    shard: text("shard", SHARD_PATTERN),
    maxTargets: count("maxTargets", 0, 2 ** 32),
    probesPerTarget: count("probesPerTarget", 1, 2 ** 32),
    // Checkpoints had neither before there was a choice.
    message: text("message", /^(timestamp|echo)$/, "timestamp") as ScanMessage,
    sources: text("sources", /^[\d.-]{0,31}$/, ""),
    position: count("position", 0, length),
    length,
    writtenAt: text("writtenAt", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  };
  return faults[0] ?? checkpoint;
}

/** What must agree for a checkpoint to belong to a scan: its identity, and how many probes it has. */
export type ScanExtent = ScanIdentity & Pick<Checkpoint, "length">;

/** The first property in which two scans differ, or undefined when they are the same scan. */
export function findDifference(a: ScanExtent, b: ScanExtent): keyof ScanExtent | undefined {
  const keys = ["targets", "seed", "shard", "maxTargets", "probesPerTarget", "length"] as const;
  return [...keys, "message" as const, "sources" as const].find((key) => a[key] !== b[key]);
}

/** A file that is written in place. */
export interface CheckpointFile {
  /** Writes all of the bytes at an offset, in one system call where the system takes them. */
  writeAt(offsetBytes: number, bytes: Uint8Array): void;
}

/** Keeps the latest checkpoints in a file. */
export class CheckpointStore {
  readonly #file: CheckpointFile;
  readonly #identity: ScanIdentity;
  readonly #length: number;
  readonly #encoder = new TextEncoder();
  #number: number;
  #position: number | undefined;

  /**
   * Keeps checkpoints of the scan `identity`, of `length` probes.
   *
   * @param previous the checkpoint that the file holds already, when the scan is resumed
   */
  constructor(file: CheckpointFile, identity: ScanIdentity, length: number, previous?: Checkpoint) {
    this.#file = file;
    this.#identity = identity;
    this.#length = length;
    this.#number = previous === undefined ? 0 : previous.number + 1;
  }

  /**
   * Writes a checkpoint unless nothing was settled since the last one. Flush the results first.
   *
   * @param position probes below it are settled
   * @param unixMs now
   */
  save(position: number, unixMs: number): void {
    if (position === this.#position) return;
    const line = formatCheckpoint({
      number: this.#number,
      ...this.#identity,
      position,
      length: this.#length,
      writtenAt: new Date(unixMs).toISOString(),
    });
    this.#file.writeAt((this.#number % 2) * CHECKPOINT_LINE_BYTES, this.#encoder.encode(line));
    this.#number++;
    this.#position = position;
  }
}
