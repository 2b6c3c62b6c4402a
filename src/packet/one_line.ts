/** A datagram in one line, in the words that tcpdump uses. */

import { formatAddress } from "./address.ts";
import type { Datagram } from "./datagram.ts";
import { CODE_FRAGMENTATION_NEEDED, type IcmpErrorMessage } from "./icmp_error.ts";
import { ICMP_TYPE } from "./icmp_header.ts";
import { type IcmpMessage, icmpMessageLength } from "./icmp_message.ts";
import { readU16 } from "./octets.ts";
import type { QuotedDatagram } from "./quoted_datagram.ts";
import { formatStamp } from "./stamp.ts";

/**
 * Writes a datagram as `tcpdump -nn -t` does:
 * `IP 10.0.0.1 > 10.0.0.2: ICMP time stamp query id 4660 seq 1, length 20`. A wrong ICMP checksum
 * is appended as `tcpdump -v` has it.
 */
export function formatDatagram(datagram: Datagram): string {
  const { header, message } = datagram;
  const ends = `${formatAddress(header.source)} > ${formatAddress(header.destination)}`;
  const length = icmpMessageLength(message);
  return `IP ${ends}: ICMP ${formatMessage(message)}, length ${length}${formatVerdict(message)}`;
}

function formatVerdict(message: IcmpMessage): string {
  if (message.checksumOk) return "";
  const carried = message.checksum.toString(16);
  return ` (wrong icmp cksum ${carried} (->${message.expectedChecksum.toString(16)})!)`;
}

/** Writes an ICMP message in the words that tcpdump uses, without its length. */
export function formatMessage(message: IcmpMessage): string {
  switch (message.kind) {
    case "timestamp-request":
      return `time stamp query id ${message.identifier} seq ${message.sequence}`;
    case "timestamp-reply":
      return `time stamp reply id ${message.identifier} seq ${message.sequence}: ` +
        `org ${formatStamp(message.originateMs)}, recv ${formatStamp(message.receiveMs)}, ` +
        `xmit ${formatStamp(message.transmitMs)}`;
    case "echo-request":
      return `echo request, id ${message.identifier}, seq ${message.sequence}`;
    case "echo-reply":
      return `echo reply, id ${message.identifier}, seq ${message.sequence}`;
    case "error":
      return formatError(message);
    case "other":
      return OTHER_WORDS[message.type] ?? `type-#${message.type}`;
  }
}

const OTHER_WORDS: Readonly<Record<number, string>> = {
  9: "router advertisement",
  10: "router solicitation",
  15: "information request",
  16: "information reply",
  17: "address mask request",
  18: "address mask reply",
};

/** What tcpdump says of each code of Destination Unreachable, before and after the address. */
const UNREACHABLE_WORDS: Readonly<Record<number, readonly [string, string]>> = {
  0: ["net ", " unreachable"],
  1: ["host ", " unreachable"],
  5: ["", " unreachable - source route failed"],
  6: ["net ", " unreachable - unknown"],
  7: ["host ", " unreachable - unknown"],
  8: ["", " unreachable - source host isolated"],
  9: ["net ", " unreachable - admin prohibited"],
  10: ["host ", " unreachable - admin prohibited"],
  11: ["net ", " unreachable - tos prohibited"],
  12: ["host ", " unreachable - tos prohibited"],
  13: ["host ", " unreachable - admin prohibited filter"],
  14: ["host ", " unreachable - host precedence violation"],
  15: ["host ", " unreachable - precedence cutoff"],
};

/** What tcpdump says of each code of Redirect, around the two addresses. */
const REDIRECT_WORDS: Readonly<Record<number, readonly [string, string]>> = {
  0: ["redirect", "to net"],
  1: ["redirect", "to host"],
  2: ["redirect-tos", "to net"],
  3: ["redirect-tos", "to host"],
};

function formatError(message: IcmpErrorMessage): string {
  const { type, code } = message;
  switch (type) {
    case ICMP_TYPE.sourceQuench:
      return "source quench";
    case ICMP_TYPE.timeExceeded:
      if (code === 0) return "time exceeded in-transit";
      return code === 1 ? "ip reassembly time exceeded" : `time exceeded-#${code}`;
    case ICMP_TYPE.parameterProblem:
      return code === 0
        ? `parameter problem - octet ${message.pointer}`
        : `parameter problem - code ${code}`;
  }
  if (!message.quote.ok) return `${message.name} [|quote]`;
  const quote = message.quote.value;
  return type === ICMP_TYPE.redirect
    ? formatRedirect(message, quote)
    : formatUnreachable(message, quote);
}

function formatRedirect(message: IcmpErrorMessage, quote: QuotedDatagram): string {
  const [verb, preposition] = REDIRECT_WORDS[message.code] ?? [`redirect-#${message.code}`, "to"];
  const refused = formatAddress(quote.header.destination);
  return `${verb} ${refused} ${preposition} ${formatAddress(message.gateway as number)}`;
}

const CODE_PROTOCOL_UNREACHABLE = 2;
const CODE_PORT_UNREACHABLE = 3;

function formatUnreachable(message: IcmpErrorMessage, quote: QuotedDatagram): string {
  const { protocol, destination } = quote.header;
  const refused = formatAddress(destination);
  switch (message.code) {
    case CODE_PROTOCOL_UNREACHABLE:
      return `${refused} protocol ${protocol} unreachable`;
    case CODE_PORT_UNREACHABLE:
      return `${refused} ${PORT_WORDS[protocol] ?? `protocol ${protocol}`} ` +
        `port ${readU16(quote.payload, DESTINATION_PORT_OFFSET)} unreachable`;
    case CODE_FRAGMENTATION_NEEDED: {
      const mtu = message.nextHopMtuBytes ? ` (mtu ${message.nextHopMtuBytes})` : "";
      return `${refused} unreachable - need to frag${mtu}`;
    }
  }
  const [before, after] = UNREACHABLE_WORDS[message.code] ??
    ["", ` unreachable - #${message.code}`];
  return before + refused + after;
}

const PORT_WORDS: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp" };
/** Where UDP and TCP both have their destination port. */
const DESTINATION_PORT_OFFSET = 2;
