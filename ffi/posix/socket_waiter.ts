/**
 * Waiting for a socket. Short waits are one synchronous ppoll(2), exact to the nanosecond and without a thread hop;
 * long ones run on another thread, so that signals and timers are served meanwhile.
 *
 * Memory: a synchronous call uses buffers that this object owns. A call on another thread gets buffers of its own,
 * held by the waiting function until the call has returned.
 */

import { platform } from "../platform.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK } from "../linux/constants.ts";
import { POLLERR, POLLHUP, POLLIN, POLLNVAL } from "./constants.ts";
import type { SocketEnds } from "./datagram.ts";
import { checkResult, EINTR, readErrno, SystemError } from "./errno.ts";
import { Pollfd, Timespec } from "./layout.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { openLibc } from "./libc.ts";
import type { SystemClock } from "./system_clock.ts";

const settled: Promise<void> = Promise.resolve();
const millisecondNs = 1e6;
/** Longest wait that holds up everything else. */
const shortWaitNs = 10 * millisecondNs;
/**
 * After so long without a turn of the event loop, even a short wait gives it one: signals and names are then served.
 * A turn costs a thread hop and two promises, 100 to 200 µs of processor time, so not more often than a person notices.
 */
const turnDueNs = 100 * millisecondNs;
/** The end of a long wait is waited for synchronously, to be punctual. */
const punctualNs = 1 * millisecondNs;
const longestWaitNs = 86_400e9;

/** Who is told of what a wait meets. */
export interface WaitListener {
  /** poll itself failed; it is not tried again at once. */
  failed(error: SystemError): void;
  /** An end has an error: transmit stamps, or something that must be cleared. */
  pendingError(): void;
}

/** Waits until one end is readable or either has something on its error queue. It does not own the descriptors. */
export class SocketWaiter {
  /** What is polled: an error queue always counts (POLLERR), what the end that only sends may have received does not. */
  readonly #polled: readonly Polled[];
  readonly #clock: SystemClock;
  readonly #listener: WaitListener;
  readonly #request: PollRequest;
  readonly #sleep = new PollRequest([]);
  #lastTurnNs: number;
  #pending = 0;
  #woken = false;
  #closed = false;
  /** What wake() wrote has not been read yet. */
  #signalled = false;
  /** Read and write end of what wake() uses; the same number twice for an eventfd. Opened when first needed. */
  #wakeEnds: readonly [number, number] | undefined;

  /**
   * Works on descriptors that the caller opened and will close.
   *
   * @param ends what is waited for
   * @param clock that measures the waits
   * @param listener is told of errors
   */
  constructor({ receiveFd, sendFd }: SocketEnds, clock: SystemClock, listener: WaitListener) {
    this.#listener = listener;
    this.#polled = sendFd === receiveFd
      ? [[receiveFd, POLLIN]]
      : [[receiveFd, POLLIN], [sendFd, 0]];
    this.#clock = clock;
    this.#request = new PollRequest(this.#polled);
    this.#lastTurnNs = clock.monotonicNs();
  }

  /**
   * Resolves when an end has something, when wake() or close() is called, or after `timeoutMs`. A wake()
   * that came while nobody waited ends the next wait at once.
   *
   * @param timeoutMs not negative; 0 does not even ask the kernel; at most a day
   */
  wait(timeoutMs: number): Promise<void> {
    return this.#wait(timeoutMs, this.#request);
  }

  /**
   * Lets time pass without heeding the descriptors: what arrives keeps, with the kernel's stamps. Otherwise as
   * {@linkcode wait}; a pause of more than 10 ms is a wait.
   *
   * @param timeoutMs not negative
   */
  pause(timeoutMs: number): Promise<void> {
    return this.#wait(timeoutMs, this.#sleep);
  }

