/** The progress of a scan in one line, and its end in a few words. */

import type { ScanSnapshot } from "../run/scan/run.ts";
import type { ScanCounts, ScanProgress } from "../scan/scan_record.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine, type LiveLineOptions } from "../terminal/live_line.ts";
import { countOf, formatCount, formatDuration } from "../terminal/quantity.ts";
import { TimeLeft } from "./time_left.ts";

/** Shows the progress of a scan on standard error. */
export class ScanStatus {
  readonly #line: LiveLine;
  readonly #timeLeft = new TimeLeft();

  /** Writes to `stream`. */
  constructor(stream: ByteSink, options?: LiveLineOptions) {
    this.#line = new LiveLine(stream, options);
  }

  /** Shows where the scan stands. */
  show(snapshot: ScanSnapshot): void {
    const { elapsedSeconds, position, length } = snapshot;
    this.#timeLeft.note(elapsedSeconds, position);
    const left = this.#timeLeft.secondsTo(length) ?? snapshot.remainingSeconds;
    this.#line.show(
      elapsedSeconds * 1e9,
      () => scanProgressParts(snapshot, formatLeft(snapshot, left)),
      () => this.#timeLeft.shareOf(length),
    );
  }

  /** Takes the line away, so that something else can be written. */
  erase(): void {
    this.#line.erase();
  }

  /** Writes a line that stays: of a scan that has ended, or that goes on. */
  settle(snapshot: ScanSnapshot, isOver: boolean): void {
    const length = `${formatDuration(snapshot.elapsedSeconds)} ${isOver ? "in all" : "so far"}`;
    this.#line.end(scanProgressParts(snapshot, length));
  }
}

/** The share of the work, a time, hosts, probes and losses, as `310 hosts answered (2.48 %)`: the most important first. */
export function scanProgressParts(snapshot: ScanSnapshot, time: string): string[] {
  const { position, length, sent, sendRate, dropped, phase } = snapshot;
  const { targets, answered } = snapshot.hosts;
  const percent = length === 0 ? 100 : position / length * 100;
  // Each pass over the targets asks all of them: with the first one over, all have been asked.
  const asked = Math.min(sent, targets);
  const hitRate = asked === 0 ? 0 : answered / asked * 100;
  const speed = phase === "sending" ? ` at ${formatCount(sendRate)}/s` : "";
  return [
    `${percent.toFixed(1)} %`,
    time,
    `${countOf(answered, "host")} answered (${hitRate.toFixed(2)} %)`,
    `${formatCount(sent)} sent${speed}`,
    `${formatCount(dropped)} dropped`,
  ];
}

/** The time until the last probe, or until the last reply is waited for. */
function formatLeft({ phase, remainingSeconds }: ScanProgress, leftSeconds: number): string {
  return phase === "sending"
    ? `${formatDuration(leftSeconds < 10 ? Math.ceil(leftSeconds) : leftSeconds)} left`
    : `waiting ${formatDuration(Math.ceil(remainingSeconds))} more for replies`;
}

/** Sentences about what a reader of the results must know; none when all went well. */
export function listScanWarnings(counts: ScanCounts & { readonly stuck?: number }): string[] {
  const warnings: string[] = [];
  if (counts.dropped > 0) {
    warnings.push(
      `lost replies: the kernel dropped ${countOf(counts.dropped, "datagram")} ` +
        "because the receive buffer was full; a lower --rate avoids that",
    );
  }
  if (counts.failedCalls > 0) {
    const calls = countOf(counts.failedCalls, "call");
    warnings.push(`lost replies, perhaps: ${calls} to receive them failed`);
  }
  if (counts.blocked > 0) warnings.push(describeBlocked(counts));
  if (counts.unsent > 0) {
    const hosts = counts.unsent === 1 ? "its host was" : "their hosts were";
    warnings.push(`the kernel refused ${countOf(counts.unsent, "probe")}: ${hosts} not asked`);
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
