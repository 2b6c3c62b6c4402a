/**
 * Capture files in the classic pcap format, for dry runs (pcap-savefile(5)).
 *
 * ```text
 *  file header    0 magic a1b2c3d4 · 4 major 2 · 6 minor 4 · 8 zone 0 · 12 accuracy 0 · 16 longest · 20 link type = 24
 *  record header  0 seconds · 4 microseconds · 8 bytes kept · 12 bytes on the wire = 16, then the bytes
 * ```
 *
 * All numbers are big-endian here; readers recognise it by the magic.
 */

const FILE_HEADER = { size: 24, magic: 0, major: 4, minor: 6, longest: 16, linkType: 20 } as const;
const RECORD_HEADER = { size: 16, seconds: 0, microseconds: 4, kept: 8, original: 12 } as const;
const MAGIC = 0xa1b2c3d4;
const MAX_BYTES = 65_535;

/** The start of a capture file. */
export function emitPcapHeader(linkType: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(FILE_HEADER.size));
  view.setUint32(FILE_HEADER.magic, MAGIC);
  view.setUint16(FILE_HEADER.major, 2);
  view.setUint16(FILE_HEADER.minor, 4);
  view.setUint32(FILE_HEADER.longest, MAX_BYTES);
  view.setUint32(FILE_HEADER.linkType, linkType);
  return new Uint8Array(view.buffer);
}

/**
 * One packet of a capture file.
 *
 * @param bytes the packet from its link-layer header on, at most 65,535 bytes
 * @param unixMs when it left: Unix time in milliseconds, with fraction
 */
export function emitPcapRecord(bytes: Uint8Array, unixMs: number): Uint8Array<ArrayBuffer> {
  if (bytes.length > MAX_BYTES) {
    throw new RangeError(
      `Cannot write a packet of ${bytes.length} bytes: ${MAX_BYTES} at most`,
    );
  }
  const record = new Uint8Array(RECORD_HEADER.size + bytes.length);
  const view = new DataView(record.buffer);
  const seconds = Math.floor(unixMs / 1000);
  view.setUint32(RECORD_HEADER.seconds, seconds);
  view.setUint32(RECORD_HEADER.microseconds, Math.floor((unixMs - seconds * 1000) * 1000));
  view.setUint32(RECORD_HEADER.kept, bytes.length);
  view.setUint32(RECORD_HEADER.original, bytes.length);
  record.set(bytes, RECORD_HEADER.size);
  return record;
}
