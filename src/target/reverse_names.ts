/** Names of addresses, looked up beside the run and used once they are known. */

/** Asks for the name of an address; undefined when it has none. */
export type AddressLookup = (address: number) => Promise<string | undefined>;

/** Lookups under way at one time. */
const LOOKUPS_AT_ONCE = 8;

/** Looks names up a few at a time; nobody waits for them. */
export class ReverseNames {
  readonly #lookup: AddressLookup;
  readonly #names = new Map<number, string>();
  readonly #queue: number[] = [];
  #next = 0;
  #busy = 0;

  /** Looks names up with `lookup`, which must not reject. */
  constructor(lookup: AddressLookup) {
    this.#lookup = lookup;
  }

  /** The name of an address; undefined while it is not known. */
  get(address: number): string | undefined {
    return this.#names.get(address);
  }

  /** Has the names of these addresses looked up. */
  request(addresses: Iterable<number>): void {
    for (const address of addresses) this.#queue.push(address);
    while (this.#busy < LOOKUPS_AT_ONCE && this.#next < this.#queue.length) this.#work();
  }

  async #work(): Promise<void> {
    this.#busy++;
    while (this.#next < this.#queue.length) {
      const address = this.#queue[this.#next++] as number;
      const name = await this.#lookup(address);
      if (name !== undefined) this.#names.set(address, name);
    }
    this.#busy--;
  }
}
