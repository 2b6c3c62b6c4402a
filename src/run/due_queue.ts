/** What is due in turn, where nearly all that is added is due after all that waits. */

/** Something that waits; a new ticket makes its earlier entries void. */
export interface Ticketed {
  /** Number of the entry that counts. */
  readonly ticket: number;
}

interface Entry<T> {
  readonly item: T;
  readonly ticket: number;
  readonly dueNs: number;
}

/** A queue in the order of the times. */
export class DueQueue<T extends Ticketed> {
  #entries: Entry<T>[] = [];
  #head = 0;

  /** When the first is due, nanoseconds; Infinity when none waits. */
  get dueNs(): number {
    for (; this.#head < this.#entries.length; this.#head++) {
      const { item, ticket, dueNs } = this.#entries[this.#head] as Entry<T>;
      if (item.ticket === ticket) return dueNs;
    }
    return Infinity;
  }

  /** Adds an item with its present ticket, due at `dueNs`. */
  push(item: T, dueNs: number): void {
    const entries = this.#entries;
    // The entries that have been taken are more than those that wait.
    if (2 * this.#head > entries.length) {
      entries.splice(0, this.#head);
      this.#head = 0;
    }
    const entry = { item, ticket: item.ticket, dueNs };
    let place = entries.length;
    while (place > this.#head && (entries[place - 1] as Entry<T>).dueNs > dueNs) place--;
    if (place === entries.length) entries.push(entry);
    else entries.splice(place, 0, entry);
  }

  /** Takes the first; undefined when none waits. */
  take(): T | undefined {
    return this.dueNs === Infinity ? undefined : this.#entries[this.#head++]?.item;
  }
}
