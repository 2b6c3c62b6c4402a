/** Blocks of a pcapng file: a capture file stays readable however its writing ends. */

/** Where a block has its length, in octets after its start. */
const LENGTH_AT = 4;
const HEAD_BYTES = 8;

/** How many octets are whole blocks, of blocks written one after the other, little-endian. */
export function wholeBlocks(written: Uint8Array): number {
  const view = new DataView(written.buffer, written.byteOffset, written.length);
  let end = 0;
  while (end + HEAD_BYTES <= written.length) {
    const next = end + view.getUint32(end + LENGTH_AT, true);
    if (next > written.length) break;
    end = next;
  }
  return end;
}
