/** Names of addresses, looked up beside the run and used once they are known. */

/** Asks for the name of an address; undefined when it has none. */
export type AddressLookup = (address: number) => Promise<string | undefined>;

/** Concurrent lookups. */
const LOOKUPS_AT_ONCE = 8;

/** Looks names up a few at a time, in the background. */
export class ReverseNames {
  readonly #lookup: AddressLookup;
  readonly #names = new Map<number, string>();
  readonly #queue: number[] = [];
  readonly #workers = new Set<Promise<void>>();
  #next = 0;

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
    // A worker takes its first address before it is one.
    while (this.#workers.size < LOOKUPS_AT_ONCE && this.#next < this.#queue.length) {
      const worker = this.#work().finally(() => this.#workers.delete(worker));
      this.#workers.add(worker);
    }
  }

  /** Resolves when every name is known that can be known, or after `timeoutMs` milliseconds. */
  async settled(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
    await Promise.race([Promise.all(this.#workers), timeout]);
    clearTimeout(timer);
  }

  async #work(): Promise<void> {
    while (this.#next < this.#queue.length) {
      const address = this.#queue[this.#next++] as number;
      const name = await this.#lookup(address);
      if (name !== undefined) this.#names.set(address, name);
    }
  }
}
