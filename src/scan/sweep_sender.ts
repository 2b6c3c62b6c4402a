/** The sending side of a sweep: what is due leaves, one batch at a time, and what follows waits until there is room. */

import type { HashKey } from "../packet/half_sip_hash.ts";
import { wholeMsOfDay } from "../time/day.ts";
import type { Instant } from "../time/instant.ts";
import { Pacer } from "./pacer.ts";
import type { ReplySource } from "./reply_collector.ts";
import type { ScanOrder } from "./scan_order.ts";
import type { SkippedAddresses, Transmitter } from "./sender.ts";
import { SenderPool } from "./sender_pool.ts";
import type { SourceRange } from "./source_range.ts";

/** Longest wait while probes are still to be sent. */
const SENDING_WAIT_MS = 50;
/** Probes of this time leave together: 0.1 % of a second, well within the 1 % promised. */
const STEP_MS = 1;
const FIRST_BACKOFF_MS = 0.1, MAX_BACKOFF_MS = 50;

/** What a sender works with. */
export interface SweepSenderOptions {
  /** Where probes go, at least one. */
  readonly transmitters: readonly Transmitter[];
  /** This shard's probes in order. */
  readonly order: ScanOrder;
  /** Addresses that are passed over. */
  readonly skipped: SkippedAddresses;
  /** First probe to send; 0 by default. */
  readonly startPosition?: number;
  /** The secret of this run. */
  readonly key: HashKey;
  /** Addresses to send from; that of the template when undefined. */
  readonly sources?: SourceRange | undefined;
  /** How often a probe that the kernel refuses is sent again; 0 by default. */
  readonly retries?: number | undefined;
  /** Probes a second; Infinity for no limit. */
  readonly rate: number;
  /** Waits that end early when a reply arrives. */
  readonly replies: Pick<ReplySource, "wait" | "pause" | "yieldToEventLoop">;
  /** Called with each probe that the kernel did not take for good, and its error number. */
  readonly unsent: (address: number, errno: number) => void;
}

/** Sends the probes of one sweep. */
export class SweepSender {
  /** The senders and the next probe. */
  readonly pool: SenderPool;
  /** Probes that the kernel took. */
  sent = 0;
  /** Times that the kernel had no room. */
  backoffs = 0;
  readonly #pacer: Pacer;
  readonly #replies: SweepSenderOptions["replies"];
  #backoffMs = FIRST_BACKOFF_MS;
  #mustBackOff = false;

  /**
   * Nothing is sent before {@linkcode send}.
   *
   * @throws {RangeError} The rate is not above 0, or there is no transmitter.
   */
  constructor(options: SweepSenderOptions) {
    const { transmitters, order, skipped, startPosition = 0, key, rate, replies } = options;
    const { retries, sources } = options;
    this.#pacer = new Pacer(rate);
    this.#replies = replies;
    this.pool = new SenderPool({
      ...{ transmitters, order, skipped, startPosition, key, sources, retries },
      left: (count) => {
        this.sent += count;
        this.#pacer.sent(count);
      },
      unsent: (address, errno) => {
        this.#pacer.sent(1);
        options.unsent(address, errno);
      },
      answered: (hasRoom) => {
        if (hasRoom) this.#backoffMs = FIRST_BACKOFF_MS;
        else this.backoffs++;
        this.#mustBackOff ||= !hasRoom;
      },
    });
  }

  /** Sends what is due, one batch at most; returns whether there was anything to send. */
  send(now: Instant): boolean {
    return this.pool.send(this.#pacer.due(now.monotonicNs), wholeMsOfDay(now.realtimeNs));
  }

  /**
   * Waits until {@linkcode send} has something to do.
   *
   * @param now the moment of the send before
   * @param hasSent what that returned
   * @param isEmpty all that had arrived has been read
   */
  async rest(now: Instant, hasSent: boolean, isEmpty: boolean): Promise<void> {
    if (this.#mustBackOff) {
      this.#mustBackOff = false;
      await this.#replies.wait(this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    } else if (!hasSent && this.pool.isUnderWay) {
      // Other threads report between two turns of the event loop. Until then the pacer counts their probes as due.
      await (isEmpty ? this.pool.nextCall() : this.#replies.yieldToEventLoop());
    } else if (isEmpty) {
      await this.#waitUntilDue(this.#pacer.waitNs(now.monotonicNs) / 1e6);
    }
  }

  /** Waits at least one step, so that a turn has more to do than a probe. */
  #waitUntilDue(waitMs: number): Promise<void> | undefined {
    if (waitMs <= 0) return undefined;
    if (waitMs > STEP_MS) return this.#replies.wait(Math.min(waitMs, SENDING_WAIT_MS));
    // Replies can wait a step too: the kernel has stamped them.
    this.#replies.pause(STEP_MS);
    return undefined;
  }
}
