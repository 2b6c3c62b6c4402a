/** The one planner: from plain options to the packets, the socket and the schedule of a run. */

import { randomHashKey } from "../packet/half_sip_hash.ts";
import { DEFAULT_TTL } from "../packet/mod.ts";
import { BadChecksumProbe } from "../probe/message/bad_checksum.ts";
import { EchoProbe, type EchoProbeOptions } from "../probe/message/echo.ts";
import { IpTimestampProbe } from "../probe/message/ip_timestamp.ts";
import type { ProbeMessage } from "../probe/message/message.ts";
import { TimestampProbe } from "../probe/message/timestamp.ts";
import type { ProberOptions } from "../probe/prober_options.ts";
import { MS_PER_DAY } from "../time/mod.ts";
import type { TransportOptions } from "./machine.ts";
import type { RunOptions } from "./run_options.ts";

/**
 * Unless the caller sets the spacing, probes to many targets may leave in groups of up to this many milliseconds. With
 * the dither of up to one more that is the longest pause.
 */
const GROUP_MS = 9;
/** Capacity of an IPv4 datagram after a header without options and a timestamp message. */
const MAX_TRAILING_BYTES = 65_535 - 20 - 20;
const ICMP_ERROR_TYPES = [3, 4, 5, 11, 12];
/** Number of sequence numbers. */
const SEQUENCES = 65_536;
const HOUR_MS = 3_600_000;

/** A run but for its targets. */
export interface RunPlan {
  /** Message that is sent. */
  readonly kind: "timestamp" | "echo";
  /** Packets and schedule. `deadlineMs` counts from the start of the program. */
  readonly prober: Omit<ProberOptions, "targets">;
  /** Source, interface, mark and stamps of the socket. */
  readonly transport: TransportOptions;
  /** Length of the ICMP message, in bytes. */
  readonly messageBytes: number;
}

/** The options contradict each other, or no packet can be made of them. */
export class PlanError extends RangeError {
  /** The error's name. */
  override readonly name = "PlanError";
}

/**
 * Plans a run.
 *
 * @throws {PlanError} The options contradict each other.
 */
export function planRun(options: RunOptions): RunPlan {
  const { kind, count, intervalMs, timeoutMs } = options;
  const isEcho = kind === "echo";
  checkPayload(options);
  checkSequences(options);
  const message = planMessage(options);
  const beside = planBeside(options);
  const messages = beside === undefined ? [message] : [message, beside];
  return {
    kind,
    prober: {
      probes: [{ message }],
      beside: beside && { message: beside },
      numberKey: randomHashKey(),
      identifier: options.identifier,
      firstSequence: options.sequence,
      stampAt: options.stampAt,
      originate: options.exactOriginate ? "sending" : "sending-after-proof",
      count,
      intervalMs,
      spacingMs: options.spacingMs,
      groupMs: options.spacingMs === undefined ? GROUP_MS : options.groupMs,
      timeoutMs,
      stopOnReply: options.stopOnReply,
      stopOnRefusal: options.stopOnRefusal,
      backoff: options.stopOnReply ? options.backoff : undefined,
      deadlineMs: options.deadlineMs,
      keepBytes: options.keepsBytes,
      keepStrays: options.keepsStrays,
      acceptsOtherSources: options.acceptsOtherSources,
    },
    transport: {
      interfaceName: options.interfaceName,
      sourceAddress: options.sourceAddress,
      mark: options.mark,
      icmpTypes: [...messages.map(({ replyType }) => replyType), ...ICMP_ERROR_TYPES],
      datagramBytes: Math.max(...messages.map(({ lengthBytes }) => lengthBytes)),
      kernelStamps: options.kernelStamps ?? true,
      echo: isEcho ? { identifier: options.identifier, obstacle: options.rawSocketFor } : undefined,
    },
    messageBytes: message.lengthBytes - message.messageStart,
  };
}

/** Echo requests that can go beside; none where twice as many probes could use up the sequence numbers. */
function planBeside(options: RunOptions): EchoProbe | undefined {
  const { kind, echoBeside, intervalMs, timeoutMs } = options;
  const hasRoom = intervalMs * SEQUENCES > 2 * timeoutMs;
  return kind === "timestamp" && echoBeside && hasRoom
    ? new EchoProbe(planHeader(options))
    : undefined;
}

/** What each target is asked. */
function planMessage(options: RunOptions): ProbeMessage {
  const message = options.stampsFrom === "ip-option"
    ? new IpTimestampProbe({ ...planEcho(options), stamps: options.optionStamps })
    : options.kind === "echo"
    ? new EchoProbe(planEcho(options))
    : planTimestamp(options);
  return options.badChecksum ? new BadChecksumProbe(message) : message;
}

function planTimestamp(options: RunOptions): TimestampProbe {
  const { originateMs } = options;
  return new TimestampProbe({
    ...planHeader(options),
    payload: options.payload ?? new Uint8Array(0),
    receiveMs: options.receiveMs ?? 0,
    transmitMs: options.transmitMs ?? 0,
    originateMs: originateMs === "random" ? randomOriginateMs : originateMs,
  });
}

function planEcho(options: RunOptions): EchoProbeOptions {
  const { payload } = options;
  return { ...planHeader(options), ...payload === undefined ? {} : { payload } };
}

/** What every message has. */
function planHeader(options: RunOptions) {
  return {
    source: options.sourceAddress ?? 0,
    ttl: options.ttl ?? DEFAULT_TTL,
    tos: options.tos ?? 0,
    dontFragment: options.dontFragment ?? false,
    code: options.code ?? 0,
  };
}

function checkPayload({ kind, payload }: RunOptions): void {
  if (payload === undefined || kind === "echo" || payload.length <= MAX_TRAILING_BYTES) return;
  throw new PlanError(
    `Cannot send ${payload.length} bytes after a timestamp message: expected at most ${MAX_TRAILING_BYTES}`,
  );
}

/** A sequence number must not be used again while its probe may still be answered. */
function checkSequences({ count, intervalMs, timeoutMs }: RunOptions): void {
  if (count <= SEQUENCES || intervalMs * SEQUENCES > timeoutMs) return;
  const probes = count === Infinity ? "endless probes" : `${count} probes`;
  throw new PlanError(
    `Cannot wait ${timeoutMs} ms for each of ${probes} sent every ${intervalMs} ms: more than ` +
      `${SEQUENCES} would be out at once, expected a longer interval or a shorter timeout`,
  );
}

/**
 * An originate timestamp that is not the time of day, another one for each probe: a host that only copies it is
 * recognised however near it is, and the answer to one probe cannot pass for the answer to another.
 */
export function randomOriginateMs(): number {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  return (Date.now() + HOUR_MS + random % (22 * HOUR_MS)) % MS_PER_DAY;
}
