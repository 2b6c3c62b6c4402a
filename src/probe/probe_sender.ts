/**
 * From a due probe to one that waits for its answer: numbers, datagram, system call, and what becomes of it when the
 * kernel does not take it.
 */

import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import { type Instant, wholeMsOfDay } from "../time/mod.ts";
import type { AnsweredTargets } from "./answered_targets.ts";
import { FragmentingSender } from "./fragmenting_sender.ts";
import type { InFlightTable } from "./in_flight_table.ts";
import type { ProbeMessage } from "./message/message.ts";
import { OriginateStamps } from "./originate_stamps.ts";
import type { ProbeListener } from "./outcome.ts";
import { InFlightProbe, SEQUENCES } from "./probe.ts";
import type { ProbeNumbers } from "./probe_numbers.ts";
import { messagesOf, type ProberOptions } from "./prober_options.ts";
import type { RetryQueue, UnsentProbe } from "./retry_queue.ts";
import { type DueProbe, GOLDEN_FRACTION } from "./schedule.ts";
import type { TransmitTimestamps } from "./transmit_timestamps.ts";
import type { OutgoingDatagram, SendResult, Transport } from "./transport.ts";

/** Datagrams that are handed to the kernel in one call. */
const BATCH_SIZE = 64;
/** What the kernel says when a buffer, a queue or a table of it is full. */
const NO_ROOM: ReadonlySet<string> = new Set(["EAGAIN", "ENOBUFS"]);

/** What a sender works with. */
export interface ProbeSenderParts {
  /** Where datagrams go. */
  readonly transport: Transport;
  /** Receives the probes that were sent. */
  readonly table: InFlightTable;
  /** Expects the transmit stamps of probes that were sent. */
  readonly stamps: TransmitTimestamps;
  /** Identifiers and sequence numbers. */
  readonly numbers: ProbeNumbers;
  /** Targets that are not asked again; undefined where all are. */
  readonly answered: AnsweredTargets | undefined;
  /** Whether the target of a probe has answered one with an early originate timestamp. */
  readonly isProven: (probe: InFlightProbe) => boolean;
  /** Receives what was sent and what was not. */
  readonly listener: ProbeListener;
}

/** What one batch was. */
export interface SentBatch {
  /** Its first probe, if that was sent. */
  readonly first: InFlightProbe | undefined;
  /** It held as many probes as a batch can: more may be due. */
  readonly isFull: boolean;
}

/** Sends the probes of one run. */
export class ProbeSender {
  readonly #parts: ProbeSenderParts;
  readonly #sender: FragmentingSender;
  readonly #targets: Target[];
  readonly #backoff: number;
  readonly #buffers: readonly Uint8Array[];
  readonly #messages: readonly ProbeMessage[];
  readonly #originates: OriginateStamps;
  #timeoutNs: number;
  #timeoutIndex = 0;
  #key = 0;

