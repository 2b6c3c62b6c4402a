/**
 * Datagrams in batches, sendmmsg(2), each with the key that its transmit stamp will carry.
 *
 * Memory: C reads the batch owned by this object, during the call; it keeps no pointer.
 */

import type { OutgoingDatagram, SendResult } from "../../src/probe/transport.ts";
import type { Instant } from "../../src/time/instant.ts";
import { MSG_DONTWAIT } from "../posix/constants.ts";
import { sendError, tooLongError } from "../posix/datagram_error.ts";
import { EAGAIN, EINTR, readErrno } from "../posix/errno.ts";
import type { SystemClock } from "../posix/system_clock.ts";
import { KEY_CONTROL_BYTES, writeKeyControl } from "./control_message.ts";
import { type LinuxLibc, openLinuxLibc } from "./libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { SentDatagrams } from "./sent_datagrams.ts";
import type { StampAttribution } from "./stamp_attribution.ts";

/** Datagrams that carry the time of their leaving go to the kernel in batches of this length. */
const TIMED_AT_ONCE = 10;
/** How often the time is written again where writing took until the next millisecond. */
const MAX_RESTAMPS = 3;

/** What a path decides about its datagrams. */
export interface SendRules {
  /** Prepares the socket for a datagram that begins a batch. */
  begin?(bytes: Uint8Array): void;
  /** Whether a datagram may go with the one that began the batch. */
  joins?(bytes: Uint8Array): boolean;
  /**
   * The kernel refused a datagram: reads what it says about that.
   *
   * @param errno never EINTR
   * @param attempts how often this datagram was sent again already
   */
  refused(errno: number, attempts: number): RefusalRuling;
}

/** What is to become of a datagram that the kernel refused. */
export interface RefusalRuling {
  /** Send it again: the error was that of another datagram. */
  readonly isAnothers: boolean;
  /** Longest datagram that the interface takes, in bytes; undefined when the kernel did not say. */
  readonly mtuBytes: number | undefined;
}

/** How a sender is made. */
export interface BatchSenderOptions {
  /** Non-blocking socket to send through; the caller closes it. */
  readonly descriptor: number;
  /** Clock of the user stamps. */
  readonly clock: SystemClock;
  /** Datagrams per system call, 1..1024. */
  readonly slots: number;
  /** Longest datagram, in bytes, 20..65 535. */
  readonly slotBytes: number;
  /** Octets at the start of each datagram that the kernel writes itself, and that are not handed to it. */
  readonly skippedBytes: number;
  /** How transmit stamps find their datagrams; undefined without stamps. */
  readonly attribution: StampAttribution | undefined;
}

/** Sends through one socket. */
export class BatchSender {
  /** The datagrams whose stamps come back with their content; undefined where stamps carry keys, or do not come. */
  readonly sent: SentDatagrams | undefined;
  readonly #options: BatchSenderOptions;
  readonly #rules: SendRules;
  readonly #isKeyed: boolean;
  readonly #batch: MessageBatch;
  readonly #sendmmsg: LinuxLibc["sendmmsg"] = openLinuxLibc().sendmmsg;

  /** Lays the batch out. */
  constructor(options: BatchSenderOptions, rules: SendRules) {
    this.#options = options;
    this.#rules = rules;
    const { attribution, slots, slotBytes } = options;
    this.#isKeyed = attribution === "key";
    this.sent = attribution === "content" ? new SentDatagrams() : undefined;
    const controlBytes = this.#isKeyed ? KEY_CONTROL_BYTES : 0;
    this.#batch = new MessageBatch({ slots, payloadBytes: slotBytes, controlBytes });
  }

