/** Fields of what `decode` writes: readings of a number, and packets. */

import type { NumberReading } from "../measurement/number_reading.ts";
import { formatAddress } from "../packet/address.ts";
import type { CapturedPacket } from "../packet/capture/captured_packet.ts";
import type { CapturedContent } from "../packet/capture/captured_datagram.ts";
import { formatMalformed, type ParseResult } from "../packet/malformed.ts";
import type { QuotedDatagram } from "../packet/quoted_datagram.ts";
import type { Field } from "./field.ts";
import { rounded, when } from "./record_parts.ts";

/** One reading of a number. */
export interface StampEvent {
  /** The number. */
  readonly number: number;
  /** When it was taken, Unix time in milliseconds. */
  readonly atUnixMs: number;
  /** Place among the readings of this number, from 1: the likeliest. */
  readonly rank: number;
  /** How it was read. */
  readonly reading: NumberReading;
}

/** One packet of a capture or of hexadecimal text. */
export interface PacketEvent {
  /** As it was captured. */
  readonly packet: CapturedPacket;
  /** What it says, or why it says nothing. */
  readonly content: ParseResult<CapturedContent>;
}

/** Fields of `stamp`. */
export const STAMP_FIELDS: readonly Field<StampEvent>[] = [
  when("When the number was taken", ({ atUnixMs }) => atUnixMs / 1e3),
  {
    name: "number",
    type: "integer",
    description: "The number, unsigned 32 bits",
    value: ({ number }) => number,
  },
  {
    name: "rank",
    type: "integer",
    description: "Place among the readings of this number; 1 is the likeliest",
    value: ({ rank }) => rank,
  },
  {
    name: "form",
    type: "string",
    description: "What the number counts",
    values: [
      "milliseconds-of-day",
      "seconds-of-day",
      "unix-seconds",
      "unix-milliseconds",
      "swapped-halves",
      "uptime-milliseconds",
    ],
    value: ({ reading }) => reading.form,
  },
  {
    name: "little_endian",
    type: "boolean",
    description: "Read with its octets in the opposite order",
    value: ({ reading }) => reading.isLittleEndian,
  },
  {
    name: "high_bit_cleared",
    type: "boolean",
    description: "Read without its high-order bit, which marks a non-standard value (RFC 792)",
    value: ({ reading }) => reading.hadHighBit,
  },
  {
    name: "utc_offset_minutes",
    type: "integer",
    description: "Read as the local time of a zone ahead of UTC by this; 0 for UTC",
    value: ({ reading }) => reading.utcOffsetMinutes,
  },
  {
    name: "time_of_day_ms",
    type: "number",
    optional: true,
    description: "The time that it shows, milliseconds since midnight of that zone",
    value: ({ reading }) => reading.timeOfDayMs,
  },
  {
    name: "shown_unix_s",
    type: "number",
    optional: true,
    description: "The time that it shows, Unix time in seconds",
    value: ({ reading }) => reading.unixMs === undefined ? undefined : reading.unixMs / 1e3,
  },
  {
    name: "offset_ms",
    type: "number",
    optional: true,
    description: "The time that it shows minus the time when it was taken",
    value: ({ reading }) => rounded(reading.offsetMs),
  },
  {
    name: "chance_ratio",
    type: "number",
    description: "Share of all 32-bit numbers that come as close by chance, 0 to 1",
    value: ({ reading }) => reading.chance,
  },
];

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

/** A number of timestamp messages. */
function timestamp(
  name: string,
  description: string,
  key: "originateMs" | "receiveMs" | "transmitMs",
): Field<PacketEvent> {
  return content(
    name,
    "integer",
    description,
    ({ message, start }) => {
      if (start !== undefined) return start[key];
      return message?.kind === "timestamp-request" || message?.kind === "timestamp-reply"
        ? message[key]
        : undefined;
    },
  );
}

/** Fields of `packet`. */
export const PACKET_FIELDS: readonly Field<PacketEvent>[] = [
  {
    name: "time",
    type: "number",
    optional: true,
    description: "When it was captured, Unix time in seconds",
    value: ({ packet }) =>
      Number.isNaN(packet.unixSeconds)
        ? undefined
        : Math.round((packet.unixSeconds + packet.nanoseconds / 1e9) * 1e6) / 1e6,
  },
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
    description: "Nanoseconds after the second of `time`",
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
  content("ttl", "integer", "Time to live", ({ header }) => header?.ttl),
  content("icmp_type", "integer", "ICMP type", ({ message, start }) => (message ?? start)?.type),
  content("icmp_code", "integer", "ICMP code", ({ message, start }) => (message ?? start)?.code),
  content(
    "checksum_ok",
    "boolean",
    "The ICMP checksum is right",
    ({ message, isCut }) => isCut ? undefined : message?.checksumOk,
  ),
  content(
    "identifier",
    "integer",
    "ICMP identifier",
    (captured) => identityOf(captured)?.identifier,
  ),
  content(
    "sequence",
    "integer",
    "ICMP sequence number",
    (captured) => identityOf(captured)?.sequence,
  ),
  quoted(
    "quoted_destination",
    "string",
    "Of an ICMP error: destination of the datagram that it quotes",
    ({ header }) => formatAddress(header.destination),
  ),
  quoted(
    "quoted_identifier",
    "integer",
    "Of an ICMP error: identifier of the message that it quotes",
    ({ icmp }) => icmp?.identifier,
  ),
  quoted(
    "quoted_sequence",
    "integer",
    "Of an ICMP error: sequence number of the message that it quotes",
    ({ icmp }) => icmp?.sequence,
  ),
  timestamp("originate_ms", "Originate timestamp, its 32 bits", "originateMs"),
  timestamp("receive_ms", "Receive timestamp, its 32 bits", "receiveMs"),
  timestamp("transmit_ms", "Transmit timestamp, its 32 bits", "transmitMs"),
  {
    name: "length_bytes",
    type: "integer",
    description: "Length of the packet on the wire, its link-layer header included",
    value: ({ packet }) => packet.originalLengthBytes,
  },
  {
    name: "malformed",
    type: "string",
    optional: true,
    description: "Why it could not be read",
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
