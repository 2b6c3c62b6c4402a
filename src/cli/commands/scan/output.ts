/** What a scan finds on its way out: records, progress, checkpoints, warnings and the exit code. */

import { isClosedPipe, writeAll } from "../../../terminal/line_sink.ts";
import type { ScanRunInfo } from "../../../record/scan_record.ts";
import { ScanReporter } from "../../../report/scan_reporter.ts";
import { describeBlocked, listScanWarnings, ScanStatus } from "../../../report/scan_status.ts";
import type { ScanRunPlan } from "../../../run/scan/options.ts";
import type {
  ScanResult,
  ScanRun,
  ScanRunListener,
  ScanSnapshot,
  ScanUnsent,
} from "../../../run/scan/run.ts";
import { CheckpointStore } from "../../../scan/checkpoint.ts";
import type { ScanIcmpError, ScanReply } from "../../../scan/scan_record.ts";
import { formatCount } from "../../../terminal/quantity.ts";
import { ExitCode, VERSION } from "../../outcome.ts";
import type { PacketRecording } from "../../output/packet_file.ts";
import { RunOutput } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";
import { ScanLimits } from "./limits.ts";
import { formatScanMetadata } from "./metadata.ts";
import { openScanFiles, type ScanFiles } from "./output_files.ts";
import { StatusFile } from "./status_file.ts";

/** What the output of one scan works with. */
export interface ScanOutputOptions {
  /** The run, whose sockets are open. */
  readonly run: ScanRun;
  /** Blocks, order and seed of the scan. */
  readonly plan: ScanRunPlan;
  /** Options as parsed; their defaults are filled in. */
  readonly options: ScanOptions;
  /** Streams, files and resolver of this machine. */
  readonly system: System;
  /** Has the packets, where they are to be written. */
  readonly packets: PacketRecording | undefined;
}

/** Writes what one scan finds. */
export class ScanOutput extends RunOutput implements ScanRunListener {
  readonly #given: ScanOutputOptions;
  readonly #files: ScanFiles;
  readonly #reporter: ScanReporter;
  readonly #status: ScanStatus | undefined;
  readonly #store: CheckpointStore | undefined;
  readonly #limits: ScanLimits;
  #statusFile: StatusFile | undefined;
  #info: ScanRunInfo | undefined;
  #last: ScanSnapshot | undefined;
  /** The last position that is settled. */
  #settled: number;
  /** No checkpoint or metadata was lost. */
  #isKept = true;
  #isBlockReported = false;

