/** Fields of `packet`: what `decode` reads from captures and digits. */

import { formatAddress } from "../packet/address.ts";
import type { CapturedPacket } from "../packet/capture/captured_packet.ts";
import type { CapturedContent } from "../packet/capture/captured_datagram.ts";
import { formatMalformed, type ParseResult } from "../packet/malformed.ts";
import type { QuotedDatagram } from "../packet/quoted_datagram.ts";
import type { Field } from "./field.ts";
import { icmpType, type RawTimestamps, timestamps, ttl } from "./measured_fields.ts";
import { identifier, sequence, when } from "./shared_fields.ts";

/** One packet of a capture or of hexadecimal text. */
export interface PacketEvent {
  /** As it was captured. */
  readonly packet: CapturedPacket;
  /** What it says, or why it says nothing. */
  readonly content: ParseResult<CapturedContent>;
  /** When it was decoded, Unix time in milliseconds. */
  readonly decodedAtUnixMs: number;
}

type ReadPacket = (content: CapturedContent) => string | number | boolean | undefined;

/** A field of packets that could be read. */
function content(
  name: string,
  type: Field<PacketEvent>["type"],
  description: string,
  read: ReadPacket,
): Field<PacketEvent> {
  return {
    name,
    type,
    description,
    optional: true,
    value: (event) => event.content.ok ? read(event.content.value) : undefined,
  };
}

/** A field of the datagram that an ICMP error quotes. */
function quoted(
  name: string,
  type: Field<PacketEvent>["type"],
  description: string,
  read: (quote: QuotedDatagram) => string | number | undefined,
): Field<PacketEvent> {
  return content(
    name,
    type,
    description,
    ({ message }) =>
      message?.kind === "error" && message.quote.ok ? read(message.quote.value) : undefined,
  );
}

/** Identifier and sequence number of the types that have them. */
function identityOf(
  { message, start }: CapturedContent,
): { identifier: number; sequence: number } | undefined {
  if (message === undefined) return start;
  return "identifier" in message ? message : undefined;
}

/** The timestamps of a message that has them. */
function timestampsOf({ message, start }: CapturedContent): RawTimestamps | undefined {
  const stamped = message?.kind === "timestamp-request" || message?.kind === "timestamp-reply";
  return start ?? (stamped ? message : undefined);
}

function contentOf({ content }: PacketEvent): CapturedContent | undefined {
  return content.ok ? content.value : undefined;
}

/** A field of `read` that some packets do not have. */
function optional(field: Field<PacketEvent>): Field<PacketEvent> {
  return { ...field, optional: true };
}

/** Fields of a `packet` record, in the order of its columns. */
export const PACKET_FIELDS: readonly Field<PacketEvent>[] = [
  when(
    "when the packet was captured; of one without a time, when it was decoded",
    ({ packet, decodedAtUnixMs }) =>
      Number.isNaN(packet.unixSeconds)
        ? decodedAtUnixMs / 1e3
        : packet.unixSeconds + packet.nanoseconds / 1e9,
  ),
  {
    name: "frame",
    type: "integer",
    description: "Number of the packet in its file, from 1",
    value: ({ packet }) => packet.frame,
  },
  {
    name: "time_ns",
    type: "integer",
    optional: true,
    description: "Nanoseconds after the second of `time`; absent where the packet has no time",
    value: ({ packet }) => Number.isNaN(packet.unixSeconds) ? undefined : packet.nanoseconds,
  },
  {
    name: "direction",
    type: "string",
    optional: true,
    description: "Whether the capturing host sent or received it, where the file says so",
    values: ["out", "in"],
    value: ({ packet }) => packet.direction,
  },
  content(
    "source",
    "string",
    "Source address",
    ({ header }) => header && formatAddress(header.source),
  ),
  content(
    "destination",
    "string",
    "Destination address",
    ({ header }) => header && formatAddress(header.destination),
  ),
  optional(ttl((event) => contentOf(event)?.header?.ttl)),
  ...icmpType<PacketEvent>((event) => {
    const captured = contentOf(event);
    return captured?.message ?? captured?.start;
  }, true),
  content(
    "is_checksum_right",
    "boolean",
    "Whether the ICMP checksum is right",
    ({ message, isCut }) => isCut ? undefined : message?.checksumOk,
  ),
  optional(identifier((event) => {
    const captured = contentOf(event);
    return captured && identityOf(captured)?.identifier;
  })),
  optional(sequence((event) => {
    const captured = contentOf(event);
    return captured && identityOf(captured)?.sequence;
  })),
  quoted(
    "quoted_destination",
    "string",
    "In an ICMP error: destination of the datagram that it quotes",
    ({ header }) => formatAddress(header.destination),
  ),
  quoted(
    "quoted_identifier",
    "integer",
    "In an ICMP error: identifier of the message that it quotes",
    ({ icmp }) => icmp?.identifier,
  ),
  quoted(
    "quoted_sequence",
    "integer",
    "In an ICMP error: sequence number of the message that it quotes",
    ({ icmp }) => icmp?.sequence,
  ),
  ...timestamps<PacketEvent>((event) => {
    const captured = contentOf(event);
    return captured && timestampsOf(captured);
  }, true),
  {
    name: "wire_length_bytes",
    type: "integer",
    description: "Length of the packet on the wire, its link-layer header included",
    value: ({ packet }) => packet.originalLengthBytes,
  },
  {
    name: "malformed_reason",
    type: "string",
    optional: true,
    description: "Why the packet could not be parsed",
    value: ({ content }) => content.ok ? undefined : formatMalformed(content.malformed),
  },
  {
    name: "comment",
    type: "string",
    optional: true,
    description: "Remark in the file",
    value: ({ packet }) => packet.comment,
  },
];
