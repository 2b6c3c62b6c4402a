/** Fuzzing of capture files and hexadecimal text, for tools/fuzz.ts. */

import { tryCapture, tryHexText } from "../tests/support/capture_laws.ts";

/** One file in so many is paired as well, which is slower by far. */
const PAIR_EVERY = 16;
/** How often the clock is read. */
const CLOCK_EVERY = 256;

/** What a run saw. */
export interface CaptureFuzzReport {
  /** Files, and texts, tried. */
  readonly inputs: number;
  /** Packets and blocks that the files were made of. */
  readonly packets: number;
  /** How long it took. */
  readonly elapsedMs: number;
}

/**
 * Tries damaged files and texts, each with a seed of its own.
 *
 * @throws {Error} An input broke something; the message has its seed.
 */
export function fuzzCaptures(
  { seed, count, timeLimitMs }: {
    readonly seed: number;
    readonly count: number;
    readonly timeLimitMs: number;
  },
): CaptureFuzzReport {
  const startMs = performance.now();
  let packets = 0;
  let inputs = 0;
  for (; inputs < count; inputs++) {
    if (inputs % CLOCK_EVERY === 0 && performance.now() - startMs >= timeLimitMs) break;
    const own = (seed + inputs) >>> 0;
    try {
      packets += tryCapture(own, own % PAIR_EVERY === 0);
      tryHexText(own);
    } catch (error) {
      throw new Error(`capture of seed ${own}: ${error}`, { cause: error });
    }
  }
  return { inputs, packets, elapsedMs: performance.now() - startMs };
}
