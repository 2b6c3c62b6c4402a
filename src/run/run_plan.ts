/** The one planner: from plain options to the packets, the socket and the schedule of a run. */

import { randomHashKey } from "../packet/half_sip_hash.ts";
import {
  emitIpTimestampOption,
  IP_TIMESTAMP_FLAG,
  ProbeTemplate,
  type ProbeTemplateOptions,
} from "../packet/mod.ts";
import type { ProberOptions } from "../probe/prober_options.ts";
import type { Target } from "../targets/target.ts";
import { MS_PER_DAY } from "../time/mod.ts";
import type { TransportOptions } from "./machine.ts";
import type { RunOptions } from "./run_options.ts";

/**
 * Unless the caller sets the spacing, probes to many targets may leave in groups of up to this many milliseconds. With
 * the dither of up to one more that is the longest pause.
 */
const GROUP_MS = 9;
const ECHO_PAYLOAD_BYTES = 56;
/** Capacity of an IPv4 datagram after a header without options and a timestamp message. */
const MAX_TRAILING_BYTES = 65_535 - 20 - 20;
const ICMP_ERROR_TYPES = [3, 4, 5, 11, 12];
const TIMESTAMP_REPLY = 14;
const ECHO_REPLY = 0;
/** Number of sequence numbers. */
const SEQUENCES = 65_536;
const HOUR_MS = 3_600_000;

/** A run but for its targets. */
export interface RunPlan {
  /** Packets and schedule. `deadlineMs` counts from the start of the program. */
  readonly prober: Omit<ProberOptions, "targets">;
  /** Socket. */
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
  const { kind, count, intervalMs, timeoutMs, originateMs } = options;
  const isEcho = kind === "echo";
  const payload = options.payload ?? defaultPayload(kind);
  const stampPayload = isEcho && options.payload === undefined;
  checkPayload(kind, payload);
  checkSequences(options);
  const { template, lengthBytes } = planTemplate(options, payload, stampPayload);
  return {
    prober: {
      kind,
      template,
      stampsFrom: options.stampsFrom,
      payload,
      stampPayload,
      numberKey: randomHashKey(),
      identifier: options.identifier,
      firstSequence: options.sequence,
      stampAt: options.stampAt,
      count,
      intervalMs,
      spacingMs: options.spacingMs,
      groupMs: options.spacingMs === undefined ? GROUP_MS : undefined,
      timeoutMs,
      stopOnReply: options.stopOnReply,
      backoff: options.stopOnReply ? options.backoff : undefined,
      deadlineMs: options.deadlineMs,
      originateMs: originateMs === "random" ? undefined : originateMs,
      originate: originateMs === "random" ? randomOriginateMs : undefined,
      keepBytes: options.keepsBytes,
      keepStrays: options.keepsStrays,
    },
    transport: {
      interfaceName: options.interfaceName,
      sourceAddress: options.sourceAddress,
      mark: options.mark,
      icmpTypes: [isEcho ? ECHO_REPLY : TIMESTAMP_REPLY, ...ICMP_ERROR_TYPES],
      datagramBytes: lengthBytes,
      kernelStamps: options.kernelStamps ?? true,
      echo: isEcho ? { identifier: options.identifier, obstacle: options.rawSocketFor } : undefined,
    },
    messageBytes: lengthBytes - 20,
  };
}

/** The datagrams: one template for all targets, or one for each where the IP option names the target. */
function planTemplate(
  options: RunOptions,
  payload: Uint8Array,
  stampPayload: boolean,
): { readonly template: ProberOptions["template"]; readonly lengthBytes: number } {
  const { ttl, tos } = options;
  const fields: ProbeTemplateOptions = {
    kind: options.kind,
    source: options.sourceAddress ?? 0,
    ...(ttl === undefined ? {} : { ttl }),
    ...(tos === undefined ? {} : { tos }),
    dontFragment: options.dontFragment ?? false,
    code: options.code ?? 0,
    receiveMs: options.receiveMs ?? 0,
    transmitMs: options.transmitMs ?? 0,
    payload,
    stampPayload,
    badChecksum: options.badChecksum ?? false,
  };
  const template = new ProbeTemplate(fields);
  const { lengthBytes } = template;
  if (options.stampsFrom !== "ip-option") return { template, lengthBytes };
  return { template: stampedTemplates(fields), lengthBytes };
}

/** Makes a template for each address, with room for two stamps of that host (RFC 791 §3.1, prespecified). */
function stampedTemplates(fields: ProbeTemplateOptions): (target: Target) => ProbeTemplate {
  const templates = new Map<number, ProbeTemplate>();
  return ({ address }) => {
    const known = templates.get(address);
    if (known !== undefined) return known;
    const entry = { address, stampMs: 0 };
    const ipOptions = emitIpTimestampOption({
      flag: IP_TIMESTAMP_FLAG.prespecified,
      entries: [entry, entry],
    });
    const made = new ProbeTemplate({ ...fields, ipOptions });
    templates.set(address, made);
    return made;
  };
}

function defaultPayload(kind: RunOptions["kind"]): Uint8Array {
  return kind === "echo"
    ? Uint8Array.from({ length: ECHO_PAYLOAD_BYTES }, (_, i) => i)
    : new Uint8Array(0);
}

function checkPayload(kind: RunOptions["kind"], { length }: Uint8Array): void {
  if (kind === "echo" || length <= MAX_TRAILING_BYTES) return;
  throw new PlanError(
    `Cannot send ${length} bytes after a timestamp message: expected at most ${MAX_TRAILING_BYTES}`,
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
function randomOriginateMs(): number {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return (Date.now() + HOUR_MS + random % (22 * HOUR_MS)) % MS_PER_DAY;
}
