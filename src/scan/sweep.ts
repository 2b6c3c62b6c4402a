/**
 * The sweep: probes out, replies in, in one loop.
 *
 * One turn sends what is due, takes what has arrived, and waits if there is nothing to do. Nothing is kept
 * for a probe in flight: the reply proves itself. A turn sends one batch at most, so that replies keep up.
 */

import { wholeMsOfDay } from "../time/day.ts";
import { createDuplicateFilter } from "./duplicate_filter.ts";
import { Pacer } from "./pacer.ts";
import { ProofChecker } from "./proof.ts";
import { ReplyCollector } from "./reply_collector.ts";
import type { ScanCounts, ScanProgress } from "./scan_record.ts";
import { SenderPool } from "./sender_pool.ts";
import { BlockedReplies } from "./blocked_replies.ts";
import { PathKeeper } from "./path_keeper.ts";
import { SettledMark } from "./settled_mark.ts";
import type { SweepOptions, SweepResult } from "./sweep_options.ts";

/**
 * Signals and timers are served so often: by a paced scan, and by one without a limit. A turn of the event loop gives
 * the processor up, and on a busy machine it comes back late: every 20 ms that costs a sixth of the packets. A signal
 * takes up to four turns to arrive while a scan is paced, one while it is not.
 */
const PACED_YIELD_NS = 20e6, UNPACED_YIELD_NS = 100e6;
const REPORT_NS = 1e9;
/** Replies taken for each probe sent, before any wait. */
const RECEIVED_PER_SENT = 2;
/** Longest wait while probes are still to be sent, and while none are. */
const SENDING_WAIT_MS = 50, COOLDOWN_WAIT_MS = 100;
/** Probes of so much time leave together: 0.1 % of a second, well within the 1 % promised. */
const STEP_MS = 1;
/**
 * A queue of which nothing has left for so long is not waited for any more. Where targets are on the link itself, the rest may
 * wait for hosts that do not tell their hardware addresses, which takes the kernel three seconds to find out.
 */
const DRAIN_PATIENCE_NS = 10e9, DIRECT_DRAIN_PATIENCE_NS = 250e6, DRAIN_WAIT_MS = 10;
const FIRST_BACKOFF_MS = 0.1, MAX_BACKOFF_MS = 50;
/** Between the witness's socket and the one for replies a datagram may be on its way for so long. */
const DELIVERY_MS = 10;
/** How long a gateway that has answered before is asked once the last probe has left. */
const CONFIRM_NS = 3e9;

