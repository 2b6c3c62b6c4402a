/** Delay models: each packet's time in one direction, in whole nanoseconds. */

import type { Random } from "./random.ts";
import type { ByAddress, Delay, Quantity } from "./scenario.ts";

const NS_PER_MS = 1e6;

/** A model that gives the next packet's delay. */
export interface DelaySource {
  /** The next delay in whole nanoseconds, never negative. */
  nextNs(random: Random): number;
}

/** The number that a quantity means for the host at `index` in its block. */
export function resolveQuantity(quantity: Quantity, index: number): number {
  if (typeof quantity === "number") return quantity;
  if ("byAddress" in quantity) return resolveByAddress(quantity, index);
  return quantity.base + quantity.step * (index % quantity.modulus);
}

/** The element of a list that belongs to the host at `index` in its block. */
export function resolveByAddress<T>(list: ByAddress<T>, index: number): T {
  const value = list.byAddress[index % list.byAddress.length];
  if (value === undefined) throw new RangeError("Cannot pick from byAddress: the list is empty");
  return value;
}

/** The delay model of the host at `index`; no delay when none is given. */
export function openDelay(delay: Delay | undefined, index: number): DelaySource {
  if (delay === undefined) return new ConstantDelay(0);
  if (typeof delay === "number" || !("kind" in delay)) {
    return new ConstantDelay(resolveQuantity(delay, index));
  }
  switch (delay.kind) {
    case "constant":
      return new ConstantDelay(resolveQuantity(delay.ms, index));
    case "uniform":
      return new UniformDelay(
        resolveQuantity(delay.minMs, index),
        resolveQuantity(delay.maxMs, index),
      );
    case "exponential":
      return new ExponentialDelay(
        resolveQuantity(delay.baseMs, index),
        resolveQuantity(delay.meanMs, index),
      );
    case "series":
      return new SeriesDelay(delay.valuesMs);
  }
}

function toNs(ms: number): number {
  return Math.max(0, Math.round(ms * NS_PER_MS));
}

class ConstantDelay implements DelaySource {
  readonly #ns: number;
  constructor(ms: number) {
    this.#ns = toNs(ms);
  }
  nextNs(): number {
    return this.#ns;
  }
}

class UniformDelay implements DelaySource {
  readonly #minMs: number;
  readonly #maxMs: number;
  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }
  nextNs(random: Random): number {
    return toNs(this.#minMs + (this.#maxMs - this.#minMs) * random.unit());
  }
}

class ExponentialDelay implements DelaySource {
  readonly #baseMs: number;
  readonly #meanMs: number;
  constructor(baseMs: number, meanMs: number) {
    this.#baseMs = baseMs;
    this.#meanMs = meanMs;
  }
  nextNs(random: Random): number {
    return toNs(this.#baseMs + random.exponential(this.#meanMs));
  }
}

class SeriesDelay implements DelaySource {
  readonly #valuesMs: readonly number[];
  #next = 0;
  constructor(valuesMs: readonly number[]) {
    this.#valuesMs = valuesMs;
  }
  nextNs(): number {
    const ms = this.#valuesMs[this.#next] ?? 0;
    this.#next = (this.#next + 1) % this.#valuesMs.length;
    return toNs(ms);
  }
}
