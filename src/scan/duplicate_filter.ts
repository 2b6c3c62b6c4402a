/** Recognises repeated replies, in memory that does not grow with the scan. */

/** Remembers replies. */
export interface DuplicateFilter {
  /**
   * Notes a verified reply.
   *
   * @param index place of the address in the index space
   * @param originateMs the probe's originate stamp
   * @returns true when this reply was seen before
   */
  markSeen(index: number, originateMs: number): boolean;
}

/** Largest index space with one bit for each address: 2 MiB, less than the other filter takes. */
export const EXACT_LIMIT = 2 ** 24;

/** One bit for each address: never wrong. For scans with one probe for each target. */
export class ExactDuplicateFilter implements DuplicateFilter {
  readonly #words: Int32Array;

  /** Takes a bit for each of `size` addresses, at most 2^24. */
  constructor(size: number) {
    // Pages that are never written take no memory.
    this.#words = new Int32Array(Math.ceil(size / 32));
  }

  /** Whether a reply of the address with that index was seen. */
  has(index: number): boolean {
    return ((this.#words[index >>> 5] as number) & 1 << (index & 31)) !== 0;
  }

  /** {@linkcode DuplicateFilter.markSeen}. */
  markSeen(index: number): boolean {
    const word = index >>> 5, bit = 1 << (index & 31);
    const before = this.#words[word] as number;
    this.#words[word] = before | bit;
    return (before & bit) !== 0;
  }
}

/** 2^18 sets: the top 18 bits of the hash choose one. */
const SETS = 2 ** 18;
const HASH_SHIFT = 32 - 18;
const WAYS = 4;

/**
 * The latest replies, 2^20 of them: a hash table of sets of four, the oldest of a set making room.
 *
 * A first reply is never called repeated, since whole entries are compared. A repeated one is missed
 * when four or more others in the same set came between: with k replies in between the number that fell into one set is
 * Poisson distributed with mean k / 2^18, so P(miss) is 4.7e-5 for k = 50,000 and 1.8e-3 for k = 131,072.
 */
export class RecentDuplicateFilter implements DuplicateFilter {
  /** Indices plus one, so that 0 is an empty place. The index 2^32 − 1 is 255.255.255.255, from which nothing comes. */
  readonly #places = new Uint32Array(SETS * WAYS);
  readonly #originates: Uint32Array | undefined;
  readonly #oldest = new Uint8Array(SETS);

  /**
   * Takes 4.25 MiB, or 8.25 MiB to distinguish probes of one address by their originate timestamps.
   *
   * @param probesPerTarget times each address is probed, at least 1
   */
  constructor(probesPerTarget: number) {
    this.#originates = probesPerTarget === 1 ? undefined : new Uint32Array(SETS * WAYS);
  }

  /** {@linkcode DuplicateFilter.markSeen}. */
  markSeen(index: number, originateMs: number): boolean {
    const stamps = this.#originates;
    const salt = stamps === undefined ? 0 : Math.imul(originateMs, 0x85ebca6b);
    const set = Math.imul(index ^ salt, 0x9e3779b1) >>> HASH_SHIFT;
    const first = set * WAYS, place = (index + 1) >>> 0;
    for (let way = first; way < first + WAYS; way++) {
      if (this.#places[way] !== place) continue;
      if (stamps === undefined || stamps[way] === originateMs) return true;
    }
    const oldest = this.#oldest[set] as number;
    this.#places[first + oldest] = place;
    if (stamps !== undefined) stamps[first + oldest] = originateMs;
    this.#oldest[set] = (oldest + 1) % WAYS;
    return false;
  }
}

/** The exact filter where it fits, else the one of recent replies. */
export function createDuplicateFilter(size: number, probesPerTarget: number): DuplicateFilter {
  return size <= EXACT_LIMIT && probesPerTarget === 1
    ? new ExactDuplicateFilter(size)
    : new RecentDuplicateFilter(probesPerTarget);
}
