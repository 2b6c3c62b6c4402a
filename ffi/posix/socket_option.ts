/** Socket options (setsockopt(2), socket(7), raw(7)), each with an error message. */

import { platform } from "../platform.ts";
import { IP_BOUND_IF } from "../darwin/constants.ts";
import { SO_BINDTODEVICE, SO_RCVBUFFORCE } from "../linux/constants.ts";
import { IPPROTO_IP, SO_ERROR, SO_RCVBUF, SOL_SOCKET } from "./constants.ts";
import { checkResult, errnoNumber, SystemError } from "./errno.ts";
import { openLibc } from "./libc.ts";
import { addressText, createSocketAddress, cString } from "./socket_address.ts";

/**
 * Sets an option whose value is one C int.
 *
 * @param action what could not be done, for the error's message
 * @throws {SystemError} when the kernel refuses
 */
export function setIntOption(
  descriptor: number,
  level: number,
  option: number,
  value: number,
  action: string,
): void {
  checkResult(trySetOption(descriptor, level, option, value), "setsockopt", action);
}

/** Sets an option whose value is one C int; returns what setsockopt(2) returned: negative, with errno, when it failed. */
export function trySetOption(
  descriptor: number,
  level: number,
  option: number,
  value: number,
): number {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  return openLibc().setsockopt(descriptor, level, option, bytes, bytes.length);
}

/**
 * Refuses what only Linux has, where this is another system.
 *
 * @param has whether this system has it, of its table in `platform.ts`
 * @param action what needs it, to follow "Cannot"
 * @throws {SystemError} ENOSYS
 */
export function requireLinux(has: boolean, action: string): void {
  if (!has) throw new SystemError("setsockopt", errnoNumber("ENOSYS"), `${action}, it needs Linux`);
}

/**
 * Reads an option of one or more 32-bit numbers.
 *
 * @returns the numbers, as many as the kernel gave
 * @throws {SystemError} when the kernel refuses
 */
export function getWordsOption(
  descriptor: number,
  level: number,
  option: number,
  count: number,
  action: string,
): Uint32Array {
  const words = new Uint32Array(count);
  const length = new Uint32Array([words.byteLength]);
  const result = openLibc().getsockopt(
    descriptor,
    level,
    option,
    new Uint8Array(words.buffer),
    new Uint8Array(length.buffer),
  );
  checkResult(result, "getsockopt", action);
  return words.subarray(0, Math.floor((length[0] as number) / 4));
}

/** Takes the error that is pending on a socket (SO_ERROR): its number, 0 when there is none. */
export function readPendingError(descriptor: number): number {
  const action = "read the pending error (SO_ERROR)";
  return getWordsOption(descriptor, SOL_SOCKET, SO_ERROR, 1, action)[0] ?? 0;
}

/**
 * Binds the socket to an interface: sends through it, receives only from it.
 *
 * @param name such as `eth0`
 * @throws {SystemError} ENODEV when there is none of that name
 */
export function bindToInterface(descriptor: number, name: string): void {
  const bytes = cString(name);
  const action = `use interface ${name}`;
  if (platform.bindsByIndex) {
    const index = openLibc().ifNametoindex(bytes);
    if (index === 0) throw new SystemError("if_nametoindex", errnoNumber("ENXIO"), action);
    setIntOption(descriptor, IPPROTO_IP, IP_BOUND_IF, index, action);
    return;
  }
  const result = openLibc().setsockopt(
    descriptor,
    SOL_SOCKET,
    SO_BINDTODEVICE,
    bytes,
    bytes.length,
  );
  checkResult(result, "setsockopt", action);
}

/**
 * Binds the socket to an address of this machine: that is where it sends from, and only what is sent there is received.
 *
 * Memory: bind reads the address during the call only.
 *
 * @param address unsigned 32-bit number
 * @throws {SystemError} EADDRNOTAVAIL when it is not this machine's
 */
export function bindToAddress(descriptor: number, address: number): void {
  const bytes = createSocketAddress(address);
  const result = openLibc().bind(descriptor, bytes, bytes.length);
  checkResult(result, "bind", `send from ${addressText(address)}`);
}

/**
 * Asks for a receive buffer of `bytes`, beyond the system's limit if this program may.
 *
 * @returns the size that the kernel granted, its own bookkeeping included (about twice what was asked)
 * @throws {SystemError} when the kernel refuses
 */
export function setReceiveBuffer(descriptor: number, bytes: number): number {
  const action = `set a receive buffer of ${bytes} bytes`;
  const forced = platform.hasForcedBuffers &&
    trySetOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bytes) === 0;
  if (!forced) setIntOption(descriptor, SOL_SOCKET, SO_RCVBUF, bytes, action);
  return getWordsOption(descriptor, SOL_SOCKET, SO_RCVBUF, 1, action)[0] as number;
}
