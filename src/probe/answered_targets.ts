/** The targets that have answered, in a run that asks each only until it does. */

import type { ProbeListener } from "./outcome.ts";

/** Notes answers, late ones included. */
export class AnsweredTargets {
  readonly #answered: Uint8Array;
  #count = 0;

  /** For targets with the indices 0 to `targetCount` - 1. */
  constructor(targetCount: number) {
    this.#answered = new Uint8Array(targetCount);
  }

  /** Whether every target has answered. */
  get isComplete(): boolean {
    return this.#count === this.#answered.length;
  }

  /** Whether that target has answered. */
  has(targetIndex: number): boolean {
    return this.#answered[targetIndex] === 1;
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
