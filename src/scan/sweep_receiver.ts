/** The receiving side of a sweep: reads what has arrived, and knows up to which moment all of it has been read. */

import type { Clock } from "../time/instant.ts";
import { BlockedReplies } from "./blocked_replies.ts";
import type { SweepTrouble } from "./path_keeper.ts";
import {
  type CollectorOptions,
  ReplyCollector,
  type ReplySource,
  type Witness,
} from "./reply_collector.ts";

/** Replies read for each probe sent, before any wait. */
const RECEIVED_PER_SENT = 2;
/** Between the witness's socket and the one for replies a datagram may be under way for this long. */
const DELIVERY_MS = 10;

/** What a receiver works with. */
export interface SweepReceiverOptions extends CollectorOptions {
  /** Our clocks. */
  readonly clock: Clock;
  /** Counts the replies that reach this machine; undefined where the system has no such counter. */
  readonly witness: Witness | undefined;
  /** Called with the time of a read (monotonic nanoseconds) that brought first replies. */
  readonly answered: (nowNs: number) => void;
  /** Probes that leave in one batch at most. */
  readonly batchProbes: number;
}

/** Reads the replies of one sweep. */
export class SweepReceiver {
  /** What was received so far. */
  readonly collector: ReplyCollector;
  readonly #source: ReplySource;
  readonly #clock: Clock;
  readonly #batches: number;
  readonly #blocked: BlockedReplies;
  readonly #answered: (nowNs: number) => void;
  #heardNs = -Infinity;

  /** Nothing is received before {@linkcode collect}. */
  constructor(options: SweepReceiverOptions) {
    const { source, clock, witness, batchProbes } = options;
    this.#source = source;
    this.#clock = clock;
    this.#answered = options.answered;
    this.#batches = Math.ceil(RECEIVED_PER_SENT * batchProbes / source.capacity);
    this.collector = new ReplyCollector(options);
    this.#blocked = new BlockedReplies(witness, source, this.collector);
  }

  /** All that had arrived by then (monotonic nanoseconds) has been read; what lies unread in the socket is not settled. */
  get heardNs(): number {
    return this.#heardNs;
  }

  /** Replies that reached this machine and were kept from the program. */
  get blocked(): number {
    return this.#blocked.count(this.#heardNs);
  }

  /** Whether replies were blocked, and none was received. */
  get isBlocked(): boolean {
    return this.#blocked.isTotal;
  }

  /** Why a sweep that received nothing is not complete. */
  get trouble(): SweepTrouble | undefined {
    return this.#blocked.trouble;
  }

  /** Reads the witness's counter. */
  look(): void {
    this.#blocked.look(this.#clock);
  }

  /** Reads what has arrived, up to a limit; returns whether that was all. `nowNs` was read before. */
  collect(nowNs: number): boolean {
    const { replies } = this.collector;
    const isAll = this.collector.collect(this.#batches);
    if (this.collector.replies > replies) this.#answered(nowNs);
    if (isAll) this.#heardNs = nowNs;
    return isAll;
  }

  /** Reads all that has arrived by now, which is less than may arrive meanwhile; ends early when `isAborted`. */
  async collectAll(isAborted: () => boolean): Promise<void> {
    this.look();
    const now = this.#clock.now();
    while (!this.collector.collect(this.#batches, now.realtimeNs)) {
      await this.#source.yieldToEventLoop();
      if (isAborted()) return;
    }
    this.#heardNs = now.monotonicNs;
    if (this.blocked === 0) return;
    await this.#source.wait(DELIVERY_MS);
    this.collect(this.#clock.now().monotonicNs);
    this.#blocked.recount();
  }
}
