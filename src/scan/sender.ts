/** Probes on their way out: written into frames, handed to the kernel, and written again where it had no room. */

import type { HashKey } from "../packet/half_sip_hash.ts";
import { type FrameSlots, ProbeWriter } from "./probe_writer.ts";
import type { ScanOrder } from "./scan_order.ts";
import type { SourceRange } from "./source_range.ts";

/** Where probes go. The FFI layer's PacketSocket and BulkRawSocket are such. */
export interface Transmitter {
  /** How it sends, in one word for the output. */
  readonly path: string;
  /** Frames that it sends, each holding the probe template. */
  readonly batch: FrameSlots;
  /** From a frame's start to its IPv4 header. */
  readonly datagramOffset: number;
  /**
   * Sends frames `from` to `from + count − 1` and never waits.
   *
   * @returns frames sent; 0 when there is no room now; the negative error number when frame `from` was refused
   */
  transmit(from: number, count: number): number;
  /** {@linkcode transmit} on another thread. The frames must not be touched until it resolves. */
  transmitOnThread(from: number, count: number): Promise<number>;
  /** Frames that were sent and have not left this machine, or some more. 0 is exact. */
  waiting(): number;
}

/** Addresses that are passed over. The set may grow while the scan runs. */
export type SkippedAddresses = Pick<ReadonlySet<number>, "has" | "size">;

/** What a sender works with. */
export interface SenderOptions {
  /** Where probes go. */
  readonly transmitter: Transmitter;
  /** This shard's probes in order. */
  readonly order: ScanOrder;
  /** Addresses that are passed over. */
  readonly skipped: SkippedAddresses;
  /** The secret of this run. */
  readonly key: HashKey;
  /** Addresses to send from; that of the template when undefined. */
  readonly sources?: SourceRange | undefined;
  /** How often a probe that the kernel refuses is sent again; 0 by default. */
  readonly retries?: number | undefined;
  /** Counts probes that the kernel took. */
  readonly left: (count: number) => void;
  /** Takes a probe that the kernel refused, with its error number. */
  readonly unsent: (address: number, errno: number) => void;
}

/** One transmitter and the probes in its frames, which have consecutive positions in the order. */
export class Sender {
  readonly #options: SenderOptions;
  #writer: ProbeWriter;
  /** Position of the probe in frame 0. */
  #first = 0;
  /** Frames that hold a probe. */
  #loaded = 0;
  /** The first frame whose probe has not left. */
  #next = 0;
  #sent = 0;
  /** How often the next probe has been refused. */
  #refusals = 0;

  /** Prepares the frames of a transmitter. */
  constructor(options: SenderOptions) {
    this.#options = options;
    this.#writer = makeWriter(options);
  }

  /** Probes that are written and have not left. */
  get pending(): number {
    return this.#loaded - this.#next;
  }

  /** Position of the first pending probe, or Infinity without one. */
  get firstPending(): number {
    return this.pending === 0 ? Infinity : this.#first + this.#next;
  }

  /** Probes that the kernel has taken. */
  get sent(): number {
    return this.#sent;
  }

  /** Probes that the kernel has taken and not let go yet, or some more. */
  get waiting(): number {
    return this.#options.transmitter.waiting();
  }

  /**
   * Writes the probes from `position` on. Nothing may be pending.
   *
   * Skipped addresses at the start are passed over, and the first one after a probe ends the batch.
   *
   * @param most how many positions may be dealt with, 1 to the capacity of a batch
   * @param originateMs originate stamp, unsigned 32 bits
   * @returns positions dealt with
   */
  load(position: number, most: number, originateMs: number): number {
    const { order } = this.#options;
    let passed = 0;
    while (passed < most && this.#isSkipped(order.addressAt(position + passed))) passed++;
    this.#first = position + passed;
    this.#next = 0;
    this.#loaded = this.#write(0, most - passed, originateMs);
    return passed + this.#loaded;
  }

  /** Gives up what is pending, and takes the frames as they are now: they may lead elsewhere. */
  reset(): void {
    this.#loaded = this.#next = 0;
    this.#writer = makeWriter(this.#options);
  }

  /** Gives pending probes a new originate stamp. */
  rewrite(originateMs: number): void {
    this.#write(this.#next, this.#loaded, originateMs);
  }

  /** Hands over what is pending. Returns false when the kernel had no room for all of it. */
  send(): boolean {
    const { transmitter } = this.#options;
    while (this.pending > 0) {
      if (!this.#book(transmitter.transmit(this.#next, this.pending))) return false;
    }
    return true;
  }

  /** {@linkcode send} on another thread. The sender must be left alone until it resolves. */
  async sendOnThread(): Promise<boolean> {
    const { transmitter } = this.#options;
    while (this.pending > 0) {
      if (!this.#book(await transmitter.transmitOnThread(this.#next, this.pending))) return false;
    }
    return true;
  }

  /** Writes frames `from` to `to − 1`, up to a skipped address. Returns the first frame not written. */
  #write(from: number, to: number, originateMs: number): number {
    const { order } = this.#options;
    for (let slot = from; slot < to; slot++) {
      const address = order.addressAt(this.#first + slot);
      if (this.#isSkipped(address)) return slot;
      this.#writer.write(slot, address, originateMs);
    }
    return to;
  }

  #isSkipped(address: number): boolean {
    const { skipped } = this.#options;
    return skipped.size > 0 && skipped.has(address);
  }

  /** Books what a transmission came to. Returns false when there was no room. */
  #book(result: number): boolean {
    const { order, left, unsent, retries = 0 } = this.#options;
    if (result === 0) return false;
    if (result < 0 && this.#refusals < retries) {
      this.#refusals++;
      return true;
    }
    this.#refusals = 0;
    if (result > 0) {
      this.#next += result;
      this.#sent += result;
      left(result);
    } else {
      const address = order.addressAt(this.#first + this.#next);
      this.#next++;
      unsent(address, -result);
    }
    return true;
  }
}

function makeWriter({ transmitter, key, sources }: SenderOptions): ProbeWriter {
  return new ProbeWriter(transmitter.batch, transmitter.datagramOffset, key, sources);
}
