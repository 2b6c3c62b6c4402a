/**
 * The sweep: probes out, replies in, in one loop on one thread.
 *
 * One turn sends what is due, takes what has arrived, and waits if there is nothing to do. Nothing is kept
 * for a probe in flight: the reply proves itself.
 */

import type { Clock, Instant } from "../time/instant.ts";
import { wholeMsOfDay } from "../time/day.ts";
import type { AddressSpace } from "./address_space.ts";
import { createDuplicateFilter } from "./duplicate_filter.ts";
import type { HashKey } from "./half_sip_hash.ts";
import { Pacer } from "./pacer.ts";
import { type FrameSlots, ProbeWriter } from "./probe_writer.ts";
import { ProofChecker } from "./proof.ts";
import { ReplyCollector, type ReplySource } from "./reply_collector.ts";
import type { ScanOrder } from "./scan_order.ts";
import type { ScanCounts, ScanListener, ScanProgress } from "./scan_record.ts";
import { SettledMark } from "./settled_mark.ts";

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
}

/** A scan ready to run. */
export interface SweepOptions {
  /** The addresses of the scan. */
  readonly space: AddressSpace;
  /** This shard's probes in order. */
  readonly order: ScanOrder;
  /** Addresses that are passed over. */
  readonly skipped: ReadonlySet<number>;
  /** First probe to send; 0 unless resumed. */
  readonly startPosition?: number;
  /** Times each address is probed, as in `order`. */
  readonly probesPerTarget: number;
  /** The secret of this run. */
  readonly key: HashKey;
  /** Where probes go. */
  readonly transmitter: Transmitter;
  /** Where replies come from. */
  readonly replies: ReplySource;
  /** Our clocks. */
  readonly clock: Clock;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** How long to listen after the last probe, in milliseconds. */
  readonly cooldownMs: number;
  /** Who is told. */
  readonly listener: ScanListener;
}

/** How a scan ended. */
export interface SweepResult extends ScanCounts {
  /** Probes dealt with; a scan that was stopped may resume here. */
  readonly position: number;
  /** Whether every probe of the shard was dealt with. */
  readonly isComplete: boolean;
  /** Seconds from the first to the last probe. */
  readonly sendingSeconds: number;
  /** Seconds from the first probe to the end of the cooldown. */
  readonly elapsedSeconds: number;
}

/**
 * Signals and timers are served so often: by a paced scan, and by one without a limit. A turn of the event loop gives
 * the processor up, and on a busy machine it comes back late: every 20 ms that costs a sixth of the packets. A signal
 * takes up to four turns to arrive while a scan is paced, one while it is not.
 */
const PACED_YIELD_NS = 20e6, UNPACED_YIELD_NS = 100e6;
const REPORT_NS = 1e9;
/** Batches received between two batches sent: replies may be twice as many as probes before any wait. */
const RECEIVE_BATCHES = 2;
/** Longest wait while probes are still to be sent, and while none are. */
const SENDING_WAIT_MS = 50, COOLDOWN_WAIT_MS = 100;
/** Probes of so much time leave together: 0.1 % of a second, well within the 1 % promised. */
const STEP_MS = 1;
const FIRST_BACKOFF_MS = 0.1, LONGEST_BACKOFF_MS = 50;

