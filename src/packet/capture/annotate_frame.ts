/** Every field of a captured frame: its link-layer header, then the datagram or message in it. */

import { annotateDatagram, annotateMessage } from "../annotate.ts";
import { type AnnotatedField, Annotation, hex } from "../annotation.ts";
import { readU16, readU32, readU8 } from "../octets.ts";
import { LINK_TYPE } from "./link_type.ts";

const ETHERTYPE_NAMES: Readonly<Record<number, string>> = {
  0x0800: "IPv4",
  0x0806: "ARP",
  0x86dd: "IPv6",
  0x8100: "VLAN tag (802.1Q)",
  0x88a8: "service VLAN tag (802.1ad)",
};
const PACKET_TYPES = [
  "to this host",
  "broadcast",
  "multicast",
  "to another host",
  "sent by this host",
];
const VLAN_TAG_BYTES = 4;

/**
 * Names every octet of a frame. Never throws.
 *
 * @param offset where the datagram or message in it starts
 * @param kind what starts there
 */
export function annotateFrame(
  linkType: number,
  bytes: Uint8Array,
  offset: number,
  kind: "ipv4" | "icmp",
): AnnotatedField[] {
  const annotation = new Annotation(bytes);
  if (offset > 0) annotateLink(annotation, linkType, bytes, offset);
  const inner = bytes.subarray(offset);
  const fields = kind === "ipv4" ? annotateDatagram(inner) : annotateMessage(inner);
  return [
    ...annotation.fields,
    ...fields.map((field) => ({ ...field, offset: field.offset + offset })),
  ];
}

function annotateLink(
  annotation: Annotation,
  linkType: number,
  bytes: Uint8Array,
  end: number,
): void {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return annotateEthernet(annotation, bytes, end);
    case LINK_TYPE.linuxCooked:
      return annotateCooked(annotation, bytes, end);
    case LINK_TYPE.linuxCooked2:
      return annotateCooked2(annotation, bytes, end);
    default:
      annotation.startPart("loopback header");
      annotation.add(0, end, "address family", hex(readU32(bytes, 0), 8), "IPv4");
  }
}

function annotateEthernet(annotation: Annotation, bytes: Uint8Array, end: number): void {
  annotation.startPart("Ethernet header");
  annotation.add(0, 6, "destination", formatHardware(bytes, 0), "");
  annotation.add(6, 6, "source", formatHardware(bytes, 6), "");
  annotateType(annotation, bytes, 12);
  annotateTags(annotation, bytes, 14, end);
}

function annotateCooked(annotation: Annotation, bytes: Uint8Array, end: number): void {
  annotation.startPart("Linux cooked header");
  const type = readU16(bytes, 0);
  annotation.add(0, 2, "packet type", String(type), PACKET_TYPES[type] ?? "");
  annotation.add(2, 2, "hardware type", String(readU16(bytes, 2)), "ARPHRD number");
  annotation.add(4, 2, "address length", String(readU16(bytes, 4)), "octets");
  annotation.add(6, 8, "source", formatHardware(bytes, 6), "padded to 8 octets");
  annotateType(annotation, bytes, 14);
  annotateTags(annotation, bytes, 16, end);
}

function annotateCooked2(annotation: Annotation, bytes: Uint8Array, end: number): void {
  annotation.startPart("Linux cooked header, version 2");
  annotateType(annotation, bytes, 0);
  annotation.add(2, 2, "reserved", String(readU16(bytes, 2)), "");
  annotation.add(4, 4, "interface", String(readU32(bytes, 4)), "index");
  annotation.add(8, 2, "hardware type", String(readU16(bytes, 8)), "ARPHRD number");
  const type = readU8(bytes, 10);
  annotation.add(10, 1, "packet type", String(type), PACKET_TYPES[type] ?? "");
  annotation.add(11, 1, "address length", String(readU8(bytes, 11)), "octets");
  annotation.add(12, 8, "source", formatHardware(bytes, 12), "padded to 8 octets");
  annotateTags(annotation, bytes, 20, end);
}

function annotateTags(annotation: Annotation, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at + VLAN_TAG_BYTES <= end; at += VLAN_TAG_BYTES) {
    const tag = readU16(bytes, at);
    const drop = (tag & 0x1000) !== 0 ? ", may be dropped" : "";
    annotation.add(
      at,
      2,
      "VLAN tag",
      hex(tag, 4),
      `VLAN ${tag & 0xfff}, priority ${tag >>> 13}${drop}`,
    );
    annotateType(annotation, bytes, at + 2);
  }
}

function annotateType(annotation: Annotation, bytes: Uint8Array, at: number): void {
  const type = readU16(bytes, at);
  annotation.add(at, 2, "type", hex(type, 4), ETHERTYPE_NAMES[type] ?? "");
}

function formatHardware(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (octet) => octet.toString(16).padStart(2, "0"))
    .join(":");
}
