/** Packets that wait for their moment: a binary heap by due time, with recycled buffers. */

/** One packet on its way. Fill `bytes` up to `lengthBytes`, then push it. */
export class Departure {
  /** At least as long as was reserved. */
  bytes: Uint8Array<ArrayBuffer>;
  /** How many of `bytes` are the packet. */
  lengthBytes = 0;
  /** Nanoseconds since the run's base. */
  dueNs = 0;
  /** Number of the request that this packet answers. */
  request = 0;
  /** Index into `departureKinds` of journal.ts. */
  kind = 0;
  /** 0 for the first packet of a request, 1 for the next, and so on. */
  copy = 0;
  /** Order of pushing; breaks ties so that equal due times leave first come, first served. */
  order = 0;

  /** A packet with room for this many bytes. */
  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
  }
}

const MIN_BUFFER_BYTES = 128;

/** The queue itself. */
export class DepartureQueue {
  readonly #heap: Departure[] = [];
  readonly #spare: Departure[] = [];
  #pushed = 0;

  /** How many packets wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the next packet is due, in nanoseconds since the base; Infinity when none waits. */
  get nextDueNs(): number {
    const first = this.#heap[0];
    return first === undefined ? Infinity : first.dueNs;
  }

  /** A packet with room for at least `capacityBytes`. */
  reserve(capacityBytes: number): Departure {
    const departure = this.#spare.pop() ??
      new Departure(Math.max(capacityBytes, MIN_BUFFER_BYTES));
    this.grow(departure, capacityBytes);
    return departure;
  }

  /** Makes room in a reserved packet, keeping its bytes. */
  grow(departure: Departure, capacityBytes: number): void {
    if (departure.bytes.length >= capacityBytes) return;
    const grown = new Uint8Array(capacityBytes);
    grown.set(departure.bytes.subarray(0, departure.lengthBytes));
    departure.bytes = grown;
  }

  /** Gives a packet back, sent or not. */
  release(departure: Departure): void {
    departure.lengthBytes = 0;
    this.#spare.push(departure);
  }

  /** Queues a packet for `dueNs`. */
  push(departure: Departure, dueNs: number): void {
    departure.dueNs = dueNs;
    departure.order = this.#pushed++;
    const heap = this.#heap;
    let index = heap.length;
    heap.push(departure);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Departure;
      if (!isBefore(departure, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = departure;
  }

  /** Takes out the packet that is due first; undefined when none waits. */
  pop(): Departure | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length && isBefore(heap[child + 1] as Departure, heap[child] as Departure)
      ) {
        child++;
      }
      const below = heap[child] as Departure;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(left: Departure, right: Departure): boolean {
  return left.dueNs < right.dueNs || (left.dueNs === right.dueNs && left.order < right.order);
}
