/**
 * Which datagram a transmit stamp belongs to, on kernels that only number datagrams themselves (before 6.13).
 *
 * The kernel counts datagrams from zero, and counts some that it then refuses: a firewall's drop (EPERM) comes
 * after the count, a missing route (ENETUNREACH) before it. So after a refusal the count is no longer known, and
 * datagrams go unrecorded, their stamps dropped, until the counter was started again at a moment when the kernel
 * held none of this socket's datagrams. A stamp is lost now and then; none is ever given to the wrong datagram.
 */
export class TransmitKeys {
  readonly #keys = new Uint32Array(historySize);
  readonly #known = new Uint8Array(historySize);
  #next = 0;
  #oldest = 0;
  #synchronised = true;

  /** The kernel's count is known. */
  get synchronised(): boolean {
    return this.#synchronised;
  }

  /**
   * A datagram was sent.
   *
   * @param key the caller's number for it, unsigned, 32 bits
   */
  recordSent(key: number): void {
    if (!this.#synchronised) return;
    const slot = this.#next & historyMask;
    this.#keys[slot] = key;
    this.#known[slot] = 1;
    this.#next++;
    if (this.#next - this.#oldest > historySize) this.#oldest++;
  }

  /** A datagram was refused, or may have been tried twice: from here on the kernel's count is unknown. */
  recordRefused(): void {
    this.#synchronised = false;
  }

  /** The kernel counts from zero again, and every stamp of what was sent before has been taken. */
  restart(): void {
    this.#next = 0;
    this.#oldest = 0;
    this.#synchronised = true;
  }

  /**
   * The key of the datagram that the kernel numbered `count`, once; undefined when that is not known.
   *
   * @param count as the kernel reported it, unsigned, 32 bits
   */
  take(count: number): number | undefined {
    // The kernel's counter wraps at 2^32, ours does not: bring `count` into the recent window.
    const index = this.#next - ((this.#next - count) >>> 0);
    if (index < this.#oldest || index >= this.#next) return undefined;
    const slot = index & historyMask;
    if (this.#known[slot] !== 1) return undefined;
    this.#known[slot] = 0;
    return this.#keys[slot];
  }
}

/** How many datagrams are remembered while their stamps are awaited; a power of two. */
const historySize = 65_536;
const historyMask = historySize - 1;
