/** What goes through a raw socket. The same shapes as in src/probe/transport.ts, which ffi may not import. */

import type { TransmitMoment } from "../linux/control_message.ts";
import type { SendRefusal } from "./datagram_error.ts";
import type { SystemInstant } from "./system_clock.ts";

/** A datagram to send. */
export interface RawOutgoing {
  /** IPv4 destination as an unsigned 32-bit number. */
  readonly destination: number;
  /** The whole IPv4 datagram, header included. Copied before send() returns. */
  readonly bytes: Uint8Array;
  /** Unsigned 32-bit number that its transmit stamp will carry. */
  readonly key: number;
}

/** What became of one datagram. */
export type RawSendResult =
  | {
    /** It was sent. */
    readonly ok: true;
    /** Read just before the system call. */
    readonly sentAt: SystemInstant;
  }
  | {
    /** It was refused. */
    readonly ok: false;
    /** By the kernel, for this reason. */
    readonly error: SendRefusal;
  };

/** A datagram that arrived. */
export interface RawReceived {
  /** Exactly the bytes received, IPv4 header included. Valid until the next receive(). */
  readonly bytes: Uint8Array;
  /** Sender as recvmsg(2) reported it, an unsigned 32-bit number. */
  readonly source: number;
  /** Stamped `kernel`, or `user` when the kernel did not say. */
  readonly receivedAt: SystemInstant;
  /** It was longer than the receive buffer. */
  readonly truncated: boolean;
}

/** When a datagram went on its way. The stamp of its queue comes before that of the driver. */
export interface RawTransmitStamp {
  /** The key given to send(). */
  readonly key: number;
  /** What took it: the queue of the interface, or the driver. */
  readonly moment: TransmitMoment;
  /** When; `kernel`. */
  readonly at: SystemInstant;
}

/** The descriptors that datagrams move through; the same number twice where one socket does both. */
export interface SocketEnds {
  /** Sends, and has the transmit stamps on its error queue. */
  readonly sendFd: number;
  /** Receives. */
  readonly receiveFd: number;
}

/** One way to move datagrams through open descriptors. */
export interface DatagramPath {
  /** Sends in order; result i tells of datagram i. */
  send(datagrams: readonly RawOutgoing[]): RawSendResult[];
  /** Takes what has arrived; never waits. */
  receive(): RawReceived[];
  /** Takes the transmit stamps that are ready; never waits. */
  receiveTransmitStamps(): RawTransmitStamp[];
  /** Datagrams dropped because the receive buffer was full, as the messages received so far told. */
  readonly dropped: number;
}
