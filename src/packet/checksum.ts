/**
 * The Internet checksum: the complement of the ones' complement sum of 16-bit words (RFC 1071),
 * and its repair when one word changes (RFC 1624).
 *
 * A buffer's sum may be taken over any part at an even offset and added up later, in any order:
 * that is what lets a probe template sum its constant octets once.
 */

/**
 * Sums the 16-bit words from `start` to `end` without folding the carries; an odd last octet
 * counts as the high half of a word. Exact for up to 65,535 octets.
 */
export function sumWords(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  const lastPair = end - 1;
  let offset = start;
  for (; offset < lastPair; offset += 2) {
    sum += ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
  }
  return offset < end ? sum + ((bytes[offset] as number) << 8) : sum;
}

/** Folds the carries of a sum of words back into 16 bits (RFC 1071 §1). `sum` is below 2^32. */
export function foldSum(sum: number): number {
  const once = (sum >>> 16) + (sum & 0xffff);
  return ((once >>> 16) + once) & 0xffff;
}

/** The checksum of the octets from `start` to `end`, whose checksum field holds zero (RFC 1071). */
export function internetChecksum(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): number {
  return ~foldSum(sumWords(bytes, start, end)) & 0xffff;
}

/** Whether a sum taken over octets and their checksum shows the checksum to be right. */
export function isSumRight(sum: number): boolean {
  return foldSum(sum) === 0xffff;
}

/** The checksum that octets should carry, given their sum with the checksum that they do carry. */
export function expectedFromSum(sum: number, carriedChecksum: number): number {
  return ~foldSum(sum - carriedChecksum) & 0xffff;
}

/**
 * The checksum after one 16-bit word of the summed octets changes (RFC 1624, equation 3).
 * All arguments are unsigned 16-bit numbers.
 */
export function updateChecksum(checksum: number, oldWord: number, newWord: number): number {
  return ~foldSum((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord) & 0xffff;
}

/** {@linkcode updateChecksum} for an unsigned 32-bit number at an even offset. */
export function updateChecksumU32(checksum: number, oldValue: number, newValue: number): number {
  return updateChecksum(
    updateChecksum(checksum, oldValue >>> 16, newValue >>> 16),
    oldValue & 0xffff,
    newValue & 0xffff,
  );
}
