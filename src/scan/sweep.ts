/**
 * The sweep: probes out, replies in, in one loop.
 *
 * One turn sends what is due, reads what has arrived, and waits if there is nothing to do. Nothing is kept
 * for a probe in flight: the reply proves itself. A turn sends one batch at most, so that replies keep up.
 */

import { createDuplicateFilter } from "./duplicate_filter.ts";
import { PathKeeper } from "./path_keeper.ts";
import { ProofChecker, requestTypeOf } from "./proof.ts";
import type { ScanProgress } from "./scan_record.ts";
import type { SenderPool } from "./sender_pool.ts";
import type { SweepOptions, SweepResult } from "./sweep_options.ts";
import { SweepPlace } from "./sweep_place.ts";
import { SweepReceiver } from "./sweep_receiver.ts";
import { SweepSender } from "./sweep_sender.ts";
import { SweepTally } from "./sweep_tally.ts";
import { YieldTimer } from "./yield_timer.ts";

/** Longest wait while no probes are to be sent. */
const COOLDOWN_WAIT_MS = 100;
/**
 * How long a queue is waited for of which nothing leaves. Where targets are on the link itself, the rest may wait for
 * hosts that do not answer ARP, which takes the kernel three seconds to find out.
 */
const DRAIN_PATIENCE_NS = 10e9, DIRECT_DRAIN_PATIENCE_NS = 250e6, DRAIN_WAIT_MS = 10;
/** How long a gateway that has answered before is asked once the last probe has left. */
const CONFIRM_NS = 3e9;

