/** The place of a sweep: below which position everything is settled, and where to go back to when the path changes. */

import type { PathKeeper } from "./path_keeper.ts";
import type { SenderPool } from "./sender_pool.ts";
import { SettledMark } from "./settled_mark.ts";
import type { SweepReceiver } from "./sweep_receiver.ts";

/** Follows the place of one sweep. */
export class SweepPlace {
  readonly #pool: SenderPool;
  readonly #path: PathKeeper;
  readonly #receiver: SweepReceiver;
  readonly #mark: SettledMark;
  #looked: number;

  /** Starts with nothing under way. `cooldownMs`: how long an answer is awaited. */
  constructor(pool: SenderPool, path: PathKeeper, receiver: SweepReceiver, cooldownMs: number) {
    this.#pool = pool;
    this.#path = path;
    this.#receiver = receiver;
    this.#mark = new SettledMark(pool, cooldownMs);
    this.#looked = this.settled;
  }

  /** All probes below this position have left a cooldown ago, and what answered has been read. */
  get settled(): number {
    return this.#mark.settled(this.#confirmedNs);
  }

  /**
   * Asks the witness. Returns what is settled; while nothing was received, what was settled when the witness was asked before: only of
   * that is it known by now that no reply was blocked.
   */
  look(): number {
    const before = this.#looked;
    this.#looked = this.settled;
    this.#receiver.look();
    return this.#receiver.collector.received > 0 ? this.#looked : before;
  }

  /** Up to this moment (monotonic nanoseconds) the path is known to have worked, and what arrived has been read. */
  get #confirmedNs(): number {
    return Math.min(this.#receiver.heardNs, this.#path.confirmedNs);
  }

  /** Notes what has left, if it is time to. `nowNs` is read only then. */
  note(nowNs: number, readNowNs: () => number): void {
    if (this.#mark.isDue(nowNs)) this.#mark.note(readNowNs());
  }

  /**
   * Looks at the path if there is a reason to, and goes back to the first probe that may be lost.
   *
   * @returns whether it looked
   */
  async follow(nowNs: number): Promise<boolean> {
    if (!this.#path.isInDoubt(nowNs)) return false;
    // What left since then does not count as settled, however long it takes to find out.
    await this.#mark.hold(this.#confirmedNs, async () => {
      await this.#pool.allCalls();
      if (await this.#path.renew()) this.goBack();
    });
    return true;
  }

  /** Goes back to the first probe that is not settled. No thread may be sending. */
  goBack(): void {
    this.#pool.goBack(this.settled);
    this.#mark.reset();
  }
}
