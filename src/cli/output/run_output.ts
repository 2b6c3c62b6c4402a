/** Where the results of a run go: standard output or a file, with a live line and remarks on standard error. */

import type { ProgressDisplay, RunProgress } from "../../run/reporter.ts";
import type { OpenOutput } from "../../run/run_frame.ts";
import { type ByteSink, LineSink } from "../../terminal/line_sink.ts";
import { OutputFile } from "../../terminal/output_file.ts";
import { systemReason } from "../files.ts";
import { isSystemError, printError } from "../outcome.ts";
import { hasLostOutput, openOutputFile, printOutputError } from "./output_file.ts";
import type { PacketRecording, RecordingOptions } from "./packet_file.ts";
import { ReplacedFile, type TextForm } from "./replaced_file.ts";
import type { System } from "../system.ts";

/** In a busy run lines are held this long, nanoseconds, so that one write takes many. */
const HOLD_NS = 20e6;

/** How results are written. */
export interface RunOutputOptions {
  /** File to append to; standard output when undefined or `-`. */
  readonly path?: string | undefined;
  /** The file is replaced at the end instead: what is written is one text of this form. */
  readonly replaced?: TextForm | undefined;
  /** Write each line as soon as it is known, also in a busy run. */
  readonly isImmediate?: boolean | undefined;
  /** Shows how far the run is, on standard error. */
  readonly display?: ProgressDisplay | undefined;
  /** Has the packets of the run. */
  readonly packets?: PacketRecording | undefined;
}

/**
 * The recording that `--write` asks for; undefined where no file is given. Call before privileges end: they may be needed to
 * read the program.
 */
export async function loadRecording(
  options: Omit<RecordingOptions, "path"> & { readonly path: string | undefined },
  system: System,
): Promise<PacketRecording | undefined> {
  const { path } = options;
  if (path === undefined) return undefined;
  const { PacketRecording } = await import("./packet_file.ts");
  return new PacketRecording({ ...options, path }, system);
}

/**
 * Opens the file of `-o`; undefined where results go to standard output.
 *
 * @throws {UsageError} It cannot be opened.
 */
export async function openResultFile(
  { path, replaced }: Pick<RunOutputOptions, "path" | "replaced">,
  system: System,
): Promise<OutputFile | ReplacedFile | undefined> {
  // Pipes and devices are not replaced: what is written there is read as it comes.
  const isFile = path !== undefined && path !== "-" &&
    system.files.identifyFile(path) !== undefined;
  if (replaced === undefined || !isFile) return await openOutputFile(path, system);
  return new ReplacedFile(path, replaced, system);
}

/** Takes the results of one run. */
export class RunOutput implements OpenOutput {
  /** Results, line by line: standard output or the file of `--output`. */
  readonly lines: LineSink;
  /** Lines of a report that belong on standard error. */
  readonly errors: LineSink;
  readonly #system: System;
  readonly #file: OutputFile | ReplacedFile | undefined;
  readonly #isImmediate: boolean;
  readonly #display: ProgressDisplay | undefined;
  readonly #packets: PacketRecording | undefined;
  #fail = () => {};
  #isSecured = false;
  #hasFailed = false;
  #flushedNs = -Infinity;

  /** Writes to `file`, or to standard output. */
  constructor(
    file: OutputFile | ReplacedFile | undefined,
    options: RunOutputOptions,
    system: System,
  ) {
    this.#system = system;
    this.#file = file;
    this.#isImmediate = options.isImmediate ?? false;
    this.#display = options.display;
    this.#packets = options.packets;
    const shared = system.stdoutIsTerminal ? options.display : undefined;
    this.lines = new LineSink(file ?? erasing(system.stdout, shared), (error) => {
      this.#display?.erase();
      printOutputError(error, system);
      this.#fail();
    });
    this.errors = new LineSink(erasing(system.stderr, options.display), () => {});
  }

  /**
   * Opens the output. A named pipe is waited for until it has a reader.
   *
   * @throws {UsageError} The file cannot be opened.
   */
  static async open(options: RunOutputOptions, system: System): Promise<RunOutput> {
    const output = new RunOutput(await openResultFile(options, system), options, system);
    await output.openPackets();
    return output;
  }

  /**
   * Opens the file for packets, where there is one; closes the output where it cannot.
   *
   * @throws {UsageError} It cannot be opened.
   */
  protected async openPackets(): Promise<void> {
    try {
      await this.#packets?.open((text) => this.remark(text));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** True when results were lost that had a reader. */
  get hasLost(): boolean {
    return hasLostOutput(this.lines) || this.#hasFailed || this.#packets?.hasLost === true;
  }

  /** See {@linkcode OpenOutput.onFailure}. */
  onFailure(handler: () => void): void {
    this.#fail = handler;
  }

  /** Prints one line on standard error, after the results that are known. */
  remark(text: string): void {
    this.lines.flush();
    this.#display?.erase();
    printError(this.#system, text);
  }

  /**
   * The run is about to wait: writes what was gathered, unless more is about to follow, and shows how far the run is.
   *
   * @param nowNs CLOCK_MONOTONIC
   * @param isBusy the next probe is due within milliseconds
   * @returns a promise while the reader cannot keep up
   */
  idle(nowNs: number, isBusy: boolean, progress: () => RunProgress): Promise<void> | undefined {
    const { lines } = this;
    const isHeld = isBusy && !this.#isImmediate && nowNs - this.#flushedNs < HOLD_NS;
    if ((lines.pending || lines.isBacklogged) && !isHeld) {
      this.#flushedNs = nowNs;
      lines.flush();
    }
    this.#display?.show(nowNs, progress);
    return lines.room() ?? this.#packets?.idle(nowNs);
  }

  /** See {@linkcode OpenOutput.hurry}. */
  hurry(): void {
    this.lines.hurry();
    this.#packets?.hurry();
  }

  /** See {@linkcode OpenOutput.reopen}. */
  get reopen(): (() => void) | undefined {
    const file = this.#file;
    return file instanceof OutputFile ? () => this.#reopen(file) : undefined;
  }

  /** See {@linkcode OpenOutput.secure}. */
  secure(): void {
    this.#display?.erase();
    if (this.#isSecured) return;
    this.#isSecured = true;
    this.#packets?.end();
    const { stdout, stderr } = this.#system;
    this.lines.secure(this.#file === undefined ? stderr : stdout);
  }

  /** See {@linkcode OpenOutput.drain}. */
  async drain(): Promise<void> {
    this.#display?.erase();
    await this.lines.drain();
    if (this.#file instanceof ReplacedFile) this.#replace(this.#file);
    await this.#packets?.drain();
  }

  /** See {@linkcode OpenOutput.close}. */
  close(): void {
    this.#file?.close();
    this.#packets?.close();
  }

  #replace(file: ReplacedFile): void {
    try {
      file.replace();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#hasFailed = true;
      this.remark(error.message);
    }
  }

  #reopen(file: OutputFile): void {
    this.lines.flush();
    try {
      file.reopen();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = isSystemError(error) ? error.message : systemReason(error);
      this.remark(`Cannot change to another file, going on in the old one: ${reason}`);
    }
  }
}

/** A sink of the live line's terminal, which takes the line away before it writes. */
function erasing(sink: ByteSink, display: ProgressDisplay | undefined): ByteSink {
  if (display === undefined) return sink;
  return {
    writeSync(bytes) {
      display.erase();
      return sink.writeSync(bytes);
    },
    waitForRoom: (timeoutMs) => sink.waitForRoom?.(timeoutMs) ?? Promise.resolve(),
    get isBacklogged() {
      return sink.isBacklogged ?? false;
    },
  };
}
