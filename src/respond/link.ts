/** What a responder needs from the network: a TUN device, a packet socket, or the memory of a test. */

import type { Clock, Instant } from "../time/mod.ts";

/** A datagram that arrived. */
export interface Arrival {
  /** The IPv4 datagram. Valid until the next {@linkcode ResponderLink.receive}. */
  readonly bytes: Uint8Array;
  /** When the kernel took it in; undefined where it does not say. */
  readonly stamp: Instant | undefined;
  /** The link's own note of the sender, to be given back with the reply; undefined where a reply needs none. */
  readonly from: Uint8Array | undefined;
}

/** The local pair of clocks, of which one can be read alone. */
export interface ResponderClock extends Clock {
  /** CLOCK_MONOTONIC, in nanoseconds since the clock was opened. */
  monotonicNs(): number;
}

/** Where requests come from and replies go to. */
export interface ResponderLink {
  /** The clock of the replies. */
  readonly clock: ResponderClock;
  /** The next datagram that waits; undefined when none does. Throws when none can come any more. */
  receive(): Arrival | undefined;
  /** Sends one datagram, which is copied; false where the kernel did not take it. */
  send(bytes: Uint8Array, to: Uint8Array | undefined): boolean;
  /** Waits on this thread; true once a datagram is there, false after `timeoutNs`, at least 0. */
  wait(timeoutNs: number): boolean;
  /** Requests that were dropped because they were not read in time; undefined where that is not known. */
  drops(): number | undefined;
  /** Ends it. May be called twice. */
  close(): void;
}
