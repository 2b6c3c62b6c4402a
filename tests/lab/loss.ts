/** Loss models: which packets never arrive, one question per request and direction. */

import type { Random } from "./random.ts";
import type { Loss } from "./scenario.ts";

/** A model of what is lost on the way out and on the way back. */
export interface LossSource {
  /** Whether the next request is lost before it reaches the host. */
  nextOut(random: Random): boolean;
  /** Whether the next reply is lost after it left the host. */
  nextBack(random: Random): boolean;
}

/** The loss model that a scenario asks for; nothing is lost when none is given. */
export function openLoss(loss: Loss | undefined): LossSource {
  if (loss === undefined) return { nextOut: () => false, nextBack: () => false };
  switch (loss.kind) {
    case "random": {
      const outRatio = loss.outRatio ?? 0;
      const backRatio = loss.backRatio ?? 0;
      return {
        nextOut: (random) => random.chance(outRatio),
        nextBack: (random) => random.chance(backRatio),
      };
    }
    case "burst": {
      const burst = new Burst(loss);
      return loss.direction === "out"
        ? { nextOut: (random) => burst.next(random), nextBack: () => false }
        : { nextOut: () => false, nextBack: (random) => burst.next(random) };
    }
    case "pattern": {
      const out = new Pattern(loss.out ?? ".");
      const back = new Pattern(loss.back ?? ".");
      return { nextOut: () => out.next(), nextBack: () => back.next() };
    }
  }
}

class Burst {
  readonly #loss: Extract<Loss, { kind: "burst" }>;
  #bad = false;
  constructor(loss: Extract<Loss, { kind: "burst" }>) {
    this.#loss = loss;
  }
  next(random: Random): boolean {
    const leaves = random.chance(this.#bad ? this.#loss.leaveRatio : this.#loss.enterRatio);
    if (leaves) this.#bad = !this.#bad;
    return random.chance(
      this.#bad ? this.#loss.badLossRatio ?? 1 : this.#loss.goodLossRatio ?? 0,
    );
  }
}

class Pattern {
  readonly #text: string;
  #next = 0;
  constructor(text: string) {
    this.#text = text;
  }
  next(): boolean {
    const lost = this.#text[this.#next] === "x";
    this.#next = (this.#next + 1) % this.#text.length;
    return lost;
  }
}
