/** How hosts are probed, in plain values: what the options of every command and of the library are translated into. */

import type { TransmitMoment } from "../probe/transport.ts";

/** What the headers and the message of each probe say. */
export interface PacketOptions {
  /** Message to send. */
  readonly kind: "timestamp" | "echo";
  /** With timestamp requests: echo requests can be switched on beside them, where sequence numbers suffice for both. */
  readonly echoBeside?: boolean | undefined;
  /**
   * Where the remote stamps are read from: the message by default. `ip-option` adds an IP Timestamp option with room for
   * two stamps of the target to each request (RFC 791 §3.1, prespecified).
   */
  readonly stampsFrom?: "message" | "ip-option" | undefined;
  /** With `ip-option`: number of stamps of the target that there is room for, 2 by default. Some hosts write one alone. */
  readonly optionStamps?: 1 | 2 | undefined;
  /** Time to live, 1 to 255; 64 by default. */
  readonly ttl?: number | undefined;
  /** Type-of-service octet, 0 to 255; 0 by default. */
  readonly tos?: number | undefined;
  /** Set the don't-fragment bit. */
  readonly dontFragment?: boolean | undefined;
  /** ICMP code, 0 to 255; 0 by default. */
  readonly code?: number | undefined;
  /** Send a wrong ICMP checksum. */
  readonly badChecksum?: boolean | undefined;
  /** Octets after the message; by default none for timestamp, 56 for echo, the first four of which carry a cookie. */
  readonly payload?: Uint8Array | undefined;
  /**
   * Originate timestamp, an unsigned 32-bit number; the time of day by default. `random`: another one for each probe, an
   * hour or more from the time of day, so that a host which only copies it is recognised.
   */
  readonly originateMs?: number | "random" | undefined;
  /**
   * Send the originate timestamp of the departure from the first probe on, for those who compute delays from it. Otherwise it is
   * some tens of milliseconds early until a host has answered, which shows whether the host copies it; exact from then on.
   */
  readonly exactOriginate?: boolean | undefined;
  /** Receive timestamp of the request, an unsigned 32-bit number; 0 by default. */
  readonly receiveMs?: number | undefined;
  /** Transmit timestamp of the request, an unsigned 32-bit number; 0 by default. */
  readonly transmitMs?: number | undefined;
  /** ICMP identifier of all probes, 0 to 65535; by default a secret one for each target. */
  readonly identifier?: number | undefined;
  /** Sequence number of each target's first probe, 0 to 65535; by default a secret one for each target. */
  readonly sequence?: number | undefined;
}

/** How often and how fast probes leave, and how long a reply is waited for. */
export interface ScheduleOptions {
  /** Probes per target, from 1; Infinity for no end. With `stopOnReply`: tries. */
  readonly count: number;
  /** Time between two probes to one target, in milliseconds, from 0. */
  readonly intervalMs: number;
  /** Time between two targets, in milliseconds, from 0; by default the interval divided evenly. */
  readonly spacingMs?: number | undefined;
  /** With `spacingMs`: what is due within this many milliseconds may leave together; 0 by default. */
  readonly groupMs?: number | undefined;
  /** How long a probe waits for its answer, in milliseconds, above 0. */
  readonly timeoutMs: number;
  /** Ends the run that many milliseconds after the start of the program. */
  readonly deadlineMs?: number | undefined;
  /** A target that has answered is not probed again. */
  readonly stopOnReply?: boolean | undefined;
  /** With `stopOnReply`: nor is one that the kernel refuses to send to. */
  readonly stopOnRefusal?: boolean | undefined;
  /** With `stopOnReply`: interval and timeout are multiplied by this from try to try; from 1, 1 by default. */
  readonly backoff?: number | undefined;
}

/** Options of the socket and its stamps. */
export interface SocketOptions {
  /** Interface to send from; by default the kernel's route decides. */
  readonly interfaceName?: string | undefined;
  /** Source address, an unsigned 32-bit number; by default the kernel's choice. */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark, an unsigned 32-bit number. */
  readonly mark?: number | undefined;
  /** Take stamps from the kernel where it has them; true by default. */
  readonly kernelStamps?: boolean | undefined;
  /** Moment from which delays count; `driver` by default. */
  readonly stampAt?: TransmitMoment | undefined;
  /** Echo: name of the option that only a raw socket can carry out; undefined when an unprivileged socket is enough. */
  readonly rawSocketFor?: string | undefined;
  /** Keep copies of all datagrams, to print them. */
  readonly keepsBytes?: boolean | undefined;
  /** A reply from another address than its probe was sent to counts too, as in fping. */
  readonly acceptsOtherSources?: boolean | undefined;
  /** Receive also what answers none of the run's probes. */
  readonly keepsStrays?: boolean | undefined;
}

/** All options of a run but its targets. */
export interface RunOptions extends PacketOptions, ScheduleOptions, SocketOptions {}
