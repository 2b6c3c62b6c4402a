/**
 * The senders of a sweep and the next probe to be written.
 *
 * One sender works on the thread of the program. Several work on threads of their own, each with a batch: the kernel takes
 * some 3 µs to send a probe that is written in 0.1 µs, so while it sends those, the program writes the next batch
 * and reads replies. Batches then leave in any order, and what counts as dealt with is what lies below the first probe
 * that has not left.
 */

import type { ScanOrder } from "./scan_order.ts";
import { Sender, type SenderOptions, type Transmitter } from "./sender.ts";

/** What a pool works with. */
export interface SenderPoolOptions extends Omit<SenderOptions, "transmitter"> {
  /** Where probes go, at least one, all with batches of the same capacity. */
  readonly transmitters: readonly Transmitter[];
  /** First probe to send. */
  readonly startPosition: number;
  /** Called after each batch: whether the kernel had room for all of it. */
  readonly answered: (hasRoom: boolean) => void;
}

/** Sends the probes of a shard, batch by batch. */
export class SenderPool {
  /** Probes that leave together at most. */
  readonly batchProbes: number;
  readonly #senders: readonly Sender[];
  readonly #order: ScanOrder;
  readonly #answered: (hasRoom: boolean) => void;
  /** Senders that no other thread works for. */
  readonly #idle: Set<Sender>;
  /** What other threads do now. */
  readonly #calls = new Set<Promise<void>>();
  /** The next probe to be written. */
  #position: number;
  /** Where the pass ends that is under way. */
  #passEnd: number;
  /** Originate stamp of the probe written last. */
  #originateMs: number | undefined;
  /** What a batch failed with; a refusal is no failure. */
  #failure: Error | undefined;

  /**
   * Makes the senders; nothing is sent yet.
   *
   * @throws {RangeError} without a transmitter
   */
  constructor(options: SenderPoolOptions) {
    const { transmitters, startPosition, answered, ...shared } = options;
    const [first] = transmitters;
    if (first === undefined) throw new RangeError("Cannot send without a transmitter");
    this.#senders = transmitters.map((transmitter) => new Sender({ transmitter, ...shared }));
    this.batchProbes = first.batch.capacity;
    this.#idle = new Set(this.#senders);
    this.#order = shared.order;
    this.#answered = answered;
    this.#position = startPosition;
    this.#passEnd = shared.order.passEnd(startPosition);
  }

  /** Probes that are written and have not left. */
  get pending(): number {
    return this.#senders.reduce((sum, sender) => sum + sender.pending, 0);
  }

  /** All probes below this have left or were refused. */
  get departed(): number {
    return this.#senders.reduce(
      (least, sender) => Math.min(least, sender.firstPending),
      this.#position,
    );
  }

  /** Probes that each sender has handed to the kernel. */
  get sent(): readonly number[] {
    return this.#senders.map((sender) => sender.sent);
  }

  /** Of {@linkcode sent}, those that have left this machine, or somewhat fewer. */
  get gone(): readonly number[] {
    return this.#senders.map((sender) => sender.sent - sender.waiting);
  }

  /** Probes that the kernel has taken and that wait for the link, or some more. 0 is exact. */
  get waiting(): number {
    return this.#senders.reduce((sum, sender) => sum + sender.waiting, 0);
  }

  /** Whether every probe has left or was refused. */
  get isDone(): boolean {
    return this.departed >= this.#order.length;
  }

  /** Whether some thread has a batch. */
  get isUnderWay(): boolean {
    return this.#calls.size > 0;
  }

  /**
   * Sends one batch at most: first what the kernel had no room for, with a new originate stamp, else new probes.
   *
   * @param due how many probes may leave now, those pending included
   * @param originateMs originate stamp, unsigned 32 bits
   * @returns whether there was anything to send and a free thread to send it
   * @throws what a thread's last batch failed with
   */
  send(due: number, originateMs: number): boolean {
    this.#throwFailure();
    const idle = [...this.#idle];
    const waiting = idle.find((sender) => sender.pending > 0);
    if (waiting !== undefined) {
      waiting.rewrite(originateMs);
      this.#originateMs = originateMs;
      this.#dispatch(waiting);
      return true;
    }
    const [sender] = idle;
    if (this.#position === this.#passEnd && this.#position < this.#order.length) {
      // Two probes of one target in one millisecond would be the same datagram: their replies could not be distinguished.
      // And a probe that finds no room is written again, with the millisecond at that time.
      if (originateMs === this.#originateMs || this.isUnderWay) return false;
      this.#passEnd = this.#order.passEnd(this.#position);
    }
    const left = this.#passEnd - this.#position;
    const most = Math.min(due - this.pending, this.batchProbes, left);
    if (sender === undefined || most <= 0) return false;
    this.#position += sender.load(this.#position, most, originateMs);
    this.#originateMs = originateMs;
    this.#dispatch(sender);
    return true;
  }

  /** Goes back to a position, and sends from there again. No thread may be at work. */
  goBack(position: number): void {
    for (const sender of this.#senders) sender.reset();
    this.#position = position;
    this.#passEnd = this.#order.passEnd(position);
  }

  /** Resolves when some thread is done. */
  async nextCall(): Promise<void> {
    await Promise.race(this.#calls);
  }

  /** Resolves when all threads are done; rejects then with what one of them failed with. */
  async allCalls(): Promise<void> {
    await Promise.all(this.#calls);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #dispatch(sender: Sender): void {
    if (this.#senders.length === 1) {
      this.#answered(sender.send());
      return;
    }
    this.#idle.delete(sender);
    const finish = () => {
      this.#calls.delete(call);
      this.#idle.add(sender);
    };
    const call = sender.sendOnThread().then((hasRoom) => {
      finish();
      this.#answered(hasRoom);
    }).catch((error) => {
      finish();
      this.#failure ??= error;
    });
    this.#calls.add(call);
  }
}
