/** What octets without a description start with: a frame, a datagram or a bare ICMP message. */

import { internetChecksum } from "../checksum.ts";
import { parseIcmpMessage } from "../icmp_message.ts";
import { parseIpv4Header } from "../ipv4_header.ts";
import { findIpv4, LINK_TYPE } from "./link_type.ts";

/** What octets turned out to be. */
export interface GuessedStart {
  /** `icmp`: they are an ICMP message without an IPv4 header. */
  readonly kind: "ipv4" | "icmp";
  /** Where the datagram or the message starts. */
  readonly offset: number;
  /** Link-layer header type of the octets before it. */
  readonly linkType: number;
}

/**
 * In the order in which they are tried; the first that fits best is taken. A header before the datagram comes first: it must have
 * the type of IPv4 at its place, while the hardware address of a frame may start with a 4 as a datagram does.
 */
const CANDIDATES: readonly number[] = [
  LINK_TYPE.ethernet,
  LINK_TYPE.linuxCooked,
  LINK_TYPE.linuxCooked2,
  LINK_TYPE.null,
  LINK_TYPE.ipv4,
];

const ICMP_HEADER_BYTES = 8;

/**
 * Finds out what octets are. A right header checksum decides; a header that is well formed but for its checksum, as
 * a sender may leave it to its network card, comes next; what fits nothing is taken for an IPv4 datagram.
 */
export function guessStart(bytes: Uint8Array): GuessedStart {
  let best: GuessedStart = { kind: "ipv4", offset: 0, linkType: LINK_TYPE.ipv4 };
  let bestScore = 0;
  for (const linkType of CANDIDATES) {
    const offset = findIpv4(linkType, bytes);
    if (offset < 0) continue;
    const header = parseIpv4Header(bytes, offset, bytes.length);
    if (!header.ok) continue;
    const { checksumOk, totalLengthBytes, headerLengthBytes } = header.value;
    const isWhole = totalLengthBytes >= headerLengthBytes &&
      offset + totalLengthBytes <= bytes.length;
    const score = (checksumOk ? 2 : 0) + (isWhole ? 1 : 0) + 1;
    if (score > bestScore) {
      best = { kind: "ipv4", offset, linkType };
      bestScore = score;
    }
  }
  if (bestScore < 3 && isBareIcmp(bytes)) {
    return { kind: "icmp", offset: 0, linkType: LINK_TYPE.ipv4 };
  }
  return best;
}

/** An ICMP message of a known type with a right checksum. */
function isBareIcmp(bytes: Uint8Array): boolean {
  if (bytes.length < ICMP_HEADER_BYTES || internetChecksum(bytes, 0, bytes.length) !== 0) {
    return false;
  }
  const message = parseIcmpMessage(bytes, 0, bytes.length);
  return message.ok && message.value.kind !== "other";
}
