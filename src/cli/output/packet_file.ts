/** `--write FILE`: the packets of a run in a capture file. Loaded only where it is asked for. */

import { PCAPNG_MAGIC } from "../../packet/capture/pcapng_writer.ts";
import { recordMachine } from "../../run/recording/recorded_machine.ts";
import type { PacketRecorder } from "../../run/recording/packet_recorder.ts";
import { FileSink } from "../../terminal/file_sink.ts";
import { isClosedPipe } from "../../terminal/line_sink.ts";
import type { OutputFileHandle } from "../../terminal/output_file.ts";
import { OutputQueue } from "../../terminal/output_queue.ts";
import { shortText } from "../../terminal/safe_text.ts";
import { wholeBlocks } from "../../terminal/whole_blocks.ts";
import { openOutput, systemReason } from "../files.ts";
import { isSystemError, UsageError, VERSION } from "../outcome.ts";
import { openWithReader } from "./output_file.ts";
import type { System } from "../system.ts";

/** Packets are written at least that often, nanoseconds. */
const HOLD_NS = 500e6;

/** What is recorded. */
export interface RecordingOptions {
  /** File to write. */
  readonly path: string;
  /** Name of the command. */
  readonly command: string;
  /** How long a probe waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Moment of a sent packet whose stamp is recorded; `driver` by default. */
  readonly stampAt?: "queue" | "driver" | undefined;
}

/** Records the packets of one run. */
export class PacketRecording {
  /** The machine whose sockets are recorded: the run is to open them there. */
  readonly machine: System;
  readonly #recorder: PacketRecorder;
  readonly #path: string;
  readonly #system: System;
  #handle: OutputFileHandle | undefined;
  #queue: OutputQueue | undefined;
  #flushedNs = -Infinity;
  #remark: (text: string) => void = () => {};

  /** Records what passes sockets that are opened from now on; nothing is written before {@linkcode open}. */
  constructor({ path, command, timeoutMs, stampAt = "driver" }: RecordingOptions, system: System) {
    const { machine, recorder } = recordMachine(system, {
      program: `icmptime ${VERSION}`,
      // decode reads the timeout.
      remark: `icmptime ${command}, timeout ${timeoutMs} ms`,
      stampAt,
    });
    this.machine = machine;
    this.#recorder = recorder;
    this.#path = path;
    this.#system = system;
  }

  /** True when packets were lost that had a reader. */
  get hasLost(): boolean {
    const failure = this.#queue?.failure;
    return failure !== undefined && !isClosedPipe(failure);
  }

  /**
   * Opens the file, with the rights of the caller. A named pipe is waited for until it has a reader. A capture that is there
   * is replaced.
   *
   * @param remark prints one line when the file cannot be written any more
   * @throws {UsageError} It cannot be opened, or holds something else.
   */
  async open(remark: (text: string) => void): Promise<void> {
    const path = this.#path;
    const handle = await openWithReader(() =>
      openOutput(path, () => this.#system.openAppend(path))
    );
    this.#handle = handle;
    this.#remark = remark;
    try {
      empty(handle, path);
    } catch (error) {
      handle.close();
      throw error;
    }
    this.#queue = new OutputQueue(new FileSink(handle, wholeBlocks), (error) => this.#fail(error));
  }

  /**
   * The run is about to wait.
   *
   * @returns a promise while the reader cannot keep up
   */
  idle(nowNs: number): Promise<void> | undefined {
    const queue = this.#queue;
    if (queue === undefined || queue.failure !== undefined) return undefined;
    if (nowNs - this.#flushedNs >= HOLD_NS) {
      this.#flushedNs = nowNs;
      this.#recorder.flush(nowNs, (blocks) => queue.writeSync(blocks));
    } else if (queue.isBacklogged) queue.flush();
    return queue.room();
  }

  /** The last probe is settled: nothing that comes later counts. */
  end(): void {
    this.#recorder.end();
  }

  /** A signal came: the reader is not waited for. */
  hurry(): void {
    this.#queue?.hurry();
  }

  /** Writes all that is left. Further calls only wait for the reader. */
  async drain(): Promise<void> {
    const queue = this.#queue;
    if (queue === undefined) return;
    this.#recorder.finish((blocks) => queue.writeSync(blocks));
    await queue.drain();
  }

  /** Closes the file. */
  close(): void {
    this.#handle?.close();
  }

  #fail(error: Error): void {
    this.#recorder.abandon();
    if (isClosedPipe(error)) return;
    const reason = isSystemError(error)
      ? error.message.replace(/^Cannot write the output: /, "")
      : systemReason(error);
    this.#remark(
      `Cannot write packets to ${shortText(this.#path)}: ${reason}; the run goes on without`,
    );
  }
}

/** Empties a file that holds a capture, or nothing. */
function empty(handle: OutputFileHandle, path: string): void {
  let size: number;
  try {
    size = handle.seekSync(0, Deno.SeekMode.End);
  } catch {
    // A pipe.
    return;
  }
  if (size === 0) return;
  const head = new Uint8Array(PCAPNG_MAGIC.length);
  handle.seekSync(0, Deno.SeekMode.Start);
  const read = handle.readSync?.(head) ?? 0;
  if (read !== head.length || head.some((octet, index) => octet !== PCAPNG_MAGIC[index])) {
    throw new UsageError(
      `Cannot write packets to ${
        shortText(path)
      }: it holds something else, expected a new file or a pcapng capture`,
    );
  }
  handle.truncateSync(0);
}
