/** When the next probes may leave: evenly, whatever the machine does in between. */

/**
 * Time that may be caught up at once, in nanoseconds: what a busy machine takes the processor away for. Longer lags
 * are caught up slowly.
 */
const BURST_NS = 7e6;
/** How much faster than asked lost time is caught up. With a burst of 7 ms no second exceeds the rate by 1 %. */
const CATCH_UP = 1.0025;

/**
 * Spaces probes evenly on a virtual clock that gives each probe its moment.
 *
 * In no second do more than 1 % more probes leave than asked. When the program is held up, up to
 * 7 ms of probes follow at once and the rest is made up at a quarter per cent above the rate.
 */
export class Pacer {
  /** Probes a second; Infinity for no pacing. */
  readonly rate: number;
  readonly #intervalNs: number;
  #nextNs = NaN;
  #owedNs = 0;

  /**
   * Makes a pacer whose clock starts with the first question.
   *
   * @throws {RangeError} when the rate is not above 0
   */
  constructor(rate: number) {
    if (!(rate > 0)) {
      throw new RangeError(`Cannot pace at ${rate} probes a second: a rate above 0 is wanted`);
    }
    this.rate = rate;
    this.#intervalNs = 1e9 / rate;
  }

  /**
   * How many probes may leave now. The first call starts the clock.
   *
   * @param nowNs any monotonic clock, in nanoseconds
   */
  due(nowNs: number): number {
    if (this.rate === Infinity) return Infinity;
    if (Number.isNaN(this.#nextNs)) this.#nextNs = nowNs;
    const lagNs = nowNs - this.#nextNs;
    if (lagNs < 0) return 0;
    const owedNs = Math.max(0, lagNs - BURST_NS);
    this.#owedNs += owedNs;
    this.#nextNs += owedNs;
    // One probe is always allowed at its moment, however slow the rate.
    return Math.floor((nowNs - this.#nextNs) / this.#intervalNs) + 1;
  }

  /** Books probes that have left. */
  sent(count: number): void {
    const nominalNs = count * this.#intervalNs;
    const hurriedNs = this.#owedNs > 0 ? nominalNs / CATCH_UP : nominalNs;
    this.#owedNs = Math.max(0, this.#owedNs - (nominalNs - hurriedNs));
    this.#nextNs += hurriedNs;
  }

  /** Nanoseconds until the next probe is due; 0 when it is. */
  waitNs(nowNs: number): number {
    return Number.isNaN(this.#nextNs) ? 0 : Math.max(0, this.#nextNs - nowNs);
  }
}

/** Ethernet header, preamble, start delimiter, check sequence and gap: what a frame occupies beside its payload (IEEE 802.3). */
const ETHERNET_OVERHEAD_BYTES = 38;
/** Payload is padded to this on Ethernet. */
const ETHERNET_MIN_PAYLOAD_BYTES = 46;

/**
 * Probes a second that fill a bandwidth, counted on the wire as Ethernet counts.
 *
 * @param bitsPerSecond above 0
 * @param datagramBytes length of one IPv4 datagram
 */
export function rateForBandwidth(bitsPerSecond: number, datagramBytes: number): number {
  const bytes = Math.max(datagramBytes, ETHERNET_MIN_PAYLOAD_BYTES) + ETHERNET_OVERHEAD_BYTES;
  return bitsPerSecond / (8 * bytes);
}
