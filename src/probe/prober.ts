/**
 * The loop that asks: send what is due, take stamps and answers, let the old time out, wait.
 *
 * One loop serves one target and a hundred thousand. It knows the network only as a
 * {@linkcode Transport} and time only through the transport's clock, so the same code runs over the
 * kernel and over the tests' simulated network.
 */

import type { ProbeTemplate } from "../packet/mod.ts";
import { type Instant, wholeMsOfDay } from "../time/mod.ts";
import { DropWatch } from "./drop_watch.ts";
import { FragmentingSender } from "./fragmenting_sender.ts";
import { RetryQueue, type UnsentProbe } from "./retry_queue.ts";
import { InFlightTable } from "./in_flight_table.ts";
import type { ProbeListener } from "./outcome.ts";
import { type Target, UNKNOWN_ADDRESS } from "../targets/target.ts";
import { Probe, SEQUENCES } from "./probe.ts";
import { ProbeNumbers } from "./probe_numbers.ts";
import type { ProberOptions } from "./prober_options.ts";
import { sendGroupMs } from "./send_group.ts";
import { SendTimer } from "./send_timer.ts";
import { ReplyReader } from "./reply_reader.ts";
import { type DueProbe, GOLDEN_FRACTION, Schedule } from "./schedule.ts";
import { TransmitTimestamps } from "./transmit_timestamps.ts";
import type { OutgoingDatagram, Transport } from "./transport.ts";

/** How many datagrams are handed to the kernel in one go. */
const BATCH_SIZE = 64;
/** How long a settled probe is remembered, so that late and doubled answers are known as such. */
const REMEMBER_MS = 10_000;

/** With the next probe due sooner than that, one look at the socket then serves the answers that came meanwhile. */
const BUSY_NS = 2e6;

/** What the kernel says when a buffer, a queue or a table of its is full. */
const NO_ROOM: ReadonlySet<string> = new Set(["EAGAIN", "ENOBUFS"]);

/** Why a run ended. */
export type EndReason = "complete" | "deadline" | "stopped";

