/** IPv4 addresses as unsigned 32-bit numbers, 192.0.2.1 being 0xc0000201. */

/** Writes an address as a dotted quad. */
export function formatAddress(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const DOTTED_QUAD = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/**
 * Reads a dotted quad of four decimal numbers from 0 to 255 without leading zeros. Anything else
 * is undefined: `10.1` and `010.0.0.1` mean different hosts to different programs.
 */
export function parseAddress(text: string): number | undefined {
  const match = DOTTED_QUAD.exec(text);
  if (match === null) return undefined;
  return ((Number(match[1]) << 24) | (Number(match[2]) << 16) | (Number(match[3]) << 8) |
    Number(match[4])) >>> 0;
}
