/**
 * How many replies reached this machine and not the program: what a witness nearer to the wire has seen, less what was received and
 * what found no room.
 *
 * The two are counted at different moments. So the witness is asked first, and its number is compared only once all that
 * had arrived by then has been read.
 */

import type { SweepTrouble } from "./path_keeper.ts";
import type { Clock } from "../time/instant.ts";
import type { ReplyCollector, ReplySource, Witness } from "./reply_collector.ts";

/** Compares a witness with what a sweep received. */
export class BlockedReplies {
  readonly #witness: Witness | undefined;
  readonly #source: Pick<ReplySource, "droppedDatagrams">;
  readonly #collector: Pick<ReplyCollector, "received" | "witnessed">;
  #seen = 0;
  #lookedNs = -Infinity;
  #blocked = 0;

  /** Starts with nothing seen. Without a witness nothing is ever blocked. */
  constructor(
    witness: Witness | undefined,
    source: Pick<ReplySource, "droppedDatagrams">,
    collector: Pick<ReplyCollector, "received" | "witnessed">,
  ) {
    this.#witness = witness;
    this.#source = source;
    this.#collector = collector;
  }

  /** Asks the witness. */
  look(clock: Clock): void {
    if (this.#witness === undefined) return;
    this.#seen = this.#witness.seen();
    this.#lookedNs = clock.now().monotonicNs;
  }

  /**
   * Replies that were blocked, up to the last look.
   *
   * @param heardNs all that had arrived by then (monotonic) has been read; when that is before the last look, the number of the
   * look before stands
   */
  count(heardNs: number): number {
    if (heardNs >= this.#lookedNs) this.recount();
    return this.#blocked;
  }

  /** {@linkcode count}, where all that the witness saw has been read. */
  recount(): void {
    const known = this.#collector.witnessed + this.#source.droppedDatagrams();
    this.#blocked = Math.max(0, this.#seen - known);
  }

  /** Whether replies were blocked, and none was received. */
  get isTotal(): boolean {
    return this.#blocked > 0 && this.#collector.received === 0;
  }

  /** Why a scan is not complete that was blocked altogether. */
  get trouble(): SweepTrouble | undefined {
    if (!this.isTotal) return undefined;
    return { reason: "blocked", message: "no reply got past this machine's firewall" };
  }
}
