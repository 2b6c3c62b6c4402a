/** What a scan finds, as values that do not change. */

import type { BoundedMs, StampReading } from "../measurement/mod.ts";
import { formatAddress } from "../packet/address.ts";
import type { ScanRunPlan } from "../run/scan/options.ts";
import type { ScanResult, ScanUnsent } from "../run/scan/run.ts";
import type { ScanIcmpError, ScanReply } from "../scan/scan_record.ts";

/** A host answered. */
export interface ScanReplyFinding {
  /** Discriminates {@linkcode ScanFinding}. */
  readonly kind: "reply";
  /** The host. */
  readonly address: string;
  /** The first answer of this host. */
  readonly isNew: boolean;
  /** When the answer arrived: Unix time in seconds. */
  readonly time: number;
  /** Time to live of the answer, 0 to 255. */
  readonly ttl: number;
  /** Round-trip time, in milliseconds, ± 0.5; with several sender threads it includes the time a batch waits. */
  readonly rttMs: number;
  /** The timestamps of the answer as sent, unsigned 32-bit numbers. */
  readonly timestamps: {
    readonly originateMs: number;
    readonly receiveMs: number;
    readonly transmitMs: number;
  };
  /** How they are read; undefined when the ICMP checksum is wrong. */
  readonly reading: StampReading | undefined;
  /** Remote clock minus ours, in milliseconds; undefined when the timestamps cannot be trusted. */
  readonly offset: BoundedMs | undefined;
  /** Remarks; those of docs/output.md. */
  readonly flags: readonly string[];
}

/** A probe came back as an ICMP error. */
export interface ScanIcmpErrorFinding {
  /** Discriminates {@linkcode ScanFinding}. */
  readonly kind: "icmpError";
  /** The host that was probed. */
  readonly address: string;
  /** The host that sent the error. */
  readonly reporter: string;
  /** When the error arrived: Unix time in seconds. */
  readonly time: number;
  /** ICMP type: 3, 4, 5, 11 or 12. */
  readonly type: number;
  /** ICMP code, 0 to 255. */
  readonly code: number;
  /** Type and code in words. */
  readonly name: string;
  /** Time to live of the error, 0 to 255. */
  readonly ttl: number;
  /** From the probe to the error, in milliseconds, ± 0.5. */
  readonly rttMs: number;
}

/** The kernel did not take a probe. */
export interface ScanUnsentFinding {
  /** Discriminates {@linkcode ScanFinding}. */
  readonly kind: "unsent";
  /** The host that was to be probed. */
  readonly address: string;
  /** When: Unix time in seconds. */
  readonly time: number;
  /** The error: its name, such as `EPERM`, a sentence, and the system call. */
  readonly error: { readonly code: string; readonly message: string; readonly syscall: string };
}

/** The scan is over; the last finding of every scan that was not broken off. */
export interface ScanEndFinding {
  /** Discriminates {@linkcode ScanFinding}. */
  readonly kind: "end";
  /** Why it ended. */
  readonly reason: "complete" | "stopped" | "blocked" | "path-lost";
  /** Whether every host was probed and no answer was lost on this machine. */
  readonly isWhole: boolean;
  /** Hosts of the scan, or of the shard it covers. */
  readonly hosts: number;
  /** Hosts that answered, each counted once. */
  readonly hostsAnswered: number;
  /** Probes that the kernel took. */
  readonly sent: number;
  /** Probes that the kernel did not take. */
  readonly unsent: number;
  /** Probes that ICMP errors ended. */
  readonly icmpErrors: number;
  /** Repeated answers. */
  readonly duplicates: number;
  /** Answers without a valid proof: of other programs, forged or changed. */
  readonly unproven: number;
  /** Datagrams that the kernel dropped because the receive buffer was full. */
  readonly kernelDrops: number;
  /** Answers that this machine's firewall kept back. */
  readonly blocked: number;
  /** Length of the scan, in seconds. */
  readonly durationS: number;
}

/** What a scan finds; `kind` says which of the four. */
export type ScanFinding =
  | ScanReplyFinding
  | ScanIcmpErrorFinding
  | ScanUnsentFinding
  | ScanEndFinding;

/** The finding of a reply. */
export function replyOf(reply: ScanReply, isNew: boolean, baseUnixMs: number): ScanReplyFinding {
  const { originateMs, receiveMs = 0, transmitMs = 0, measurement } = reply;
  return {
    kind: "reply",
    address: formatAddress(reply.address),
    isNew,
    time: baseUnixMs / 1e3 + reply.receivedNs / 1e9,
    ttl: reply.ttl,
    rttMs: reply.rttMs,
    timestamps: { originateMs, receiveMs, transmitMs },
    reading: measurement?.reading,
    offset: measurement?.offset,
    flags: reply.flags,
  };
}

/** The finding of an ICMP error. */
export function icmpErrorOf(error: ScanIcmpError, baseUnixMs: number): ScanIcmpErrorFinding {
  const { type, code, name, ttl, rttMs } = error;
  return {
    kind: "icmpError",
    address: formatAddress(error.address),
    reporter: formatAddress(error.reporter),
    time: baseUnixMs / 1e3 + error.receivedNs / 1e9,
    ...{ type, code, name, ttl, rttMs },
  };
}

/** The finding of a probe that the kernel did not take. */
export function unsentOf({ address, time, error }: ScanUnsent): ScanUnsentFinding {
  const { code, message, syscall } = error;
  return {
    kind: "unsent",
    address: formatAddress(address),
    time,
    error: { code, message, syscall },
  };
}

/** The last finding. */
export function endOf({ order }: ScanRunPlan, result: ScanResult): ScanEndFinding {
  const { reason, isWhole, hostsAnswered, sent, unsent, icmpErrors, duplicates } = result;
  return {
    kind: "end",
    ...{ reason, isWhole, hosts: order.shardTargets, hostsAnswered },
    ...{ sent, unsent, icmpErrors, duplicates },
    unproven: result.unproven,
    kernelDrops: result.dropped,
    blocked: result.blocked,
    durationS: result.elapsedSeconds,
  };
}
