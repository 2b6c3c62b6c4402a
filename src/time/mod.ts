/** Instants and milliseconds-of-day arithmetic. */

export type { Clock, Instant, StampSource } from "./instant.ts";
export {
  byteSwap32,
  clearHighBit,
  foldMs,
  formatTimeOfDay,
  hasHighBit,
  isStandardStamp,
  MS_PER_DAY,
  msOfDay,
  NON_STANDARD_BIT,
  NS_PER_DAY,
  wholeMsOfDay,
} from "./day.ts";
export { digitsFor, formatMs } from "./precision.ts";
