/** From the stamps of one probe to delays and a clock offset, each with its bounds. */

export { type HostMeasurement, StampHistory, STUCK_AFTER_MS } from "./history.ts";
export type { HostOffset, OffsetSample, TickState } from "./host_offset.ts";
export { HostOffsetTracker } from "./host_offset_tracker.ts";
export { type BoundedMs, boundedMs, halfWidthMs } from "./interval.ts";
export { FINE_TICK_MS, KNOWN_TICKS_MS } from "./known_ticks.ts";
export {
  COPY_RTT_MS,
  NEAR_MS,
  type ReadingFlag,
  type ReadStamps,
  readStamps,
  type StampReading,
  type StampsToRead,
} from "./reading.ts";
export {
  CLOCK_STEP_NS,
  isClockStep,
  type MeasurementFlag,
  measureTimestamp,
  type ProbeStamps,
  type RawStamps,
  type TimestampMeasurement,
} from "./timestamp.ts";
export { MAX_TICK_MS, TickProof } from "./tick_proof.ts";
export { TickDetector } from "./tick.ts";
export { type StampSpan } from "./tick_candidate.ts";
