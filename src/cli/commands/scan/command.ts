/** `icmptime scan`: from words to exit code. */

import { safeText } from "../../../terminal/safe_text.ts";
import { formatCount, formatDuration } from "../../../terminal/quantity.ts";
import {
  type Checkpoint,
  CHECKPOINT_LINE_BYTES,
  findDifference,
  parseCheckpoint,
} from "../../../scan/checkpoint.ts";
import { rateForBandwidth } from "../../../scan/pacer.ts";
import { PROBE_BYTES } from "../../../scan/probe_writer.ts";
import { planScan, type ScanPlan } from "../../../scan/scan_plan.ts";
import type { CommandLine } from "../../option.ts";
import { readShortFile } from "../../files.ts";
import { ExitCode, printError, UsageError } from "../../outcome.ts";
import { checkScanOptions, type ScanOptions } from "./checks.ts";
import { runDry } from "./dry_run.ts";
import { checkScanFiles } from "./files.ts";
import type { SCAN_OPTIONS } from "./options.ts";
import { runScanSession } from "./session.ts";
import type { ScanSetup } from "./setup.ts";
import { readScanTargets } from "./targets.ts";
import { readExclusions } from "../../exclusions.ts";
import type { System } from "../../system.ts";

/** Probes a second that one thread sends on any machine. */
const ONE_THREAD_RATE = 100_000;
/** More threads than that only queue up for the network card. */
const MAX_SENDERS = 8;
/** A checkpoint has two lines; a file that is far longer is none. */
const MAX_CHECKPOINT_BYTES = 64 * CHECKPOINT_LINE_BYTES;

/**
 * Runs `scan` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runScan(
  { options, operands }: CommandLine<typeof SCAN_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  await checkScanOptions(options);
  checkScanFiles(options, system);
  const { blocks, isWhole } = await readScanTargets(operands, options.file, system);
  if (blocks.length === 0) {
    if (!isWhole) return ExitCode.Unresolved;
    if (options.resume !== undefined) {
      throw new UsageError(
        `Cannot resume without targets: ${
          safeText(options.resume)
        } keeps the place alone, expected the same ` +
          "targets and options as before",
      );
    }
    throw new UsageError(
      "Cannot scan nothing: want at least one target, as in icmptime scan 10.0.0.0/24",
    );
  }
  const previous = await readPrevious(options, system);
  const excluded = await readExclusions(options.exclude.flat(), options["exclude-file"], system);
  const rate = chooseRate(options);
  const cooldownMs = options.cooldown;
  const probesPerTarget = options["probes-per-target"];
  const seed = options.seed ?? previous?.seed ?? randomSeed();
  const plan = planScan({
    targets: blocks,
    excluded,
    ownAddresses: system.scan.ownAddresses(),
    includeReserved: options["include-reserved"],
    seed,
    shard: options.shard,
    maxTargets: options["max-targets"],
    probesPerTarget,
    rate,
    cooldownMs,
  });
  const senders = options["sender-threads"] ?? chooseSenders(rate, system);
  const setup: ScanSetup = {
    options,
    plan,
    rate,
    senders,
    cooldownMs,
    probesPerTarget,
    seed,
    previous,
  };
  checkPlan(setup, system);
  if (options["dry-run"]) return await runDry(setup, system);
  checkNoPlaceIsLost(options, system);
  const code = await runScanSession(setup, system);
  return !isWhole && code < ExitCode.Unresolved ? ExitCode.Unresolved : code;
}

function chooseRate(options: ScanOptions): number {
  if (options.bandwidth !== undefined) return rateForBandwidth(options.bandwidth, PROBE_BYTES);
  return options.rate;
}

/**
 * One thread sends what anybody asks for politely. Beyond that the kernel needs more processors than one, and a second
 * batch for each, ready when the first has left.
 */
function chooseSenders(rate: number, system: System): number {
  const processors = system.scan.processors();
  if (rate <= ONE_THREAD_RATE || processors === 1) return 1;
  return Math.min(2 * processors, MAX_SENDERS);
}

async function readPrevious(options: ScanOptions, system: System): Promise<Checkpoint | undefined> {
  const path = options.resume;
  if (path === undefined) return undefined;
  const checkpoint = parseCheckpoint(
    await readShortFile(path, MAX_CHECKPOINT_BYTES, system),
  );
  if (typeof checkpoint !== "string") return checkpoint;
  throw new UsageError(`Cannot resume from ${safeText(path)}: ${checkpoint}`);
}

/** A checkpoint begins anew: the place of a scan that is not over must not be lost by a slip of the fingers. */
function checkNoPlaceIsLost({ checkpoint: path }: ScanOptions, system: System): void {
  if (path === undefined) return;
  const text = system.scan.readRegularFile(path, MAX_CHECKPOINT_BYTES);
  const kept = text === undefined ? "it is no checkpoint" : parseCheckpoint(text);
  if (typeof kept === "string") {
    // What is not ours is not to be emptied: a slip of the completion key is enough to name it.
    if ((system.scan.identifyFile(path)?.sizeBytes ?? 0) === 0) return;
    throw new UsageError(
      `Cannot begin a checkpoint in ${safeText(path)}: it holds something else (${kept}), ` +
        `want a new file`,
    );
  }
  if (kept.position >= kept.length) return;
  throw new UsageError(
    `Cannot begin a checkpoint in ${
      safeText(path)
    }: it keeps the place of a scan that is not over, ` +
      `want --resume, or another file`,
  );
}

/** States what the scan will do, and ends it here when that needs a word from the user. */
function checkPlan(setup: ScanSetup, system: System): void {
  const { plan, previous, options, rate } = setup;
  const { leftOut } = plan;
  if (!options.quiet || plan.space.size === 0) {
    for (const { reason, addresses } of leftOut) {
      printError(
        system,
        `left out ${formatCount(addresses)} ${plural(addresses, "address")}: ${reason}`,
      );
    }
  }
  if (plan.space.size === 0) {
    const cure = leftOut.length > 0 ? ", want --include-reserved to probe reserved addresses" : "";
    throw new UsageError(`Cannot scan: every address is excluded${cure}`);
  }
  if (previous !== undefined) {
    const difference = findDifference({ ...plan.identity, length: plan.order.length }, previous);
    if (difference !== undefined) {
      throw new UsageError(
        `Cannot resume: the checkpoint is of another scan, ${describe(difference)}`,
      );
    }
  }
  if (plan.isPublic && !options.yes && !options["dry-run"]) {
    throw new UsageError(
      `Cannot scan the public Internet without --yes: this scan sends ${describeSize(plan)} ` +
        `${rate === Infinity ? "as fast as it can" : `at ${formatCount(rate)} a second`}` +
        `${rate === Infinity ? "" : `, which takes ${formatDuration(plan.expectedSeconds)}`}`,
    );
  }
}

function describe(key: keyof Checkpoint): string {
  if (key === "targets") return "its target blocks differ";
  if (key === "length") return "its number of probes differs";
  const option = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `its --${option} differs`;
}

function describeSize({ order }: ScanPlan): string {
  return `${formatCount(order.length)} probes to ${formatCount(order.shardTargets)} addresses`;
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}es`;
}

function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low;
}
