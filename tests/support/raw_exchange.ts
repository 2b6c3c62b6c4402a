/** Sends requests through a raw socket and gathers what comes back. */

import type { TransmitStamp } from "../../src/probe/transport.ts";
import type { Instant } from "../../src/time/instant.ts";
import "./open_libc.ts";
import { RawSocket, type RawSocketOptions, SystemError } from "../../ffi/mod.ts";
import type { Namespace } from "./namespace.ts";
import { buildRequest, type RequestOptions } from "./request_bytes.ts";
import { until } from "./until.ts";

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
  readonly receivedAt: Instant;
  /** It did not fit. */
  readonly truncated: boolean;
}

/** What came of some requests. */
export interface Exchange {
  /** `ok`, or the code of the refusal, one for each request. */
  readonly outcomes: readonly string[];
  /** User stamps, undefined for what was refused. */
  readonly sentAt: readonly (Instant | undefined)[];
  /** What arrived, in order. */
  readonly arrivals: readonly Arrival[];
  /** Kernel stamps of the driver, in order. */
  readonly stamps: readonly TransmitStamp[];
  /** Kernel stamps of the queue, in order. */
  readonly queueStamps: readonly TransmitStamp[];
}

/** How long a test waits for a datagram. */
const PATIENCE_NS = 120e9;

let keysMissing: { readonly reason: string | undefined } | undefined;

/** Why a test cannot have keys of datagrams, as `missing` of a system test; undefined where the kernel takes them. */
export function whyNoKeys(): string | undefined {
  if (keysMissing !== undefined) return keysMissing.reason;
  let reason: string | undefined = "the kernel takes no keys of datagrams (Linux 6.13)";
  try {
    using socket = RawSocket.open({ attribution: "key" });
    if (socket.attribution === "key") reason = undefined;
  } catch (error) {
    // Without root the test is left out for that reason.
    if (!(error instanceof SystemError)) throw error;
  }
  keysMissing = { reason };
  return reason;
}

/**
 * Sends requests, with keys from 60 000 on, until what arrives is stamped by the kernel: where no socket had receive stamps, it
 * needs a moment until it takes them, and a busy one a long moment.
 *
 * @throws {Error} when no arrival of two minutes is
 */
export async function awaitReceiveStamps(socket: RawSocket, destination: number): Promise<void> {
  let turn = 0;
  await until("the kernel stamps what arrives", async () => {
    const firstKey = 60_000 + turn++ % 5_000;
    const { arrivals } = await exchange(socket, [destination], 1, { firstKey });
    return arrivals[0]?.receivedAt.source === "kernel";
  });
}

/**
 * Sends one request to each destination, keyed and numbered by its place plus `firstKey`, and gathers until
 * `wanted` datagrams have come.
 *
 * @throws {Error} when none comes for two minutes
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
  const stamps: TransmitStamp[] = [];
  const gather = () => {
    stamps.push(...socket.receiveTransmitStamps());
    for (let batch = socket.receive(); batch.length > 0; batch = socket.receive()) {
      arrivals.push(...batch.map((each) => ({ ...each, bytes: each.bytes.slice() })));
    }
  };
  let lastNs = socket.clock.monotonicNs();
  for (gather(); arrivals.length < wanted;) {
    const before = arrivals.length;
    await socket.wait(1_000);
    gather();
    if (arrivals.length > before) lastNs = socket.clock.monotonicNs();
    else if (socket.clock.monotonicNs() - lastNs > PATIENCE_NS) {
      const refused = results.find((result) => !result.ok);
      const why = refused?.ok === false ? `; ${refused.error.message}` : "";
      throw new Error(`Cannot gather ${wanted} datagrams: ${arrivals.length} came${why}`);
    }
  }
  return {
    outcomes: results.map((result) => result.ok ? "ok" : result.error.code),
    sentAt: results.map((result) => result.ok ? result.sentAt : undefined),
    arrivals,
    stamps: stamps.filter(({ moment }) => moment === "driver"),
    queueStamps: stamps.filter(({ moment }) => moment === "queue"),
  };
}
