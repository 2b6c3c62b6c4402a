/** What became of a probe, as a value that does not change. */

import type { HostMeasurement } from "../measurement/mod.ts";
import { formatAddress } from "../packet/address.ts";
import type { Probe } from "../probe/probe.ts";
import type { IcmpErrorEvent, ReplyEvent, TimeoutEvent, UnsentEvent } from "../run/event.ts";
import type { Target } from "../targets/target.ts";
import type { Instant } from "../time/instant.ts";

/** Which probe it was. */
export interface PingProbe {
  /** The target as the caller wrote it. */
  readonly target: string;
  /** Its IPv4 address, such as `192.0.2.7`. */
  readonly address: string;
  /** Index of the probe within its target, from 0. */
  readonly index: number;
  /** ICMP sequence number, 0 to 65535. */
  readonly sequence: number;
  /** When it left, or was to leave: Unix time in seconds. */
  readonly sentTime: number;
  /** Time it waited in this machine's own queue, in milliseconds; undefined where the kernel does not stamp it. */
  readonly queueMs: number | undefined;
}

/** The probe was answered. */
export interface PingReply extends PingProbe {
  /** Discriminates {@linkcode PingOutcome}. */
  readonly kind: "reply";
  /** When the answer arrived: Unix time in seconds. */
  readonly receivedTime: number;
  /** Round-trip time, in milliseconds. */
  readonly rttMs: number;
  /** Time to live of the answer, 0 to 255. */
  readonly ttl: number;
  /** Length of the ICMP message, in octets. */
  readonly lengthBytes: number;
  /** The timestamps of the answer as sent, unsigned 32-bit numbers; undefined for an echo reply. */
  readonly timestamps:
    | { readonly originateMs: number; readonly receiveMs: number; readonly transmitMs: number }
    | undefined;
  /** Delays and clock offset with their bounds; undefined for an echo reply, and where the checksum is wrong. */
  readonly measurement: HostMeasurement | undefined;
  /** Remarks, such as `coarse-tick`; those of docs/output.md. */
  readonly flags: readonly string[];
}

/** An ICMP error ended the probe. */
export interface PingIcmpError extends PingProbe {
  /** Discriminates {@linkcode PingOutcome}. */
  readonly kind: "icmpError";
  /** When the error arrived: Unix time in seconds. */
  readonly receivedTime: number;
  /** From the probe to the error, in milliseconds. */
  readonly rttMs: number;
  /** Address of the host that sent the error. */
  readonly reporter: string;
  /** ICMP type: 3, 4, 5, 11 or 12. */
  readonly type: number;
  /** ICMP code, 0 to 255. */
  readonly code: number;
  /** Type and code in words, such as `host unreachable`. */
  readonly name: string;
}

/** No answer came in time. */
export interface PingTimeout extends PingProbe {
  /** Discriminates {@linkcode PingOutcome}. */
  readonly kind: "timedOut";
  /** It had not left this machine's own queue. */
  readonly isQueued: boolean;
}

/** The kernel did not take the probe. */
export interface PingUnsent extends PingProbe {
  /** Discriminates {@linkcode PingOutcome}. */
  readonly kind: "unsent";
  /** The error: its name, such as `ENETUNREACH`, a sentence, and the system call. */
  readonly error: { readonly code: string; readonly message: string; readonly syscall: string };
}

/** What became of one probe; `kind` says which of the four. */
export type PingOutcome = PingReply | PingIcmpError | PingTimeout | PingUnsent;

/** The value of a reply. */
export function replyOf({ probe, reply, flags, baseUnixMs }: ReplyEvent): PingReply {
  const { header, stamps: timestamps, rttNs, measurement, receivedAt, lengthBytes } = reply;
  return {
    kind: "reply",
    ...probeOf(probe, baseUnixMs),
    receivedTime: unixSeconds(receivedAt, baseUnixMs),
    rttMs: rttNs / 1e6,
    ttl: header.ttl,
    ...{ lengthBytes, timestamps, measurement, flags },
  };
}

/** The value of an ICMP error. */
export function icmpErrorOf({ outcome, baseUnixMs }: IcmpErrorEvent): PingIcmpError {
  const { probe, error, reporter, receivedAt, rttNs } = outcome;
  return {
    kind: "icmpError",
    ...probeOf(probe, baseUnixMs),
    receivedTime: unixSeconds(receivedAt, baseUnixMs),
    rttMs: rttNs / 1e6,
    reporter: formatAddress(reporter),
    type: error.type,
    code: error.code,
    name: error.name,
  };
}

/** The value of a timeout. */
export function timeoutOf({ probe, isQueued, baseUnixMs }: TimeoutEvent): PingTimeout {
  return { kind: "timedOut", ...probeOf(probe, baseUnixMs), isQueued };
}

/** The value of a probe that the kernel did not take. */
export function unsentOf({ outcome, baseUnixMs }: UnsentEvent): PingUnsent {
  const { target, index, sequence, at, error: { code, message, syscall } } = outcome;
  return {
    kind: "unsent",
    ...hostOf(target),
    ...{ index, sequence },
    sentTime: unixSeconds(at, baseUnixMs),
    queueMs: undefined,
    error: { code, message, syscall },
  };
}

function probeOf(probe: Probe, baseUnixMs: number): PingProbe {
  const { target, index, sequence, sentAt, queueNs } = probe;
  return {
    ...hostOf(target),
    ...{ index, sequence },
    sentTime: unixSeconds(sentAt, baseUnixMs),
    queueMs: queueNs === undefined ? undefined : queueNs / 1e6,
  };
}

function hostOf({ label, address }: Target): Pick<PingProbe, "target" | "address"> {
  return { target: label, address: formatAddress(address) };
}

function unixSeconds({ realtimeNs }: Instant, baseUnixMs: number): number {
  return baseUnixMs / 1e3 + realtimeNs / 1e9;
}
