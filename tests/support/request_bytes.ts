/** ICMP requests written by hand, for tests that must not trust src/packet. */

/** IPv4 header without options. */
const HEADER_BYTES = 20;

/** What a request may differ in. */
export interface RequestOptions {
  /** ICMP type; 13 (timestamp request) by default. */
  readonly type?: number;
  /** Bytes of ICMP, header included; 20 by default. */
  readonly icmpBytes?: number;
}

/**
 * A datagram with an ICMP request. Source, identification and header checksum are zero: the kernel fills them in.
 *
 * @param destination IPv4 address as an unsigned 32-bit number
 * @param sequence 0..65535
 */
export function buildRequest(
  destination: number,
  sequence: number,
  { type = 13, icmpBytes = 20 }: RequestOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + icmpBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4500);
  view.setUint16(2, bytes.length);
  view.setUint16(8, 0x4001);
  view.setUint32(16, destination);
  view.setUint8(20, type);
  view.setUint16(24, 0x1c3e);
  view.setUint16(26, sequence);
  let sum = 0;
  for (let offset = HEADER_BYTES; offset + 1 < bytes.length; offset += 2) {
    sum += view.getUint16(offset);
  }
  sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(22, ~(sum + (sum >>> 16)) & 0xffff);
  return bytes;
}

/** Sequence number of an ICMP query in a datagram without IPv4 options. */
export function readSequence(datagram: Uint8Array): number {
  return new DataView(datagram.buffer, datagram.byteOffset).getUint16(26);
}

/** Destination of a datagram, as an unsigned 32-bit number. */
export function readDestination(datagram: Uint8Array): number {
  return new DataView(datagram.buffer, datagram.byteOffset).getUint32(16);
}

/** An address in dotted decimal as an unsigned 32-bit number. */
export function addressNumber(text: string): number {
  return text.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
