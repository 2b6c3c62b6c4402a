/**
 * Who is asked what and when: a bounded number of hosts at a time, each until its questions are answered or given up.
 *
 * ```text
 *   source ──▶ seat: find, three tries ──▶ ask, seven questions a round ──▶ finished ──▶ seat is free
 *                        └── no answer ──────────────────────────────────────▲
 * ```
 *
 * A host that is known to answer is not looked for. Two rounds of questions are asked, and further ones only while an answer
 * was lost or something is undecided.
 */

import type { ProbeMessage } from "../../probe/message/message.ts";
import type { ProbeOutcome } from "../../probe/outcome.ts";
import { type DueProbe, GOLDEN_FRACTION, type ProbeSchedule } from "../../probe/schedule.ts";
import { type Target, UNKNOWN_ADDRESS } from "../../targets/target.ts";
import type { AuditPace } from "./pace.ts";
import { type AskedNumbers, type InterviewPlan, QUESTION_INTERVAL_MS } from "./plan.ts";
import type { CandidateSource } from "./source.ts";
import { DueQueue } from "../due_queue.ts";
import { HostRecord } from "./host_findings.ts";

/** What interviews work with. */
export interface InterviewOptions {
  /** Questions, rounds and the time between them. */
  readonly plan: InterviewPlan;
  /** Hosts that are asked at a time, at most. */
  readonly seats: number;
  /** Where hosts come from. */
  readonly source: CandidateSource;
  /** Rate of all probes. */
  readonly pace: AuditPace;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Gives a place of the prober to another host. */
  readonly replace: (target: Target) => void;
  /** A host is final. `isWhole`: all its questions were answered or given up, and the run was not ended before. */
  readonly finished: (record: HostRecord, isWhole: boolean) => void;
}

/** One host while it is asked. */
interface Seat {
  readonly record: HostRecord;
  /** The host, with the number of its seat as its index. */
  readonly target: Target;
  /** It is looked for; it has not answered yet. */
  isSought: boolean;
  /** Probes so far: tries while it is sought, then questions. */
  taken: number;
  /** Probes to take before one looks at what came. */
  limit: number;
  pending: number;
  /** Number of its entry in a queue; older entries of it are void. */
  ticket: number;
  /** Number of its probes in all. */
  probes: number;
}

const TRIES = 3;
/** The third try is then given up two seconds after the first, with the usual timeout of a second. */
const TRY_INTERVAL_NS = 500e6;
const QUESTION_INTERVAL_NS = QUESTION_INTERVAL_MS * 1e6;
/** Rounds after which it is looked at whether more are needed. */
const FIRST_ROUNDS = 2;
/** Whole milliseconds by which questions are put off, in turn, so that no tick divides all the times between them. */
const STAGGER_MS: readonly number[] = [0, 2, 7, 3, 11, 1, 5];

/** When a probe ended, CLOCK_MONOTONIC. */
function endNs(outcome: ProbeOutcome): number {
  if (outcome.kind === "unsent") return outcome.at.monotonicNs;
  if (outcome.kind === "timedOut") return outcome.probe.deadlineNs;
  return (outcome.kind === "reply" ? outcome.reply : outcome).receivedAt.monotonicNs;
}

/** The schedule of all interviews. */
export class Interviews implements ProbeSchedule {
  /** Prober and schedule have one round without end: `stopOnReply` is not used. */
  readonly round = 0;
  readonly #options: InterviewOptions;
  readonly #messages: readonly ProbeMessage[];
  readonly #seats: (Seat | undefined)[] = [];
  readonly #free: number[];
  readonly #tries = new DueQueue<Seat>();
  readonly #questions = new DueQueue<Seat>();
  #nowNs = -Infinity;
  #active = 0;

  /** Nothing is asked before {@linkcode take}. */
  constructor(options: InterviewOptions) {
    this.#options = options;
    this.#messages = [...options.plan.questions.keys()];
    this.#free = Array.from({ length: options.seats }, (_, i) => options.seats - 1 - i);
  }

  /** Places without a host, for the prober to begin with. */
  static emptySeats(count: number): Target[] {
    return Array.from({ length: count }, (_, index) => ({
      index,
      label: "",
      address: UNKNOWN_ADDRESS,
    }));
  }

  /** Hosts that answer and are being asked. */
  get answering(): number {
    return this.#seats.reduce((sum, seat) => seat?.isSought === false ? sum + 1 : sum, 0);
  }

  /** True when every host is final. */
  get done(): boolean {
    const { source } = this.#options;
    return this.#active === 0 && source.isDone && !source.hasNext;
  }

