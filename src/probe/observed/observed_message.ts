/**
 * The questions of other programs, as kinds of probes. Such a message is never sent: it recognises the answers to captured
 * requests, and reads them as the kinds that this program sends do.
 */

import {
  type EchoMessage,
  ICMP_TYPE,
  type IcmpMessage,
  type Ipv4Header,
  parseIpTimestampOption,
} from "../../packet/mod.ts";
import { ECHO, ECHO_MIN_BYTES } from "../../packet/echo_message.ts";
import { IPV4_MIN_HEADER_BYTES } from "../../packet/ipv4_header.ts";
import { ICMP } from "../../packet/icmp_header.ts";
import { NO_OCTETS, readU32, writeU16, writeU32 } from "../../packet/octets.ts";
import { TIMESTAMP as TIMESTAMP_OFFSETS, TIMESTAMP_BYTES } from "../../packet/timestamp_message.ts";
import { readStamps } from "../message/ip_timestamp.ts";
import {
  type ProbeContent,
  type ProbeMessage,
  type ReplyContent,
  type ReplyMessage,
  TOKEN_BYTES,
} from "../message/message.ts";
import { TimestampProbe } from "../message/timestamp.ts";
import type { ObservedProbe } from "./observed_probe.ts";

/** Octets of a request that are kept: what an ICMP error quotes, and a usual payload. */
export const KEPT_BYTES = 128;
/** Where the message of a request with IPv4 options starts, to say that its answer may have some. */
const WITH_OPTIONS_BYTES = IPV4_MIN_HEADER_BYTES + 4;

/** Writes the message of a captured request behind a header that says nothing. */
function emitOctets(probe: ObservedProbe, start: number, bytes: Uint8Array): Uint8Array {
  const octets = probe.octets ?? emitPlain(probe);
  bytes.set(octets, start);
  return bytes.subarray(0, start + octets.length);
}

/** A timestamp request with nothing but numbers and originate timestamp. */
function emitPlain({ checksum, identifier, sequence, token }: ObservedProbe): Uint8Array {
  const octets = new Uint8Array(TIMESTAMP_BYTES);
  octets[ICMP.type] = ICMP_TYPE.timestampRequest;
  writeU16(octets, ICMP.checksum, checksum);
  writeU16(octets, TIMESTAMP_OFFSETS.identifier, identifier);
  writeU16(octets, TIMESTAMP_OFFSETS.sequence, sequence);
  writeU32(octets, TIMESTAMP_OFFSETS.originate, token);
  return octets;
}

/** What is to be kept of a request whose message lies at those octets of its datagram. */
export function octetsOf(
  message: IcmpMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  const isPlain = message.kind === "timestamp-request" && message.code === 0 &&
    message.receiveMs === 0 && message.transmitMs === 0 && message.trailing.length === 0;
  return isPlain ? undefined : bytes.slice(start, Math.min(end, start + KEPT_BYTES));
}

/** A captured timestamp request. */
class ObservedTimestamp extends TimestampProbe {
  /** Room for what is kept of a request. */
  override readonly lengthBytes: number = IPV4_MIN_HEADER_BYTES + KEPT_BYTES;

  /** Writes the octets that were captured. */
  override emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array {
    return emitOctets(probe as unknown as ObservedProbe, this.messageStart, bytes);
  }
}

/** A captured echo request. */
class ObservedEcho implements ProbeMessage {
  /** Name of the kind. */
  readonly name: "echo" | "ip-timestamp";
  /** Type 8. */
  readonly requestType: number = ICMP_TYPE.echoRequest;
  /** Type 0. */
  readonly replyType: number = ICMP_TYPE.echoReply;
  /** Room for what is kept of a request. */
  readonly lengthBytes: number = WITH_OPTIONS_BYTES + KEPT_BYTES;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  /** Its payload has room for a token. */
  readonly hasToken: boolean;

