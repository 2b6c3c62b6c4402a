/** The ICMP message in a captured frame, also where the capture kept only the start of it. */

import { type Datagram, parseDatagram } from "../datagram.ts";
import { ICMP_TYPE } from "../icmp_header.ts";
import { type IcmpMessage, parseIcmpMessage } from "../icmp_message.ts";
import { IPV4, type Ipv4Header, parseIpv4Header, PROTOCOL_ICMP } from "../ipv4_header.ts";
import type { ParseResult } from "../malformed.ts";
import { parseQuotedDatagram, type QuotedIcmp } from "../quoted_datagram.ts";
import { readU32 } from "../octets.ts";
import { TIMESTAMP } from "../timestamp_message.ts";
import type { CapturedPacket } from "./captured_packet.ts";

/** The start of a message; of a timestamp message, the timestamps that were kept whole. */
export interface CapturedStart extends QuotedIcmp {
  /** Receive timestamp. */
  readonly receiveMs: number | undefined;
  /** Transmit timestamp. */
  readonly transmitMs: number | undefined;
}

/** What a captured packet says. */
export interface CapturedContent {
  /** Its IPv4 header; undefined for a bare ICMP message, and where less than the header was kept. */
  readonly header?: Ipv4Header;
  /** Its ICMP message; undefined where less than its fixed part was kept. */
  readonly message?: IcmpMessage;
  /** The part of its ICMP message that is there, where that is not all; undefined where less than eight octets were kept. */
  readonly start?: CapturedStart;
  /** The capture kept only its start: the end of the message is missing, and its checksum cannot be verified. */
  readonly isCut?: boolean;
  /** It is a fragment: the first one has the start of the message, which `isCut` says too, a later one has none. */
  readonly fragment?: "first" | "later";
}

/** The octets from `offset` on: without a link-layer header the very same view. */
export function datagramAt(bytes: Uint8Array, offset: number): Uint8Array {
  return offset === 0 ? bytes : bytes.subarray(offset);
}

/** Whether the datagram at `offset` carries ICMP. */
export function isIcmp(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset + IPV4.protocol] === PROTOCOL_ICMP;
}

/** Parses the datagram at `offset` of a captured frame. */
export function parseCaptured(
  { bytes, originalLengthBytes }: CapturedPacket,
  offset: number,
): ParseResult<CapturedContent> {
  const datagram = datagramAt(bytes, offset);
  const whole = parseDatagram(datagram);
  if (whole.ok) return whole;
  const missingBytes = originalLengthBytes - bytes.length;
  const header = parseIpv4Header(datagram);
  if (!header.ok) {
    const { needed, available } = header.malformed;
    const isCutShort = needed > available && missingBytes >= needed - available;
    return isCutShort ? { ok: true, value: { isCut: true } } : whole;
  }
  if (header.value.protocol !== PROTOCOL_ICMP) return whole;
  const { headerLengthBytes, totalLengthBytes, fragmentOffsetBytes, moreFragments } = header.value;
  const isFragment = moreFragments || fragmentOffsetBytes !== 0;
  if (totalLengthBytes < headerLengthBytes) return whole;
  if (fragmentOffsetBytes !== 0) {
    return { ok: true, value: { header: header.value, isCut: true, fragment: "later" } };
  }
  const isShort = missingBytes > 0 && totalLengthBytes > datagram.length;
  if (!isShort && !isFragment) return whole;
  const end = Math.min(totalLengthBytes, datagram.length);
  const message = parseIcmpMessage(datagram, headerLengthBytes, end);
  if (message.ok) {
    const cut = { header: header.value, message: message.value, isCut: true };
    return { ok: true, value: isFragment ? { ...cut, fragment: "first" } : cut };
  }
  if (!isShort) return whole;
  // What the capture kept is what an ICMP error quotes: the start of a datagram.
  const quote = parseQuotedDatagram(datagram);
  if (!quote.ok || quote.value.icmp === undefined) {
    return { ok: true, value: { header: header.value, isCut: true } };
  }
  const { icmp, payload } = quote.value;
  const stampAt = (offset: number) =>
    isTimestamp(icmp.type) && payload.length >= offset + 4 ? readU32(payload, offset) : undefined;
  const start = {
    ...icmp,
    originateMs: stampAt(TIMESTAMP.originate),
    receiveMs: stampAt(TIMESTAMP.receive),
    transmitMs: stampAt(TIMESTAMP.transmit),
  };
  return { ok: true, value: { header: header.value, start, isCut: true } };
}

/**
 * The header and message of a captured packet, also where only the start of an echo message was kept: its payload is empty
 * then. Undefined for a bare message, and where too little was kept.
 */
export function asDatagram({ header, message, start }: CapturedContent): Datagram | undefined {
  if (header === undefined) return undefined;
  if (message !== undefined) return { header, message };
  if (start === undefined) return undefined;
  const { type, code, checksum, identifier, sequence } = start;
  if (type !== ICMP_TYPE.echoRequest && type !== ICMP_TYPE.echoReply) return undefined;
  const kind = type === ICMP_TYPE.echoRequest ? "echo-request" : "echo-reply";
  const icmp = { type, code, checksum, expectedChecksum: checksum, checksumOk: true };
  return { header, message: { ...icmp, kind, identifier, sequence, payload: new Uint8Array(0) } };
}

function isTimestamp(type: number): boolean {
  return type === ICMP_TYPE.timestampRequest || type === ICMP_TYPE.timestampReply;
}
