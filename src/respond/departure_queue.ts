/** Replies that wait for their moment: a binary heap by time (Williams 1964), first in first out at equal times. */

/** A reply and its moment. */
export interface Departure {
  /** When it leaves, CLOCK_MONOTONIC in nanoseconds. */
  readonly dueNs: number;
  /** The datagram. */
  readonly bytes: Uint8Array;
  /** The link's note of the receiver. */
  readonly to: Uint8Array | undefined;
}

interface Entry extends Departure {
  readonly order: number;
}

/** The replies that are due later. */
export class DepartureQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Number of replies that wait. */
  get length(): number {
    return this.#heap.length;
  }

  /** When the next reply leaves; Infinity when none waits. */
  get nextNs(): number {
    return this.#heap[0]?.dueNs ?? Infinity;
  }

  /** Adds a reply. */
  push(departure: Departure): void {
    const heap = this.#heap;
    const entry = { ...departure, order: this.#order++ };
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isEarlier(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes the reply that leaves next; undefined when none waits. */
  pop(): Departure | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isEarlier(right, heap[child] as Entry)) child++;
      const smaller = heap[child] as Entry;
      if (!isEarlier(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isEarlier(one: Entry, other: Entry): boolean {
  return one.dueNs < other.dueNs || (one.dueNs === other.dueNs && one.order < other.order);
}
