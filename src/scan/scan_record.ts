/** What a scan finds, record by record, and what it counts. */

import type { SingleReplyFlag, SingleReplyMeasurement } from "../measurement/single_reply.ts";

/** A remark on a reply. */
export type ScanFlag =
  /** Seen before for the same probe. */
  | "duplicate"
  /** The ICMP checksum is wrong: the proof holds, the stamps may not. */
  | "bad-checksum"
  /** The ICMP code is not 0. */
  | "odd-code"
  | SingleReplyFlag;

/** A host that answered with the time. */
export interface ScanReply {
  /** The host, unsigned 32-bit. */
  readonly address: number;
  /** Identification of the reply's IPv4 header, 0 to 65535. */
  readonly ipId: number;
  /** ICMP identifier, proven to be the one sent, 0 to 65535. */
  readonly identifier: number;
  /** ICMP sequence number, proven likewise. */
  readonly sequence: number;
  /** Time to live as it arrived. */
  readonly ttl: number;
  /**
   * Round-trip time in milliseconds, not below 0. The probe left at some moment of the millisecond that its originate
   * stamp names, so this is right within ± 0.5 ms; beyond 200,000 a second it is too long by the time that a batch takes to
   * leave, and with several threads by the time that it waits for a processor too: measured on two processors at full
   * speed, 3 to 5 ms in the median and tens of milliseconds at most.
   */
  readonly rttMs: number;
  /** Our originate stamp, proven to be the one sent. */
  readonly originateMs: number;
  /** Receive stamp of the host, raw; undefined for an echo reply. */
  readonly receiveMs?: number | undefined;
  /** Transmit stamp of the host, raw; undefined for an echo reply. */
  readonly transmitMs?: number | undefined;
  /** When the kernel received the reply: nanoseconds since the clock's base. */
  readonly receivedNs: number;
  /** How its stamps were read, and the bounds of the offset; absent when the ICMP checksum is wrong, and for an echo reply. */
  readonly measurement?: SingleReplyMeasurement | undefined;
  /** Remarks, those of the measurement among them. */
  readonly flags: readonly ScanFlag[];
}

/** A probe that came back as an ICMP error. */
export interface ScanIcmpError {
  /** The host that was asked, unsigned 32-bit. */
  readonly address: number;
  /** Who sent the error, unsigned 32-bit. */
  readonly reporter: number;
  /** ICMP type: 3, 4, 5, 11 or 12. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** Type and code in words. */
  readonly name: string;
  /** Time to live of the error as it arrived. */
  readonly ttl: number;
  /** From the probe to the error, as {@linkcode ScanReply.rttMs}. */
  readonly rttMs: number;
  /** Our originate stamp, proven. */
  readonly originateMs: number;
  /** When the kernel received the error: nanoseconds since the clock's base. */
  readonly receivedNs: number;
}

/** Running totals. */
export interface ScanCounts {
  /** Probes that the kernel took. */
  readonly sent: number;
  /** Probes that the kernel refused; not sent again. */
  readonly unsent: number;
  /** Times that the kernel had no room and the scan waited (ENOBUFS, EAGAIN). */
  readonly backoffs: number;
  /** Probes that were answered: first replies. */
  readonly replies: number;
  /** Repeated replies. */
  readonly duplicates: number;
  /** ICMP errors that quote a probe of this scan. */
  readonly icmpErrors: number;
  /** ICMP errors about a probe of this scan that do not end it: source quench, redirect, a wrong checksum. */
  readonly notices: number;
  /** Timestamp replies and ICMP errors without a right proof: another program's, forged or changed. */
  readonly unproven: number;
  /** Datagrams that could not be read. */
  readonly malformed: number;
  /** Datagrams that the kernel dropped because the receive buffer was full. Each may have been a reply. */
  readonly dropped: number;
  /** Timestamp replies that reached this machine and were kept from the program: by its firewall or reverse path filter. */
  readonly blocked: number;
  /** Receive calls that failed for a reason of this machine; replies may be missing. */
  readonly failedCalls: number;
}

/** How far a scan is. */
export interface ScanProgress extends ScanCounts {
  /** Probes of this shard that are dealt with, of `length`. */
  readonly position: number;
  /** Probes of this shard. */
  readonly length: number;
  /** Seconds since the first probe. */
  readonly elapsedSeconds: number;
  /** Probes a second since the last progress. */
  readonly sendRate: number;
  /** First replies a second since the last progress. */
  readonly replyRate: number;
  /** Seconds until the last probe at that speed while sending; until the last reply is waited for in the cooldown. */
  readonly remainingSeconds: number;
  /** What the scan does now. */
  readonly phase: "sending" | "cooldown";
}

/** Receives what a scan finds, in order. Calls must not wait. */
export interface ScanListener {
  /** A proven reply, duplicates included. */
  reply(reply: ScanReply): void;
  /** A proven ICMP error. */
  icmpError(error: ScanIcmpError): void;
  /** The kernel refused a probe: `errno` is its error number. */
  unsent(address: number, errno: number): void;
  /** Once a second or so, and at the end. */
  progress(progress: ScanProgress): void;
  /**
   * All probes below `position` are settled: their answers, if any, were handed over before. Once
   * written out, a scan that dies may resume there.
   */
  checkpoint(position: number): void;
  /** A promise holds the scan up until it resolves: nothing is sent or read while results wait for their reader. */
  room?(): Promise<void> | undefined;
}
