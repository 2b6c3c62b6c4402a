/** IPv4 addresses as text and as 32-bit numbers. */

/** An address as four decimal numbers. */
export function toDotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Reads `a.b.c.d`; NaN when it is anything else. */
export function parseDotted(text: string): number {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return NaN;
  }
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

/** Reads `a.b.c.d/n` into its first address and size; undefined when it is anything else. */
export function parseBlock(text: string): { first: number; size: number } | undefined {
  const [address = "", length = "32"] = text.split("/");
  const parsed = parseDotted(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : NaN;
  if (Number.isNaN(parsed) || !(bits >= 0 && bits <= 32)) return undefined;
  const size = 2 ** (32 - bits);
  return { first: parsed - parsed % size, size };
}
