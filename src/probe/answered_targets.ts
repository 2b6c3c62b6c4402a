/** The targets that have answered, in a run that asks each only until it does. */

import type { ProbeListener } from "./outcome.ts";

/** Notes answers, late ones included. */
export class AnsweredTargets {
  readonly #answered: Uint8Array;
  #count = 0;

  readonly #endsOnRefusal: boolean;

  /**
   * For targets with the indices 0 to `targetCount` - 1.
   *
   * @param endsOnRefusal a target that the kernel refuses to send to is done as well
   */
  constructor(targetCount: number, endsOnRefusal = false) {
    this.#answered = new Uint8Array(targetCount);
    this.#endsOnRefusal = endsOnRefusal;
  }

  /** Whether every target has answered. */
  get isComplete(): boolean {
    return this.#count === this.#answered.length;
  }

  /** Whether that target has answered. */
  has(targetIndex: number): boolean {
    return this.#answered[targetIndex] === 1;
  }

  /** The kernel refused to send to that target. */
  refuse(targetIndex: number): void {
    if (this.#endsOnRefusal) this.#mark(targetIndex);
  }

  /** A listener that notes the answers and hands all on. */
  listener(listener: ProbeListener): ProbeListener {
    return {
      outcome: (outcome) => {
        if (outcome.kind === "reply") this.#mark(outcome.probe.target.index);
        listener.outcome(outcome);
      },
      extra: (reply) => {
        this.#mark(reply.probe.target.index);
        listener.extra(reply);
      },
      stray: (datagram) => listener.stray(datagram),
      idle: (nowNs, busy) => listener.idle(nowNs, busy),
    };
  }

  #mark(targetIndex: number): void {
    if (this.has(targetIndex)) return;
    this.#answered[targetIndex] = 1;
    this.#count++;
  }
}
