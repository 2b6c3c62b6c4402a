/** One scan from open sockets to exit code. */

import { type ByteSink, isClosedPipe, LineSink, writeAll } from "../../../terminal/line_sink.ts";
import type { OutputFile } from "../../../terminal/output_file.ts";
import type { ScanRunInfo } from "../../../record/scan_record.ts";
import { ScanReporter } from "../../../report/scan_reporter.ts";
import { describeBlocked, listScanWarnings, ScanStatus } from "../../../report/scan_status.ts";
import { formatCount } from "../../../terminal/quantity.ts";
import { formatAddress } from "../../../packet/address.ts";
import { CheckpointStore } from "../../../scan/checkpoint.ts";
import { createDuplicateFilter } from "../../../scan/duplicate_filter.ts";
import { randomHashKey } from "../../../packet/half_sip_hash.ts";
import { emitProbeTemplate } from "../../../scan/probe_writer.ts";
import type { ScanListener, ScanProgress } from "../../../scan/scan_record.ts";
import { Sweep } from "../../../scan/sweep.ts";
import { openOutput } from "../../files.ts";
import { ExitCode, printError, VERSION } from "../../outcome.ts";
import { hasLostOutput, obeySignals, openOutputFile, printOutputError } from "../../output.ts";
import { giveUpPrivileges } from "../../privileges.ts";
import { readEgress } from "../../egress.ts";
import type { OpenScan, WritableFile } from "../../../run/machine.ts";
import { formatScanMetadata } from "./metadata.ts";
import type { ScanSetup } from "./setup.ts";
import type { System } from "../../system.ts";

/** Everything that must be open before root is given up. */
interface OpenFiles {
  readonly output: OutputFile | undefined;
  readonly metadata: WritableFile | undefined;
  readonly checkpoint: WritableFile | undefined;
}

/** Runs the scan to its end or its interruption; returns the exit code. */
export async function runScanSession(setup: ScanSetup, system: System): Promise<ExitCode> {
  const sockets = await openSockets(setup, system);
  try {
    const files = await openFiles(setup, system);
    giveUpPrivileges(system);
    return await sweep(setup, sockets, files, system);
  } finally {
    sockets.close();
  }
}

async function openSockets(
  { options, plan, senders }: ScanSetup,
  system: System,
): Promise<OpenScan> {
  const { interfaceName, sourceAddress } = readEgress(options.interface);
  return await system.scan.openScan({
    blocks: plan.space.blocks,
    interfaceName,
    source: sourceAddress,
    gatewayMac: options["gateway-mac"],
    mark: options.mark,
    rawSocket: options["raw-socket"],
    senders,
    template: (source) => emitProbeTemplate({ source, ttl: options.ttl, tos: options.tos }),
    onTrouble: (error) => printError(system, `${error.message}; the scan goes on`),
  });
}

async function openFiles({ options }: ScanSetup, system: System): Promise<OpenFiles> {
  const { output, metadata, checkpoint, resume } = options;
  const openFile = (path: string | undefined, mode: "create" | "keep") =>
    path === undefined ? undefined : openOutput(path, () => system.scan.openFile(path, mode));
  return {
    output: await openOutputFile(output, system),
    metadata: openFile(metadata, "create"),
    checkpoint: openFile(checkpoint, "create") ?? openFile(resume, "keep"),
  };
}

