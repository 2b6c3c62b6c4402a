/**
 * The loop of a run: send what is due, take transmit stamps and answers, expire old probes, wait.
 *
 * One loop serves one target and a hundred thousand. It knows the network only as a
 * {@linkcode Transport} and time only through the transport's clock, so the same code runs over the
 * kernel and over the tests' simulated network.
 */

import { AnsweredTargets } from "./answered_targets.ts";
import { BesideSchedule } from "./beside_schedule.ts";
import { DropWatch } from "./drop_watch.ts";
import { InFlightTable, REMEMBER_MS } from "./in_flight_table.ts";
import type { ProbeListener } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { ProbeNumbers } from "./probe_numbers.ts";
import { ProbeSender } from "./probe_sender.ts";
import { messagesOf, type ProberOptions } from "./prober_options.ts";
import { ReplyReader } from "./reply_reader.ts";
import { RetryQueue } from "./retry_queue.ts";
import { type ProbeSchedule, Schedule } from "./schedule.ts";
import { sendGroupMs } from "./send_group.ts";
import { SendTimer } from "./send_timer.ts";
import { TransmitTimestamps } from "./transmit_timestamps.ts";
import type { Transport } from "./transport.ts";
import type { Target } from "../targets/target.ts";

/** When the next probe is due sooner, answers that come before are read with it, in one wake-up. */
const BUSY_NS = 2e6;

/** What a run waits for may be found by others meanwhile: its schedule is looked at this often, nanoseconds. */
const MAX_WAIT_NS = 10e9;

/** Why a run ended. */
export type EndReason = "complete" | "deadline" | "stopped";