  /** Sends to the targets of `options`. */
  constructor(options: ProberOptions, parts: ProbeSenderParts) {
    this.#parts = parts;
    this.#sender = new FragmentingSender(parts.transport);
    this.#targets = [...options.targets];
    this.#backoff = options.backoff ?? 1;
    this.#timeoutNs = options.timeoutMs * 1e6;
    this.#messages = messagesOf(options);
    this.#originates = new OriginateStamps(options.originate ?? "making", parts.isProven);
    const lengthBytes = Math.max(...this.#messages.map((each) => each.lengthBytes));
    this.#buffers = Array.from({ length: BATCH_SIZE }, () => new Uint8Array(lengthBytes));
  }

  /** Keeps groups off every grid, as a schedule's dither keeps single probes: from 0 to a millisecond. */
  get ditherNs(): number {
    return (this.#key * GOLDEN_FRACTION % 1) * 1e6;
  }

  /** Sends the later probes of a target to another address. */
  move(index: number, address: number): void {
    this.#targets[index] = { ...this.#targets[index] as Target, address };
  }

  /** Gives the place of a target to another host. */
  replace(target: Target): void {
    this.#targets[target.index] = target;
  }

  /**
   * Sends what is due at `nowNs`, one batch at most, so that answers are never left waiting for long.
   *
   * @throws {RangeError} More than 65 536 probes of one target would be pending at once.
   */
  sendDue(queue: RetryQueue, nowNs: number): SentBatch {
    const { answered, transport } = this.#parts;
    const now = transport.clock.now();
    const dues: DueProbe[] = [];
    const probes: InFlightProbe[] = [];
    for (const { due, probe, error } of queue.takeHeld(nowNs, BATCH_SIZE)) {
      if (answered?.has(due.targetIndex)) {
        queue.forget(due);
        this.#reportUnsent({ due, probe, error });
      } else {
        dues.push(due);
        probes.push(this.#makeProbe(due, probe.ordinal, now));
      }
    }
    // What waited for room finds out whether there is some, before others are sent.
    const isRetry = dues.length > 0;
    let failure: RangeError | undefined;
    while (!isRetry && queue.freshDueNs <= nowNs && dues.length < BATCH_SIZE) {
      const due = queue.take();
      const target = this.#targets[due.targetIndex] as Target;
      if (answered?.has(due.targetIndex) || target.address === UNKNOWN_ADDRESS) continue;
      failure = this.#findCollision(target, due.index);
      // What is in the batch already has been taken from the schedule and must go.
      if (failure !== undefined) break;
      dues.push(due);
      probes.push(this.#makeProbe(due, this.#parts.numbers.allocate(target), now));
    }
    const first = dues.length > 0 ? this.#sendBatch(dues, probes, queue) : undefined;
    if (failure !== undefined) throw failure;
    return { first, isFull: dues.length === BATCH_SIZE };
  }

  /** For exact originates: does all that is done before a probe leaves but for sending it. A first time takes milliseconds. */
  warmUp(): void {
    if (!this.#originates.isExactFromStart) return;
    const { transport, numbers } = this.#parts;
    const [target] = this.#targets;
    const [message] = this.#messages;
    if (transport.warmUp === undefined || target === undefined || message === undefined) return;
    const due = { targetIndex: 0, index: 0, message, ttl: undefined };
    const probe = this.#makeProbe(due, numbers.allocated(target), transport.clock.now());
    // Its key is the first probe's again.
    this.#key = 0;
    transport.warmUp([this.#write(probe, 0)]);
  }

  /** What still waits for room when the run ends is unsent. */
  abandon(queue: RetryQueue): void {
    for (const each of queue.abandon()) this.#reportUnsent(each);
  }

  /** Whether a target's next sequence number is that of an earlier probe that is still pending. */
  #findCollision(target: Target, index: number): RangeError | undefined {
    const { numbers, table } = this.#parts;
    const ordinal = numbers.allocated(target);
    if (ordinal < SEQUENCES) return undefined;
    if (!table.isPending(target.address, numbers.sequenceOf(target, ordinal))) return undefined;
    return new RangeError(
      `Cannot send probe ${index} to ${target.label}: all 65536 sequence numbers are pending, expected a longer interval or a shorter timeout`,
    );
  }

  #makeProbe(
    { targetIndex, index, message, ttl }: DueProbe,
    ordinal: number,
    now: Instant,
  ): InFlightProbe {
    // One that is tried again keeps the timeout of the latest index: deadlines never go back.
    for (; this.#timeoutIndex < index; this.#timeoutIndex++) this.#timeoutNs *= this.#backoff;
    const key = this.#key;
    this.#key = (this.#key + 1) >>> 0;
    const { numbers } = this.#parts;
    const target = this.#targets[targetIndex] as Target;
    const cookie = () => numbers.cookieOf(target, ordinal);
    return new InFlightProbe({
      target,
      index,
      message,
      ttl,
      identifier: numbers.identifierOf(target),
      sequence: numbers.sequenceOf(target, ordinal),
      token: message.makeToken(wholeMsOfDay(now.realtimeNs), cookie),
      key,
      ordinal,
      sentAt: now,
      timeoutNs: this.#timeoutNs,
    });
  }

  /** Sends a batch; returns the first probe if it went. */
  #sendBatch(
    dues: readonly DueProbe[],
    probes: readonly InFlightProbe[],
    queue: RetryQueue,
  ): InFlightProbe | undefined {
    const { transport, table, stamps, listener } = this.#parts;
    const batch = probes.map((probe, slot) => this.#write(probe, slot));
    const results = this.#sender.send(batch);
    // Not from the stamp before the call: that may have been held up, and no answer is late for it.
    const sentNs = transport.clock.now().monotonicNs;
    const unsent: UnsentProbe[] = [];
    for (const [i, probe] of probes.entries()) {
      const result = results[i] as SendResult, due = dues[i] as DueProbe;
      if (!result.ok) {
        unsent.push({ probe, due, error: result.error });
        continue;
      }
      probe.sentAt = result.sentAt;
      probe.deadlineNs = probe.timeoutNs + Math.max(sentNs, result.sentAt.monotonicNs);
      table.add(probe);
      stamps.expect(probe);
      queue.sent(due);
      transport.name?.(probe);
      listener.sent?.(probe, (batch[i] as OutgoingDatagram).bytes);
    }
    if (unsent.length > 0) this.#takeUnsent(unsent, queue);
    return results[0]?.ok ? probes[0] : undefined;
  }

  /** Writes a probe into the buffer of a slot. */
  #write(probe: InFlightProbe, slot: number): OutgoingDatagram {
    const { message, key, target: { address: destination } } = probe;
    const bytes = message.emit(probe, this.#buffers[slot] as Uint8Array);
    return { destination, bytes, key, restamp: this.#originates.restampOf(probe, bytes) };
  }

  /** What found no room waits for some; the rest is unsent. */
  #takeUnsent(unsent: readonly UnsentProbe[], queue: RetryQueue): void {
    const nowNs = this.#parts.transport.clock.now().monotonicNs;
    const full = unsent.filter(({ error }) => NO_ROOM.has(error.code));
    const givenUp = new Set(full.length > 0 ? queue.putBack(full, nowNs) : []);
    for (const each of unsent) {
      const isFull = NO_ROOM.has(each.error.code);
      if (isFull && !givenUp.has(each)) continue;
      if (!isFull) queue.forget(each.due);
      this.#reportUnsent(each);
    }
  }

  #reportUnsent({ probe, error }: UnsentProbe): void {
    const { target, index, message, sequence, sentAt: at } = probe;
    this.#parts.answered?.refuse(target.index);
    this.#parts.listener.outcome({ kind: "unsent", target, index, message, sequence, at, error });
  }
}
