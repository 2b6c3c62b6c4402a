/**
 * Capabilities of the calling thread (capabilities(7)), and the end of gaining any.
 *
 * capset(2) and prctl(2) change one thread; the C library sends neither to the others, as it does with setresuid(2).
 * A new thread has what the thread that starts it has.
 */

import {
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  CAP_SETGID,
  CAP_SETUID,
  LINUX_CAPABILITY_VERSION_3,
  PR_GET_NO_NEW_PRIVS,
  PR_SET_NO_NEW_PRIVS,
} from "./constants.ts";
import { checkResult } from "../posix/errno.ts";
import { Capabilities } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";

const PROGRAM_FILE = new TextEncoder().encode("/proc/self/exe\0");
/** Where the file system keeps what setcap(8) gave to a file (xattr(7)). */
const CAPABILITY_ATTRIBUTE = new TextEncoder().encode("security.capability\0");

/** Which of the capabilities that matter here the calling thread can use. */
export interface NetworkCapabilities {
  /** CAP_NET_RAW: raw sockets. */
  readonly netRaw: boolean;
  /** CAP_NET_ADMIN: firewall marks, receive buffers beyond the limit. */
  readonly netAdmin: boolean;
}

/**
 * The capabilities that the calling thread can use now.
 *
 * @throws {SystemError} when the kernel refuses
 */
export function readNetworkCapabilities(): NetworkCapabilities {
  const [low] = readCapabilityWords(Capabilities.effective);
  return { netRaw: hasBit(low, CAP_NET_RAW), netAdmin: hasBit(low, CAP_NET_ADMIN) };
}

/** The name of the capability for changing user or group ids that the calling thread lacks, if it lacks one. */
export function missingIdCapability(): "CAP_SETUID" | "CAP_SETGID" | undefined {
  const [low] = readCapabilityWords(Capabilities.effective);
  if (!hasBit(low, CAP_SETUID)) return "CAP_SETUID";
  return hasBit(low, CAP_SETGID) ? undefined : "CAP_SETGID";
}

/** True while the calling thread has any capability in its permitted set. */
export function hasPermittedCapabilities(): boolean {
  return readCapabilityWords(Capabilities.permitted).some((word) => word !== 0);
}

/**
 * Empties the calling thread's permitted, effective and inheritable sets, and with them the ambient one. Needs no
 * privilege. No system call but capget(2) where they are empty.
 *
 * @throws {SystemError} when the kernel refuses
 */
export function clearCapabilities(): void {
  const inheritable = readCapabilityWords(Capabilities.inheritable);
  if (!hasPermittedCapabilities() && inheritable.every((word) => word === 0)) return;
  // C reads both, held during the call.
  const result = openLinuxLibc().capset(header(), new Uint8Array(2 * Capabilities.dataSize));
  checkResult(result, "capset", "give up this program's capabilities");
}

/**
 * Lets no later execve(2) of this thread, or of a thread that it starts, gain a privilege.
 *
 * @throws {SystemError} when the kernel refuses
 */
export function forbidNewPrivileges(): void {
  const result = openLinuxLibc().prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n);
  checkResult(result, "prctl", "forbid new privileges");
}

/**
 * True where the program's file has capabilities (setcap) which the kernel did not grant, because the program that started it had
 * set no_new_privs. Call before {@linkcode forbidNewPrivileges}.
 */
export function isFileCapabilityIgnored(): boolean {
  const libc = openLinuxLibc();
  if (libc.prctl(PR_GET_NO_NEW_PRIVS, 0n, 0n, 0n, 0n) !== 1) return false;
  // C reads both names during the call. A length of 0 asks for the size alone: nothing is written.
  return libc.getxattr(PROGRAM_FILE, CAPABILITY_ATTRIBUTE, null, 0n) > 0n;
}

function hasBit(word: number, bit: number): boolean {
  return (word >>> bit & 1) === 1;
}

/** For the calling thread. */
function header(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(Capabilities.headerSize));
  view.setUint32(Capabilities.version, LINUX_CAPABILITY_VERSION_3, true);
  return new Uint8Array(view.buffer);
}

/** Capabilities 0..31 and 32..63 of one set. C reads the header and writes the data, both held during the call. */
function readCapabilityWords(set: number): [low: number, high: number] {
  const data = new DataView(new ArrayBuffer(2 * Capabilities.dataSize));
  const result = openLinuxLibc().capget(header(), new Uint8Array(data.buffer));
  checkResult(result, "capget", "read this program's capabilities");
  return [data.getUint32(set, true), data.getUint32(Capabilities.dataSize + set, true)];
}
