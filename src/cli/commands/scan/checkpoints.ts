/** Checkpoints that a scan resumes at, and those that it must not overwrite. */

import { safeText } from "../../../terminal/safe_text.ts";
import type { ScanRunPlan } from "../../../run/scan/options.ts";
import {
  type Checkpoint,
  CHECKPOINT_LINE_BYTES,
  findDifference,
  parseCheckpoint,
  type ScanExtent,
} from "../../../scan/checkpoint.ts";
import { readShortFile } from "../../files.ts";
import { UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";

/** A checkpoint has two lines; a file that is far longer is none. */
const MAX_CHECKPOINT_BYTES = 64 * CHECKPOINT_LINE_BYTES;

/**
 * Reads the checkpoint of `--resume`; undefined without one.
 *
 * @throws {UsageError} The file cannot be read, or is no checkpoint.
 */
export async function readPrevious(
  path: string | undefined,
  system: System,
): Promise<Checkpoint | undefined> {
  if (path === undefined) return undefined;
  const checkpoint = parseCheckpoint(
    await readShortFile(path, MAX_CHECKPOINT_BYTES, system),
  );
  if (typeof checkpoint !== "string") return checkpoint;
  throw new UsageError(`Cannot resume from ${safeText(path)}: ${checkpoint}`);
}

/**
 * Compares a plan with the checkpoint that it resumes at.
 *
 * @throws {UsageError} The checkpoint is of another scan.
 */
export function checkPrevious({ previous, identity, order }: ScanRunPlan): void {
  if (previous === undefined) return;
  const difference = findDifference({ ...identity, length: order.length }, previous);
  if (difference === undefined) return;
  throw new UsageError(
    `Cannot resume: the checkpoint is of another scan, ${describe(difference, previous)}`,
  );
}

function describe(key: keyof ScanExtent, { message, sources }: Checkpoint): string {
  if (key === "message") {
    return `it sends ${message} requests${message === "echo" ? " (--echo)" : ""}`;
  }
  if (key === "sources") {
    return sources === "" ? "it has no --source-ip" : `its --source-ip is ${sources}`;
  }
  if (key === "targets") return "its target blocks differ";
  if (key === "length") return "its number of probes differs";
  const option = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `its --${option} differs`;
}

/**
 * Looks at the file of `--checkpoint`, which a new scan overwrites.
 *
 * @throws {UsageError} It belongs to an unfinished scan, or holds something that is no checkpoint.
 */
export function checkNoPlaceIsLost(path: string | undefined, system: System): void {
  if (path === undefined) return;
  const text = system.files.readRegularFile(path, MAX_CHECKPOINT_BYTES);
  const kept = text === undefined ? "it is no checkpoint" : parseCheckpoint(text);
  if (typeof kept === "string") {
    // Another program's file is not emptied: a slip of the completion key is enough to name it.
    if ((system.files.identifyFile(path)?.sizeBytes ?? 0) === 0) return;
    throw new UsageError(
      `Cannot begin a checkpoint in ${safeText(path)}: it holds something else (${kept}), ` +
        "expected a new file",
    );
  }
  if (kept.position >= kept.length) return;
  throw new UsageError(
    `Checkpoint ${safeText(path)} belongs to an unfinished scan: use --resume ${
      safeText(path)
    }, or another file`,
  );
}
