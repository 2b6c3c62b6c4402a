/** A transport whose prober shares its thread with a sweep: what would be a wait is the other's turn. */

import { readU16, readU32 } from "../packet/octets.ts";
import type { ReceivedDatagram, Transport } from "../probe/transport.ts";

/** The other user of the thread. */
export interface ThreadSharer {
  /** It needs the thread now. */
  readonly isBusy: boolean;
  /** Whether the sweep has ended and needs the thread no more. */
  readonly isDone: boolean;
  /** Whether a timestamp reply belongs to it. `proof`: identifier × 65 536 + sequence. */
  isOwnReply(source: number, originateMs: number, proof: number): boolean;
}

/** A turn of the other lasts about this long; so does one of ours at most, milliseconds. */
const TURN_MS = 20;
/** While the other is held up, it is looked at so often, milliseconds. */
const HELD_WAIT_MS = 5;
const TIMESTAMP_REPLY = 14;
const TIMESTAMP_BYTES = 20;

/** Shares the thread of `inner` with `other` as long as that is not done, and keeps its replies from the prober. */
export function shareThread(inner: Transport, other: ThreadSharer): Transport {
  let turnedMs = -Infinity;
  const wait = (timeoutMs: number, last: (timeoutMs: number) => Promise<void>): Promise<void> => {
    if (other.isDone) return last(timeoutMs);
    if (!other.isBusy) return last(Math.min(timeoutMs, HELD_WAIT_MS));
    const nowMs = inner.clock.now().monotonicNs / 1e6;
    if (timeoutMs <= 0 && nowMs - turnedMs < TURN_MS) return Promise.resolve();
    turnedMs = nowMs;
    return new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, TURN_MS)));
  };
  const { pause } = inner;
  return {
    clock: inner.clock,
    // Of a batch only what is ours is handed over.
    receiveBatch: 1,
    identifier: inner.identifier,
    stampSource: inner.stampSource,
    send: (datagrams) => inner.send(datagrams),
    receive() {
      for (;;) {
        const all = inner.receive();
        if (other.isDone || all.length === 0) return all;
        const ours = all.filter((datagram) => !belongsTo(other, datagram));
        if (ours.length > 0) return ours;
      }
    },
    receiveTransmitStamps: () => inner.receiveTransmitStamps(),
    wait: (timeoutMs) => wait(timeoutMs, (ms) => inner.wait(ms)),
    ...pause === undefined
      ? {}
      : { pause: (timeoutMs: number) => wait(timeoutMs, pause.bind(inner)) },
    wake: () => inner.wake(),
    droppedDatagrams: () => inner.droppedDatagrams(),
    failedCalls: () => inner.failedCalls?.() ?? 0,
    close: () => inner.close(),
  };
}

function belongsTo(other: ThreadSharer, { bytes, source }: ReceivedDatagram): boolean {
  const start = ((bytes[0] as number) & 0x0f) * 4;
  if (bytes.length < start + TIMESTAMP_BYTES || bytes[start] !== TIMESTAMP_REPLY) return false;
  const proof = readU16(bytes, start + 4) * 0x10000 + readU16(bytes, start + 6);
  return other.isOwnReply(source, readU32(bytes, start + 8), proof);
}
