/** The progress of a scan in one line, and its end in a few words. */

import type { ScanCounts, ScanProgress } from "../scan/scan_record.ts";
import type { ByteSink } from "../terminal/line_sink.ts";

/** A line that is not written over appears at most this often, in seconds. */
const PLAIN_INTERVAL_SECONDS = 10;
const ERASE = "\r\x1b[K";

/** Shows progress on standard error: written over on a terminal, a line now and then elsewhere. */
export class ScanStatus {
  readonly #stream: ByteSink;
  readonly #isTerminal: boolean;
  readonly #encoder = new TextEncoder();
  #shownSeconds = 0;
  #isVisible = false;

  /** Writes to `stream`. */
  constructor(stream: ByteSink, isTerminal: boolean) {
    this.#stream = stream;
    this.#isTerminal = isTerminal;
  }

  /** Shows where the scan stands. */
  show(progress: ScanProgress): void {
    if (this.#stream.isBacklogged) return;
    if (this.#isTerminal) {
      this.#write(`${ERASE}${formatScanProgress(progress)}`);
      this.#isVisible = true;
    } else if (progress.elapsedSeconds - this.#shownSeconds >= PLAIN_INTERVAL_SECONDS) {
      this.#shownSeconds = progress.elapsedSeconds;
      this.#write(`${formatScanProgress(progress)}\n`);
    }
  }

  /** Takes the line away, so that something else can be written. */
  erase(): void {
    if (!this.#isVisible) return;
    this.#write(ERASE);
    this.#isVisible = false;
  }

  /** Leaves the last line standing. */
  end(progress: ScanProgress): void {
    this.erase();
    this.#write(`${formatScanProgress(progress)}\n`);
  }

  #write(text: string): void {
    try {
      this.#stream.writeSync(this.#encoder.encode(text));
    } catch {
      // The terminal has gone; the scan has not.
    }
  }
}

/** `12.5 %, 12,500 sent at 9,998/s, 310 hits (2.48 %), 0 dropped, 9 s left`. */
export function formatScanProgress(progress: ScanProgress): string {
  const { position, length, sent, replies, sendRate, dropped, remainingSeconds, phase } = progress;
  const percent = length === 0 ? 100 : position / length * 100;
  const hitRate = sent === 0 ? 0 : replies / sent * 100;
  const isDone = position >= length;
  const speed = isDone && phase === "cooldown" ? "" : ` at ${formatCount(sendRate)}/s`;
  const left = phase === "cooldown"
    ? `${formatSeconds(progress.elapsedSeconds)} in all`
    : `${formatSeconds(remainingSeconds)} left`;
  return `${percent.toFixed(1)} %, ${formatCount(sent)} sent${speed}, ${
    formatCount(replies)
  } hits ` +
    `(${hitRate.toFixed(2)} %), ${formatCount(dropped)} dropped, ${left}`;
}

/** Sentences about what a reader of the results must know; none when all went well. */
export function listScanWarnings(counts: ScanCounts & { readonly stuck?: number }): string[] {
  const warnings: string[] = [];
  if (counts.dropped > 0) {
    warnings.push(
      `lost replies: the kernel dropped ${
        formatCount(counts.dropped)
      } datagrams because the receive buffer ` +
        `was full, want a lower --rate`,
    );
  }
  if (counts.failedCalls > 0) {
    const calls = counts.failedCalls === 1 ? "1 call" : `${formatCount(counts.failedCalls)} calls`;
    warnings.push(`lost replies, perhaps: ${calls} to receive them failed`);
  }
  if (counts.blocked > 0) warnings.push(describeBlocked(counts));
  if (counts.unsent > 0) {
    warnings.push(
      `the kernel refused ${formatCount(counts.unsent)} probes: their hosts were not asked`,
    );
  }
  if (counts.stuck !== undefined && counts.stuck > 0) {
    warnings.push("the link took no more probes: some of those sent have not left this machine");
  }
  return warnings;
}

/** Says that this machine keeps replies from the program. */
export function describeBlocked({ blocked, replies }: ScanCounts): string {
  const cure = "see nft list ruleset, iptables-save and rp_filter";
  return replies === 0
    ? `this machine's firewall lets no reply through: ${formatCount(blocked)} arrived, ${cure}`
    : `lost replies: this machine's firewall kept back ${formatCount(blocked)}, ${cure}`;
}

/** A duration to one significant part: `4.5 s`, `12 min`, `3.2 h`, `6.1 days`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown time";
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 6000) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

/** A whole number with thousands apart. */
export function formatCount(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}
