/** Text for people: a line for each reply, a block for each target at the end. */

import { bold, dim, red, yellow } from "../terminal/color.ts";
import { formatAddress } from "../packet/mod.ts";
import type { StrayDatagram } from "../probe/outcome.ts";
import type { Probe } from "../probe/probe.ts";
import type { Instant } from "../time/mod.ts";
import { endRemarks } from "./end_remarks.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../run/event.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import type { Reporter } from "../run/reporter.ts";
import { formatReply, formatReplyDetail } from "./reply_text.ts";
import { formatThreeDigits } from "./milliseconds.ts";
import { safeText } from "../terminal/safe_text.ts";
import { fullName, lineName } from "./target_name.ts";
import { USUAL_COLUMNS, wrap } from "../terminal/width.ts";
import { formatSummary } from "./summary_text.ts";
import { UnsentReasons } from "./unsent_reasons.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

/** What the text contains. */
export interface TextReporterOptions {
  /** The summary only. */
  readonly quiet: boolean;
  /** The four stamps of each reply, and what arrived that is no answer. */
  readonly verbose: boolean;
  /** Addresses only. */
  readonly numeric: boolean;
  /** UNIX time before each line. */
  readonly timestamps: boolean;
  /** Lays out every field of a datagram; given where each request and reply is to be shown so. */
  readonly explain?: ((bytes: Uint8Array) => string) | undefined;
  /** Names of addresses, where they are looked up. */
  readonly names?: { get(address: number): string | undefined } | undefined;
  /** In a capture: the client that goes without saying. */
  readonly client?: number | undefined;
}

/** raw(7), IP_HDRINCL: what stands in a request's header differs from what leaves. */
const FILLED_IN = "The kernel fills in source and identification where they are zero, " +
  "and renews the header checksum.";

/** `[1789300294.666528] `. */
const TIME_COLUMNS = 20;

