/** A capture as text: what a live `ping` prints, with a heading and an end of its own. */

import type { EndInfo, IcmpErrorEvent, ReplyEvent, RunInfo, TimeoutEvent } from "../run/event.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import { safeText } from "../terminal/safe_text.ts";
import { USUAL_COLUMNS, wrap } from "../terminal/width.ts";
import { formatCaptureCounts } from "./capture_counts.ts";
import { TextReporter, type TextReporterOptions } from "./text_reporter.ts";

/** What a number measures, by the place of capture. At the client it is what a live run measures. */
const POINT_REMARKS = {
  server:
    'captured at the target: rtt is the time that it took to answer, and "our" clock is that of the capturing machine',
  path:
    'captured on the path: rtt counts from there and back, and "our" clock is that of the capturing machine',
} as const;

/** Writes a capture as text. */
export class CaptureReporter extends TextReporter {
  readonly #lines: LineSink;
  readonly #options: { client?: number | undefined };

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: TextReporterOptions) {
    const own: TextReporterOptions & { client?: number | undefined } = { ...options };
    super(sink, own);
    this.#lines = sink;
    this.#options = own;
  }

  /** The file and the day on which it begins. */
  protected override heading({ source, time }: RunInfo): string {
    const start = Number.isFinite(time) && Math.abs(time) < 1e11
      ? new Date(time * 1e3).toISOString().replace("T", " ").slice(0, 19)
      : "an unknown time";
    return wrap(`icmptime: ${safeText(source ?? "capture")}, from ${start} UTC`, USUAL_COLUMNS, 4);
  }

  /** Writes the reply's line. */
  override reply(event: ReplyEvent): void {
    this.#meet(event.probe.target.client);
    super.reply(event);
  }

  /** Writes who refused and why. */
  override icmpError(event: IcmpErrorEvent): void {
    this.#meet(event.outcome.probe.target.client);
    super.icmpError(event);
  }

  /** Writes that no answer came. */
  override timeout(event: TimeoutEvent): void {
    this.#meet(event.probe.target.client);
    super.timeout(event);
  }

  /** Writes the block of one target. */
  override summary(summary: TargetSummary): void {
    this.#meet(summary.target.client);
    super.summary(summary);
    const { capturedAt } = summary;
    if (capturedAt === undefined || capturedAt === "client") return;
    this.#lines.line(wrap(POINT_REMARKS[capturedAt], USUAL_COLUMNS, 4));
  }

  /** Writes what no target's block says, and what the packets were. */
  override end(info: EndInfo): void {
    super.end(info);
    const { capture } = info;
    if (capture === undefined) return;
    const lead = info.targets === 1 ? "\n" : "";
    this.#lines.line(
      lead + wrap(formatCaptureCounts(capture.packets, capture.kinds), USUAL_COLUMNS, 4),
    );
    if (capture.copies > 0) {
      const copies = capture.copies === 1 ? "1 packet" : `${capture.copies} packets`;
      this.#lines.line(`${copies} seen again further on count once`);
    }
    if (info.unmatched > 0) {
      const replies = info.unmatched === 1 ? "1 reply" : `${info.unmatched} replies`;
      this.#lines.line(`${replies} to no request in the capture`);
    }
  }

  /** The first client goes without saying. */
  #meet(client: number | undefined): void {
    this.#options.client ??= client;
  }
}
