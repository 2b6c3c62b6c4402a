/** One row of an annotated packet, and the list that rows are collected in. */

import { slice } from "./octets.ts";

/** One field of a packet. */
export interface AnnotatedField {
  /** The part of the packet that the field belongs to, such as `IPv4 header`. */
  readonly part: string;
  /** Where the field starts, in octets from the start of the packet. */
  readonly offset: number;
  /** How many octets it lies in. */
  readonly lengthBytes: number;
  /** Those octets, a view. Fields smaller than an octet share theirs with others. */
  readonly bytes: Uint8Array;
  /** Its name, such as `time to live`. */
  readonly name: string;
  /** Its value as a number or the like, such as `64`. */
  readonly value: string;
  /** What the value says, such as `64 hops`; may be empty. */
  readonly meaning: string;
}

/** Collects the rows of one packet. */
export class Annotation {
  /** The rows so far. */
  readonly fields: AnnotatedField[] = [];
  readonly #bytes: Uint8Array;
  #part = "";

  /** Starts an empty list for the packet in `bytes`. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Names the part that the rows to come belong to. */
  startPart(part: string): void {
    this.#part = part;
  }

  /** Adds a row for the `lengthBytes` octets at `offset`. */
  add(offset: number, lengthBytes: number, name: string, value: string, meaning: string): void {
    const bytes = slice(this.#bytes, offset, offset + lengthBytes);
    this.fields.push({ part: this.#part, offset, lengthBytes, bytes, name, value, meaning });
  }

  /** Adds a row for octets that no field claims, if there are any. */
  addOctets(offset: number, end: number, name: string, meaning: string): void {
    if (end <= offset) return;
    const octets = end - offset === 1 ? "1 octet" : `${end - offset} octets`;
    this.add(offset, end - offset, name, octets, meaning);
  }
}

/** Writes a number in hexadecimal, `0x` and at least `digits` digits. */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** What to say of a checksum. */
export function describeChecksum(checksumOk: boolean, expectedChecksum: number): string {
  return checksumOk ? "right" : `wrong: it should be ${hex(expectedChecksum, 4)}`;
}
