/**
 * Waiting for a socket. Short waits are one synchronous ppoll(2), exact to the nanosecond and without a thread hop;
 * long ones run on another thread, so that signals and timers are served meanwhile.
 *
 * ```text
 *              wait(), pause()                          ┌──── answered: resolved
 *  ┌──────┐   short, turn not due      ┌──────────┐     │
 *  │ idle ├───────────────────────────►│ ppoll on ├─────┼──── timeout: resolved
 *  │      │                            │ this     │     │
 *  │      │◄── resolved ───────────────┤ thread   ├─────┼──── EINTR: to another thread, so that the signal is served
 *  │      │                            └──────────┘     └──── other errno: reported, then a timer
 *  │      │   long, or turn due        ┌──────────┐
 *  │      ├───────────────────────────►│ ppoll on ├──── answered, wake(), close(): resolved
 *  │      │                            │ another  ├──── timeout − 1 ms: the rest on this thread, then resolved
 *  └──┬───┘                            │ thread   ├──── failed: polled here once for its errno
 *     │ wake() without a wait:         └──────────┘
 *     └ woken: the next wait resolves at once. close(): closed, all waits resolve at once.
 * ```
 *
 * A wait is short up to 10 ms, a pause up to 50 ms. A turn of the event loop is due 100 ms after the last one. The
 * descriptors that wake() uses are opened by the first wait on another thread, and closed when the last such wait of a
 * closed waiter has ended.
 *
 * Memory: a synchronous call uses a request that this object owns. A call on another thread gets its own request,
 * held by the waiting function until the call has returned.
 */

import { EFD_CLOEXEC, EFD_NONBLOCK } from "../linux/constants.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { platform } from "../platform.ts";
import { POLLIN } from "./constants.ts";
import type { SocketEnds } from "./datagram.ts";
import { checkResult, EINTR, readErrno, SystemError } from "./errno.ts";
import { openLibc } from "./libc.ts";
import { POLL_CALL, type Polled, PollRequest } from "./poll_request.ts";
import type { SystemClock } from "./system_clock.ts";

const SETTLED: Promise<void> = Promise.resolve();
const NS_PER_MS = 1e6;
/** Longest wait on this thread. */
const SHORT_WAIT_NS = 10 * NS_PER_MS;
/** Longest pause on this thread: with hundreds of targets, the prober pauses some ten milliseconds after each group. */
const SHORT_PAUSE_NS = 50 * NS_PER_MS;
/**
 * After this time without a turn of the event loop, even a short wait gives it one, to serve signals and names.
 * A turn costs a thread hop and two promises, 100 to 200 µs of processor time, so not more often than a user notices.
 */
const TURN_DUE_NS = 100 * NS_PER_MS;
/** The end of a long wait is waited for synchronously, to be punctual. */
const PUNCTUAL_NS = 1 * NS_PER_MS;
const MAX_WAIT_NS = 86_400e9;

/** Receives what a wait meets. */
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
   * @param listener receives errors
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
   * that came while nothing waited ends the next wait at once.
   *
   * @param timeoutMs not negative; 0 makes no system call; at most a day
   */
  wait(timeoutMs: number): Promise<void> {
    return this.#wait(timeoutMs, SHORT_WAIT_NS, this.#polled, this.#request);
  }

  /**
   * Resolves after `timeoutMs`, whatever arrives: it stays in the socket, with the kernel's stamps. Otherwise as
   * {@linkcode wait}.
   *
   * @param timeoutMs not negative; up to 50 ms it holds up the event loop
   */
  pause(timeoutMs: number): Promise<void> {
    return this.#wait(timeoutMs, SHORT_PAUSE_NS, [], this.#sleep);
  }

  /** Polls `polled` on another thread, or `request`, which is the same, on this one when it takes at most `shortNs`. */
  #wait(
    timeoutMs: number,
    shortNs: number,
    polled: readonly Polled[],
    request: PollRequest,
  ): Promise<void> {
    if (this.#woken || this.#closed) {
      this.#woken = false;
      return SETTLED;
    }
    const nowNs = this.#clock.monotonicNs();
    const timeoutNs = timeoutMs > 0 ? Math.min(timeoutMs * NS_PER_MS, MAX_WAIT_NS) : 0;
    if (timeoutNs > shortNs || nowNs - this.#lastTurnNs > TURN_DUE_NS) {
      this.#lastTurnNs = nowNs;
      return this.#waitOnThread(nowNs + timeoutNs, timeoutNs, polled, request);
    }
    if (timeoutNs === 0) return SETTLED;
    const result = request.pollNow(timeoutNs);
    if (result === 0) return SETTLED;
    if (result > 0) {
      if (request.hasErrors()) this.#listener.pendingError();
      return SETTLED;
    }
    const errno = readErrno();
    if (errno !== EINTR) return this.#fail(errno, timeoutNs);
    // A signal came: let its listener run.
    const deadlineNs = nowNs + timeoutNs;
    return this.#waitOnThread(deadlineNs, deadlineNs - this.#clock.monotonicNs(), polled, request);
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

  async #waitOnThread(
    deadlineNs: number,
    timeoutNs: number,
    polled: readonly Polled[],
    shortRequest: PollRequest,
  ): Promise<void> {
    const [wakeEnd] = this.#wakeEnds ??= openWakeEnds();
    const request = new PollRequest([...polled, [wakeEnd, POLLIN]]);
    this.#pending++;
    let result: number;
    try {
      result = await request.pollOnThread(Math.max(0, timeoutNs - PUNCTUAL_NS));
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
    const again = result < 0 ? shortRequest.pollNow(0) : 0;
    const errno = again < 0 ? readErrno() : EINTR;
    if (errno !== EINTR) return this.#fail(errno, remainingNs);
    if (result !== 0) return;
    if (remainingNs > 0) shortRequest.pollNow(Math.min(remainingNs, SHORT_WAIT_NS));
  }

  /** Waits without poll, for a while. */
  #fail(errno: number, timeoutNs: number): Promise<void> {
    this.#listener.failed(
      new SystemError(POLL_CALL, errno, "wait for replies"),
    );
    const waitMs = Math.max(0, Math.min(timeoutNs, SHORT_WAIT_NS)) / NS_PER_MS;
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
