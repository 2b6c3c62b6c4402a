/** What a prober needs from the network. The kernel's raw socket and the tests' simulated network both are one. */

import type { Probe } from "./probe.ts";
import type { Clock, Instant, StampSource } from "../time/instant.ts";

/** A datagram on its way out. */
export interface OutgoingDatagram {
  /** IPv4 destination as an unsigned 32-bit number. */
  readonly destination: number;
  /** The whole IPv4 datagram, header included. It is copied before send() returns. */
  readonly bytes: Uint8Array;
  /** Unsigned 32-bit number that the transmit stamp of this datagram will carry. */
  readonly key: number;
  /**
   * Called right before the system call where the datagram carries the time: writes that of `at` into `bytes`. Returns whether
   * they have changed.
   */
  readonly restamp?: ((at: Instant) => boolean) | undefined;
}

/** Why the kernel did not take a datagram. */
export interface SendError {
  /** Name of the system call, such as `sendmmsg`. */
  readonly syscall: string;
  /** The C library's error number. */
  readonly errno: number;
  /** The error's name, such as `ENETUNREACH`. */
  readonly code: string;
  /** One line for a person. */
  readonly message: string;
  /** EMSGSIZE: longest datagram that the interface takes, in bytes; undefined when the kernel did not say. */
  readonly mtuBytes?: number | undefined;
}

/** What became of one datagram handed to send(). */
export type SendResult =
  | {
    readonly ok: true;
    /** User stamp, read just before the system call. */
    readonly sentAt: Instant;
  }
  | {
    readonly ok: false;
    /** Why the kernel did not take it. */
    readonly error: SendError;
  };

/** A datagram that came in. */
export interface ReceivedDatagram {
  /** Exactly the bytes received. Valid until the next receive(). */
  readonly bytes: Uint8Array;
  /** Sender's IPv4 address as the kernel reported it, an unsigned 32-bit number. */
  readonly source: number;
  /** When it arrived. */
  readonly receivedAt: Instant;
  /** The datagram was longer than the receive buffer. */
  readonly truncated: boolean;
}

/**
 * A moment of a datagram on its way out: this machine's own queue took it (the queueing discipline of the interface),
 * or the driver did. A stamp of the queue comes before that of the driver.
 */
export type TransmitMoment = "queue" | "driver";

/** The kernel's stamp of one moment of a datagram on its way out. */
export interface TransmitStamp {
  /** The key given to send(). */
  readonly key: number;
  /** Which of the two moments it is of. */
  readonly moment: TransmitMoment;
  /** When. */
  readonly at: Instant;
}

/** Sends IPv4 datagrams and receives ICMP messages. */
export interface Transport {
  /** The clock that every instant of this transport is read from. */
  readonly clock: Clock;
  /** Most datagrams that one `receive` takes: when it takes fewer, nothing was left. */
  readonly receiveBatch: number;
  /** The ICMP identifier that the kernel gives all that is sent; undefined where the datagram's own is sent. */
  readonly identifier?: number | undefined;
  /** `kernel` when transmit and receive stamps both come from the kernel. */
  readonly stampSource: StampSource;
  /**
   * Sends in order; result i is that of datagram i. A datagram that the kernel does not take does not stop the next; a full
   * queue is an error with code `ENOBUFS` or `EAGAIN`.
   */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[];
  /** Goes the way of {@linkcode send} but for the datagrams' leaving: what a first call takes time for is done then. */
  warmUp?(datagrams: readonly OutgoingDatagram[]): void;
  /** Takes what has arrived, never waits; empty when nothing has. */
  receive(): ReceivedDatagram[];
  /** Takes the transmit stamps that are ready, never waits. */
  receiveTransmitStamps(): TransmitStamp[];
  /** Resolves when there is something to receive, or after `timeoutMs` milliseconds. */
  wait(timeoutMs: number): Promise<void>;
  /**
   * Resolves after `timeoutMs` milliseconds, whatever arrives meanwhile. Only where arrivals are stamped by
   * the kernel: then looking later costs no accuracy, and looking less often costs less.
   */
  pause?(timeoutMs: number): Promise<void>;
  /** Says which probe a datagram was that has just been sent, where the transport keeps a record of that. */
  name?(probe: Probe): void;
  /** Ends a wait that is under way, now. */
  wake(): void;
  /** Datagrams that the kernel dropped because the receive buffer was full, since open. */
  droppedDatagrams(): number;
  /** Receives from now on only replies with these identifiers, and ICMP errors about requests with these, where it can. */
  keepIdentifiers?(identifiers: Iterable<number>): void;
  /** System calls that failed for a reason of this machine and may have cost replies, since open. */
  failedCalls?(): number;
  /** Closes; further calls do nothing. */
  close(): void;
}