  /** `hasStamps`: its header has room for timestamps of the host. */
  constructor(hasToken: boolean, hasStamps: boolean) {
    this.hasToken = hasToken;
    this.name = hasStamps ? "ip-timestamp" : "echo";
    this.messageStart = hasStamps ? WITH_OPTIONS_BYTES : IPV4_MIN_HEADER_BYTES;
  }

  /** The first four octets of the payload are read from the request. */
  makeToken(): number {
    return 0;
  }

  /** Writes the octets that were captured. */
  emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array {
    return emitOctets(probe as unknown as ObservedProbe, this.messageStart, bytes);
  }

  /** Whether it is an echo reply. */
  isAnswer(message: IcmpMessage): message is EchoMessage {
    return message.kind === "echo-reply";
  }

  /** Whether the payloads begin alike, as far as that was captured. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    const { payload } = reply as EchoMessage;
    if (!this.hasToken) return true;
    return payload.length < TOKEN_BYTES ? isCut(reply) : readU32(payload, 0) === token;
  }

  /** Whether the payload came back as it was sent, and the timestamps that the host wrote into the header. */
  describe(reply: ReplyMessage, header: Ipv4Header, probe: ProbeContent): ReplyContent {
    const { payload } = reply as EchoMessage;
    const { octets } = probe as unknown as ObservedProbe;
    const sent = octets?.subarray(ECHO.payload) ?? NO_OCTETS;
    const flags = isAlike(sent, payload, isCut(reply)) ? [] : ["payload-changed"];
    const lengthBytes = isCut(reply)
      ? header.totalLengthBytes - header.headerLengthBytes
      : ECHO_MIN_BYTES + payload.length;
    if (this.name === "echo") return { stamps: undefined, lengthBytes, flags };
    const stamps = readStamps(header, probe);
    return { stamps, lengthBytes, flags: stamps === undefined ? [...flags, "no-stamps"] : flags };
  }
}

const TIMESTAMP: ProbeMessage = new ObservedTimestamp();
const ECHOES: readonly ProbeMessage[] = [
  new ObservedEcho(false, false),
  new ObservedEcho(true, false),
];
const STAMPED_ECHOES: readonly ProbeMessage[] = [
  new ObservedEcho(false, true),
  new ObservedEcho(true, true),
];

/** Every kind of question that captures are searched for. */
export const OBSERVED_MESSAGES: readonly ProbeMessage[] = [TIMESTAMP, ...ECHOES, ...STAMPED_ECHOES];

/** The kind of a captured request; undefined for a message that is none. */
export function observedMessage(
  { options }: Ipv4Header,
  message: IcmpMessage,
): ProbeMessage | undefined {
  if (message.kind === "timestamp-request") return TIMESTAMP;
  if (message.kind !== "echo-request") return undefined;
  const hasToken = message.payload.length >= TOKEN_BYTES ? 1 : 0;
  const asked = options.length > 0 ? parseIpTimestampOption(options) : undefined;
  return (asked?.ok && asked.value !== undefined ? STAMPED_ECHOES : ECHOES)[hasToken];
}

/** 32 bits that the answer to a request repeats. */
export function tokenOf(message: IcmpMessage): number {
  if (message.kind === "timestamp-request" || message.kind === "timestamp-reply") {
    return message.originateMs;
  }
  const isLong = "payload" in message && message.payload.length >= TOKEN_BYTES;
  return isLong ? readU32(message.payload, 0) : 0;
}

/** A message of which the capture kept only the start. */
export function markCut<Message extends IcmpMessage>(message: Message): Message {
  return { ...message, isCut: true };
}

function isCut(message: IcmpMessage): boolean {
  return "isCut" in message;
}

/** Compares what is known of both. */
function isAlike(sent: Uint8Array, echoed: Uint8Array, isCutShort: boolean): boolean {
  const isWholeRequest = sent.length < KEPT_BYTES - ECHO_MIN_BYTES;
  if (!isCutShort && isWholeRequest && sent.length !== echoed.length) return false;
  const lengthBytes = Math.min(sent.length, echoed.length);
  for (let i = 0; i < lengthBytes; i++) if (sent[i] !== echoed[i]) return false;
  return true;
}
