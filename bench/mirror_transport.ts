/**
 * A transport that costs next to nothing: every datagram is answered at once by a reply made in place.
 * What a run over it takes is what the prober itself takes.
 */

import type { Instant } from "../src/time/instant.ts";
import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
  Transport,
} from "../src/probe/transport.ts";

const BASE_UNIX_MS = 1_789_257_600_000;
const START_NS = 42_694_656_271_828;
const REPLY_AFTER_NS = 25_000;
const DATAGRAM_BYTES = 40;
const TYPE = 20;
const CHECKSUM = 22;
const SOURCE = 12;
const DESTINATION = 16;
const ORIGINATE = 28;
const RECEIVE = 32;
const TRANSMIT = 36;
const TIMESTAMP_REPLY = 14;

interface Mirrored {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly key: number;
  readonly atNs: number;
}

/** Answers everything, with kernel stamps. */
export class MirrorTransport implements Transport {
  /** Always kernel. */
  readonly stampSource = "kernel";
  /** No limit. */
  readonly receiveBatch = Infinity;
  /** A clock that each send moves by a microsecond and each wait to its end. */
  readonly clock = { baseUnixMs: BASE_UNIX_MS, now: (): Instant => this.#at(this.#nowNs, "user") };
  #nowNs = 0;
  #waiting: Mirrored[] = [];
  #unstamped: Mirrored[] = [];

  #at(monotonicNs: number, source: Instant["source"]): Instant {
    return { realtimeNs: START_NS + monotonicNs, monotonicNs, source };
  }

  /** Takes all. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return datagrams.map(({ bytes, destination, key }) => {
      const atNs = this.#nowNs += 1000;
      const reply = turn(bytes);
      const mirrored = { bytes: reply, source: destination, key, atNs };
      this.#waiting.push(mirrored);
      this.#unstamped.push(mirrored);
      return { ok: true, sentAt: this.#at(atNs, "user") };
    });
  }

  /** Gives all replies. */
  receive(): ReceivedDatagram[] {
    if (this.#waiting.length === 0) return [];
    const received = this.#waiting.map(({ bytes, source, atNs }) => ({
      bytes,
      source,
      receivedAt: this.#at(atNs + REPLY_AFTER_NS, "kernel"),
      truncated: false,
    }));
    this.#waiting = [];
    return received;
  }

  /** Gives all stamps. */
  receiveTransmitStamps(): TransmitStamp[] {
    const stamps = this.#unstamped.map(({ key, atNs }) => ({
      key,
      moment: "driver" as const,
      at: this.#at(atNs, "kernel"),
    }));
    this.#unstamped = [];
    return stamps;
  }

  /** Moves the clock. */
  wait(timeoutMs: number): Promise<void> {
    this.#nowNs += Math.ceil(timeoutMs * 1e6);
    return Promise.resolve();
  }

  /** Does nothing: nothing waits. */
  wake(): void {}

  /** None. */
  droppedDatagrams(): number {
    return 0;
  }

  /** Does nothing. */
  close(): void {}
}

/** The reply to a timestamp request, whose stamps are one millisecond after the originate stamp. */
function turn(request: Uint8Array): Uint8Array {
  const reply = new Uint8Array(DATAGRAM_BYTES);
  reply.set(request);
  const view = new DataView(reply.buffer);
  view.setUint32(SOURCE, view.getUint32(DESTINATION));
  view.setUint32(DESTINATION, 0);
  const stamp = (view.getUint32(ORIGINATE) + 1) % 86_400_000;
  reply[TYPE] = TIMESTAMP_REPLY;
  view.setUint32(RECEIVE, stamp);
  view.setUint32(TRANSMIT, stamp);
  view.setUint16(CHECKSUM, 0);
  let sum = 0;
  for (let at = TYPE; at < DATAGRAM_BYTES; at += 2) sum += view.getUint16(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(CHECKSUM, ~(sum + (sum >>> 16)));
  return reply;
}
