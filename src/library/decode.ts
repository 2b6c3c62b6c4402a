/** `decode` as a function: the ICMP messages of a capture file. Pure: it reads octets and needs no permission. */

import { isIcmp, parseCaptured } from "../packet/capture/captured_datagram.ts";
import { CaptureReader } from "../packet/capture/capture_reader.ts";
import { findIpv4 } from "../packet/capture/link_type.ts";
import type { CapturedPacket } from "../packet/capture/captured_packet.ts";
import type { IcmpMessage } from "../packet/icmp_message.ts";
import type { Ipv4Header } from "../packet/ipv4_header.ts";
import type { Malformed } from "../packet/malformed.ts";

/** Where a packet stands in its file. */
export interface DecodedFrame {
  /** Number of the packet in the file, from 1, as Wireshark counts. */
  readonly frame: number;
  /** When it was captured: Unix time in seconds; undefined where the file does not say. */
  readonly time: number | undefined;
  /** Whether the capturing host sent or received it; undefined where the file does not say. */
  readonly direction: "out" | "in" | undefined;
}

/** An ICMP message. */
export interface DecodedMessage extends DecodedFrame {
  /** Discriminates {@linkcode DecodedPacket}. */
  readonly kind: "message";
  /** Its IPv4 header; undefined for a bare ICMP message. */
  readonly header: Ipv4Header | undefined;
  /** The message; undefined where less than its fixed part was captured. */
  readonly message: IcmpMessage | undefined;
  /** The capture kept only the start of the packet: its checksum cannot be verified. */
  readonly isCut: boolean;
}

/** An ICMP message that cannot be parsed. */
export interface DecodedMalformed extends DecodedFrame {
  /** Discriminates {@linkcode DecodedPacket}. */
  readonly kind: "malformed";
  /** Layer, reason and offset. */
  readonly malformed: Malformed;
}

/** One packet; `kind` says whether it could be parsed. */
export type DecodedPacket = DecodedMessage | DecodedMalformed;

/**
 * Reads a pcap or pcapng file and yields its ICMP messages; packets without one are passed over.
 *
 * @param source The octets of the file, whole or piece by piece, such as the `readable` of a file.
 * @throws {SyntaxError} The file is damaged: yielded are the packets before, and the message says at which octet.
 *
 * @example
 * ```ts
 * import { decode } from "icmptime";
 *
 * const pcap = new Uint8Array(24);
 * pcap.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
 * for await (const packet of decode(pcap)) {
 *   if (packet.kind === "message") console.log(packet.frame, packet.message?.kind);
 * }
 * ```
 */
export async function* decode(
  source: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<DecodedPacket, void, void> {
  const reader = new CaptureReader();
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    for (const packet of reader.read(chunk)) {
      const decoded = decodePacket(packet);
      if (decoded !== undefined) yield decoded;
    }
    if (reader.broken !== undefined) break;
  }
  reader.finish();
  if (reader.broken === undefined) return;
  const { offset, reason } = reader.broken;
  throw new SyntaxError(`Cannot read the capture at octet ${offset}: ${reason}`);
}

function decodePacket(packet: CapturedPacket): DecodedPacket | undefined {
  // The octets are valid until the next packet only; what is yielded stays.
  const kept: CapturedPacket = { ...packet, bytes: packet.bytes.slice() };
  const offset = findIpv4(kept.linkType, kept.bytes);
  if (offset < 0 || !isIcmp(kept.bytes, offset)) return undefined;
  const { frame, unixSeconds, nanoseconds, direction } = kept;
  const time = Number.isNaN(unixSeconds) ? undefined : unixSeconds + nanoseconds / 1e9;
  const parsed = parseCaptured(kept, offset);
  if (!parsed.ok) {
    return { kind: "malformed", frame, time, direction, malformed: parsed.malformed };
  }
  const { header, message, isCut = false } = parsed.value;
  return { kind: "message", frame, time, direction, header, message, isCut };
}
