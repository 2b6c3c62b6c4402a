/**
 * A hash table whose entries are their own links: an entry is found, added and removed without another object, and without
 * a number that is larger than a small integer of the engine. A capture does that several times for each packet.
 *
 * The sum of products with random odd factors is a universal hash (Dietzfelbinger et al., "A Reliable Randomized Algorithm
 * for the Closest-Pair Problem", J. Algorithms 25, 1997): addresses of others cannot be chosen so that they collide.
 */

/** What makes an object an entry of a table. */
export interface ChainEntry<Entry> {
  /** Made by {@linkcode hashOf}. */
  readonly hash: number;
  /** The next older entry of the same chain. */
  older: Entry | undefined;
  /** The next younger entry of the same chain. */
  newer: Entry | undefined;
}

const MIN_BITS = 8;
const FACTORS: Int32Array = crypto.getRandomValues(new Int32Array(3)).map((factor) => factor | 1);

/** Hash of numbers of 32 bits; the upper bits are the good ones. */
export function hashOf(client: number, address: number, sequence: number): number {
  return Math.imul(client, FACTORS[0] as number) + Math.imul(address, FACTORS[1] as number) +
      Math.imul(sequence, FACTORS[2] as number) | 0;
}

/** Entries by hash. A chain holds the entries of one hash, and others, from the youngest to the oldest. */
export class ChainTable<Entry extends ChainEntry<Entry>> {
  #bits = MIN_BITS;
  #chains: (Entry | undefined)[] = new Array(1 << MIN_BITS).fill(undefined);
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** The youngest entry of the chain in which all entries of a hash are. */
  chain(hash: number): Entry | undefined {
    return this.#chains[hash >>> 32 - this.#bits];
  }

  /** Adds the youngest entry. */
  add(entry: Entry): void {
    if (this.#size >= this.#chains.length) this.#grow();
    this.#size++;
    this.#link(entry);
  }

  /** Removes an entry that is in the table. */
  remove(entry: Entry): void {
    const { older, newer } = entry;
    if (newer === undefined) this.#chains[entry.hash >>> 32 - this.#bits] = older;
    else newer.older = older;
    if (older !== undefined) older.newer = newer;
    // Who keeps this entry must not keep others.
    entry.older = entry.newer = undefined;
    this.#size--;
  }

  /** All entries, in no order. None may be removed meanwhile. */
  *entries(): Generator<Entry> {
    for (const youngest of this.#chains) {
      for (let entry = youngest; entry !== undefined; entry = entry.older) yield entry;
    }
  }

  #link(entry: Entry): void {
    const place = entry.hash >>> 32 - this.#bits;
    const youngest = this.#chains[place];
    entry.older = youngest;
    entry.newer = undefined;
    if (youngest !== undefined) youngest.newer = entry;
    this.#chains[place] = entry;
  }

  /** Twice as many chains. Each of the new ones has its entries from one of the old, so that their order stays. */
  #grow(): void {
    const old = this.#chains;
    this.#bits++;
    this.#chains = new Array(old.length * 2).fill(undefined);
    for (const youngest of old) {
      let entry = youngest;
      while (entry?.older !== undefined) entry = entry.older;
      while (entry !== undefined) {
        const { newer }: Entry = entry;
        this.#link(entry);
        entry = newer;
      }
    }
  }
}
