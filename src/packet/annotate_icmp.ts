/** Rows for the fields of an ICMP message. */

import { formatAddress } from "./address.ts";
import { annotateIpv4Header } from "./annotate_ipv4.ts";
import { type Annotation, describeChecksum, hex } from "./annotation.ts";
import { ECHO, type EchoMessage } from "./echo_message.ts";
import { hasQuoteLength, ICMP_ERROR, type IcmpErrorMessage } from "./icmp_error.ts";
import { ICMP, ICMP_TYPE } from "./icmp_header.ts";
import type { IcmpMessage } from "./icmp_message.ts";
import { icmpCodeName, icmpTypeName } from "./icmp_names.ts";
import { formatMalformed } from "./malformed.ts";
import type { QuotedDatagram } from "./quoted_datagram.ts";
import { describeStamp } from "./stamp.ts";
import { TIMESTAMP, type TimestampMessage } from "./timestamp_message.ts";

/** Adds the rows of the message from `start` to `end`. */
export function annotateIcmpMessage(
  annotation: Annotation,
  message: IcmpMessage,
  start: number,
  end: number,
): void {
  annotation.startPart(`ICMP ${icmpTypeName(message.type)}`);
  annotateShared(annotation, message, start);
  switch (message.kind) {
    case "timestamp-request":
    case "timestamp-reply":
      return annotateTimestamp(annotation, message, start, end);
    case "echo-request":
    case "echo-reply":
      return annotateEcho(annotation, message, start, end);
    case "error":
      return annotateError(annotation, message, start, end);
    case "other":
      return annotation.addOctets(start + ICMP.rest, end, "body", "");
  }
}

function annotateShared(annotation: Annotation, message: IcmpMessage, start: number): void {
  const { type, code, checksum } = message;
  annotation.add(start + ICMP.type, 1, "type", String(type), icmpTypeName(type));
  annotation.add(start + ICMP.code, 1, "code", String(code), describeCode(type, code));
  annotation.add(
    start + ICMP.checksum,
    2,
    "checksum",
    hex(checksum, 4),
    describeChecksum(message.checksumOk, message.expectedChecksum),
  );
}

function describeCode(type: number, code: number): string {
  const name = icmpCodeName(type, code);
  if (name !== undefined) return name;
  return code === 0 ? "the only one defined" : "not defined for this type";
}

/** Identifier and sequence number lie in the same place in both messages that have them. */
function annotateIdentity(
  annotation: Annotation,
  message: { identifier: number; sequence: number },
  start: number,
): void {
  const { identifier, sequence } = message;
  const at = start + TIMESTAMP.identifier;
  annotation.add(at, 2, "identifier", String(identifier), hex(identifier, 4));
  annotation.add(start + TIMESTAMP.sequence, 2, "sequence", String(sequence), hex(sequence, 4));
}

function annotateTimestamp(
  annotation: Annotation,
  message: TimestampMessage,
  start: number,
  end: number,
): void {
  annotateIdentity(annotation, message, start);
  const isRequest = message.kind === "timestamp-request";
  const stamps = [
    ["originate", TIMESTAMP.originate, message.originateMs],
    ["receive", TIMESTAMP.receive, message.receiveMs],
    ["transmit", TIMESTAMP.transmit, message.transmitMs],
  ] as const;
  for (const [name, at, stampMs] of stamps) {
    const isBlank = isRequest && stampMs === 0 && at !== TIMESTAMP.originate;
    const meaning = isBlank ? "for the other host to fill in" : describeStamp(stampMs);
    annotation.add(start + at, 4, name, String(stampMs), meaning);
  }
  const meaning = "RFC 792 defines nothing here";
  annotation.addOctets(start + TIMESTAMP.trailing, end, "trailing octets", meaning);
}

function annotateEcho(
  annotation: Annotation,
  message: EchoMessage,
  start: number,
  end: number,
): void {
  annotateIdentity(annotation, message, start);
  const meaning = "data that is to be returned";
  annotation.addOctets(start + ECHO.payload, end, "payload", meaning);
}

function annotateError(
  annotation: Annotation,
  message: IcmpErrorMessage,
  start: number,
  end: number,
): void {
  annotateRest(annotation, message, start);
  const quoteStart = start + ICMP_ERROR.quote;
  const extensionStart = end - message.extension.length;
  if (message.quote.ok) {
    annotateQuote(annotation, message.quote.value, quoteStart, extensionStart);
  } else {
    const meaning = formatMalformed(message.quote.malformed);
    annotation.startPart("quoted datagram");
    annotation.addOctets(quoteStart, extensionStart, "malformed", meaning);
  }
  annotation.startPart("ICMP extension (RFC 4884)");
  annotation.addOctets(extensionStart, end, "extension", "");
}

/** The four octets after the checksum, which each kind of error uses differently. */
function annotateRest(annotation: Annotation, message: IcmpErrorMessage, start: number): void {
  const add = (at: number, lengthBytes: number, name: string, value: unknown, meaning = "") =>
    annotation.add(start + at, lengthBytes, name, String(value), meaning);
  if (message.gateway !== undefined) {
    add(ICMP_ERROR.gateway, 4, "gateway", formatAddress(message.gateway), "the better router");
    return;
  }
  if (!hasQuoteLength(message.type)) {
    add(ICMP_ERROR.rest, 4, "unused", hex(message.restOfHeader, 8));
    return;
  }
  const pointer = message.restOfHeader >>> 24;
  const units = (message.restOfHeader >>> 16) & 0xff;
  const low = message.restOfHeader & 0xffff;
  if (message.type === ICMP_TYPE.parameterProblem) {
    const meaning = message.pointer === undefined ? "unused with this code" : "octet in error";
    add(ICMP_ERROR.pointer, 1, "pointer", pointer, meaning);
  } else {
    add(ICMP_ERROR.pointer, 1, "unused", hex(pointer, 2));
  }
  const unitsMeaning = units === 0 ? "not said" : `× 4 = ${units * 4} octets (RFC 4884)`;
  add(ICMP_ERROR.quoteLength, 1, "quote length", units, unitsMeaning);
  if (message.nextHopMtuBytes !== undefined) {
    add(ICMP_ERROR.nextHopMtu, 2, "next-hop MTU", low, "octets (RFC 1191)");
  } else {
    add(ICMP_ERROR.nextHopMtu, 2, "unused", hex(low, 4));
  }
}

function annotateQuote(
  annotation: Annotation,
  quote: QuotedDatagram,
  start: number,
  end: number,
): void {
  annotation.startPart("quoted IPv4 header");
  annotateIpv4Header(annotation, quote.header, start);
  const payloadStart = start + quote.header.headerLengthBytes;
  const { icmp } = quote;
  annotation.startPart("quoted payload");
  if (icmp === undefined) {
    annotation.addOctets(payloadStart, end, "payload", "");
    return;
  }
  annotation.startPart(`quoted ICMP ${icmpTypeName(icmp.type)}`);
  annotation.add(payloadStart + ICMP.type, 1, "type", String(icmp.type), icmpTypeName(icmp.type));
  const codeMeaning = describeCode(icmp.type, icmp.code);
  annotation.add(payloadStart + ICMP.code, 1, "code", String(icmp.code), codeMeaning);
  const checksumMeaning = "of the whole message, which may be cut here";
  annotation.add(
    payloadStart + ICMP.checksum,
    2,
    "checksum",
    hex(icmp.checksum, 4),
    checksumMeaning,
  );
  annotateIdentity(annotation, icmp, payloadStart);
  annotation.addOctets(payloadStart + TIMESTAMP.originate, end, "rest of the quote", "");
}
