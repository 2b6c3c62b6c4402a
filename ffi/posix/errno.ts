/** Errors of system calls: the error number, its name and text, and the exception that carries them. */

import { platform } from "../platform.ts";
import { openLibc } from "./libc.ts";
import { linuxErrors } from "../linux/errno_table.ts";

let cell: Int32Array | undefined;

/**
 * The calling thread's errno. Read it in the very next expression after a synchronous call failed;
 * a `nonblocking` call fails on another thread, and its errno is lost.
 *
 * The cell lives as long as the thread: libc keeps errno at one address per thread.
 */
export function readErrno(): number {
  cell ??= openErrnoCell();
  return cell[0] as number;
}

function openErrnoCell(): Int32Array {
  const location = openLibc().errnoLocation();
  if (location === null) throw new TypeError("Cannot find errno: libc returned a null pointer");
  return new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
}

/**
 * The name of an error number, such as `ENETUNREACH`; `E<number>` when it has none here.
 *
 * @param errno an error number of this system, ≥ 0
 */
export function errnoCode(errno: number): string {
  const { errorCodes } = platform;
  const code = errorCodes === undefined ? linuxErrors()[errno]?.[0] : errorCodes[errno];
  return code || `E${errno}`;
}

/**
 * What an error number means, such as `Network is unreachable`; strerror(3).
 *
 * @param errno an error number of this system, ≥ 0
 */
export function errnoText(errno: number): string {
  const ownCode = platform.errorCodes === undefined ? undefined : errnoCode(errno);
  const linuxNumber = ownCode === undefined
    ? errno
    : findLinuxNumber(LINUX_CODES[ownCode] ?? ownCode);
  const text = linuxNumber === undefined ? undefined : linuxErrors()[linuxNumber]?.[1];
  return text ?? `Unknown error ${errno}`;
}

/**
 * The error number of a name on this system.
 *
 * @param code such as `EAGAIN`
 * @throws {RangeError} for a name that does not exist
 */
export function errnoNumber(code: string): number {
  const number = findNumber(code);
  if (number === undefined) throw new RangeError(`Cannot number error ${code}: no such error`);
  return number;
}

/** Linux has one number, and one of the names, for two errors of others. */
const LINUX_CODES: Readonly<Record<string, string>> = { ENOTSUP: "EOPNOTSUPP" };

function findNumber(code: string): number | undefined {
  const { errorCodes } = platform;
  if (errorCodes === undefined) return findLinuxNumber(LINUX_CODES[code] ?? code);
  const number = errorCodes.indexOf(code);
  return number > 0 ? number : undefined;
}

function findLinuxNumber(code: string): number | undefined {
  const found = Object.entries(linuxErrors()).find(([, [known]]) => known === code);
  return found === undefined ? undefined : Number(found[0]);
}

/** Interrupted by a signal; the call is made again. */
export const EINTR = 4;
/** Nothing there, or no room, just now. */
export const EAGAIN: number = platform.constants.EAGAIN;

/** Longer than the socket, or the interface, takes. */
export const EMSGSIZE: number = platform.constants.EMSGSIZE;

/** A system call that failed. */
export class SystemError extends Error {
  /** `SystemError`. */
  override readonly name = "SystemError";
  /** Name of the call, such as `socket`. */
  readonly syscall: string;
  /** The error number of this system. */
  readonly errno: number;
  /** The error's name, such as `EPERM`. */
  readonly code: string;

  /**
   * Describes a failed call.
   *
   * @param syscall name of the call
   * @param errno its error number
   * @param action what could not be done, to follow "Cannot": `open a raw socket`
   */
  constructor(syscall: string, errno: number, action: string) {
    const code = errnoCode(errno);
    super(`Cannot ${action}: ${errnoText(errno)} (${code})`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
  }
}

/**
 * Returns what a synchronous system call returned, or throws what errno says when that is negative.
 *
 * @param result return value of the call just made
 * @param syscall its name
 * @param action what was attempted, to follow "Cannot"
 * @throws {SystemError} when `result` is negative
 */
export function checkResult(result: number, syscall: string, action: string): number {
  if (result >= 0) return result;
  throw new SystemError(syscall, readErrno(), action);
}
