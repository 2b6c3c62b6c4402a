/**
 * icmptime as a library. {@linkcode ping} probes hosts and yields what becomes of each probe, {@linkcode clock} measures
 * their clocks, {@linkcode scan} finds the hosts of whole networks that answer, and {@linkcode decode} reads capture
 * files. All are async iterators of read-only values. The functions of packets, time and measurement are pure and need no
 * permission.
 *
 * @example
 * ```ts
 * import { ping } from "icmptime";
 *
 * for await (const outcome of ping(["127.0.0.1", "127.0.0.2"], { count: 3, intervalMs: 20 })) {
 *   console.log(outcome.target, outcome.kind);
 * }
 * ```
 *
 * @module
 */

export { ping, type PingOptions } from "./library/ping.ts";
export type {
  PingIcmpError,
  PingOutcome,
  PingProbe,
  PingReply,
  PingTimeout,
  PingUnsent,
} from "./library/ping_outcome.ts";
export {
  clock,
  type ClockHost,
  type ClockOptions,
  type ClockReading,
  type ClockReport,
  type DecidedClock,
  type UndecidedClock,
} from "./library/clock.ts";
export { scan, type ScanOptions } from "./library/scan.ts";
export type {
  ScanEndFinding,
  ScanFinding,
  ScanIcmpErrorFinding,
  ScanReplyFinding,
  ScanUnsentFinding,
} from "./library/scan_finding.ts";
export {
  decode,
  type DecodedFrame,
  type DecodedMalformed,
  type DecodedMessage,
  type DecodedPacket,
} from "./library/decode.ts";
export {
  type CommonOptions,
  type ScheduleOptions,
  TargetError,
  type TargetFault,
} from "./library/options.ts";
export { SystemError } from "../ffi/posix/errno.ts";
export type { Consensus, Undecided } from "./clock/mod.ts";
export type { StrayDatagram } from "./probe/outcome.ts";
export type { TransmitMoment } from "./probe/transport.ts";
export type { Shard } from "./scan/scan_order.ts";
export * from "./packet/mod.ts";
export * from "./time/mod.ts";
export {
  type BoundedMs,
  halfWidthMs,
  type HostMeasurement,
  type HostOffset,
  type MeasurementFlag,
  measureTimestamp,
  type ProbeStamps,
  type RawStamps,
  type ReadingFlag,
  type ReadStamps,
  readStamps,
  type StampReading,
  type StampsToRead,
  type TickState,
  type TimestampMeasurement,
} from "./measurement/mod.ts";