/** One run over one shard. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #sender: SweepSender;
  readonly #pool: SenderPool;
  readonly #receiver: SweepReceiver;
  readonly #tally: SweepTally;
  readonly #path: PathKeeper;
  readonly #place: SweepPlace;
  readonly #yields: YieldTimer;
  #isStopped = false;
  #isAborted = false;

  /**
   * Prepares a run; nothing is sent before {@linkcode run}.
   *
   * @throws {RangeError} when the rate is not above 0
   */
  constructor(options: SweepOptions) {
    this.#options = options;
    const { space, order, key, clock, replies, listener, witness, message } = options;
    this.#yields = new YieldTimer(options.rate);
    this.#sender = new SweepSender({
      ...options,
      unsent: (address, errno) => this.#path.takeUnsent(address, errno),
    });
    this.#pool = this.#sender.pool;
    this.#path = new PathKeeper({
      guard: options.guard,
      unsent: (address, errno) => {
        this.#tally.unsent++;
        listener.unsent(address, errno);
      },
      pass: (timeoutMs) => this.#pass(timeoutMs),
    });
    this.#receiver = new SweepReceiver({
      ...{ source: replies, space, clock, witness, listener, message },
      proofs: new ProofChecker(key, requestTypeOf(message), options.sources),
      duplicates: createDuplicateFilter(space.size, options.probesPerTarget),
      batchProbes: this.#pool.batchProbes,
      answered: (nowNs) => this.#path.heard(nowNs),
    });
    this.#tally = new SweepTally(this.#sender, this.#receiver, replies, order.length);
    this.#place = new SweepPlace(this.#pool, this.#path, this.#receiver, options.cooldownMs);
  }

  /** Sends no more; what is under way is still awaited. A second call ends the wait too. */
  stop(): void {
    if (this.#isEnding) this.#isAborted = true;
    this.#isStopped = true;
  }

  /** Sends no more and awaits nothing. */
  abort(): void {
    this.#isStopped = this.#isAborted = true;
  }

  /** Probes that the kernel has taken. */
  get sent(): number {
    return this.#sender.sent;
  }

  /** How far the run is. */
  report(): ScanProgress {
    const isSending = !this.#pool.isDone && !this.#isEnding;
    return this.#progress(this.#nowNs, isSending ? "sending" : "cooldown");
  }

  /** Runs to the end. Call it once. */
  async run(): Promise<SweepResult> {
    const { cooldownMs } = this.#options;
    let stuck = 0, lastNs = this.#nowNs;
    this.#yields.start(lastNs);
    this.#tally.start(lastNs);
    do {
      try {
        while (!this.#pool.isDone && !this.#isEnding) await this.#sendingTurn();
      } finally {
        // The caller closes the sockets after an error: no thread may be at work on them.
        await this.#pool.allCalls();
      }
      stuck = await this.#drain();
      lastNs = this.#nowNs;
      this.#path.ask(lastNs);
      await this.#listen(this.#sender.sent === 0 ? lastNs : lastNs + cooldownMs * 1e6);
      await this.#confirm(lastNs);
      // The path may have changed while the last answers were awaited.
    } while (!this.#pool.isDone && !this.#isEnding);
    return this.#end(lastNs, stuck);
  }

  /** Reports how it ended. `lastNs`: when the last probe had left; `stuck`: probes that had not. */
  #end(lastNs: number, stuck: number): SweepResult {
    const position = this.#pool.departed, nowNs = this.#nowNs;
    this.#options.listener.progress(this.#progress(nowNs, "cooldown"));
    // After an aborted wait the last probes are not settled, nor are those that never left: a resumed scan repeats them.
    const isSettled = !this.#isAborted && stuck === 0;
    const trouble = this.#path.trouble ?? this.#receiver.trouble;
    this.#checkpoint(isSettled ? position : this.#place.settled);
    return {
      ...this.#tally.counts(),
      position,
      stuck,
      isComplete: position >= this.#options.order.length && isSettled && trouble === undefined,
      trouble,
      sendingSeconds: this.#tally.secondsUntil(lastNs),
      elapsedSeconds: this.#tally.secondsUntil(nowNs),
    };
  }

  /** Listens until `endNs`, and reads what had arrived by then. */
  async #listen(endNs: number): Promise<void> {
    this.#tally.listenEndNs = endNs;
    await this.#listenWhile(() => this.#isListening, endNs, COOLDOWN_WAIT_MS);
    await this.#receiver.collectAll(() => this.#isAborted);
  }

  async #listenWhile(
    isOpen: (nowNs: number) => boolean,
    endNs: number,
    waitMs: number,
  ): Promise<void> {
    for (let nowNs = this.#nowNs; nowNs < endNs && isOpen(nowNs); nowNs = this.#nowNs) {
      await this.#listeningTurn(nowNs, Math.min(waitMs, (endNs - nowNs) / 1e6));
    }
  }

  /** Hands over a place to resume at, unless no reply got through: then all is to be probed again. */
  #checkpoint(position: number): void {
    if (!this.#receiver.isBlocked) this.#options.listener.checkpoint(position);
  }

  get #isEnding(): boolean {
    return this.#isStopped || this.#path.trouble !== undefined;
  }

  /** Not after a second stop, nor when probes are to be sent again, nor without a path. */
  get #isListening(): boolean {
    return !this.#isAborted && (this.#pool.isDone || this.#isEnding) &&
      this.#path.trouble === undefined;
  }

  /** Waits until the path is known to have worked after the last probe left, or is known not to. */
  async #confirm(lastNs: number): Promise<void> {
    const isOpen = () => this.#isListening && this.#path.confirmedNs < lastNs;
    const asks = (nowNs: number) => {
      if (isOpen()) this.#path.ask(nowNs);
      return isOpen();
    };
    await this.#listenWhile(asks, this.#nowNs + CONFIRM_NS, DRAIN_WAIT_MS);
    if (!isOpen()) return;
    this.#path.lose("the gateway does not answer");
    this.#place.goBack();
  }

  /** While there is no path. */
  async #pass(timeoutMs: number): Promise<boolean> {
    const nowNs = this.#nowNs;
    this.#receiver.collect(nowNs);
    await this.#options.replies.wait(timeoutMs);
    await this.#serve(nowNs, "sending");
    return !this.#isEnding;
  }

  get #nowNs(): number {
    return this.#options.clock.now().monotonicNs;
  }

  async #sendingTurn(): Promise<void> {
    const now = this.#options.clock.now();
    if (await this.#place.follow(now.monotonicNs)) return;
    const hasSent = this.#sender.send(now);
    const isEmpty = this.#receiver.collect(now.monotonicNs);
    await this.#sender.rest(now, hasSent, isEmpty);
    await this.#serve(now.monotonicNs, "sending");
  }

  /** Waits until what the kernel has taken is on the link, as long as some of it leaves; returns how many are left, or some more. */
  async #drain(): Promise<number> {
    const { isDirect = false } = this.#options;
    const patienceNs = isDirect ? DIRECT_DRAIN_PATIENCE_NS : DRAIN_PATIENCE_NS;
    let least = Infinity, leastNs = NaN;
    for (let waiting = this.#pool.waiting; waiting > 0; waiting = this.#pool.waiting) {
      const nowNs = this.#nowNs;
      if (waiting < least) [least, leastNs] = [waiting, nowNs];
      if (this.#path.trouble !== undefined) break;
      if (this.#isAborted || nowNs - leastNs >= patienceNs) return isDirect ? 0 : waiting;
      if (!this.#pool.isDone && !this.#isEnding) break;
      await this.#listeningTurn(nowNs, DRAIN_WAIT_MS);
    }
    return 0;
  }

  async #listeningTurn(nowNs: number, waitMs: number): Promise<void> {
    await this.#place.follow(nowNs);
    if (!this.#isListening) return;
    if (this.#receiver.collect(nowNs)) await this.#options.replies.wait(waitMs);
    await this.#serve(nowNs, "cooldown");
  }

  /** Lets signals and timers in, and reports. */
  async #serve(nowNs: number, phase: ScanProgress["phase"]): Promise<void> {
    this.#place.note(nowNs, () => this.#nowNs);
    if (this.#yields.takeTurn(nowNs)) {
      await this.#options.replies.yieldToEventLoop();
      const room = this.#options.listener.room?.();
      if (room !== undefined) await room;
    }
    if (this.#tally.isReportDue(nowNs)) {
      this.#options.listener.progress(this.#progress(nowNs, phase));
      this.#checkpoint(this.#place.look());
    }
  }

  #progress(nowNs: number, phase: ScanProgress["phase"]): ScanProgress {
    return this.#tally.progress(nowNs, this.#pool.departed, phase);
  }
}