/** Writes a run as text. */
export class TextReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #options: TextReporterOptions;
  /** Why probes were not sent, where no line says so. */
  readonly #unsent = new UnsentReasons();
  #baseUnixMs = 0;
  #timeoutMs = 0;
  #hasQueueInRtt = false;

  /** Writes to `sink`. Colours follow the setting of terminal/color.ts. */
  constructor(sink: LineSink, options: TextReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Writes the heading. */
  run(info: RunInfo): void {
    this.#baseUnixMs = info.baseUnixMs;
    this.#timeoutMs = info.timeoutMs;
    this.#hasQueueInRtt = info.stampAt === "queue";
    if (!this.#options.quiet) this.#sink.line(dim(this.heading(info)));
  }

  /** What the run is, in a line. */
  protected heading(info: RunInfo): string {
    const targets = info.targets === 1 ? "1 target" : `${info.targets} targets`;
    const stamps = info.stampSource === "kernel" ? "kernel stamps" : "user-space stamps";
    const socket = info.isUnprivileged ? ", unprivileged" : "";
    return `icmptime: ${info.kind} requests of ${info.lengthBytes} bytes to ${targets}, ${stamps}${socket}`;
  }

  /** Writes the annotated request. */
  sent(probe: Probe, bytes: Uint8Array): void {
    if (this.#options.quiet) return;
    this.#explain(`Request ${probe.index} to ${fullName(probe.target, this.#options)}`, bytes);
    // A captured request shows what left.
    const isCaptured = probe.target.client !== undefined;
    if (this.#options.explain !== undefined && !isCaptured) {
      this.#sink.line(dim(wrap(FILLED_IN, USUAL_COLUMNS)));
    }
  }

  /** Writes the reply's line. */
  reply(event: ReplyEvent): void {
    if (this.#options.quiet) return;
    const { probe, reply } = event;
    this.#explain(
      `Reply ${probe.index} from ${fullName(probe.target, this.#options)}`,
      reply.bytes,
    );
    const columns = USUAL_COLUMNS - this.#timeColumns;
    const name = lineName(probe.target, this.#options);
    this.#stamped(reply.receivedAt, formatReply(event, name, this.#hasQueueInRtt, columns));
    if (this.#options.verbose) formatReplyDetail(event).forEach((line) => this.#sink.line(line));
  }

  /** Writes who refused and why. */
  icmpError({ outcome }: IcmpErrorEvent): void {
    if (this.#options.quiet) return;
    const { probe, error, reporter, rttNs, receivedAt, bytes } = outcome;
    this.#explain(`ICMP error about request ${probe.index}`, bytes);
    this.#line(
      receivedAt,
      `${lineName(probe.target, this.#options)}: seq=${probe.index} ` +
        red(`ICMP error from ${formatAddress(reporter)}: ${error.name}`) +
        ` after ${formatThreeDigits(rttNs / 1e6)} ms`,
    );
  }

  /** Writes that no answer came. */
  timeout({ probe, isQueued }: TimeoutEvent): void {
    if (this.#options.quiet) return;
    const { sentAt, deadlineNs } = probe;
    const realtimeNs = sentAt.realtimeNs + (deadlineNs - sentAt.monotonicNs);
    this.#line(
      { ...sentAt, realtimeNs, monotonicNs: deadlineNs },
      `${lineName(probe.target, this.#options)}: seq=${probe.index} ` +
        red(`no answer within ${this.#timeoutMs / 1e3} s`) +
        (isQueued ? ": not out of this machine's own queue" : ""),
    );
  }

  /** Writes why the kernel did not take the probe. */
  unsent({ outcome }: UnsentEvent): void {
    if (this.#options.quiet) {
      this.#unsent.add(outcome.error);
      return;
    }
    this.#line(
      outcome.at,
      `${lineName(outcome.target, this.#options)}: seq=${outcome.index} ${
        red(`not sent: ${outcome.error.message}`)
      }`,
    );
  }

  /** Writes what arrived and is no answer, with -v. */
  stray(datagram: StrayDatagram): void {
    if (!this.#options.verbose || this.#options.quiet) return;
    this.#line(
      datagram.receivedAt,
      dim(`ignored (${datagram.kind}): ${safeText(datagram.detail)}`),
    );
  }

  /** Writes the block of one target. */
  summary(summary: TargetSummary): void {
    const name = fullName(summary.target, this.#options);
    const heading = summary.message === undefined ? name : `${name}, ${summary.message} requests`;
    this.#sink.line(formatSummary(summary, heading, this.#options.verbose));
  }

  /** Writes what no target's block says. */
  end(info: EndInfo): void {
    if (info.targets > 1) {
      this.#sink.line(`\n${info.answered} of ${info.targets} targets answered`);
    }
    for (const line of this.#unsent.lines()) this.#sink.line(red(line));
    if (info.unreported > 0) {
      const replies = info.unreported === 1
        ? "1 more reply came than is printed"
        : `${info.unreported} more replies came than are printed`;
      this.#sink.line(yellow(`${replies}; all are counted`));
    }
    for (const line of endRemarks(info)) this.#sink.line(yellow(line));
  }

  #explain(heading: string, bytes: Uint8Array | undefined): void {
    const { explain } = this.#options;
    if (explain === undefined || bytes === undefined) return;
    this.#sink.line(bold(heading));
    this.#sink.line(explain(bytes));
  }

  /** A sentence, in as many lines as it takes. */
  #line(at: Instant, text: string): void {
    this.#stamped(at, wrap(text, USUAL_COLUMNS, 4, this.#timeColumns));
  }

  /** Columns of the time before a line. */
  get #timeColumns(): number {
    return this.#options.timestamps ? TIME_COLUMNS : 0;
  }

  #stamped(at: Instant, text: string): void {
    if (!this.#options.timestamps) {
      this.#sink.line(text);
      return;
    }
    const seconds = (this.#baseUnixMs / 1e3 + at.realtimeNs / 1e9).toFixed(6);
    this.#sink.line(`[${seconds}] ${text}`);
  }
}
