/** `icmptime scan`: from words to exit code. */

import { parseAddress } from "../packet/address.ts";
import { FileSink } from "../report/file_sink.ts";
import { isClosedPipe, LineSink } from "../report/line_sink.ts";
import { safeText } from "../report/safe_text.ts";
import { scanFieldNames } from "../report/scan_reporter.ts";
import { formatCount, formatSeconds } from "../report/scan_status.ts";
import { type Checkpoint, findDifference, parseCheckpoint } from "../scan/checkpoint.ts";
import { dryRun } from "../scan/dry_run.ts";
import { randomHashKey } from "../scan/half_sip_hash.ts";
import { rateForBandwidth } from "../scan/pacer.ts";
import { PROBE_BYTES, type ProbeShape } from "../scan/probe_writer.ts";
import { planScan, type ScanPlan } from "../scan/scan_plan.ts";
import { parseCommandLine } from "./command_line.ts";
import { complain } from "./complain.ts";
import { ExitCode } from "./exit_code.ts";
import { formatHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { openOutput } from "./open_output.ts";
import type { Parsed } from "./option.ts";
import { print } from "./print.ts";
import { printProbes, writeProbes } from "./scan_dry_run.ts";
import { SCAN_COMMAND, SCAN_OPTIONS } from "./scan_options.ts";
import { runScanSession, type ScanSetup } from "./scan_session.ts";
import { readExclusions, readFile, readScanTargets } from "./scan_targets.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

type ScanOptions = Parsed<typeof SCAN_OPTIONS>;

const DEFAULT_RATE = 10_000;
/** Probes a second that one thread sends on any machine. */
const ONE_THREAD_RATE = 100_000;
/** More threads than that only queue up for the network card. */
const MOST_SENDERS = 8;
const DEFAULT_COOLDOWN_MS = 4000;
const DEFAULT_TTL = 64;

/**
 * Runs `scan` with the words after its name and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runScan(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, SCAN_OPTIONS);
  if (options.help) return print(system, formatHelp(SCAN_COMMAND));
  if (options.version) return print(system, `icmptime ${VERSION}\n`);
  if (options["list-fields"]) return print(system, await listFields());
  checkOptions(options);
  const { blocks, unresolved } = await readScanTargets(operands, options.file, system);
  for (const { name, message } of unresolved) {
    complain(system, `Cannot resolve ${name}: ${message}`);
  }
  if (blocks.length === 0) {
    if (unresolved.length > 0) return ExitCode.Unresolved;
    throw new UsageError(
      "Cannot scan nothing: want at least one target, as in icmptime scan 10.0.0.0/24",
    );
  }
  const previous = await readPrevious(options, system);
  const excluded = await readExclusions(options.exclude.flat(), options["exclude-file"], system);
  const rate = chooseRate(options);
  const cooldownMs = options.cooldown ?? DEFAULT_COOLDOWN_MS;
  const probesPerTarget = options["probes-per-target"] ?? 1;
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
  return options["dry-run"] ? runDry(setup, system) : await runScanSession(setup, system);
}

async function listFields(): Promise<string> {
  const [{ formatFieldList }, { SCAN_RECORD_TABLE }, { SCAN_FLAG_MEANINGS }] = await Promise.all([
    import("./field_list.ts"),
    import("../report/command_records.ts"),
    import("../report/scan_fields.ts"),
  ]);
  return formatFieldList(SCAN_RECORD_TABLE, SCAN_FLAG_MEANINGS);
}

function checkOptions(options: ScanOptions): void {
  if (options.rate !== undefined && options.bandwidth !== undefined) {
    throw new UsageError("Cannot use --bandwidth with --rate: want one of them", "--bandwidth");
  }
  if (options.checkpoint !== undefined && options.resume !== undefined) {
    throw new UsageError("Cannot use --checkpoint with --resume: want one of them", "--checkpoint");
  }
  if (
    options["gateway-mac"] !== undefined && (options["raw-socket"] || options.mark !== undefined)
  ) {
    throw new UsageError(
      `Cannot use --gateway-mac with ${
        options["raw-socket"] ? "--raw-socket" : "--mark"
      }: the kernel routes then, want one of them`,
      "--gateway-mac",
    );
  }
  if (options.pcap !== undefined && !options["dry-run"]) {
    throw new UsageError("Cannot use --pcap without --dry-run: a scan captures nothing", "--pcap");
  }
  const known = ["type", ...scanFieldNames()];
  for (const name of options.fields ?? []) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    const hint = guess === undefined ? "see --list-fields" : `did you mean ${guess}?`;
    throw new UsageError(
      `Cannot print field ${safeText(name)}: there is none, ${hint}`,
      "--fields",
      name,
    );
  }
}

function chooseRate(options: ScanOptions): number {
  if (options.bandwidth !== undefined) return rateForBandwidth(options.bandwidth, PROBE_BYTES);
  return options.rate ?? DEFAULT_RATE;
}

/**
 * One thread sends what anybody asks for politely. Beyond that the kernel needs more processors than one, and a second
 * batch for each, ready when the first has left.
 */
function chooseSenders(rate: number, system: System): number {
  const processors = system.scan.processors();
  if (rate <= ONE_THREAD_RATE || processors === 1) return 1;
  return Math.min(2 * processors, MOST_SENDERS);
}

async function readPrevious(options: ScanOptions, system: System): Promise<Checkpoint | undefined> {
  const path = options.resume;
  if (path === undefined) return undefined;
  const checkpoint = parseCheckpoint(await readFile(path, "--resume", system));
  if (typeof checkpoint !== "string") return checkpoint;
  throw new UsageError(`Cannot resume from ${safeText(path)}: ${checkpoint}`, "--resume", path);
}

/** States what the scan will do, and ends it here when that needs a word from the user. */
function checkPlan(setup: ScanSetup, system: System): void {
  const { plan, previous, options, rate } = setup;
  const { leftOut } = plan;
  if (!options.quiet || plan.space.size === 0) {
    for (const { reason, addresses } of leftOut) {
      complain(
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
    const difference = findDifference(plan.identity, previous);
    if (difference !== undefined) {
      throw new UsageError(
        `Cannot resume: the checkpoint is of another scan, ${describe(difference)}`,
        "--resume",
      );
    }
  }
  if (plan.isPublic && !options.yes && !options["dry-run"]) {
    throw new UsageError(
      `Cannot scan the public Internet without --yes: this scan sends ${describeSize(plan)} ` +
        `${rate === Infinity ? "as fast as it can" : `at ${formatCount(rate)} a second`}` +
        `${rate === Infinity ? "" : `, which takes ${formatSeconds(plan.expectedSeconds)}`}`,
      "--yes",
    );
  }
}

function describe(key: keyof Checkpoint): string {
  if (key === "targets") return "its target blocks differ";
  const option = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `its --${option} differs`;
}

function describeSize({ order }: ScanPlan): string {
  return `${formatCount(order.length)} probes to ${formatCount(order.shardTargets)} addresses`;
}

function runDry(setup: ScanSetup, system: System): ExitCode {
  const { options, plan, previous, rate } = setup;
  const shape: ProbeShape = {
    source: findSource(setup, system),
    ttl: options.ttl ?? DEFAULT_TTL,
    tos: options.tos ?? 0,
  };
  const probes = dryRun({
    order: plan.order,
    skipped: plan.skipped,
    startPosition: previous?.position ?? 0,
    key: randomHashKey(),
    shape,
    rate,
    startUnixMs: Date.now(),
  });
  const { pcap, output } = options;
  let exitCode: ExitCode = ExitCode.Ok;
  const fail = (error: Error) => {
    if (isClosedPipe(error)) return;
    complain(system, `Cannot write the output: ${error.message}`);
    exitCode = ExitCode.System;
  };
  if (pcap === undefined) {
    const file = output === undefined
      ? system.stdout
      : openOutput(output, "--output", () => new FileSink(system.openAppend(output)));
    printProbes(probes, new LineSink(file, fail));
    return exitCode;
  }
  const file = openOutput(pcap, "--pcap", () => system.scan.openFile(pcap, "empty"));
  try {
    const count = writeProbes(probes, file);
    if (!options.quiet) complain(system, `wrote ${formatCount(count)} packets, sent none`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    fail(error);
  } finally {
    file.close();
  }
  return exitCode;
}

function findSource({ options, plan }: ScanSetup, system: System): number {
  const named = options.interface === undefined ? undefined : parseAddress(options.interface);
  if (named !== undefined) return named;
  const route = system.findRoute(plan.space.addressAt(0));
  return route.kind === "routed" ? route.source : 0;
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}es`;
}

function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low;
}
