/**
 * Finds the datagram that a transmit stamp belongs to by its content, for kernels that take no keys (before 6.13).
 *
 * Without SOF_TIMESTAMPING_OPT_TSONLY the error queue returns the datagram itself beside its stamp, with whatever headers
 * the link has put before it: none (tun), 14 bytes (Ethernet), 18 (VLAN), a whole outer datagram (GRE). So our own IPv4
 * header is searched for:
 *
 * ```
 *  link headers │ IPv4: 0 version · 2 length · 6 fragment · 9 protocol · 16 destination │ ICMP: 0 type · 4 identifier, sequence · 8 data
 * ```
 *
 * A datagram is recognised by destination, ICMP type, identifier, sequence number and the four bytes after them: the originate
 * stamp of a timestamp request, the start of an echo's payload. A fragment that does not begin its datagram has none of
 * these: it is recognised by destination, identification and offset. What is not recognised belongs to no probe.
 */

/** Bytes of a returned datagram that are looked at: the link's headers, our IPv4 header with options, the ICMP header. */
export const RETURNED_BYTES = 256;

const SHORTEST_IPV4 = 20;
const IPV4 = { length: 2, identification: 4, fragment: 6, protocol: 9, destination: 16 } as const;
const ICMP = { type: 0, identity: 4, data: 8 } as const;
const PROTOCOL_ICMP = 1;
/** Offset of a fragment within its datagram, in the 16 bits that hold its flags too. */
const FRAGMENT_OFFSET = 0x1fff;

/** Stands for the ICMP type of a fragment that has none. */
const FRAGMENT_TYPE = 256;

/** Buckets of four places: as many datagrams as the book of stamps keeps. A power of two. */
const BUCKETS = 4096;
const PLACES = 4;

/** Words of one entry. */
const ENTRY = { destination: 0, identity: 1, data: 2, type: 3, key: 4, order: 5, size: 6 } as const;

/** The datagrams sent last whose stamps are awaited. */
export class SentDatagrams {
  /** Open-addressed, so that nothing is allocated for a datagram; `order` 0 marks a free entry. */
  readonly #entries = new Uint32Array(BUCKETS * PLACES * ENTRY.size);
  readonly #sought = { destination: 0, identity: 0, data: 0, type: 0 };
  #order = 0;
  /** Where the header stood in the last datagram that was recognised. */
  #usualOffset = 0;

  /**
   * A datagram was sent. Where its bucket is full, the oldest in it is forgotten.
   *
   * @param view memory with the datagram, from `offset` to `end`
   * @param key the caller's number for it, unsigned, 32 bits
   */
  record(view: DataView, offset: number, end: number, key: number): void {
    if (!this.#readIdentity(view, offset, end)) return;
    const { destination, identity, data, type } = this.#sought;
    const entries = this.#entries;
    const bucket = bucketOf(destination, identity);
    let chosen = bucket;
    for (let place = 0; place < PLACES; place++) {
      const entry = bucket + place * ENTRY.size;
      if (this.#isAt(entry)) {
        chosen = entry;
        break;
      }
      const order = entries[entry + ENTRY.order] as number;
      if (order < (entries[chosen + ENTRY.order] as number)) chosen = entry;
    }
    this.#order = this.#order === 0xffff_ffff ? 1 : this.#order + 1;
    entries[chosen + ENTRY.destination] = destination;
    entries[chosen + ENTRY.identity] = identity;
    entries[chosen + ENTRY.data] = data;
    entries[chosen + ENTRY.type] = type;
    entries[chosen + ENTRY.key] = key;
    entries[chosen + ENTRY.order] = this.#order;
  }

  /**
   * The key of the datagram that stands somewhere in the returned bytes; undefined when none of ours does.
   *
   * @param view memory with the returned bytes, from `start` to `end`
   * @param isLast no further stamp of this datagram is awaited
   */
  find(view: DataView, start: number, end: number, isLast: boolean): number | undefined {
    let entry = this.#findAt(view, start + this.#usualOffset, end);
    for (let offset = start; entry < 0 && offset + SHORTEST_IPV4 <= end; offset++) {
      entry = this.#findAt(view, offset, end);
      if (entry >= 0) this.#usualOffset = offset - start;
    }
    if (entry < 0) return undefined;
    if (isLast) this.#entries[entry + ENTRY.order] = 0;
    return this.#entries[entry + ENTRY.key];
  }

  /** The entry of the datagram that starts at `offset`; -1 when it is none of ours. */
  #findAt(view: DataView, offset: number, end: number): number {
    if (offset + SHORTEST_IPV4 > end) return -1;
    // A driver may have padded the frame.
    const datagramEnd = Math.min(end, offset + view.getUint16(offset + IPV4.length));
    if (!this.#readIdentity(view, offset, datagramEnd)) return -1;
    const bucket = bucketOf(this.#sought.destination, this.#sought.identity);
    for (let place = 0; place < PLACES; place++) {
      const entry = bucket + place * ENTRY.size;
      if (this.#isAt(entry)) return entry;
    }
    return -1;
  }

  #isAt(entry: number): boolean {
    const entries = this.#entries;
    const { destination, identity, data, type } = this.#sought;
    return entries[entry + ENTRY.order] !== 0 && entries[entry + ENTRY.identity] === identity &&
      entries[entry + ENTRY.destination] === destination && entries[entry + ENTRY.data] === data &&
      entries[entry + ENTRY.type] === type;
  }

  /** Reads what a datagram is recognised by; false where neither an ICMP message nor a fragment of one stands. */
  #readIdentity(view: DataView, offset: number, end: number): boolean {
    if (offset + SHORTEST_IPV4 > end || view.getUint8(offset) >> 4 !== 4) return false;
    const icmp = offset + (view.getUint8(offset) & 15) * 4;
    if (icmp < offset + SHORTEST_IPV4) return false;
    if (view.getUint8(offset + IPV4.protocol) !== PROTOCOL_ICMP) return false;
    const sought = this.#sought;
    sought.destination = view.getUint32(offset + IPV4.destination);
    if ((view.getUint16(offset + IPV4.fragment) & FRAGMENT_OFFSET) !== 0) {
      sought.identity = view.getUint32(offset + IPV4.identification);
      sought.type = FRAGMENT_TYPE;
      sought.data = 0;
      return true;
    }
    if (icmp + ICMP.data > end) return false;
    sought.identity = view.getUint32(icmp + ICMP.identity);
    sought.type = view.getUint8(icmp + ICMP.type);
    sought.data = icmp + ICMP.data + 4 > end ? 0 : view.getUint32(icmp + ICMP.data);
    return true;
  }
}

/** Index of the first entry of a datagram's bucket. */
function bucketOf(destination: number, identity: number): number {
  // Both words are spread over all bits, so that neither neighbouring addresses nor numbers in a row share buckets.
  let mixed = Math.imul(destination, 0x9e3779b1) ^ Math.imul(identity, 0x85ebca6b);
  mixed = Math.imul(mixed ^ mixed >>> 15, 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ mixed >>> 12, 0x297a2d39);
  return (mixed >>> 20) * PLACES * ENTRY.size;
}