/** One run over one shard. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #pacer: Pacer;
  readonly #pool: SenderPool;
  readonly #collector: ReplyCollector;
  readonly #path: PathKeeper;
  #settled: SettledMark;
  readonly #blocked: BlockedReplies;
  readonly #yieldNs: number;
  readonly #receiveBatches: number;
  #sent = 0;
  #unsent = 0;
  #backoffs = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #mustBackOff = false;
  /** The settled position while it is not known whether there is a path. */
  #heldPlace: number | undefined;
  #isStopped = false;
  #isAborted = false;
  #startNs = 0;
  #lastYieldNs = 0;
  /** All that had arrived by then has been read: what lies unread in the socket is not settled. */
  #heardNs = -Infinity;
  /** When the last reply is waited for, once all is sent. */
  #listenEndNs = -Infinity;
  #lastReport = { atNs: 0, sent: 0, replies: 0 };

  /**
   * Prepares a run; nothing is sent before {@linkcode run}.
   *
   * @throws {RangeError} when the rate is not above 0
   */
  constructor(options: SweepOptions) {
    this.#options = options;
    const { space, order, skipped, key, transmitters, listener, replies: source } = options;
    const { rate, startPosition = 0, cooldownMs, probesPerTarget } = options;
    this.#pacer = new Pacer(rate);
    this.#yieldNs = rate === Infinity ? UNPACED_YIELD_NS : PACED_YIELD_NS;
    this.#pool = new SenderPool({
      transmitters,
      order,
      skipped,
      startPosition,
      key,
      left: (count) => {
        this.#sent += count;
        this.#pacer.sent(count);
      },
      unsent: (address, errno) => {
        this.#pacer.sent(1);
        this.#path.takeUnsent(address, errno);
      },
      answered: (hasRoom) => {
        if (hasRoom) this.#backoffMs = FIRST_BACKOFF_MS;
        else this.#backoffs++;
        this.#mustBackOff ||= !hasRoom;
      },
    });
    this.#path = new PathKeeper({
      guard: options.guard,
      unsent: (address, errno) => {
        this.#unsent++;
        listener.unsent(address, errno);
      },
      pass: (timeoutMs) => this.#pass(timeoutMs),
    });
    this.#receiveBatches = Math.ceil(
      RECEIVED_PER_SENT * this.#pool.batchProbes / source.capacity,
    );
    const duplicates = createDuplicateFilter(space.size, probesPerTarget);
    const proofs = new ProofChecker(key);
    this.#collector = new ReplyCollector({ source, space, proofs, duplicates, listener });
    this.#settled = new SettledMark(this.#pool, cooldownMs);
    this.#blocked = new BlockedReplies(options.witness, source, this.#collector);
  }

  /** Sends no more; what is under way is still awaited. A second call ends the wait too. */
  stop(): void {
    if (this.#isStopped) this.#isAborted = true;
    this.#isStopped = true;
  }

  /** How far the run is. */
  report(): ScanProgress {
    const isSending = !this.#pool.isDone && !this.#isStopped;
    return this.#progress(
      this.#options.clock.now().monotonicNs,
      isSending ? "sending" : "cooldown",
    );
  }

  /** Runs to the end. Call it once. */
  async run(): Promise<SweepResult> {
    const { clock, order, cooldownMs, listener } = this.#options;
    this.#startNs = this.#lastYieldNs = clock.now().monotonicNs;
    this.#lastReport.atNs = this.#startNs;
    let stuck = 0, lastNs = this.#startNs;
    do {
      try {
        while (!this.#pool.isDone && !this.#isStopped) await this.#sendingTurn();
      } finally {
        // Whoever closes the sockets after an error must find no thread at work on them.
        await this.#pool.allCalls();
      }
      stuck = await this.#drain();
      lastNs = clock.now().monotonicNs;
      this.#path.ask(lastNs);
      await this.#listen(this.#sent === 0 ? lastNs : lastNs + cooldownMs * 1e6);
      await this.#confirm(lastNs);
      // The path may have changed while the last answers were awaited.
    } while (!this.#pool.isDone && !this.#isStopped);
    const position = this.#pool.departed;
    const nowNs = clock.now().monotonicNs;
    listener.progress(this.#progress(nowNs, "cooldown"));
    // After an aborted wait the last probes are not settled, nor are those that never left: a resumed scan repeats them.
    const isSettled = !this.#isAborted && stuck === 0;
    const trouble = this.#path.trouble ?? this.#blocked.trouble;
    this.#checkpoint(isSettled ? position : this.#findSettled());
    return {
      ...this.#counts(),
      position,
      stuck,
      isComplete: position >= order.length && isSettled && trouble === undefined,
      trouble,
      sendingSeconds: (lastNs - this.#startNs) / 1e9,
      elapsedSeconds: (nowNs - this.#startNs) / 1e9,
    };
  }

  /** Listens until `endNs`, and reads what had arrived by then, which is less than may arrive while it is read. */
  async #listen(endNs: number): Promise<void> {
    this.#listenEndNs = endNs;
    const { clock, replies } = this.#options;
    let now = clock.now();
    for (; now.monotonicNs < endNs && this.#isListening; now = clock.now()) {
      const waitMs = Math.min(COOLDOWN_WAIT_MS, (endNs - now.monotonicNs) / 1e6);
      await this.#listeningTurn(now.monotonicNs, waitMs);
    }
    this.#blocked.look(clock);
    now = clock.now();
    while (!this.#collector.collect(this.#receiveBatches, now.realtimeNs)) {
      await replies.yieldToEventLoop();
      if (this.#isAborted) return;
    }
    this.#heardNs = now.monotonicNs;
    if (this.#blocked.count(this.#heardNs) === 0) return;
    await replies.wait(DELIVERY_MS);
    this.#collect(clock.now().monotonicNs);
    this.#blocked.recount();
  }

  /** Hands over a place to resume at, unless no reply got through: then all is to be probed again. */
  #checkpoint(position: number): void {
    if (!this.#blocked.isTotal) this.#options.listener.checkpoint(position);
  }

  /** Not after a second stop, nor when probes are to be sent again, nor without a path. */
  get #isListening(): boolean {
    return !this.#isAborted && (this.#pool.isDone || this.#isStopped) &&
      this.#path.trouble === undefined;
  }

  /** Waits until the path is known to have worked after the last probe left, or is known not to. */
  async #confirm(lastNs: number): Promise<void> {
    const { clock } = this.#options;
    const isOpen = () => this.#isListening && this.#path.confirmedNs < lastNs;
    let nowNs = clock.now().monotonicNs;
    for (
      const endNs = nowNs + CONFIRM_NS;
      isOpen() && nowNs < endNs;
      nowNs = clock.now().monotonicNs
    ) {
      this.#path.ask(nowNs);
      await this.#listeningTurn(nowNs, DRAIN_WAIT_MS);
    }
    if (!isOpen()) return;
    this.#path.lose("the gateway does not answer");
    this.#goBack();
  }

  /** Looks at the path if there is a reason to, and goes back to the first probe that may be lost. Returns whether it looked. */
  async #mindPath(nowNs: number): Promise<boolean> {
    if (!this.#path.isInDoubt(nowNs)) return false;
    // Nothing that left since may be taken for settled, however long it takes to find out.
    this.#heldPlace = this.#findSettled();
    await this.#pool.allCalls();
    if (await this.#path.renew()) this.#goBack();
    this.#heldPlace = undefined;
    return true;
  }

  /** Sends again what is not settled. */
  #goBack(): void {
    this.#pool.goBack(this.#findSettled());
    this.#settled = new SettledMark(this.#pool, this.#options.cooldownMs);
    if (this.#path.trouble !== undefined) this.#isStopped = true;
  }

  /** While there is no path. */
  async #pass(timeoutMs: number): Promise<boolean> {
    const { clock, replies } = this.#options;
    const nowNs = clock.now().monotonicNs;
    this.#collect(nowNs);
    await replies.wait(timeoutMs);
    await this.#serve(nowNs, "sending");
    return !this.#isStopped;
  }

  #findSettled(): number {
    if (this.#heldPlace !== undefined) return this.#heldPlace;
    return this.#settled.settled(Math.min(this.#heardNs, this.#path.confirmedNs));
  }

  async #sendingTurn(): Promise<void> {
    const { clock, replies } = this.#options;
    const now = clock.now();
    if (await this.#mindPath(now.monotonicNs)) return;
    const due = this.#pacer.due(now.monotonicNs);
    const hasSent = this.#pool.send(due, wholeMsOfDay(now.realtimeNs));
    const isEmpty = this.#collect(now.monotonicNs);
    if (this.#mustBackOff) {
      this.#mustBackOff = false;
      await replies.wait(this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    } else if (!hasSent && this.#pool.isUnderWay) {
      // What other threads have done is heard of between two turns of the event loop. Until then it is not booked, and
      // the pacer holds the same probes for due.
      await (isEmpty ? this.#pool.nextCall() : replies.yieldToEventLoop());
    } else if (isEmpty) {
      await this.#rest(this.#pacer.waitNs(now.monotonicNs) / 1e6);
    }
    await this.#serve(now.monotonicNs, "sending");
  }

  /** Waits until the next probe is due, and at least one step, so that a turn has more to do than a probe. */
  #rest(waitMs: number): Promise<void> | undefined {
    const { replies } = this.#options;
    if (waitMs <= 0) return undefined;
    if (waitMs > STEP_MS) return replies.wait(Math.min(waitMs, SENDING_WAIT_MS));
    // Replies can wait a step too: the kernel has stamped them.
    replies.pause(STEP_MS);
    return undefined;
  }

  /** Waits until what the kernel has taken is on the link, as long as some of it leaves; returns how many are left, or some more. */
  async #drain(): Promise<number> {
    const { clock, isDirect = false } = this.#options;
    const patienceNs = isDirect ? DIRECT_DRAIN_PATIENCE_NS : DRAIN_PATIENCE_NS;
    let least = Infinity, leastNs = 0;
    for (let waiting = this.#pool.waiting; waiting > 0; waiting = this.#pool.waiting) {
      const nowNs = clock.now().monotonicNs;
      if (waiting < least) [least, leastNs] = [waiting, nowNs];
      if (this.#path.trouble !== undefined) return 0;
      if (this.#isAborted || nowNs - leastNs >= patienceNs) return isDirect ? 0 : waiting;
      if (!this.#pool.isDone && !this.#isStopped) return 0;
      await this.#listeningTurn(nowNs, DRAIN_WAIT_MS);
    }
    return 0;
  }

  async #listeningTurn(nowNs: number, waitMs: number): Promise<void> {
    await this.#mindPath(nowNs);
    if (!this.#isListening) return;
    if (this.#collect(nowNs)) await this.#options.replies.wait(waitMs);
    await this.#serve(nowNs, "cooldown");
  }

  /** Takes what has arrived, up to a limit; returns whether that was all. `nowNs` was read before. */
  #collect(nowNs: number): boolean {
    const before = this.#collector.replies;
    const isAll = this.#collector.collect(this.#receiveBatches);
    if (this.#collector.replies > before) this.#path.heard(nowNs);
    if (isAll) this.#heardNs = nowNs;
    return isAll;
  }

  /** Lets signals and timers in, and reports. */
  async #serve(nowNs: number, phase: ScanProgress["phase"]): Promise<void> {
    if (this.#settled.isDue(nowNs)) this.#settled.note(this.#options.clock.now().monotonicNs);
    if (nowNs - this.#lastYieldNs >= this.#yieldNs) {
      this.#lastYieldNs = nowNs;
      await this.#options.replies.yieldToEventLoop();
      const room = this.#options.listener.room?.();
      if (room !== undefined) await room;
    }
    if (nowNs - this.#lastReport.atNs >= REPORT_NS) {
      this.#options.listener.progress(this.#progress(nowNs, phase));
      this.#checkpoint(this.#findSettled());
      this.#blocked.look(this.#options.clock);
    }
  }

  #counts(): ScanCounts {
    const { replies, duplicates, icmpErrors, notices, unproven, malformed } = this.#collector;
    const dropped = this.#options.replies.droppedDatagrams();
    const blocked = this.#blocked.count(this.#heardNs);
    const sent = this.#sent, unsent = this.#unsent, backoffs = this.#backoffs;
    return {
      ...{ sent, unsent, backoffs, replies, duplicates, icmpErrors, notices, unproven, malformed },
      dropped,
      blocked,
      failedCalls: this.#options.replies.failedCalls?.() ?? 0,
    };
  }

  #progress(nowNs: number, phase: ScanProgress["phase"]): ScanProgress {
    const { length } = this.#options.order;
    const counts = this.#counts();
    const seconds = Math.max(1e-9, (nowNs - this.#lastReport.atNs) / 1e9);
    const sendRate = (counts.sent - this.#lastReport.sent) / seconds;
    const replyRate = (counts.replies - this.#lastReport.replies) / seconds;
    this.#lastReport = { atNs: nowNs, sent: counts.sent, replies: counts.replies };
    const position = this.#pool.departed;
    const left = length - position;
    const waitNs = Math.max(0, this.#listenEndNs - nowNs);
    const sendSeconds = left === 0 ? 0 : left / sendRate;
    return {
      ...counts,
      position,
      length,
      elapsedSeconds: (nowNs - this.#startNs) / 1e9,
      sendRate,
      replyRate,
      remainingSeconds: phase === "sending" ? sendSeconds : waitNs / 1e9,
      phase,
    };
  }
}
