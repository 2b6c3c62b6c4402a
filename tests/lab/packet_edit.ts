/** Changes to whole datagrams: what corruption, forgery and mutation are made of. */

import {
  Icmp,
  ICMP_TIMESTAMP_BYTES,
  Ip,
  IP_OPTIONS,
  PROTOCOL_ICMP,
  read16,
  read32,
  sealHeader,
  write16,
  write32,
} from "./octets.ts";

const MORE_FRAGMENTS = 0x2000;

/** The two addresses of a datagram. */
export function readAddresses(bytes: Uint8Array): { source: number; destination: number } {
  return { source: read32(bytes, Ip.source), destination: read32(bytes, Ip.destination) };
}

/** Changes a datagram's source address; its header checksum is then stale. */
export function writeSource(bytes: Uint8Array, source: number): void {
  write32(bytes, Ip.source, source);
}

/** Changes a datagram's place among fragments; its header checksum is then stale. */
export function setFragment(bytes: Uint8Array, offsetBytes: number, moreFollow: boolean): void {
  write16(bytes, Ip.fragment, (moreFollow ? MORE_FRAGMENTS : 0) | (offsetBytes / 8));
}

/** Identifier and sequence of the message at `start`. */
export function readIdentity(
  bytes: Uint8Array,
  start: number,
): { identifier: number; sequence: number } {
  return {
    identifier: read16(bytes, start + Icmp.identifier),
    sequence: read16(bytes, start + Icmp.sequence),
  };
}

/** Changes identifier and sequence (modulo 65,536); the checksum is then stale. */
export function writeIdentity(
  bytes: Uint8Array,
  start: number,
  identifier: number,
  sequence: number,
): void {
  write16(bytes, start + Icmp.identifier, identifier & 0xffff);
  write16(bytes, start + Icmp.sequence, sequence & 0xffff);
}

/** Changes a timestamp message's originate stamp; the checksum is then stale. Nothing for a shorter message. */
export function writeOriginate(bytes: Uint8Array, start: number, originateMs: number): void {
  if (bytes.length >= start + ICMP_TIMESTAMP_BYTES) {
    write32(bytes, start + Icmp.originate, originateMs);
  }
}

/** Repairs whatever would keep a kernel from delivering these bytes as ICMP to `destination`. */
export function makeDeliverable(bytes: Uint8Array, destination: number): Uint8Array {
  const repaired = bytes.length < IP_OPTIONS ? new Uint8Array(IP_OPTIONS) : bytes;
  if (repaired !== bytes) repaired.set(bytes);
  const told = (repaired[0] as number) & 15;
  const isPossible = told * 4 >= IP_OPTIONS && told * 4 <= repaired.length;
  repaired[0] = 0x40 | (isPossible ? told : IP_OPTIONS / 4);
  write16(repaired, Ip.fragment, 0);
  if (repaired[Ip.ttl] === 0) repaired[Ip.ttl] = 1;
  repaired[Ip.protocol] = PROTOCOL_ICMP;
  write32(repaired, Ip.destination, destination);
  sealHeader(repaired, repaired.length);
  return repaired;
}
