/** What ends a scan before all is probed: enough results, enough time, or too few replies. */

import type { ScanResult, ScanSnapshot } from "../../../run/scan/run.ts";
import { formatCount } from "../../../terminal/quantity.ts";
import type { ScanOptions } from "./checks.ts";

/** Why a limit ended a scan: as many results as were asked for, the time is over, or too few hosts reply. */
export type ScanLimit = "enough" | "deadline" | "few-replies";

/** The hit rate is not judged before this time and this number of probes: the first replies are still on their way. */
const JUDGED_AFTER_S = 5;
const JUDGED_AFTER_PROBES = 1000;

/** How a limit ends a scan. */
export interface ScanEnding {
  /** Sends no more, and awaits what was sent. */
  stop(): void;
  /** Sends no more and awaits nothing. */
  abort(): void;
  /** Prints one line. */
  remark(text: string): void;
}

/** Watches the limits of one scan. */
export class ScanLimits {
  readonly #options: Pick<ScanOptions, "max-results" | "max-runtime" | "min-hitrate">;
  readonly #ending: ScanEnding;
  #results = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reached: ScanLimit | undefined;

  /** Nothing is watched before {@linkcode start}. */
  constructor(
    options: Pick<ScanOptions, "max-results" | "max-runtime" | "min-hitrate">,
    ending: ScanEnding,
  ) {
    this.#options = options;
    this.#ending = ending;
  }

  /** The limit that ended the scan; undefined while none has. */
  get reached(): ScanLimit | undefined {
    return this.#reached;
  }

  /** Whether a scan that is not complete is all that was asked for: a wanted limit ended it, and no reply was lost. */
  allows({ dropped, blocked, failedCalls, trouble }: ScanResult): boolean {
    const isWanted = this.#reached === "enough" || this.#reached === "deadline";
    return isWanted && trouble === undefined && dropped + blocked + failedCalls === 0;
  }

  /** No result is printed any more. */
  get isFull(): boolean {
    return this.#results >= (this.#options["max-results"] ?? Infinity);
  }

  /** Counts --max-runtime from now on. */
  start(): void {
    const { "max-runtime": runtimeMs } = this.#options;
    if (runtimeMs === undefined) return;
    this.#timer = setTimeout(() => {
      if (this.#reach("deadline")) this.#ending.stop();
    }, runtimeMs);
  }

  /** A host that replied has been printed. */
  addResult(): void {
    this.#results++;
    if (this.isFull && this.#reach("enough")) this.#ending.abort();
  }

  /** Looks at the share of hosts that reply. */
  look({ hosts, sent, elapsedSeconds, phase }: ScanSnapshot): void {
    const { "min-hitrate": least } = this.#options;
    if (least === undefined || phase !== "sending") return;
    if (elapsedSeconds < JUDGED_AFTER_S || sent < JUDGED_AFTER_PROBES) return;
    const asked = Math.min(sent, hosts.targets);
    if (hosts.answered >= least * asked || !this.#reach("few-replies")) return;
    this.#ending.remark(
      `ended: ${formatCount(hosts.answered)} of ${formatCount(asked)} hosts replied, ` +
        `fewer than --min-hitrate ${least * 100} %`,
    );
    this.#ending.stop();
  }

  /** Nothing is watched any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #reach(limit: ScanLimit): boolean {
    if (this.#reached !== undefined) return false;
    this.#reached = limit;
    return true;
  }
}
