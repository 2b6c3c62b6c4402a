/**
 * icmptime as a library: {@linkcode ping} asks hosts and yields what becomes of each probe; the functions of
 * packets, time and measurement are pure and need no permission.
 *
 * ```ts
 * import { parseDatagram, ping } from "icmptime";
 *
 * for await (const outcome of ping(["192.0.2.7", "192.0.2.8"], { count: 3, intervalMs: 200 })) {
 *   console.log(outcome.kind);
 * }
 * ```
 *
 * @module
 */

export { ping, type PingOptions, TargetError } from "./library/ping.ts";
export type { SideEvents } from "./library/outcome_queue.ts";
export { SystemError } from "../ffi/posix/errno.ts";
export type {
  ExtraReply,
  ProbeOutcome,
  ReplyDetail,
  ReplyFlag,
  StrayDatagram,
} from "./probe/outcome.ts";
export type { Probe, ProbeState } from "./probe/probe.ts";
export type { SendError, TransmitMoment } from "./probe/transport.ts";
export type { Target } from "./targets/target.ts";
export type { TargetProblem } from "./targets/target_list.ts";
export * from "./packet/mod.ts";
export * from "./time/mod.ts";
export * from "./measurement/mod.ts";
