/** The addresses that a scan sends from, where it has several: each target is asked from one of them, always the same. */

import { formatAddress } from "../packet/address.ts";

/** Addresses, both ends included, unsigned 32-bit numbers. */
export interface SourceRange {
  /** The lowest. */
  readonly first: number;
  /** The highest. */
  readonly last: number;
}

/** Most addresses of a range: as many as the filter of the receiving socket holds. */
export const MAX_SOURCES = 64;

/** Odd, near 2^32 divided by the golden ratio: neighbours get different sources, and all sources as many targets. */
const SPREAD = 0x9e3779b1;

/** The source that `destination` is asked from. */
export function sourceFor({ first, last }: SourceRange, destination: number): number {
  const spread = Math.imul(destination, SPREAD) >>> 0;
  return first + Math.floor(spread * (last - first + 1) / 2 ** 32);
}

/** As it is written: `10.0.0.1-10.0.0.8`, or one address. */
export function formatSources({ first, last }: SourceRange): string {
  return first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`;
}