  #wait(timeoutMs: number, request: PollRequest): Promise<void> {
    if (this.#woken || this.#closed) {
      this.#woken = false;
      return settled;
    }
    const nowNs = this.#clock.monotonicNs();
    const timeoutNs = timeoutMs > 0 ? Math.min(timeoutMs * millisecondNs, longestWaitNs) : 0;
    if (timeoutNs > shortWaitNs || nowNs - this.#lastTurnNs > turnDueNs) {
      this.#lastTurnNs = nowNs;
      return this.#waitOnThread(nowNs + timeoutNs, timeoutNs);
    }
    if (timeoutNs === 0) return settled;
    const result = request.pollNow(timeoutNs);
    if (result === 0) return settled;
    if (result > 0) {
      if (request.hasErrors()) this.#listener.pendingError();
      return settled;
    }
    const errno = readErrno();
    if (errno !== EINTR) return this.#fail(errno, timeoutNs);
    // A signal came: let its listener run.
    const deadlineNs = nowNs + timeoutNs;
    return this.#waitOnThread(deadlineNs, deadlineNs - this.#clock.monotonicNs());
  }

  /** Ends the waits that are pending, or else the next one. */
  wake(): void {
    this.#woken = true;
    if (this.#pending > 0) this.#signal();
  }

  /** Ends the waits that are pending; later ones resolve at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending > 0) this.#signal();
    else this.#closeWakeEnds();
  }

  async #waitOnThread(deadlineNs: number, timeoutNs: number): Promise<void> {
    const [wakeEnd] = this.#wakeEnds ??= openWakeEnds();
    const request = new PollRequest([...this.#polled, [wakeEnd, POLLIN]]);
    this.#pending++;
    let result: number;
    try {
      result = await request.pollOnThread(Math.max(0, timeoutNs - punctualNs));
    } finally {
      this.#pending--;
    }
    this.#lastTurnNs = this.#clock.monotonicNs();
    if (this.#pending === 0) {
      if (this.#closed) this.#closeWakeEnds();
      else if (this.#signalled) this.#drain();
    }
    if (this.#closed || this.#woken) {
      this.#woken = this.#pending > 0;
      return;
    }
    if (result > 0 && request.hasErrors()) this.#listener.pendingError();
    const remainingNs = deadlineNs - this.#lastTurnNs;
    // Its errno is lost with the thread that it failed on: the same call here shows whether it was more than a signal.
    const again = result < 0 ? this.#request.pollNow(0) : 0;
    const errno = again < 0 ? readErrno() : EINTR;
    if (errno !== EINTR) return this.#fail(errno, remainingNs);
    if (result !== 0) return;
    if (remainingNs > 0) this.#request.pollNow(Math.min(remainingNs, shortWaitNs));
  }

  /** Waits without poll, for a while. */
  #fail(errno: number, timeoutNs: number): Promise<void> {
    this.#listener.failed(
      new SystemError(platform.hasPpoll ? "ppoll" : "poll", errno, "wait for replies"),
    );
    const waitMs = Math.max(0, Math.min(timeoutNs, shortWaitNs)) / millisecondNs;
    return new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  #signal(): void {
    // An eventfd takes exactly eight bytes; a pipe takes any.
    if (this.#wakeEnds === undefined || this.#signalled) return;
    this.#signalled = openLibc().write(this.#wakeEnds[1], one, 8n) > 0;
  }

  #drain(): void {
    this.#signalled = false;
    if (this.#wakeEnds !== undefined) openLibc().read(this.#wakeEnds[0], new Uint8Array(8), 8n);
  }

  #closeWakeEnds(): void {
    if (this.#wakeEnds === undefined) return;
    for (const end of new Set(this.#wakeEnds)) openLibc().close(end);
    this.#wakeEnds = undefined;
  }
}

const one = new Uint8Array(new BigUint64Array([1n]).buffer);

function openWakeEnds(): readonly [number, number] {
  if (platform.hasPpoll) {
    const descriptor = openLinuxLibc().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    checkResult(descriptor, "eventfd", "make waits wakeable");
    return [descriptor, descriptor];
  }
  const ends = new Int32Array(2);
  checkResult(openLibc().pipe(new Uint8Array(ends.buffer)), "pipe", "make waits wakeable");
  return [ends[0] as number, ends[1] as number];
}

/** A descriptor, and what it is polled for. */
type Polled = readonly [descriptor: number, events: number];

/** The memory of one poll: its descriptors and its timeout. */
class PollRequest {
  readonly #view: DataView;
  readonly #pointer: Deno.PointerValue;
  readonly #count: bigint;
  readonly #timeout = new DataView(new ArrayBuffer(Timespec.size));
  readonly #timeoutPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#timeout);

  constructor(polled: readonly Polled[]) {
    this.#view = new DataView(new ArrayBuffer(polled.length * Pollfd.size));
    this.#pointer = Deno.UnsafePointer.of(this.#view);
    this.#count = BigInt(polled.length);
    polled.forEach(([descriptor, events], index) => {
      this.#view.setInt32(index * Pollfd.size + Pollfd.descriptor, descriptor, true);
      this.#view.setInt16(index * Pollfd.size + Pollfd.events, events, true);
    });
  }

  /** What poll returned; negative with errno when it failed. */
  pollNow(timeoutNs: number): number {
    if (!platform.hasPpoll) {
      return openLibc().poll(this.#pointer, this.#count, Math.ceil(timeoutNs / 1e6));
    }
    this.#setTimeout(timeoutNs);
    return openLinuxLibc().ppoll(this.#pointer, this.#count, this.#timeoutPointer, null);
  }

  /** The same on another thread; its errno is lost. */
  pollOnThread(timeoutNs: number): Promise<number> {
    if (!platform.hasPpoll) {
      return openLibc().pollNonblocking(this.#pointer, this.#count, Math.ceil(timeoutNs / 1e6));
    }
    this.#setTimeout(timeoutNs);
    const { ppollNonblocking } = openLinuxLibc();
    return ppollNonblocking(this.#pointer, this.#count, this.#timeoutPointer, null);
  }

  /** Whether the last poll that found something found an error. */
  hasErrors(): boolean {
    for (let offset = 0; offset < this.#view.byteLength; offset += Pollfd.size) {
      const found = this.#view.getInt16(offset + Pollfd.returnedEvents, true);
      if ((found & (POLLERR | POLLHUP | POLLNVAL)) !== 0) return true;
    }
    return false;
  }

  #setTimeout(timeoutNs: number): void {
    const seconds = Math.floor(timeoutNs / 1e9);
    this.#timeout.setUint32(Timespec.seconds, seconds, true);
    this.#timeout.setUint32(Timespec.nanoseconds, Math.floor(timeoutNs - seconds * 1e9), true);
  }
}
