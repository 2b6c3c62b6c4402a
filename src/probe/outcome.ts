/** What became of a probe, and what else arrived. */

import type { Datagram, IcmpErrorMessage, Ipv4Header } from "../packet/mod.ts";
import type { HostMeasurement } from "../measurement/mod.ts";
import type { Instant } from "../time/instant.ts";
import type { Target } from "../targets/target.ts";
import type { ProbeMessage } from "./message/message.ts";
import type { Probe } from "./probe.ts";
import type { SendError } from "./transport.ts";

/** What is odd about a reply. */
export type ReplyFlag =
  /** The ICMP checksum of the reply is wrong; its stamps are not used. */
  | "bad-checksum"
  /** The IPv4 header checksum is wrong. */
  | "bad-ip-checksum"
  /** The IPv4 header carries options. */
  | "ip-options"
  /** The ICMP code is not 0. */
  | "odd-code"
  /** More bytes than the message needs. */
  | "trailing-bytes"
  /** The IP Timestamp option that was asked for came back without the target's time. */
  | "no-stamps"
  /** The echoed payload is not the one that was sent. */
  | "payload-changed"
  /** The transmit stamp is ours, not the kernel's, in a run that has kernel stamps. */
  | "user-stamp";

/** The fields of an answer that are reported. */
export interface ReplyDetail {
  /** The IPv4 header of the answer. */
  readonly header: Ipv4Header;
  /** ICMP code. */
  readonly code: number;
  /** Originate, receive and transmit as they stand in the message; undefined for an echo reply. */
  readonly stamps:
    | { readonly originateMs: number; readonly receiveMs: number; readonly transmitMs: number }
    | undefined;
  /** Length of the ICMP message in bytes. */
  readonly lengthBytes: number;
  /** When it arrived. */
  readonly receivedAt: Instant;
  /** Round-trip time in nanoseconds, by the local clock only. */
  readonly rttNs: number;
  /** Delays and offset with their bounds; undefined for an echo reply or a reply whose checksum is wrong. */
  readonly measurement: HostMeasurement | undefined;
  /** Remarks, those of the measurement among them. */
  readonly flags: readonly string[];
  /** Copy of the datagram, kept only where the run explains packets. */
  readonly bytes: Uint8Array | undefined;
}

/** How a probe ended. Each probe has exactly one. */
export type ProbeOutcome =
  | { readonly kind: "reply"; readonly probe: Probe; readonly reply: ReplyDetail }
  | {
    readonly kind: "icmpError";
    readonly probe: Probe;
    readonly error: IcmpErrorMessage;
    /** The host that sent the ICMP error, an unsigned 32-bit number. */
    readonly reporter: number;
    readonly receivedAt: Instant;
    readonly rttNs: number;
    readonly bytes: Uint8Array | undefined;
  }
  | {
    readonly kind: "timedOut";
    readonly probe: Probe;
    /** It had not left this machine's own queue: it waits there still, or was dropped there. */
    readonly isQueued?: true | undefined;
    /** This machine's receive buffer overflowed meanwhile: its answer may be among what was dropped. */
    readonly mayBeDropped?: true | undefined;
  }
  | {
    readonly kind: "unsent";
    readonly target: Target;
    /** Index of the probe within its target, from 0. */
    readonly index: number;
    /** The question. */
    readonly message: ProbeMessage;
    readonly sequence: number;
    readonly at: Instant;
    readonly error: SendError;
  };

/** An answer to a probe that has ended. */
export interface ExtraReply {
  /** `duplicate`: answered before. `late`: it had timed out. `afterError`: an ICMP error came first. */
  readonly kind: "duplicate" | "late" | "afterError";
  /** The probe that it answers. */
  readonly probe: Probe;
  /** The answer. */
  readonly reply: ReplyDetail;
}

/** Something that arrived and answers none of our probes. */
export interface StrayDatagram {
  /**
   * `malformed`: cannot be parsed. `foreign`: traffic of other programs. `unmatched`: our identifier, but no such
   * probe (another address, a stale sequence). `notice`: an ICMP error about one of our probes that does not end it.
   * `truncated`: longer than the receive buffer.
   */
  readonly kind: "malformed" | "foreign" | "unmatched" | "notice" | "truncated";
  /** Sender, an unsigned 32-bit number. */
  readonly source: number;
  /** One line for a person. */
  readonly detail: string;
  /** When it arrived. */
  readonly receivedAt: Instant;
  /** What it says, valid during the call alone; undefined where it cannot be parsed. */
  readonly datagram?: Datagram | undefined;
}

/** Receives all that happens in a run, in order. */
export interface ProbeListener {
  /** A probe has been handed to the kernel; only called where the listener has it. */
  sent?(probe: Probe, bytes: Uint8Array): void;
  /** A probe has ended. Called exactly once for every probe. */
  outcome(outcome: ProbeOutcome): void;
  /** A further answer to a probe that is settled. */
  extra(reply: ExtraReply): void;
  /** Something that is not an answer. */
  stray(datagram: StrayDatagram): void;
  /**
   * All that was ready has been handled and the prober is about to wait. `nowNs`: CLOCK_MONOTONIC. `busy`: the
   * next probe is due within milliseconds. A promise holds the run up until it resolves: nothing is sent or read.
   */
  idle(nowNs: number, busy: boolean): Promise<void> | undefined | void;
}