/** Sends the probes of a run and reports what becomes of them to a listener. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #transport: Transport;
  readonly #listener: ProbeListener;
  readonly #table: InFlightTable;
  readonly #drops: DropWatch;
  readonly #stamps: TransmitTimestamps;
  readonly #sender: ProbeSender;
  readonly #reader: ReplyReader;
  readonly #answered: AnsweredTargets | undefined;
  readonly #numbers: ProbeNumbers;
  #schedule: RetryQueue | undefined;
  #beside: BesideSchedule | undefined;
  #hasBeside = false;
  #stopped = false;

  /** The transport stays the caller's to close. */
  constructor(options: ProberOptions, transport: Transport, listener: ProbeListener) {
    this.#options = options;
    this.#transport = transport;
    this.#listener = listener;
    this.#table = new InFlightTable(options.rememberMs ?? REMEMBER_MS);
    this.#drops = new DropWatch(transport);
    const numbers = new ProbeNumbers(options.targets, options);
    if (options.keepStrays !== true) transport.keepIdentifiers?.(numbers.identifiers());
    const answered = options.stopOnReply
      ? new AnsweredTargets(options.targets.length, options.stopOnRefusal)
      : undefined;
    const stamps = new TransmitTimestamps(transport, options.stampAt, this.#drops);
    const table = this.#table;
    this.#numbers = numbers;
    this.#answered = answered;
    this.#stamps = stamps;
    this.#sender = new ProbeSender(options, {
      transport,
      table,
      stamps,
      numbers,
      answered,
      isProven: (probe) => this.#reader.isProven(probe),
      listener,
    });
    this.#reader = new ReplyReader({
      messages: messagesOf(options),
      numbers,
      table,
      stamps,
      kernelStamps: transport.stampSource === "kernel",
      keepBytes: options.keepBytes ?? false,
      measures: options.measures,
      acceptsOtherSources: options.acceptsOtherSources,
      listener: answered?.listener(listener) ?? listener,
    });
  }

  /** Number of pending probes. */
  get pending(): number {
    return this.#table.pending;
  }

  /** The pending probes, oldest first. */
  pendingProbes(): Iterable<Probe> {
    return this.#table.pendingProbes();
  }

  /** Sends the later probes of a target to another address; those on their way stay what they are. */
  move(index: number, address: number): void {
    this.#sender.move(index, address);
    this.#reader.forget(index);
  }

  /**
   * Gives the place of a target to another host, which nothing is known of. No probe of that place may be pending, and no
   * address may have two places within the time that probes are remembered.
   */
  replace(target: Target): void {
    this.#numbers.renew(target);
    this.#sender.replace(target);
    this.#reader.forget(target.index);
    this.#stamps.forget(target.index);
    this.#schedule?.forgetTarget(target.index);
  }

  /** Asks the second question of `beside` from now on, or no longer. May be called at any time. */
  setBeside(isOn: boolean): void {
    this.#hasBeside = isOn;
    if (this.#beside !== undefined) this.#beside.isOn = isOn;
  }

  /** Ends the run soon; what has been measured stays. May be called at any time, and twice. */
  stop(): void {
    this.#stopped = true;
    this.#transport.wake();
  }

  /**
   * Runs until every probe is settled, the deadline passes or {@linkcode stop} is called.
   *
   * @throws {RangeError} More than 65 536 probes of one target would be pending at once.
   */
  async run(): Promise<EndReason> {
    const { clock } = this.#transport;
    const options = this.#options;
    this.#sender.warmUp();
    const startNs = clock.now().monotonicNs;
    const deadlineNs = startNs + (options.deadlineMs ?? Infinity) * 1e6;
    const schedule = this.#schedule = new RetryQueue(this.#makeSchedule(startNs));
    const pause = this.#transport.stampSource === "kernel"
      ? this.#transport.pause?.bind(this.#transport)
      : undefined;
    const punctual = options.punctual ? new SendTimer(clock) : undefined;
    const groupNs = pause === undefined ? 0 : 1e6 * sendGroupMs({
      targetCount: options.targets.length,
      intervalMs: options.intervalMs,
      spacingMs: options.spacingMs,
      groupMs: options.groupMs ?? 0,
    });
    let lastSendNs = -Infinity;
    let reason: EndReason = "complete";
    for (;;) {
      punctual?.waitFor(schedule.dueNs);
      let nowNs = clock.now().monotonicNs;
      const leadNs = punctual?.leadNs ?? 0;
      if (this.#stopped) reason = "stopped";
      else if (nowNs >= deadlineNs) reason = "deadline";
      else if (schedule.dueNs <= nowNs + leadNs) {
        // What waited for its group is not late.
        schedule.catchUp(nowNs - groupNs);
        const { dueNs } = schedule;
        const { first, isFull } = this.#sender.sendDue(schedule, nowNs + leadNs);
        if (first !== undefined) punctual?.sent(dueNs, first);
        // More is due than one batch holds: no pause before the rest.
        const isBehind = isFull && schedule.dueNs <= nowNs;
        lastSendNs = isBehind ? -Infinity : nowNs + this.#sender.ditherNs;
      }
      this.#takeAnswers();
      // By the time before the last look: what arrives since is decided by its own stamp at the next one.
      this.#drops.look(nowNs);
      this.#table.expire(nowNs, (probe) => this.#reader.expire(probe));
      nowNs = clock.now().monotonicNs;
      const idleNs = options.idleAtNs?.() ?? Infinity;
      const nextNs = Math.min(schedule.dueNs, this.#table.nextDeadlineNs, deadlineNs, idleNs);
      const busy = schedule.dueNs - nowNs < BUSY_NS + groupNs;
      const groupEndNs = busy && pause !== undefined ? lastSendNs + groupNs : -Infinity;
      const wakeNs = Math.max(nextNs, groupEndNs) - (punctual?.earlyNs ?? 0);
      const waitMs = Math.max(0, Math.min(wakeNs - nowNs, MAX_WAIT_NS)) / 1e6;
      const room = this.#listener.idle(nowNs, busy);
      if (reason !== "complete") return this.#end(schedule, reason);
      const awaiting = this.#table.pending > 0;
      // None answers before it was asked: what is left of the first round is not forgotten.
      if (!awaiting && (schedule.done || this.#answered?.isComplete === true)) {
        return this.#end(schedule, reason);
      }
      if (room !== undefined) {
        await room;
        continue;
      }
      await (busy && pause !== undefined ? pause(waitMs) : this.#transport.wait(waitMs));
    }
  }

  #makeSchedule(startNs: number): ProbeSchedule {
    const options = this.#options;
    const { targets: { length: targetCount }, intervalMs, beside } = options;
    const schedule = options.schedule?.(startNs) ?? new Schedule({
      targetCount,
      probes: options.probes,
      count: options.count,
      intervalMs,
      spacingMs: options.spacingMs,
      intervalGrowth: options.backoff,
      dither: options.dither,
    }, startNs);
    if (beside === undefined) return schedule;
    this.#beside = new BesideSchedule(schedule, { spec: beside, targetCount, intervalMs });
    this.#beside.isOn = this.#hasBeside;
    return this.#beside;
  }

  /** Nothing else will be sent or read. */
  #end(schedule: RetryQueue, reason: EndReason): EndReason {
    this.#sender.abandon(schedule);
    this.#reader.finish();
    return reason;
  }

  #takeAnswers(): void {
    this.#stamps.collect();
    // Bounded, so that a flood of answers cannot keep the next probe or a signal waiting.
    for (let turn = 0; turn < 16; turn++) {
      const received = this.#transport.receive();
      for (const datagram of received) this.#reader.read(datagram);
      if (received.length < this.#transport.receiveBatch || this.#stopped) return;
    }
  }
}