  /** When a probe may and should leave; Infinity when there is none. */
  get dueNs(): number {
    return Math.max(this.#options.pace.readyNs, this.wantedNs);
  }

  /** When the next probe should leave, whatever the rate. */
  get wantedNs(): number {
    if (this.#canSeat) return -Infinity;
    return Math.min(this.#tries.dueNs, this.#questions.dueNs);
  }

  /** Takes the next probe. */
  take(): DueProbe {
    this.#options.pace.take(this.#nowNs, 1);
    const seat = this.#nextSeat();
    seat.pending++;
    const { target: { index: targetIndex }, probes: index } = seat;
    seat.probes++;
    const number = seat.isSought ? 0 : seat.taken % this.#messages.length;
    const message = this.#messages[number] as ProbeMessage;
    seat.taken++;
    if (seat.taken < seat.limit) this.#queue(seat, this.#nowNs);
    return { targetIndex, index, message, ttl: undefined };
  }

  /** Takes the time; what is late is sent as the rate allows. */
  catchUp(nowNs: number): void {
    this.#nowNs = nowNs;
  }

  /** What became of a probe. */
  settle(outcome: ProbeOutcome): void {
    const { target, message } = outcome.kind === "unsent" ? outcome : outcome.probe;
    const seat = this.#seats[target.index];
    if (seat?.target !== target) return;
    const { plan, baseUnixMs } = this.#options;
    const nowNs = endNs(outcome);
    seat.pending--;
    seat.record.add(outcome, plan.questions.get(message) as AskedNumbers, baseUnixMs);
    if (seat.isSought && seat.record.hasAnswered) this.#begin(seat, nowNs);
    else if (seat.pending === 0 && seat.taken >= seat.limit) this.#decide(seat, nowNs);
  }

  /** The run ends: every host is final with what is known of it. */
  abandon(): void {
    for (const seat of this.#seats) {
      if (seat === undefined) continue;
      for (; seat.pending > 0; seat.pending--) seat.record.addPending();
      this.#finish(seat, false);
    }
  }

  /** The host whose turn it is: those that wait before those that have not been asked yet. */
  #nextSeat(): Seat {
    const first = this.#questions.dueNs <= this.#tries.dueNs ? this.#questions : this.#tries;
    return first.dueNs <= this.#nowNs || !this.#canSeat ? first.take() as Seat : this.#seat();
  }

  get #canSeat(): boolean {
    return this.#free.length > 0 && this.#options.source.hasNext;
  }

  #seat(): Seat {
    const { source, replace, plan } = this.#options;
    const { target, isFound } = source.next();
    const index = this.#free.pop() as number;
    const seat: Seat = {
      record: new HostRecord(target, isFound),
      target: { ...target, index },
      isSought: !isFound,
      taken: 0,
      limit: isFound ? Math.min(FIRST_ROUNDS, plan.rounds) * this.#messages.length : TRIES,
      pending: 0,
      ticket: 0,
      probes: 0,
    };
    this.#seats[index] = seat;
    this.#active++;
    replace(seat.target);
    return seat;
  }

  /** It answers: the try was its first question. */
  #begin(seat: Seat, nowNs: number): void {
    seat.isSought = false;
    seat.taken = 1;
    seat.limit = Math.min(FIRST_ROUNDS, this.#options.plan.rounds) * this.#messages.length;
    this.#queue(seat, nowNs);
  }

  /** All that was asked is answered or given up. */
  #decide(seat: Seat, nowNs: number): void {
    const { length } = this.#messages;
    const mayAsk = !seat.isSought && seat.taken < this.#options.plan.rounds * length;
    if (!mayAsk || seat.record.isDecided) {
      this.#finish(seat, true);
      return;
    }
    seat.limit += length;
    this.#queue(seat, nowNs);
  }

  #queue(seat: Seat, nowNs: number): void {
    seat.ticket++;
    if (seat.isSought) {
      this.#tries.push(seat, nowNs + TRY_INTERVAL_NS);
      return;
    }
    const staggerMs = STAGGER_MS[seat.taken % STAGGER_MS.length] as number;
    const putOffMs = staggerMs + seat.taken * GOLDEN_FRACTION % 1;
    this.#questions.push(seat, nowNs + QUESTION_INTERVAL_NS + putOffMs * 1e6);
  }

  #finish(seat: Seat, isWhole: boolean): void {
    const { index } = seat.target;
    seat.ticket++;
    this.#seats[index] = undefined;
    this.#free.push(index);
    this.#active--;
    this.#options.finished(seat.record, isWhole);
  }
}
