/**
 * A transport whose prober shares its thread with a server: short waits go through the event loop instead of holding it up,
 * or with hundreds of targets a request would have one turn in 100 ms.
 */

import type { Transport } from "../../../probe/transport.ts";

/** Longer waits leave the event loop free by themselves, milliseconds. */
const SHORT_WAIT_MS = 50;

/** The same transport with other waits. Arrivals must be stamped by the kernel: they are looked at later. */
export function yieldingTransport(inner: Transport): Transport {
  const { pause, keepIdentifiers, name, failedCalls } = inner;
  if (inner.stampSource !== "kernel" || pause === undefined) return inner;
  const wait = (timeoutMs: number, last: (timeoutMs: number) => Promise<void>) =>
    timeoutMs > SHORT_WAIT_MS
      ? last(timeoutMs)
      : new Promise<void>((resolve) => setTimeout(resolve, timeoutMs));
  return {
    clock: inner.clock,
    receiveBatch: inner.receiveBatch,
    identifier: inner.identifier,
    stampSource: inner.stampSource,
    send: (datagrams) => inner.send(datagrams),
    receive: () => inner.receive(),
    receiveTransmitStamps: () => inner.receiveTransmitStamps(),
    wait: (timeoutMs) => wait(timeoutMs, (ms) => inner.wait(ms)),
    pause: (timeoutMs) => wait(timeoutMs, pause.bind(inner)),
    ...name && { name: name.bind(inner) },
    wake: () => inner.wake(),
    droppedDatagrams: () => inner.droppedDatagrams(),
    ...keepIdentifiers && { keepIdentifiers: keepIdentifiers.bind(inner) },
    ...failedCalls && { failedCalls: failedCalls.bind(inner) },
    close: () => inner.close(),
  };
}
