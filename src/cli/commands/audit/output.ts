/** Where the results of an audit go: the report, the checkpoint, and other listeners. */

import { AuditReporter, type AuditReporterOptions } from "../../../report/audit_reporter.ts";
import { formatAuditProgress } from "../../../report/audit_status.ts";
import { listScanWarnings } from "../../../report/scan_status.ts";
import type { AuditListener } from "../../../run/audit/listener.ts";
import type { AuditResult, AuditRun } from "../../../run/audit/run.ts";
import type { AuditComparison } from "../../../run/audit/comparison.ts";
import type { RunInfo } from "../../../run/event.ts";
import type { HostFindings } from "../../../run/audit/host_findings.ts";
import type { ProgressDisplay } from "../../../run/reporter.ts";
import { ReverseNames } from "../../../targets/reverse_names.ts";
import { isClosedPipe } from "../../../terminal/line_sink.ts";
import type { OutputFile } from "../../../terminal/output_file.ts";
import { terminalColumns } from "../../../terminal/width.ts";
import type { Parsed } from "../../options/option.ts";
import { ExitCode, runExitCode } from "../../outcome.ts";
import { METRICS_FORM } from "../../output/metrics_form.ts";
import type { ReplacedFile } from "../../output/replaced_file.ts";
import { openResultFile, RunOutput, type RunOutputOptions } from "../../output/run_output.ts";
import type { System } from "../../system.ts";
import { AuditCheckpoint, type EarlierRun } from "./checkpoint.ts";
import type { AUDIT_OPTIONS } from "./options.ts";
import { AuditPageFile } from "./page_file.ts";
import type { AuditTargets } from "./targets.ts";

/** How long the report waits for the names of addresses, in milliseconds. */
const MAX_NAME_WAIT_MS = 1000;
/** Between two checkpoints, nanoseconds. */
const CHECKPOINT_NS = 1e9;

/** What an output works with. */
export interface AuditOutputOptions {
  /** The run, whose sockets are open. */
  readonly run: AuditRun;
  /** Named hosts and blocks of the audit. */
  readonly targets: AuditTargets;
  /** What the file of `--resume` holds; undefined for a new audit. */
  readonly earlier: EarlierRun | undefined;
  /** The earlier audit of `--compare`. */
  readonly comparison: AuditComparison | undefined;
  /** Keeps the packets; undefined without `--write`. */
  readonly packets: RunOutputOptions["packets"];
  /** Options as parsed; their defaults are filled in. */
  readonly options: Parsed<typeof AUDIT_OPTIONS>;
  /** Streams, files and resolver of this machine. */
  readonly system: System;
}

/** Writes what one audit finds. */
export class AuditOutput extends RunOutput implements AuditListener {
  readonly #given: AuditOutputOptions;
  readonly #reporter: AuditReporter;
  readonly #names: ReverseNames | undefined;
  readonly #checkpoint: AuditCheckpoint | undefined;
  #page: AuditPageFile | undefined;
  #savedNs = -Infinity;
  #isKept = true;