/** Asks all targets of a run and tells a listener all that happens. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #targets: Target[];
  readonly #transport: Transport;
  readonly #sender: FragmentingSender;
  readonly #listener: ProbeListener;
  readonly #table = new InFlightTable(REMEMBER_MS);
  readonly #drops: DropWatch;
  readonly #stamps: TransmitTimestamps;
  readonly #numbers: ProbeNumbers;
  readonly #reader: ReplyReader;
  readonly #answered: Uint8Array | undefined;
  readonly #buffers: Uint8Array[];
  readonly #templateOf: (target: Target) => ProbeTemplate;
  #request: Uint8Array | undefined;
  #answeredCount = 0;
  #batchLength = 0;
  #key = 0;
  #timeoutNs: number;
  #timeoutRound = 0;
  #stopped = false;

  /** The transport stays the caller's to close. */
  constructor(options: ProberOptions, transport: Transport, listener: ProbeListener) {
    this.#options = options;
    this.#targets = [...options.targets];
    this.#transport = transport;
    this.#sender = new FragmentingSender(transport);
    this.#listener = listener;
    this.#timeoutNs = options.timeoutMs * 1e6;
    this.#drops = new DropWatch(transport);
    this.#stamps = new TransmitTimestamps(transport, options.stampAt, this.#drops);
    this.#numbers = new ProbeNumbers(options.targets, options);
    if (options.keepStrays !== true) transport.keepIdentifiers?.(this.#numbers.identifiers());
    this.#answered = options.stopOnReply ? new Uint8Array(options.targets.length) : undefined;
    this.#reader = new ReplyReader({
      kind: options.kind,
      numbers: this.#numbers,
      table: this.#table,
      stamps: this.#stamps,
      kernelStamps: transport.stampSource === "kernel",
      keepBytes: options.keepBytes ?? false,
      sentPayload: options.payload ?? new Uint8Array(0),
      stampedPayload: options.stampPayload ?? false,
      requestOf: (probe) => this.#requestOf(probe),
      stampsFrom: options.stampsFrom ?? "message",
      listener: this.#answered === undefined ? listener : this.#watchAnswers(listener),
    });
    const { template } = options;
    this.#templateOf = typeof template === "function" ? template : () => template;
    const lengthBytes = this.#templateOf(options.targets[0] as Target).lengthBytes;
    this.#buffers = Array.from({ length: BATCH_SIZE }, () => new Uint8Array(lengthBytes));
  }

  /** Probes that await an answer now. */
  get pending(): number {
    return this.#table.pending;
  }

  /** The probes that still await an answer, oldest first. */
  pendingProbes(): Iterable<Probe> {
    return this.#table.pendingProbes();
  }

  /** Sends the later probes of a target to another address; those on their way stay what they are. */
  move(index: number, address: number): void {
    this.#targets[index] = { ...this.#targets[index] as Target, address };
    this.#reader.forget(index);
  }

  /** Ends the run soon; what has been measured stays. May be called at any time, and twice. */
  stop(): void {
    this.#stopped = true;
    this.#transport.wake();
  }

  /**
   * Runs until every probe is settled, the deadline passes or {@linkcode stop} is called.
   *
   * @throws {RangeError} More than 65 536 probes of one target would await an answer at once.
   */
  async run(): Promise<EndReason> {
    const { clock } = this.#transport;
    const options = this.#options;
    const startNs = clock.now().monotonicNs;
    const deadlineNs = startNs + (options.deadlineMs ?? Infinity) * 1e6;
    const schedule = new RetryQueue(
      options.schedule?.(startNs) ?? new Schedule({
        targetCount: options.targets.length,
        count: options.count,
        intervalMs: options.intervalMs,
        spacingMs: options.spacingMs,
        intervalGrowth: options.backoff,
        dither: options.dither,
      }, startNs),
    );
    const pause = this.#transport.stampSource === "kernel"
      ? this.#transport.pause?.bind(this.#transport)
      : undefined;
    const punctual = options.punctual ? new SendTimer(clock) : undefined;
    const groupNs = 1e6 * sendGroupMs({
      targetCount: options.targets.length,
      intervalMs: options.intervalMs,
      groupMs: options.groupMs ?? 0,
    });
    let lastSendNs = -Infinity;
    let reason: EndReason = "complete";
    for (;;) {
      punctual?.waitFor(schedule.dueNs);
      let nowNs = clock.now().monotonicNs;
      if (this.#stopped) reason = "stopped";
      else if (nowNs >= deadlineNs) reason = "deadline";
      else if (schedule.dueNs <= nowNs + (punctual?.leadNs ?? 0)) {
        schedule.catchUp(nowNs);
        const { dueNs } = schedule;
        const probe = this.#sendDue(schedule, nowNs + (punctual?.leadNs ?? 0));
        if (probe !== undefined) punctual?.sent(dueNs, probe);
        // More is due than one batch holds: no pause before the rest.
        const isBehind = this.#batchLength === BATCH_SIZE && schedule.dueNs <= nowNs;
        lastSendNs = isBehind ? -Infinity : nowNs + this.#groupDitherNs();
      }
      this.#takeAnswers();
      // By the time before the last look: what arrives since is decided by its own stamp at the next one.
      this.#drops.look(nowNs);
      this.#table.expire(nowNs, (probe) => this.#reader.expire(probe));
      nowNs = clock.now().monotonicNs;
      const nextNs = Math.min(schedule.dueNs, this.#table.nextDeadlineNs, deadlineNs);
      const busy = schedule.dueNs - nowNs < BUSY_NS + groupNs;
      const groupEndNs = busy && pause !== undefined ? lastSendNs + groupNs : 0;
      const wakeNs = Math.max(nextNs, groupEndNs) - (punctual?.earlyNs ?? 0);
      const waitMs = Math.max(0, wakeNs - nowNs) / 1e6;
      const room = this.#listener.idle(nowNs, busy);
      if (reason !== "complete") return this.#end(schedule, reason);
      const awaiting = this.#table.pending > 0;
      if (!awaiting && (schedule.done || this.#allAnswered(schedule))) {
        return this.#end(schedule, reason);
      }
      if (room !== undefined) {
        await room;
        continue;
      }
      await (busy && pause !== undefined ? pause(waitMs) : this.#transport.wait(waitMs));
    }
  }

  /** What still waits for room when the run ends is unsent. */
  #end(schedule: RetryQueue, reason: EndReason): EndReason {
    for (const each of schedule.abandon()) this.#reportUnsent(each);
    this.#reader.finish();
    return reason;
  }

  /** Keeps groups off every grid, as {@linkcode Schedule} keeps single probes. */
  #groupDitherNs(): number {
    return (this.#key * GOLDEN_FRACTION % 1) * 1e6;
  }

  /** Sends what is due, a batch at most, so that answers are never left waiting for long. Returns the first probe. */
  #sendDue(schedule: RetryQueue, nowNs: number): Probe | undefined {
    const dues: DueProbe[] = [];
    const now = this.#transport.clock.now();
    for (const each of schedule.takeHeld(nowNs, BATCH_SIZE)) {
      if (this.#answered?.[each.due.targetIndex] === 1) {
        schedule.forget(each.due);
        this.#reportUnsent(each);
      } else dues.push(each.due);
    }
    // What waited for room finds out whether there is some, before others are sent.
    const isRetry = dues.length > 0;
    let failure: RangeError | undefined;
    while (!isRetry && schedule.freshDueNs <= nowNs && dues.length < BATCH_SIZE) {
      const due = schedule.take();
      if (this.#answered?.[due.targetIndex] === 1) continue;
      if (this.#targets[due.targetIndex]?.address === UNKNOWN_ADDRESS) continue;
      failure = this.#findCollision(due);
      // What is in the batch already has been taken from the schedule and must go.
      if (failure !== undefined) break;
      dues.push(due);
    }
    this.#batchLength = dues.length;
    const first = dues.length > 0 ? this.#sendBatch(dues, now, schedule) : undefined;
    if (failure !== undefined) throw failure;
    return first;
  }

  /** Whether a probe's sequence number is that of an earlier one that still awaits its answer. */
  #findCollision({ targetIndex, index }: DueProbe): RangeError | undefined {
    const target = this.#targets[targetIndex] as Target;
    const sequence = this.#numbers.sequenceOf(target, index);
    if (index < SEQUENCES || !this.#table.isPending(target.address, sequence)) return undefined;
    return new RangeError(
      `Cannot send probe ${index} to ${target.label}: all 65536 sequence numbers await answers, want a longer interval or a shorter timeout`,
    );
  }

  /** Sends a batch; returns the first probe if it went. A probe's deadline is its timeout until then. */
  #sendBatch(dues: readonly DueProbe[], now: Instant, schedule: RetryQueue): Probe | undefined {
    const nowMs = wholeMsOfDay(now.realtimeNs);
    const probes = dues.map((due) => this.#makeProbe(due, nowMs, now));
    const batch = probes.map((probe, slot) => this.#write(probe, slot));
    const results = this.#sender.send(batch);
    // Not from the stamp before the call: that may have been held up, and no answer is late for it.
    const sentNs = this.#transport.clock.now().monotonicNs;
    const unsent: UnsentProbe[] = [];
    for (const [i, probe] of probes.entries()) {
      const result = results[i], due = dues[i] as DueProbe;
      if (result?.ok) {
        probe.sentAt = result.sentAt;
        probe.deadlineNs += Math.max(sentNs, result.sentAt.monotonicNs);
        this.#table.add(probe);
        this.#stamps.expect(probe);
        schedule.sent(due);
        this.#listener.sent?.(probe, this.#buffers[i] as Uint8Array);
      } else if (result !== undefined) {
        unsent.push({ probe, due, error: result.error });
      }
    }
    if (unsent.length > 0) this.#takeUnsent(unsent, schedule);
    return results[0]?.ok ? probes[0] : undefined;
  }

  #makeProbe({ targetIndex, index }: DueProbe, nowMs: number, now: Instant): Probe {
    const { originate, originateMs, stampPayload } = this.#options;
    this.#growTimeout(index);
    const key = this.#key;
    this.#key = (this.#key + 1) >>> 0;
    const target = this.#targets[targetIndex] as Target;
    const numbers = this.#numbers;
    return new Probe(
      target,
      index,
      numbers.identifierOf(target),
      numbers.sequenceOf(target, index),
      originate?.() ?? originateMs ?? (stampPayload ? numbers.cookieOf(target, index) : nowMs),
      key,
      now,
      this.#timeoutNs,
    );
  }

  /** Writes a probe into the buffer of a slot. */
  #write(
    { target, identifier, sequence, originateMs, key }: Probe,
    slot: number,
  ): OutgoingDatagram {
    const bytes = this.#buffers[slot] as Uint8Array;
    const destination = target.address;
    this.#templateOf(target).emit({ destination, identifier, sequence, originateMs }, bytes);
    return { destination, bytes, key };
  }

  /** The ICMP message of a probe as it was sent; valid until the next call. */
  #requestOf({ target, identifier, sequence, originateMs }: Probe): Uint8Array {
    const template = this.#templateOf(target);
    const fields = { destination: target.address, identifier, sequence, originateMs };
    this.#request ??= new Uint8Array(template.lengthBytes);
    return template.emit(fields, this.#request).subarray(template.messageStart);
  }

  /** What found no room waits for some; the rest is unsent. */
  #takeUnsent(unsent: readonly UnsentProbe[], schedule: RetryQueue): void {
    const nowNs = this.#transport.clock.now().monotonicNs;
    const full = unsent.filter(({ error }) => NO_ROOM.has(error.code));
    const givenUp = new Set(full.length > 0 ? schedule.putBack(full, nowNs) : []);
    for (const each of unsent) {
      const isFull = NO_ROOM.has(each.error.code);
      if (isFull && !givenUp.has(each)) continue;
      if (!isFull) schedule.forget(each.due);
      this.#reportUnsent(each);
    }
  }

  #reportUnsent({ probe, error }: UnsentProbe): void {
    const { target, index, sequence, sentAt: at } = probe;
    this.#listener.outcome({ kind: "unsent", target, index, sequence, at, error });
  }

  #takeAnswers(): void {
    this.#stamps.collect();
    // Bounded, so that a flood of answers cannot keep the next probe or a signal waiting.
    for (let turn = 0; turn < 16; turn++) {
      const received = this.#transport.receive();
      for (const datagram of received) this.#reader.read(datagram);
      if (received.length < (this.#transport.receiveBatch ?? 1) || this.#stopped) return;
    }
  }

  /** A probe that is tried again keeps the timeout of the latest round: deadlines never go back. */
  #growTimeout(round: number): void {
    for (; this.#timeoutRound < round; this.#timeoutRound++) {
      this.#timeoutNs *= this.#options.backoff ?? 1;
    }
  }

  #watchAnswers(listener: ProbeListener): ProbeListener {
    return {
      outcome: (outcome) => {
        if (outcome.kind === "reply") this.#markAnswered(outcome.probe.target.index);
        listener.outcome(outcome);
      },
      extra: (reply) => {
        this.#markAnswered(reply.probe.target.index);
        listener.extra(reply);
      },
      stray: (datagram) => listener.stray(datagram),
      idle: (nowNs, busy) => listener.idle(nowNs, busy),
    };
  }

  #markAnswered(index: number): void {
    if (this.#answered === undefined || this.#answered[index] === 1) return;
    this.#answered[index] = 1;
    this.#answeredCount++;
  }

  #allAnswered(schedule: RetryQueue): boolean {
    return this.#answered !== undefined && schedule.round > 0 &&
      this.#answeredCount === this.#options.targets.length;
  }
}
