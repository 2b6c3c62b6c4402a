/** Descriptors of a raw socket, and what moves datagrams through them. */

/** The descriptors that datagrams move through; the same number twice where one socket does both. */
export interface SocketEnds {
  /** Sends, and has the transmit stamps on its error queue. */
  readonly sendFd: number;
  /** Descriptor of the socket that receives. */
  readonly receiveFd: number;
}

/** Moves datagrams through open descriptors. */
export interface DatagramPath {
  /** Sends in order; result i is that of datagram i. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[];
  /** Does all of `send` but for sending. */
  warmUp?(datagrams: readonly OutgoingDatagram[]): void;
  /** Takes what has arrived; never waits. */
  receive(): ReceivedDatagram[];
  /** Takes the transmit stamps that are ready; never waits. */
  receiveTransmitStamps(): TransmitStamp[];
  /** Datagrams dropped because the receive buffer was full, as the messages received so far say. */
  readonly dropped: number;
}
import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
