/**
 * Extensions of ICMP errors (RFC 4884), and the MPLS labels in them (RFC 4950).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-----------------------+-------------------------------+
 * |Version|       Reserved        |           Checksum            |
 * +-------+-----------------------+-------------------------------+
 * |      Object Length            |  Class-Num    |    C-Type     |
 * +-------------------------------+---------------+---------------+
 * |      Object payload, Length - 4 octets; of class 1, type 1:   |
 * |      Label, 20 bits           | TC  |S|    Time to live       |
 * +---------------------------------------------------------------+
 * ```
 */

import { isSumRight, sumWords } from "./checksum.ts";
import { readU16, readU32, readU8, slice } from "./octets.ts";
import type { IcmpErrorMessage } from "./icmp_error.ts";

/** Offsets of the fields, in octets: of the header, and of each object. */
const EXTENSION = { version: 0, checksum: 2, objects: 4 } as const;
const OBJECT = { length: 0, classNumber: 2, type: 3, payload: 4 } as const;
const VERSION = 2;
const MPLS_CLASS = 1, LABEL_STACK_TYPE = 1, LABEL_BYTES = 4;
/**
 * Senders from before RFC 4884 do not say where the quote ends; they quote 128 octets (RFC 4884 §5.1).
 */
const OLD_QUOTE_BYTES = 128;
/** Labels that are read of one error, at most. */
const MAX_LABELS = 16;

/** One entry of a label stack (RFC 3032 §2.1). */
export interface MplsLabel {
  /** Label, 20 bits. */
  readonly label: number;
  /** Traffic class, 3 bits. */
  readonly trafficClass: number;
  /** The last entry of its stack. */
  readonly isBottom: boolean;
  /** Time to live, 8 bits. */
  readonly ttl: number;
}

/** The labels of the datagram when it expired, outermost first; empty where the error reports none, or is malformed. */
export function readMplsLabels({ extension, body }: IcmpErrorMessage): MplsLabel[] {
  const octets = extension.length > 0 ? extension : slice(body, OLD_QUOTE_BYTES, body.length);
  if (readU8(octets, EXTENSION.version) >>> 4 !== VERSION) return [];
  const hasChecksum = readU16(octets, EXTENSION.checksum) !== 0;
  // Zero: the sender computed none. Where nothing says that this is an extension, the checksum has to.
  if (hasChecksum ? !isSumRight(sumWords(octets, 0, octets.length)) : extension.length === 0) {
    return [];
  }
  const labels: MplsLabel[] = [];
  // Behind the last object a length reads as 0.
  for (let at: number = EXTENSION.objects;;) {
    const lengthBytes = readU16(octets, at + OBJECT.length);
    const end = at + lengthBytes;
    if (end < at + OBJECT.payload || end > octets.length) return labels;
    const isStack = readU8(octets, at + OBJECT.classNumber) === MPLS_CLASS &&
      readU8(octets, at + OBJECT.type) === LABEL_STACK_TYPE;
    if (isStack) readStack(octets, at + OBJECT.payload, end, labels);
    at = end;
  }
}

function readStack(octets: Uint8Array, start: number, end: number, labels: MplsLabel[]): void {
  for (let at = start; at + LABEL_BYTES <= end && labels.length < MAX_LABELS; at += LABEL_BYTES) {
    const entry = readU32(octets, at);
    labels.push({
      label: entry >>> 12,
      trafficClass: entry >>> 9 & 7,
      isBottom: (entry >>> 8 & 1) === 1,
      ttl: entry & 0xff,
    });
  }
}

/** `label 24005 tc 0 ttl 1`. */
export function formatMplsLabel({ label, trafficClass, ttl }: MplsLabel): string {
  return `label ${label} tc ${trafficClass} ttl ${ttl}`;
}
