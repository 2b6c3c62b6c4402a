/**
 * Big-endian integers in octet buffers.
 *
 * A DataView for every datagram costs more than reading the datagram does, so these read and
 * write octets. Callers have checked that the octets are there; an octet that is not reads as 0.
 */

/** No octets: what an empty options, payload or trailing field refers to. */
export const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** Reads the octet at `offset`. */
export function readU8(bytes: Uint8Array, offset: number): number {
  return bytes[offset] as number;
}

/** Reads a 16-bit number, network order, at `offset`. */
export function readU16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

/** Reads an unsigned 32-bit number, network order, at `offset`. */
export function readU32(bytes: Uint8Array, offset: number): number {
  return (((bytes[offset] as number) << 24) | ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number)) >>> 0;
}

/** Writes the low 8 bits of `value` at `offset`. */
export function writeU8(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
}

/** Writes the low 16 bits of `value`, network order, at `offset`. */
export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes the low 32 bits of `value`, network order, at `offset`. */
export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** The octets from `start` to `end`, as a view on the same memory; {@linkcode NO_OCTETS} when none. */
export function slice(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start >= end ? NO_OCTETS : bytes.subarray(start, end);
}

/**
 * Throws unless `target` has room for `lengthBytes` octets from `offset` on.
 *
 * @throws {RangeError} It has not.
 */
export function requireRoom(target: Uint8Array, offset: number, lengthBytes: number): void {
  if (offset < 0 || offset + lengthBytes > target.length) {
    throw new RangeError(
      `Cannot emit ${lengthBytes} octets at offset ${offset}: the buffer has ${target.length}`,
    );
  }
}

/**
 * Returns `value` if it is an integer from 0 to `maximum`.
 *
 * @throws {RangeError} It is not.
 */
export function requireRange(name: string, value: number, maximum: number): number {
  if (!Number.isInteger(value) || value < 0 || value > maximum) {
    throw new RangeError(
      `Cannot emit ${name} ${value}: expected an integer from 0 to ${maximum}`,
    );
  }
  return value;
}
