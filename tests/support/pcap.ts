/** Datagrams as a capture file, for foreign programs to judge. */

import { writePcap } from "./capture_file.ts";

/** LINKTYPE_IPV4: packets start with the IPv4 header. */
const LINK_TYPE_IPV4 = 228;

/** Builds a capture file of IPv4 datagrams, one a millisecond. */
export function emitPcap(datagrams: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const packets = datagrams.map((bytes, index) => ({
    bytes,
    seconds: Math.floor(index / 1000),
    nanoseconds: (index % 1000) * 1e6,
  }));
  return writePcap(packets, { littleEndian: false, linkType: LINK_TYPE_IPV4 });
}
