/** The latest outcomes of one target: what a display of the last minute draws. */

/** The outcome of one probe. */
export type RecentOutcome =
  | {
    readonly kind: "reply";
    /** Round-trip time in milliseconds. */
    readonly rttMs: number;
  }
  | { readonly kind: "timeout" | "icmpError" | "unsent" };

/** Stands in place of a round-trip time, which is never negative. */
const CODES = { timeout: -1, icmpError: -2, unsent: -3 } as const;

/** A ring of fixed size: adding is one write, and makes no object. */
export class RecentOutcomes {
  readonly #codes: Float32Array;
  #count = 0;

  /** Keeps the last `capacity` outcomes, at least 1. */
  constructor(capacity: number) {
    this.#codes = new Float32Array(capacity);
  }

  /** Adds a reply, with its round-trip time in milliseconds. */
  addReply(rttMs: number): void {
    this.#codes[this.#count++ % this.#codes.length] = Math.max(0, rttMs);
  }

  /** Adds a probe without a reply. */
  add(kind: "timeout" | "icmpError" | "unsent"): void {
    this.#codes[this.#count++ % this.#codes.length] = CODES[kind];
  }

  /** The outcomes, oldest first. Round-trip times have the precision of a 32-bit float. */
  list(): RecentOutcome[] {
    const { length } = this.#codes;
    const kept = Math.min(this.#count, length);
    return Array.from(
      { length: kept },
      (_, i) => decode(this.#codes[(this.#count - kept + i) % length] as number),
    );
  }
}

function decode(code: number): RecentOutcome {
  if (code >= 0) return { kind: "reply", rttMs: code };
  return {
    kind: code === CODES.timeout ? "timeout" : code === CODES.unsent ? "unsent" : "icmpError",
  };
}
