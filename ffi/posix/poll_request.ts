/**
 * One poll of some descriptors, with its own memory: ppoll(2) where the platform has it, exact to the nanosecond, else
 * poll(2), to the millisecond.
 *
 * Memory: C reads and writes the descriptors, and reads the timeout, during the call; on another thread, until the promise
 * settles. A request on another thread must not be used for a second poll meanwhile.
 */

import { openLinuxLibc } from "../linux/libc.ts";
import { platform } from "../platform.ts";
import { POLLERR, POLLHUP, POLLNVAL } from "./constants.ts";
import { Pollfd, Timespec } from "./layout.ts";
import { openLibc } from "./libc.ts";

/** A descriptor, and the events that it is polled for; an error always counts. */
export type Polled = readonly [descriptor: number, events: number];

/** Name of the system call, for error messages. */
export const POLL_CALL: string = platform.hasPpoll ? "ppoll" : "poll";

/** Requests whose memory C is using on another thread: held here, so that they are not collected meanwhile. */
const inUse = new Set<PollRequest>();

/** The memory of one poll: its descriptors and its timeout. */
export class PollRequest {
  readonly #view: DataView;
  readonly #pointer: Deno.PointerValue;
  readonly #count: bigint;
  readonly #timeout = new DataView(new ArrayBuffer(Timespec.size));
  readonly #timeoutPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#timeout);

  /** Without descriptors it is a sleep. */
  constructor(polled: readonly Polled[]) {
    this.#view = new DataView(new ArrayBuffer(polled.length * Pollfd.size));
    this.#pointer = Deno.UnsafePointer.of(this.#view);
    this.#count = BigInt(polled.length);
    polled.forEach(([descriptor, events], index) => {
      this.#view.setInt32(index * Pollfd.size + Pollfd.descriptor, descriptor, true);
      this.#view.setInt16(index * Pollfd.size + Pollfd.events, events, true);
    });
  }

  /**
   * Polls on this thread.
   *
   * @param timeoutNs ≥ 0
   * @returns the number of descriptors with an event; negative, with errno, when the call failed
   */
  pollNow(timeoutNs: number): number {
    if (!platform.hasPpoll) {
      return openLibc().poll(this.#pointer, this.#count, Math.ceil(timeoutNs / 1e6));
    }
    this.#setTimeout(timeoutNs);
    return openLinuxLibc().ppoll(this.#pointer, this.#count, this.#timeoutPointer, null);
  }

  /** {@linkcode pollNow} on another thread; its errno is lost. */
  async pollOnThread(timeoutNs: number): Promise<number> {
    this.#setTimeout(timeoutNs);
    inUse.add(this);
    try {
      if (!platform.hasPpoll) {
        const timeoutMs = Math.ceil(timeoutNs / 1e6);
        return await openLibc().pollNonblocking(this.#pointer, this.#count, timeoutMs);
      }
      const { ppollNonblocking } = openLinuxLibc();
      return await ppollNonblocking(this.#pointer, this.#count, this.#timeoutPointer, null);
    } finally {
      inUse.delete(this);
    }
  }

  /** Whether the last poll that found an event found an error. */
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
