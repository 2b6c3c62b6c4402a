/** The octets of a reply: RFC 792 pages 14 and 16, and what a host may do differently. */

import {
  emitDatagram,
  type IcmpFields,
  type Ipv4Fields,
  type Ipv4Header,
  parseDatagram,
} from "../packet/mod.ts";
import type { EchoMessage, TimestampMessage } from "../packet/mod.ts";
import type { Behaviour, IcmpErrorKind } from "./behaviour.ts";

/** A request that a host may answer. */
export interface HostRequest {
  /** Its IPv4 header. */
  readonly header: Ipv4Header;
  /** Its ICMP message. */
  readonly message: TimestampMessage | EchoMessage;
}

/** The two timestamps of a reply, 32 bits each. */
export interface ReplyStamps {
  /** Receive timestamp. */
  readonly receiveMs: number;
  /** Transmit timestamp. */
  readonly transmitMs: number;
}

/** Reads a request; `malformed` or `other` where it is none. Fragments and wrong header checksums are malformed: no kernel hands them up. */
export function readRequest(bytes: Uint8Array): HostRequest | "malformed" | "other" {
  if (((bytes[0] ?? 0) >>> 4) === 6) return "other";
  const parsed = parseDatagram(bytes);
  if (!parsed.ok) return "malformed";
  const { header, message } = parsed.value;
  if (!header.checksumOk) return "malformed";
  return message.kind === "timestamp-request" || message.kind === "echo-request"
    ? { header, message }
    : "other";
}

/**
 * Writes the reply of a host.
 *
 * @param stamps timestamps of the reply; an echo has none
 * @param identification of the IPv4 header, 16 bits
 */
export function writeReply(
  { header, message }: HostRequest,
  host: Behaviour,
  stamps: ReplyStamps,
  identification: number,
): Uint8Array {
  const wrong = (what: Behaviour["tampers"][number]) => host.tampers.includes(what);
  const common = {
    identifier: wrong("identifier") ? message.identifier ^ 0x8000 : message.identifier,
    sequence: wrong("sequence") ? message.sequence ^ 0x8000 : message.sequence,
  };
  const fields: IcmpFields = isTimestamp(message)
    ? {
      kind: "timestamp-reply",
      ...common,
      originateMs: wrong("originate") ? (message.originateMs ^ 0x1234) >>> 0 : message.originateMs,
      ...stamps,
      ...(host.oddCode === "same" ? { code: message.code } : {}),
      ...(host.long === "return" ? { trailing: message.trailing } : {}),
    }
    : {
      kind: "echo-reply",
      ...common,
      // As Linux and the BSDs do: an echo is turned round whole.
      code: message.code,
      payload: message.payload,
    };
  const ipv4: Ipv4Fields = {
    source: wrong("source") ? (header.destination ^ 1) >>> 0 : header.destination,
    destination: header.source,
    tos: host.copiesTos ? header.tos : 0,
    ttl: host.ttl,
    dontFragment: host.dontFragment,
    identification,
  };
  const reply = emitDatagram({ header: ipv4, message: fields });
  if (wrong("checksum")) spoilChecksum(reply);
  return reply;
}

/** The ICMP error of a host, or of a router before it, which quotes header and 64 bits or more (RFC 1812 §4.3.2.3). */
export function writeIcmpError(
  request: Uint8Array,
  { header }: HostRequest,
  host: Behaviour,
  { type, code }: IcmpErrorKind,
  identification: number,
): Uint8Array {
  const quoted = request.slice(0, Math.min(header.totalLengthBytes, MAX_QUOTE_BYTES));
  return emitDatagram({
    header: {
      source: header.destination,
      destination: header.source,
      ttl: host.ttl,
      // Precedence of network control, as routers send errors (RFC 1812 §4.3.2.5).
      tos: 0xc0,
      identification,
    },
    message: { kind: "error", type, code, body: quoted },
  });
}

function isTimestamp(message: TimestampMessage | EchoMessage): message is TimestampMessage {
  return message.kind === "timestamp-request" || message.kind === "timestamp-reply";
}

/** With its own header an error has at most 576 octets (RFC 1812 §4.3.2.3). */
const MAX_QUOTE_BYTES = 576 - 20 - 8;
/** Offset of the ICMP checksum behind a header without options. */
const CHECKSUM_OFFSET = 20 + 2;

function spoilChecksum(reply: Uint8Array): void {
  reply[CHECKSUM_OFFSET] = (reply[CHECKSUM_OFFSET] as number) ^ 1;
}
