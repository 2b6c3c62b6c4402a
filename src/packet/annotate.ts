/** Every field of a packet: where it lies, its octets, its name, value and meaning. */

import { annotateIcmpMessage } from "./annotate_icmp.ts";
import { annotateIpv4Header } from "./annotate_ipv4.ts";
import { type AnnotatedField, Annotation } from "./annotation.ts";
import { parseDatagram } from "./datagram.ts";
import { parseIcmpMessage } from "./icmp_message.ts";
import { parseIpv4Header } from "./ipv4_header.ts";
import { formatMalformed } from "./malformed.ts";

export type { AnnotatedField } from "./annotation.ts";

/**
 * Names every octet of a received packet, in order. Of a malformed one it names what can be read
 * and says what is wrong with the rest. Never throws.
 */
export function annotateDatagram(bytes: Uint8Array): AnnotatedField[] {
  const annotation = new Annotation(bytes);
  annotation.startPart("IPv4 header");
  const header = parseIpv4Header(bytes);
  if (!header.ok) {
    const meaning = formatMalformed(header.malformed);
    annotation.add(0, bytes.length, "malformed", `${bytes.length} octets`, meaning);
    return annotation.fields;
  }
  const { headerLengthBytes, totalLengthBytes } = header.value;
  annotateIpv4Header(annotation, header.value, 0);
  const datagram = parseDatagram(bytes);
  if (!datagram.ok) {
    annotation.startPart("not readable");
    const restBytes = bytes.length - headerLengthBytes;
    const meaning = formatMalformed(datagram.malformed);
    annotation.add(headerLengthBytes, restBytes, "malformed", `${restBytes} octets`, meaning);
    return annotation.fields;
  }
  const { message } = datagram.value;
  annotateIcmpMessage(annotation, message, headerLengthBytes, totalLengthBytes);
  annotation.startPart("after the datagram");
  const meaning = "of the link, no part of the datagram";
  annotation.addOctets(totalLengthBytes, bytes.length, "padding", meaning);
  return annotation.fields;
}

/** Names every octet of an ICMP message without an IPv4 header before it. Never throws. */
export function annotateMessage(bytes: Uint8Array): AnnotatedField[] {
  const annotation = new Annotation(bytes);
  const message = parseIcmpMessage(bytes, 0, bytes.length);
  if (message.ok) {
    annotateIcmpMessage(annotation, message.value, 0, bytes.length);
    return annotation.fields;
  }
  annotation.startPart("not readable");
  const meaning = formatMalformed(message.malformed);
  annotation.add(0, bytes.length, "malformed", `${bytes.length} octets`, meaning);
  return annotation.fields;
}
