/** Turns what a prober tells into something that can be awaited. */

import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../probe/outcome.ts";

/** Who hears of what is no outcome. */
export interface SideEvents {
  /** A further answer to a probe that has had its outcome: a duplicate, or one that came too late. */
  readonly onExtra?: ((reply: ExtraReply) => void) | undefined;
  /** Something arrived that answers none of the run's probes. */
  readonly onStray?: ((datagram: StrayDatagram) => void) | undefined;
  /** A system call failed, and the run goes on; called once for each kind of failure. Replies may be missing. */
  readonly onTrouble?: ((error: Error) => void) | undefined;
}

/** Outcomes in the order in which they were told. They wait here until they are taken, however many there are. */
export class OutcomeQueue implements AsyncIterable<ProbeOutcome> {
  readonly #side: SideEvents;
  #waiting: ProbeOutcome[] = [];
  #wake: () => void = () => {};
  #isEnded = false;
  #failure: { readonly error: unknown } | undefined;

  /** Starts empty. */
  constructor(side: SideEvents = {}) {
    this.#side = side;
  }

  /** Keeps an outcome. */
  outcome(outcome: ProbeOutcome): void {
    this.#waiting.push(outcome);
    this.#wake();
  }

  /** Passes a further answer on. */
  extra(reply: ExtraReply): void {
    this.#side.onExtra?.(reply);
  }

  /** Passes a stranger on. */
  stray(datagram: StrayDatagram): void {
    this.#side.onStray?.(datagram);
  }

  /** Nothing is gathered that had to be let go. */
  idle(): void {}

  /** No outcome will follow. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** No outcome will follow, because of that error: who iterates gets it after the outcomes before it. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** Every outcome once; waits for those to come, until the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ProbeOutcome, void, void> {
    for (;;) {
      const taken = this.#waiting;
      this.#waiting = [];
      yield* taken;
      if (this.#waiting.length > 0) continue;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