  private constructor(
    given: AuditOutputOptions,
    file: OutputFile | ReplacedFile | undefined,
    checkpoint: AuditCheckpoint | undefined,
    display: ProgressDisplay | undefined,
  ) {
    const { options, packets, system } = given;
    super(file, { display, packets }, system);
    this.#given = given;
    this.#checkpoint = checkpoint;
    this.#names = options.reverse && !options.numeric
      ? new ReverseNames((address) => system.lookUpAddress(address))
      : undefined;
    this.#reporter = new AuditReporter(this.lines, {
      format: formatOf(options),
      fields: options.fields,
      all: options.all,
      verbose: options.verbose,
      maxOffsetMs: options["max-offset"],
      numeric: options.numeric,
      names: this.#names,
      columns: system.stdoutIsTerminal && file === undefined ? terminalColumns() : undefined,
      isUnsynchronised: system.diagnostics.readClock()?.synchronised === false,
    });
  }

  /**
   * Opens every file of an audit; writes nothing yet.
   *
   * @throws {UsageError} A file cannot be opened.
   */
  static async openFiles(given: AuditOutputOptions): Promise<AuditOutput> {
    const { run, targets, earlier, options, system } = given;
    const output = new AuditOutput(
      given,
      await openResultFile(
        {
          path: options.output,
          replaced: formatOf(options) === "prometheus" ? METRICS_FORM : undefined,
        },
        system,
      ),
      AuditCheckpoint.open(targets, options, earlier, system),
      await loadStatus(run, system),
    );
    output.#page = await AuditPageFile.open(options.html, system);
    await output.openPackets();
    return output;
  }

  /** Writes the first record and the first checkpoint. */
  run(info: RunInfo): void {
    this.#keep((checkpoint) => checkpoint.begin());
    this.#reporter.run(info);
    this.#page?.run(info);
  }

  /** Writes a host to every output: lines, checkpoint, page and comparison. */
  host(findings: HostFindings, isEarlier: boolean): void {
    if (!isEarlier) this.#checkpoint?.journal.host(findings);
    this.#page?.host(findings);
    this.#given.comparison?.add(findings);
    if (this.#reporter.host(findings)) this.#names?.request([findings.target.address]);
  }

  /** An address of a block answered. */
  found(address: number): void {
    this.#checkpoint?.journal.found(address);
  }

  /** An ICMP error came for an address of a block. */
  failed(address: number): void {
    this.#checkpoint?.journal.failed(address);
  }

  /** The sweep is settled up to a position. */
  settled(position: number): void {
    this.#checkpoint?.journal.settle(position);
  }

  /** Writes out what has gathered, and shows how far the audit is. */
  override idle(nowNs: number, isBusy: boolean): Promise<void> | undefined {
    if (nowNs - this.#savedNs >= CHECKPOINT_NS) {
      this.#savedNs = nowNs;
      this.#keep((checkpoint) => checkpoint.journal.save(Date.now()));
    }
    return super.idle(nowNs, isBusy, () => this.#given.run.progress());
  }

  /** The last host is judged. */
  ending(): void {
    this.secure();
  }

  /** Prints how far the audit is, in a line of its own. */
  printProgress(): void {
    this.remark(formatAuditProgress(this.#given.run.progress()).join(", "));
  }

  /** Writes the report, the last record and the last checkpoint. */
  async end(result: AuditResult): Promise<void> {
    await this.#names?.settled(MAX_NAME_WAIT_MS);
    if (result.sweep !== undefined) {
      for (const warning of listScanWarnings(result.sweep)) this.remark(warning);
    }
    this.#keep((checkpoint) => checkpoint.end(isWhole(result)));
    await this.#page?.write({ ...result, exitCode: this.chooseExitCode(result) });
    const { comparison } = this.#given;
    const changes = comparison?.finish(this.#covers(result), result.time);
    this.#reporter.end({ ...result, exitCode: this.chooseExitCode(result) }, changes);
  }

  /** Which addresses were asked to the end. */
  #covers(result: AuditResult): (address: number) => boolean {
    const { list, blocks } = this.#given.targets;
    const named = new Set(list.targets.map(({ address }) => address));
    return (address) =>
      isWhole(result) &&
      (named.has(address) || blocks !== undefined && blocks.space.indexOf(address) >= 0);
  }

  /** The exit code, as far as the output goes by now. */
  chooseExitCode(result: AuditResult): ExitCode {
    const { list } = this.#given.targets;
    // A reader that has seen enough ends an audit as it ends a scan: nothing is wrong.
    if (isClosedPipe(this.lines.failure) && this.#isKept) return ExitCode.Ok;
    return runExitCode({
      hasLostOutput: this.hasLost || !this.#isKept || this.#page?.hasLost === true,
      hasProblem: list.problems.length > 0,
      isAnswered: result.tally.isAllRight && isWhole(result),
      isConditionMet: false,
    });
  }

  /** Closes the files. */
  override close(): void {
    super.close();
    this.#checkpoint?.close();
  }

  /** Writes to the checkpoint; reports the first failure of all, and the audit goes on. */
  #keep(write: (checkpoint: AuditCheckpoint) => void): void {
    if (this.#checkpoint === undefined) return;
    try {
      write(this.#checkpoint);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (this.#isKept) this.remark(`Cannot write the checkpoint: ${error.message}`);
      this.#isKept = false;
    }
  }
}

/** The form of output that the options choose. */
function formatOf({ json, format }: AuditOutputOptions["options"]): AuditReporterOptions["format"] {
  return json ? "json" : format;
}

/** Every host and address was judged. */
function isWhole({ reason, sweep }: AuditResult): boolean {
  return reason === "complete" && sweep?.isWhole !== false;
}

/** Loaded only where it is shown. */
async function loadStatus(run: AuditRun, system: System): Promise<ProgressDisplay | undefined> {
  if (!system.stderrIsTerminal) return undefined;
  const { AuditStatus } = await import("../../../report/audit_status.ts");
  return new AuditStatus(system.stderr, () => run.progress());
}