  private constructor(given: ScanOutputOptions, files: ScanFiles) {
    const { run, plan, options, system, packets } = given;
    const mode = system.stderrIsTerminal ? "over" : "plain";
    const status = options.quiet ? undefined : new ScanStatus(system.stderr, { mode });
    // The scan itself shows its progress, see `progress`.
    const display = status && { show: () => {}, erase: () => status.erase() };
    super(files.output, { display, packets }, system);
    this.#given = given;
    this.#files = files;
    this.#status = status;
    this.#reporter = new ScanReporter(this.lines, {
      format: options.json ? "json" : options.format,
      fields: options.fields,
      only: options.only,
      filter: options["output-filter"],
      baseUnixMs: run.baseUnixMs,
    });
    this.#limits = new ScanLimits(options, {
      stop: () => run.stop(),
      abort: () => run.abort(),
      remark: (text) => this.remark(text),
    });
    this.#settled = plan.startPosition;
    this.#store = files.checkpoint === undefined
      ? undefined
      : new CheckpointStore(files.checkpoint, plan.identity, plan.order.length, plan.previous);
  }

  /**
   * Opens every file of a scan; writes nothing before {@linkcode start}.
   *
   * @throws {UsageError} A file cannot be opened.
   */
  static async openFiles(given: ScanOutputOptions): Promise<ScanOutput> {
    const { options, system } = given;
    const opened = new ScanOutput(given, await openScanFiles(options, system));
    await opened.openPackets();
    return opened;
  }

  /** Writes the first record and the first checkpoint. */
  start(): void {
    const { run, plan } = this.#given;
    const files = this.#files;
    // A place to resume at before there is anything to lose: a kill may come in the first second.
    if (plan.previous === undefined) this.#keep("checkpoint", () => files.checkpoint?.clear());
    this.#keep("checkpoint", () => this.#store?.save(plan.startPosition, Date.now()));
    const { kind: path, reason: pathReason } = run.path;
    this.#info = {
      command: "scan",
      message: plan.message,
      version: VERSION,
      time: run.now(),
      targets: plan.order.targets,
      probes: plan.order.length,
      seed: plan.seed,
      shard: plan.identity.shard,
      rate: plan.rate,
      senders: plan.senderThreads,
      cooldownMs: plan.cooldownMs,
      path,
      pathReason,
      position: plan.startPosition,
    };
    this.#reporter.run(this.#info);
    this.#keep("status updates", () => {
      this.#statusFile = files.status && new StatusFile(files.status);
    });
    this.#limits.start();
    if (this.#status !== undefined) {
      this.remark(`sending through a ${path.replace("-", " ")}: ${pathReason}`);
    }
  }

  /** Writes a reply. */
  reply(reply: ScanReply, isNew: boolean): void {
    if (this.#limits.isFull) return;
    if (this.#reporter.reply(reply, isNew) && isNew) this.#limits.addResult();
  }

  /** Writes an ICMP error. */
  icmpError(error: ScanIcmpError): void {
    this.#reporter.icmpError(error);
  }

  /** Writes a probe that the kernel did not take. */
  unsent(unsent: ScanUnsent): void {
    this.#reporter.unsent(unsent);
  }

  /** Writes out what has gathered, and shows how far the scan is. */
  progress(snapshot: ScanSnapshot): void {
    this.#last = snapshot;
    this.lines.flush();
    // A scan may last for days: this is reported before its end.
    if (snapshot.blocked > 0 && snapshot.phase === "sending" && !this.#isBlockReported) {
      this.#isBlockReported = true;
      this.remark(describeBlocked(snapshot));
    }
    this.#status?.show(snapshot);
    this.#keep("status updates", () => this.#statusFile?.add(snapshot));
    this.#limits.look(snapshot);
  }

  /** Holds the scan up while results wait for their reader. */
  room(): Promise<void> | undefined {
    return this.lines.room() ?? this.#given.packets?.idle(performance.now() * 1e6);
  }

  /** Saves the place of the scan, once the results before it are written. */
  checkpoint(position: number): void {
    this.#settled = position;
    this.lines.flush();
    if (this.lines.failure !== undefined || this.lines.isBacklogged) return;
    // On a full disk the checkpoint before stays valid: the scan goes on.
    this.#keep("checkpoint", () => this.#store?.save(position, Date.now()));
  }

  /** Prints how far the scan is, in a separate line. */
  printProgress(): void {
    this.#status?.erase();
    const { run, system } = this.#given;
    new ScanStatus(system.stderr).settle(run.snapshot(), false);
  }

  /** Closes the files. */
  override close(): void {
    super.close();
    this.#limits.close();
    this.#files.status?.close();
    this.#files.metadata?.close();
    this.#files.checkpoint?.close();
  }

  /** Writes the last record, the last checkpoint, warnings and metadata. */
  async end(result: ScanResult): Promise<void> {
    const { run, plan } = this.#given;
    const exitCode = this.chooseExitCode(result);
    this.#reporter.end({
      ...result,
      reason: result.isComplete ? result.reason : this.#limits.reached ?? result.reason,
      length: plan.order.length,
      exitCode,
      durationS: result.elapsedSeconds,
      time: run.now(),
    });
    await this.drain();
    this.checkpoint(this.#settled);
    if (this.#last !== undefined) this.#status?.settle(this.#last, true);
    for (const warning of listScanWarnings(result)) this.remark(warning);
    if (result.trouble?.reason === "path-lost") {
      const { position, trouble } = result;
      this.remark(
        `ended at probe ${formatCount(position)}, the path is lost: ${trouble.message}`,
      );
    }
    this.#writeMetadata(result, exitCode);
  }

  /** The exit code, as far as the output goes by now. */
  chooseExitCode(result: ScanResult): ExitCode {
    if (this.hasLost || !this.#isKept) return ExitCode.System;
    // A reader that has seen enough ends a scan as it ends ping: nothing is wrong.
    if (isClosedPipe(this.lines.failure)) return ExitCode.Ok;
    return result.isWhole || this.#limits.allows(result) ? ExitCode.Ok : ExitCode.Unanswered;
  }

  #writeMetadata(result: ScanResult, exitCode: ExitCode): void {
    const { plan, options, system } = this.#given;
    const { metadata } = this.#files;
    const info = this.#info;
    if (metadata === undefined || info === undefined) return;
    const hostName = system.scan.hostName();
    this.#keep("metadata", () => {
      metadata.clear();
      const text = formatScanMetadata({ plan, options, info, result, exitCode, hostName });
      writeAll(metadata, new TextEncoder().encode(text));
    });
  }

  /** Runs `write`; reports the first failure of all. */
  #keep(what: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (this.#isKept) this.remark(`Cannot write the ${what}: ${error.message}`);
      this.#isKept = false;
    }
  }
}