async function sweep(
  setup: ScanSetup,
  sockets: OpenScan,
  files: OpenFiles,
  system: System,
): Promise<ExitCode> {
  const { options, plan, rate, cooldownMs, probesPerTarget, previous } = setup;
  const { clock, path } = sockets;
  const startPosition = previous?.position ?? 0;
  const hosts = { targets: plan.order.shardTargets, answered: 0 };
  const mode = system.stderrIsTerminal ? "over" : "plain";
  const status = options.quiet ? undefined : new ScanStatus(system.stderr, hosts, { mode });
  const unixTime = () => clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
  const say = (text: string) => {
    status?.erase();
    printError(system, text);
  };
  const { stdout } = system;
  const output: ByteSink = files.output ?? (system.stdoutIsTerminal
    ? {
      writeSync(bytes) {
        status?.erase();
        return stdout.writeSync(bytes);
      },
      waitForRoom: (timeoutMs) => stdout.waitForRoom?.(timeoutMs) ?? Promise.resolve(),
    }
    : stdout);
  const sink = new LineSink(output, (error) => {
    status?.erase();
    printOutputError(error, system);
    // Neither more probes nor their answers are of use.
    run.stop();
    run.stop();
  });
  const format = options.json ? "json" : options.format ?? "text";
  const known = probesPerTarget > 1 ? createDuplicateFilter(plan.space.size, 1) : undefined;
  const reporter = new ScanReporter(sink, {
    format,
    fields: options.fields,
    only: options.only,
    baseUnixMs: clock.baseUnixMs,
  });
  const store = files.checkpoint === undefined
    ? undefined
    : new CheckpointStore(files.checkpoint, plan.identity, plan.order.length, previous);
  let last: ScanProgress | undefined;
  let isKept = true, isBlockTold = false, notAsked = 0, settled = startPosition;
  const keep = (what: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isKept) say(`Cannot write the ${what}: ${error.message}`);
      isKept = false;
    }
  };
  const listener: ScanListener = {
    reply: (reply) => {
      const isNew = !reply.flags.includes("duplicate") &&
        known?.markSeen(plan.space.indexOf(reply.address), 0) !== true;
      if (isNew) hosts.answered++;
      reporter.reply(reply, isNew);
    },
    icmpError: (error) => reporter.icmpError(error),
    unsent: (address, errno) => {
      const error = system.scan.sendError(errno, formatAddress(address));
      // The broadcast address of a network of ours, raw(7), is no host.
      if (error.code !== "EACCES" || !system.isBroadcast(address)) notAsked++;
      reporter.unsent({ address, error, time: unixTime() });
    },
    progress: (progress) => {
      last = progress;
      sink.flush();
      // A scan may last for days: this is not first said at its end.
      if (progress.blocked > 0 && progress.phase === "sending" && !isBlockTold) {
        say(describeBlocked(progress));
        isBlockTold = true;
      }
      status?.show(progress);
    },
    room: () => sink.room(),
    checkpoint: (position) => {
      settled = position;
      // First the results, then the word that they are there.
      sink.flush();
      if (sink.failure !== undefined || sink.isBacklogged) return;
      // The place kept before is as good as a place can be on a full disk: the scan goes on.
      keep("checkpoint", () => store?.save(position, Date.now()));
    },
  };
  const run = new Sweep({
    space: plan.space,
    order: plan.order,
    skipped: plan.skipped,
    startPosition,
    probesPerTarget,
    key: randomHashKey(),
    transmitters: sockets.transmitters,
    replies: sockets.replies,
    witness: sockets.witness,
    guard: sockets.watch,
    clock,
    rate,
    cooldownMs,
    isDirect: path.isDirect,
    listener,
  });
  const info: ScanRunInfo = {
    command: "scan",
    version: VERSION,
    time: unixTime(),
    targets: plan.order.targets,
    probes: plan.order.length,
    seed: setup.seed,
    shard: plan.identity.shard,
    rate,
    senders: setup.senders,
    cooldownMs,
    path: path.kind,
    pathReason: path.reason,
    position: startPosition,
  };
  // A place to resume at before there is anything to lose: a kill may come in the first second.
  if (previous === undefined) keep("checkpoint", () => files.checkpoint?.clear());
  keep("checkpoint", () => store?.save(startPosition, Date.now()));
  reporter.run(info);
  if (status !== undefined) printError(system, `sending through a ${path.kind}: ${path.reason}`);
  const endSignals = obeySignals({ stop: () => run.stop(), sink, file: files.output }, system);
  // As in ping: how it stands, and on.
  const endStatus = system.onSignal("SIGQUIT", () => {
    status?.erase();
    new ScanStatus(system.stderr, hosts).settle(run.report(), false);
  });
  const result = await run.run();
  const chooseExitCode = (): ExitCode => {
    if (hasLostOutput(sink) || !isKept) return ExitCode.System;
    // A reader that has seen enough ends a scan as it ends ping: nothing is wrong.
    if (isClosedPipe(sink.failure)) return ExitCode.Ok;
    const lostReplies = result.dropped + result.blocked + result.failedCalls;
    const isWhole = result.isComplete && lostReplies + notAsked === 0;
    return isWhole ? ExitCode.Ok : ExitCode.Unanswered;
  };
  const exitCode = chooseExitCode();
  const reason = result.trouble?.reason ?? (result.isComplete ? "complete" : "stopped");
  const { length } = plan.order;
  sink.secure(files.output === undefined ? system.stderr : stdout);
  const durationS = result.elapsedSeconds;
  reporter.end({
    ...result,
    length,
    reason,
    exitCode,
    durationS,
    hostsAnswered: hosts.answered,
    time: unixTime(),
  });
  await sink.drain();
  listener.checkpoint(settled);
  if (last !== undefined) status?.settle(last, true);
  for (const warning of listScanWarnings(result)) say(warning);
  if (result.trouble?.reason === "path-lost") {
    const { position, trouble } = result;
    say(`ended at probe ${formatCount(position)}, the path is lost: ${trouble.message}`);
  }
  const metadata = formatScanMetadata(
    setup,
    info,
    { ...result, targetsAnswered: hosts.answered },
    exitCode,
    system.scan.hostName(),
  );
  keep("metadata", () => {
    if (files.metadata === undefined) return;
    files.metadata.clear();
    writeAll(files.metadata, new TextEncoder().encode(metadata));
  });
  files.metadata?.close();
  files.checkpoint?.close();
  files.output?.close();
  // Not before all is written: a late signal must not cost it.
  endSignals();
  endStatus();
  return chooseExitCode();
}
