/** IPv4 socket addresses (`struct sockaddr_in`, ip(7)) and addresses as unsigned 32-bit numbers. */

import { platform } from "../platform.ts";
import { AF_INET } from "./constants.ts";
import { SockaddrIn } from "./layout.ts";

/**
 * Writes a whole `struct sockaddr_in` at `offset`.
 *
 * @param view memory to write to
 * @param offset in bytes
 * @param address IPv4 address as an unsigned 32-bit number
 * @param port 0..65535
 * @throws {RangeError} when `view` is too short
 */
export function writeSocketAddress(
  view: DataView,
  offset: number,
  address: number,
  port: number,
): void {
  if (platform.hasAddressLength) view.setUint16(offset, SockaddrIn.size << 8 | AF_INET, false);
  else view.setUint16(offset + SockaddrIn.family, AF_INET, true);
  view.setUint16(offset + SockaddrIn.port, port, false);
  view.setUint32(offset + SockaddrIn.address, address, false);
  view.setUint32(offset + SockaddrIn.address + 4, 0);
  view.setUint32(offset + SockaddrIn.address + 8, 0);
}

/**
 * A new `struct sockaddr_in`.
 *
 * @param address IPv4 address as an unsigned 32-bit number
 * @param port 0..65535
 */
export function createSocketAddress(address: number, port = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SockaddrIn.size);
  writeSocketAddress(new DataView(bytes.buffer), 0, address, port);
  return bytes;
}

/**
 * An address in dotted decimal.
 *
 * @param address IPv4 address as an unsigned 32-bit number
 */
export function addressText(address: number): string {
  return `${address >>> 24}.${address >>> 16 & 255}.${address >>> 8 & 255}.${address & 255}`;
}

/**
 * A string with its final zero, as C expects it.
 *
 * @throws {TypeError} when the text holds a zero
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError("Cannot hand text to libc: it contains a zero");
  return new TextEncoder().encode(`${text}\0`) as Uint8Array<ArrayBuffer>;
}
