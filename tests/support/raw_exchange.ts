/** Sends requests through a raw socket and gathers what comes back. */

import "./open_libc.ts";
import { RawSocket, type RawSocketOptions, type RawTransmitStamp } from "../../ffi/mod.ts";
import type { SystemInstant } from "../../ffi/mod.ts";
import type { Namespace } from "./namespace.ts";
import { buildRequest, type RequestOptions } from "./request_bytes.ts";

/** Opens a raw socket that lives in a namespace. */
export function openRawSocket(namespace: Namespace, options: RawSocketOptions = {}): RawSocket {
  using _inside = namespace.enter();
  return RawSocket.open(options);
}

/** A datagram that came, with a copy of its bytes. */
export interface Arrival {
  /** The bytes, copied. */
  readonly bytes: Uint8Array;
  /** Sender, an unsigned 32-bit number. */
  readonly source: number;
  /** When. */
  readonly receivedAt: SystemInstant;
  /** It did not fit. */
  readonly truncated: boolean;
}

/** What came of some requests. */
export interface Exchange {
  /** `ok`, or the code of the refusal, one for each request. */
  readonly outcomes: readonly string[];
  /** User stamps, undefined for what was refused. */
  readonly sentAt: readonly (SystemInstant | undefined)[];
  /** What arrived, in order. */
  readonly arrivals: readonly Arrival[];
  /** Kernel transmit stamps, in order. */
  readonly stamps: readonly RawTransmitStamp[];
}

/**
 * Sends one request to each destination, keyed and numbered by its place plus `firstKey`, and gathers until
 * `wanted` datagrams have come. A test that waits in vain ends by the test runner's patience.
 */
export async function exchange(
  socket: RawSocket,
  destinations: readonly number[],
  wanted: number,
  { firstKey = 0, ...options }: RequestOptions & { readonly firstKey?: number } = {},
): Promise<Exchange> {
  const results = socket.send(
    destinations.map((destination, index) => ({
      destination,
      bytes: buildRequest(destination, (firstKey + index) & 0xffff, options),
      key: firstKey + index,
    })),
  );
  const arrivals: Arrival[] = [];
  const stamps: RawTransmitStamp[] = [];
  const gather = () => {
    stamps.push(...socket.receiveTransmitStamps());
    for (let batch = socket.receive(); batch.length > 0; batch = socket.receive()) {
      arrivals.push(...batch.map((each) => ({ ...each, bytes: each.bytes.slice() })));
    }
  };
  for (gather(); arrivals.length < wanted; gather()) await socket.wait(1_000);
  return {
    outcomes: results.map((result) => result.ok ? "ok" : result.error.code),
    sentAt: results.map((result) => result.ok ? result.sentAt : undefined),
    arrivals,
    stamps,
  };
}