  /**
   * Sends in order; result i is that of datagram i. One system call for each batch, and one or two more for each datagram
   * that the kernel refuses.
   */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const results: SendResult[] = [];
    while (results.length < datagrams.length) {
      const first = datagrams[results.length] as OutgoingDatagram;
      this.#rules.begin?.(first.bytes);
      const count = this.#fill(datagrams, results.length);
      if (count > 0) this.#sendFilled(datagrams, count, results);
      else results.push({ ok: false, error: tooLongError(first, this.#batch.payloadBytes) });
    }
    return results;
  }

  /** Does all of {@linkcode send} but for sending: no datagram leaves. */
  warmUp(datagrams: readonly OutgoingDatagram[]): void {
    const count = this.#fill(datagrams, 0);
    this.#restamp(datagrams, 0, 0, count);
    this.#sendmmsg(this.#options.descriptor, this.#batch.pointerAt(0), 0, MSG_DONTWAIT);
  }

  /** Fills slots with datagrams from `first` on; stops before one that does not fit. Returns how many. */
  #fill(datagrams: readonly OutgoingDatagram[], first: number): number {
    const batch = this.#batch;
    const rules = this.#rules;
    const most = Math.min(datagrams.length - first, batch.slots);
    for (let slot = 0; slot < most; slot++) {
      const datagram = datagrams[first + slot] as OutgoingDatagram;
      const { bytes, key } = datagram;
      if (bytes.length > batch.payloadBytes || rules.joins?.(bytes) === false) return slot;
      if (this.#isKeyed) writeKeyControl(batch.view, batch.controlOffset(slot), key);
      this.#fillSlot(slot, datagram);
    }
    return most;
  }

  /**
   * Reads the clock for the datagrams in slots `from` to `end` - 1, and writes its time into those that carry it. Where that
   * took until the next millisecond, once more.
   */
  #restamp(
    datagrams: readonly OutgoingDatagram[],
    first: number,
    from: number,
    end: number,
  ): Instant {
    const { clock } = this.#options;
    for (let attempt = 1;; attempt++) {
      const at = clock.now();
      let isChanged = false;
      for (let slot = from; slot < end; slot++) {
        const datagram = datagrams[first + slot] as OutgoingDatagram;
        if (datagram.restamp?.(at) !== true) continue;
        this.#fillSlot(slot, datagram);
        isChanged = true;
      }
      if (!isChanged || attempt === MAX_RESTAMPS) return at;
    }
  }

  #fillSlot(slot: number, { bytes, destination }: OutgoingDatagram): void {
    const { skippedBytes } = this.#options;
    const payload = skippedBytes === 0 ? bytes : bytes.subarray(skippedBytes);
    this.#batch.fill(slot, payload, destination, this.#batch.controlBytes);
  }

  #sendFilled(datagrams: readonly OutgoingDatagram[], count: number, results: SendResult[]): void {
    const first = results.length;
    const { descriptor } = this.#options;
    let done = 0, attempts = 0;
    // The kernel takes several microseconds for each: what carries the time goes in short calls.
    const most = datagrams[first]?.restamp === undefined ? count : TIMED_AT_ONCE;
    while (done < count) {
      const end = Math.min(done + most, count);
      const sentAt = this.#restamp(datagrams, first, done, end);
      const pointer = this.#batch.pointerAt(done);
      const sent = this.#sendmmsg(descriptor, pointer, end - done, MSG_DONTWAIT);
      const errno = sent < 0 ? readErrno() : EAGAIN;
      if (sent > 0) {
        attempts = 0;
        const result: SendResult = { ok: true, sentAt };
        for (let index = 0; index < sent; index++, done++) {
          results.push(result);
          if (this.sent !== undefined) record(this.sent, datagrams[first + done]);
        }
        continue;
      }
      if (errno === EINTR) continue;
      const { isAnothers, mtuBytes } = this.#rules.refused(errno, attempts);
      if (isAnothers) {
        attempts++;
        continue;
      }
      attempts = 0;
      const refused = datagrams[first + done++] as OutgoingDatagram;
      results.push({ ok: false, error: sendError("sendmmsg", errno, refused, mtuBytes) });
    }
  }
}

function record(sent: SentDatagrams, datagram: OutgoingDatagram | undefined): void {
  if (datagram === undefined) return;
  const { bytes, key } = datagram;
  sent.record(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length, key);
}
