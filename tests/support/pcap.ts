/**
 * Packets as a capture file (pcap 2.4), for foreign programs to judge.
 *
 * ```text
 * file:    magic u32, major u16, minor u16, zone i32, accuracy u32, snap length u32, link type u32
 * packet:  seconds u32, microseconds u32, captured length u32, original length u32, octets
 * ```
 */

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const MAGIC = 0xa1b2c3d4;
const SNAP_LENGTH_BYTES = 65_535;
/** LINKTYPE_IPV4: packets start with the IPv4 header. */
const LINK_TYPE_IPV4 = 228;

/** Builds a capture file of IPv4 datagrams, one a millisecond. */
export function emitPcap(datagrams: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const packetsBytes = datagrams.reduce((sum, { length }) => sum + PACKET_HEADER_BYTES + length, 0);
  const file = new Uint8Array(FILE_HEADER_BYTES + packetsBytes);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, SNAP_LENGTH_BYTES);
  view.setUint32(20, LINK_TYPE_IPV4);
  let offset = FILE_HEADER_BYTES;
  datagrams.forEach((bytes, index) => {
    view.setUint32(offset, Math.floor(index / 1000));
    view.setUint32(offset + 4, (index % 1000) * 1000);
    view.setUint32(offset + 8, bytes.length);
    view.setUint32(offset + 12, bytes.length);
    file.set(bytes, offset + PACKET_HEADER_BYTES);
    offset += PACKET_HEADER_BYTES + bytes.length;
  });
  return file;
}
