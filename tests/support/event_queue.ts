/** Events in the order of their times; those of one time in the order in which they were put in. */

interface Entry<T> {
  readonly atNs: number;
  readonly order: number;
  readonly value: T;
}

/** A binary heap of events. */
export class EventQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  /** Time of the next event; Infinity when there is none. */
  get nextNs(): number {
    return this.#heap[0]?.atNs ?? Infinity;
  }

  /** Puts an event in. */
  push(atNs: number, value: T): void {
    const heap = this.#heap;
    const entry = { atNs, order: this.#order++, value };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry<T>)) break;
      heap[at] = heap[parent] as Entry<T>;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the next event; throws when there is none. */
  pop(): T {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new RangeError("Cannot take: no event");
    if (heap.length === 0) return first.value;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Entry<T>)) child++;
      if (!isBefore(heap[child] as Entry<T>, last)) break;
      heap[at] = heap[child] as Entry<T>;
      at = child;
    }
    heap[at] = last;
    return first.value;
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.atNs < other.atNs || (one.atNs === other.atNs && one.order < other.order);
}