/** One run over one shard. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #pacer: Pacer;
  readonly #writer: ProbeWriter;
  readonly #collector: ReplyCollector;
  readonly #settled: SettledMark;
  readonly #yieldNs: number;
  #position: number;
  #sent = 0;
  #unsent = 0;
  #backoffs = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #isStopped = false;
  #isAborted = false;
  #startNs = 0;
  #lastYieldNs = 0;
  #lastReport = { atNs: 0, sent: 0, replies: 0 };

  /**
   * Prepares a run; nothing is sent before {@linkcode run}.
   *
   * @throws {RangeError} when the rate is not above 0
   */
  constructor(options: SweepOptions) {
    this.#options = options;
    const { space, key, transmitter, listener, replies: source } = options;
    this.#pacer = new Pacer(options.rate);
    this.#yieldNs = options.rate === Infinity ? UNPACED_YIELD_NS : PACED_YIELD_NS;
    this.#writer = new ProbeWriter(transmitter.batch, transmitter.datagramOffset, key);
    const duplicates = createDuplicateFilter(space.size, options.probesPerTarget);
    const proofs = new ProofChecker(key);
    this.#collector = new ReplyCollector({ source, space, proofs, duplicates, listener });
    this.#position = options.startPosition ?? 0;
    this.#settled = new SettledMark(this.#position, options.cooldownMs);
  }

  /** Sends no more; what is under way is still awaited. A second call ends the wait too. */
  stop(): void {
    if (this.#isStopped) this.#isAborted = true;
    this.#isStopped = true;
  }

  /** Runs to the end. Call it once. */
  async run(): Promise<SweepResult> {
    const { clock, order, cooldownMs, listener } = this.#options;
    this.#startNs = this.#lastYieldNs = clock.now().monotonicNs;
    this.#lastReport.atNs = this.#startNs;
    while (this.#position < order.length && !this.#isStopped) await this.#sendingTurn();
    const lastNs = clock.now().monotonicNs;
    const endNs = lastNs + cooldownMs * 1e6;
    for (let nowNs = lastNs; nowNs < endNs && !this.#isAborted; nowNs = clock.now().monotonicNs) {
      await this.#listeningTurn(nowNs, Math.min(COOLDOWN_WAIT_MS, (endNs - nowNs) / 1e6));
    }
    while (!this.#collector.collect(RECEIVE_BATCHES));
    const nowNs = clock.now().monotonicNs;
    listener.progress(this.#progress(nowNs, "cooldown"));
    // After an aborted wait the last probes are not settled, and a resumed scan repeats them.
    listener.checkpoint(this.#isAborted ? this.#settled.settled(nowNs) : this.#position);
    return {
      ...this.#counts(),
      position: this.#position,
      isComplete: this.#position >= order.length,
      sendingSeconds: (lastNs - this.#startNs) / 1e9,
      elapsedSeconds: (nowNs - this.#startNs) / 1e9,
    };
  }

  async #sendingTurn(): Promise<void> {
    const { clock, order, transmitter } = this.#options;
    const now = clock.now();
    const left = order.length - this.#position;
    const count = Math.min(this.#pacer.due(now.monotonicNs), transmitter.batch.capacity, left);
    const wasRoom = count === 0 || this.#send(count, now);
    const isEmpty = this.#collector.collect(RECEIVE_BATCHES);
    this.#settled.note(this.#position, now.monotonicNs);
    if (!wasRoom) {
      await this.#options.replies.wait(this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
    } else if (isEmpty) {
      this.#backoffMs = FIRST_BACKOFF_MS;
      await this.#rest(this.#pacer.waitNs(now.monotonicNs) / 1e6);
    }
    await this.#serve(now.monotonicNs, "sending");
  }

  /** Waits until the next probe is due, and at least one step, so that a turn has more to do than a probe. */
  #rest(waitMs: number): Promise<void> | undefined {
    const { replies } = this.#options;
    if (waitMs <= 0) return undefined;
    if (waitMs > STEP_MS) return replies.wait(Math.min(waitMs, SENDING_WAIT_MS));
    // Replies can wait a step too: the kernel has stamped them.
    replies.pause(STEP_MS);
    return undefined;
  }

  async #listeningTurn(nowNs: number, waitMs: number): Promise<void> {
    if (this.#collector.collect(RECEIVE_BATCHES)) await this.#options.replies.wait(waitMs);
    await this.#serve(nowNs, "cooldown");
  }

  /** Writes and sends the next `count` probes. Returns false when the kernel had no room for all of them. */
  #send(count: number, now: Instant): boolean {
    const { order, transmitter } = this.#options;
    const originateMs = wholeMsOfDay(now.realtimeNs);
    const filled = this.#fill(count, originateMs);
    const first = this.#position;
    let slot = 0;
    while (slot < filled) {
      const sent = transmitter.transmit(slot, filled - slot);
      if (sent === 0) break;
      if (sent < 0) {
        this.#unsent++;
        this.#options.listener.unsent(order.addressAt(first + slot), -sent);
        slot++;
      } else {
        this.#sent += sent;
        slot += sent;
      }
    }
    // Probes without room are written again later, with a new originate stamp.
    this.#position += slot;
    this.#pacer.sent(slot);
    if (slot < filled) this.#backoffs++;
    return slot === filled;
  }

  /** Writes up to `count` probes, fewer before a skipped address, which is passed over when it comes first. */
  #fill(count: number, originateMs: number): number {
    const { order, skipped } = this.#options;
    for (let slot = 0; slot < count; slot++) {
      const address = order.addressAt(this.#position + slot);
      if (skipped.size > 0 && skipped.has(address)) {
        if (slot === 0) this.#position++;
        return slot;
      }
      this.#writer.write(slot, address, originateMs);
    }
    return count;
  }

  /** Lets signals and timers in, and reports. */
  async #serve(nowNs: number, phase: ScanProgress["phase"]): Promise<void> {
    if (nowNs - this.#lastYieldNs >= this.#yieldNs) {
      this.#lastYieldNs = nowNs;
      await this.#options.replies.breathe();
    }
    if (nowNs - this.#lastReport.atNs >= REPORT_NS) {
      this.#options.listener.progress(this.#progress(nowNs, phase));
      this.#options.listener.checkpoint(this.#settled.settled(nowNs));
    }
  }

  #counts(): ScanCounts {
    const { replies, duplicates, refusals, unproven, malformed } = this.#collector;
    const dropped = this.#options.replies.droppedDatagrams();
    const sent = this.#sent, unsent = this.#unsent, backoffs = this.#backoffs;
    return { sent, unsent, backoffs, replies, duplicates, refusals, unproven, malformed, dropped };
  }

  #progress(nowNs: number, phase: ScanProgress["phase"]): ScanProgress {
    const { length } = this.#options.order;
    const counts = this.#counts();
    const seconds = Math.max(1e-9, (nowNs - this.#lastReport.atNs) / 1e9);
    const sendRate = (counts.sent - this.#lastReport.sent) / seconds;
    const replyRate = (counts.replies - this.#lastReport.replies) / seconds;
    this.#lastReport = { atNs: nowNs, sent: counts.sent, replies: counts.replies };
    const left = length - this.#position;
    return {
      ...counts,
      position: this.#position,
      length,
      elapsedSeconds: (nowNs - this.#startNs) / 1e9,
      sendRate,
      replyRate,
      remainingSeconds: left === 0 ? 0 : left / sendRate,
      phase,
    };
  }
}
