/**
 * Writing to standard output, standard error, pipes and files without ever waiting inside a system call: write(2), poll(2).
 *
 * A blocked write(2) would keep every signal from being served, and O_NONBLOCK belongs to the open file, which other
 * programs share. So room is asked for first: a pipe that is ready takes PIPE_BUF bytes at once (pipe(7)). Deno's own
 * stream keeps what a non-blocking pipe has no room for and reports an error as well, so that a caller that tries again
 * writes it twice.
 *
 * Memory: C reads the bytes, and reads and writes the pollfd, during the call; a wait on another thread has a
 * separate pollfd, held until it is over.
 */

import {
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  O_WRONLY,
  PIPE_BUF,
  POLLOUT,
  SIG_ERR,
  SIG_IGN,
  SIGXFSZ,
} from "./constants.ts";
import { EAGAIN, EINTR, errnoNumber, readErrno, SystemError } from "./errno.ts";
import { Pollfd } from "./layout.ts";
import { openLibc } from "./libc.ts";
import { platform } from "../platform.ts";

const LINE_BREAK = 0x0a;
/** rw for all, less what umask(2) takes. */
const MODE = 0o666;
const action = "write the output";
let isLimitIgnored = false;

/** A descriptor that is open for writing. */
export class OutputDescriptor {
  readonly #descriptor: number;
  /** A file on a disk always has room, or an error. */
  readonly #isSeekable: boolean;
  #isClosed = false;

  /**
   * Writes to a descriptor that is open already.
   *
   * @param descriptor such as 1 for standard output
   */
  constructor(descriptor: number) {
    ignoreSizeLimit();
    this.#descriptor = descriptor;
    this.#isSeekable = openLibc().lseek(descriptor, 0n, Deno.SeekMode.Current) >= 0n;
  }

  /**
   * Opens a file for appending, and for reading where that is allowed. Makes it where there is none.
   *
   * @returns undefined for a named pipe that no program has opened for reading yet
   * @throws {SystemError} when the system refuses
   */
  static openAppend(path: string): OutputDescriptor | undefined {
    const name = new TextEncoder().encode(`${path}\0`);
    // A pipe must not be opened for reading: its reader would be this program.
    const access = isRegularFile(path) ? [O_RDWR, O_WRONLY] : [O_WRONLY];
    const { hasPlainVariadics } = platform;
    if (!hasPlainVariadics) makeFile(path);
    const flags = O_APPEND | O_NONBLOCK | O_CLOEXEC | (hasPlainVariadics ? O_CREAT : 0);
    let errno = 0;
    for (const mode of access) {
      let descriptor: number;
      do descriptor = openLibc().open(name, mode | flags, MODE); while (
        descriptor < 0 && (errno = readErrno()) === EINTR
      );
      if (descriptor >= 0) return new OutputDescriptor(descriptor);
    }
    if (errno === errnoNumber("ENXIO")) return undefined;
    throw new SystemError("open", errno, `write to ${path}`);
  }

  /**
   * Writes what there is room for now, whole lines where it can. Returns how many bytes; 0 without room.
   *
   * @throws {SystemError} when the system refuses; EPIPE when the reader has gone
   */
  writeSync(bytes: Uint8Array): number {
    let written = 0;
    while (written < bytes.length && (this.#isSeekable || this.#hasRoom())) {
      const rest = bytes.subarray(written);
      const piece = this.#isSeekable ? rest : firstPiece(rest);
      const count = openLibc().write(
        this.#descriptor,
        piece as Uint8Array<ArrayBuffer>,
        BigInt(piece.length),
      );
      if (count > 0) {
        written += count;
        continue;
      }
      const errno = count < 0 ? readErrno() : EAGAIN;
      if (errno === EAGAIN) break;
      if (errno === EINTR) continue;
      // What was written is written: the next call meets the same error.
      if (written > 0) break;
      throw new SystemError("write", errno, action);
    }
    return written;
  }

  #hasRoom(): boolean {
    const request = pollRequest(this.#descriptor);
    // An error or a reader that has gone counts as room: write(2) then says what it is.
    return openLibc().poll(Deno.UnsafePointer.of(request), 1n, 0) !== 0;
  }

  /** Resolves when there is room, or after that many milliseconds. */
  async waitForRoom(timeoutMs: number): Promise<void> {
    if (this.#isSeekable) return;
    const request = pollRequest(this.#descriptor);
    await openLibc().pollNonblocking(Deno.UnsafePointer.of(request), 1n, timeoutMs);
  }

  /** Reads at the place of the file. */
  readSync(bytes: Uint8Array): number {
    const count = openLibc().read(
      this.#descriptor,
      bytes as Uint8Array<ArrayBuffer>,
      BigInt(bytes.length),
    );
    if (count < 0) throw new SystemError("read", readErrno(), action);
    return count;
  }

  /** Goes to a place in the file and returns where that is, from its start; lseek(2). */
  seekSync(offset: number, whence: Deno.SeekMode): number {
    const place = openLibc().lseek(this.#descriptor, BigInt(offset), whence);
    if (place < 0n) throw new SystemError("lseek", readErrno(), action);
    return Number(place);
  }

  /** Cuts the file to that length. */
  truncateSync(length: number): void {
    if (openLibc().ftruncate(this.#descriptor, BigInt(length)) === 0) return;
    throw new SystemError("ftruncate", readErrno(), action);
  }

  /** Closes the descriptor. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    openLibc().close(this.#descriptor);
  }
}

/** PIPE_BUF bytes at most, up to a line break where there is one: lines of several programs stay whole in one pipe. */
function firstPiece(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= PIPE_BUF) return bytes;
  const end = bytes.lastIndexOf(LINE_BREAK, PIPE_BUF - 1) + 1;
  return bytes.subarray(0, end > 0 ? end : PIPE_BUF);
}

function pollRequest(descriptor: number): DataView<ArrayBuffer> {
  const request = new DataView(new ArrayBuffer(Pollfd.size));
  request.setInt32(Pollfd.descriptor, descriptor, true);
  request.setInt16(Pollfd.events, POLLOUT, true);
  return request;
}

function isRegularFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A file that may not grow further (`ulimit -f`) is an error of that write, EFBIG, not the death of the program. */
function ignoreSizeLimit(): void {
  if (isLimitIgnored) return;
  isLimitIgnored =
    openLibc().signal(SIGXFSZ, BigInt(SIG_IGN)) !== BigInt.asUintN(64, BigInt(SIG_ERR));
}

/** Makes a file where there is nothing of that name. What keeps it from that is an error of open(2), which follows. */
function makeFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: MODE }).close();
  } catch {
    // There is one, or there cannot be.
  }
}
