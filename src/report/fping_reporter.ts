/**
 * The lines of fping, so that a program that reads fping reads icmptime.
 *
 * Forms measured from fping 5.1; the stamps at the end are those of fping 5.3 with
 * `--icmp-timestamp`. A reply's line has twelve tokens, or seventeen with time and stamps.
 */

import { endRemarks } from "./end_remarks.ts";
import type { Target } from "../targets/target.ts";
import { wholeMsOfDay } from "../time/mod.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../run/event.ts";
import { formatFpingError } from "./fping_error_text.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import type { Reporter } from "../run/reporter.ts";
import { safeText } from "../terminal/safe_text.ts";
import { UnsentReasons } from "./unsent_reasons.ts";
import type { TargetStatistics, TargetSummary } from "../run/target_statistics.ts";

/** What fping's form contains. */
export interface FpingReporterOptions {
  /** UNIX time before each line. */
  readonly timestamps: boolean;
  /** Width of the column of names. */
  readonly nameWidth: number;
  /** Nothing but the summary. */
  readonly quiet: boolean;
  /** Where fping writes what is no reply: errors and the summary. */
  readonly errors: LineSink;
}

/** Writes a run as fping does. */
export class FpingReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #options: FpingReporterOptions;
  /** Why probes were not sent, where no line says so. */
  readonly #unsent = new UnsentReasons();
  #baseUnixMs = 0;
  #message: RunInfo["kind"] = "timestamp";

  /** Writes replies and timeouts to `sink`. */
  constructor(sink: LineSink, options: FpingReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** fping has no heading. */
  run(info: RunInfo): void {
    this.#baseUnixMs = info.baseUnixMs;
    this.#message = info.kind;
  }

  /** Requests have no line. */
  sent(): void {}

  /** `[time] host : [n], 20 bytes, 54.1 ms (54.1 avg, 0% loss), timestamps: Originate=… …` */
  reply({ probe, reply, flags, statistics }: ReplyEvent): void {
    const { quiet, errors } = this.#options;
    const name = this.#name(probe.target);
    const { lengthBytes } = reply;
    const rtt = formatFpingMs(reply.rttNs / 1e6);
    if (flags[0] === "duplicate" || flags[0] === "late" || flags[0] === "after-icmp-error") {
      // fping prints these in a quiet run only, and counts them as answers in loop mode.
      errors.line(`${name} : duplicate for [${probe.index}], ${lengthBytes} bytes, ${rtt} ms`);
      errors.flush();
      return;
    }
    if (quiet) return;
    const { stamps } = reply;
    const tail = stamps === undefined
      ? ""
      : `, timestamps: Originate=${stamps.originateMs} Receive=${stamps.receiveMs} ` +
        `Transmit=${stamps.transmitMs} Localreceive=${wholeMsOfDay(reply.receivedAt.realtimeNs)}`;
    this.#line(
      reply.receivedAt.realtimeNs,
      `${name} : [${probe.index}], ${lengthBytes} bytes, ${rtt} ms (${average(statistics)} avg, ${
        loss(statistics)
      }% loss)${tail}`,
    );
  }

  /** The ICMP error in fping's words, then the loss. */
  icmpError(event: IcmpErrorEvent): void {
    if (this.#options.quiet) return;
    const { probe, receivedAt } = event.outcome;
    this.#options.errors.line(formatFpingError(event, this.#message));
    this.#loss(probe.target, probe.index, event.statistics, receivedAt.realtimeNs);
  }

  /** `[time] host : [n], timed out (NaN avg, 100% loss)` */
  timeout({ probe, statistics }: TimeoutEvent): void {
    if (this.#options.quiet) return;
    const seen = probe.sentAt.realtimeNs + (probe.deadlineNs - probe.sentAt.monotonicNs);
    this.#loss(probe.target, probe.index, statistics, seen);
  }

  /** Why the kernel did not take the probe. */
  unsent({ outcome }: UnsentEvent): void {
    if (this.#options.quiet) {
      this.#unsent.add(outcome.error);
      return;
    }
    this.#options.errors.line(outcome.error.message);
    this.#options.errors.flush();
  }

  /** fping does not speak of strays. */
  stray(): void {}

  /** `host : xmt/rcv/%loss = 2/2/0%, min/avg/max = 0.039/0.046/0.053` */
  summary({ target, counters, rttMs }: TargetSummary): void {
    // An empty line parts the summary from what came before; in a quiet run nothing did.
    if (target.index === 0 && !this.#options.quiet) this.#options.errors.line("");
    const sent = counters.sent + counters.unsent;
    const lost = sent === 0 ? 0 : Math.floor((sent - counters.received) * 100 / sent);
    const spread = rttMs === undefined
      ? ""
      : `, min/avg/max = ${[rttMs.min, rttMs.mean, rttMs.max].map(formatFpingMs).join("/")}`;
    this.#options.errors.line(
      `${this.#name(target)} : xmt/rcv/%loss = ${sent}/${counters.received}/${lost}%${spread}`,
    );
    // A summary in mid-run may have no line after it for long.
    this.#options.errors.flush();
  }

  /** Lets the summary go, with what a quiet run has not reported. */
  end(info: EndInfo): void {
    for (const line of endRemarks(info)) this.#options.errors.line(`icmptime: ${line}`);
    for (const line of this.#unsent.lines()) this.#options.errors.line(`icmptime: ${line}`);
    this.#options.errors.flush();
  }

  #loss(
    target: Target,
    number: number,
    statistics: TargetStatistics,
    realtimeNs: number,
  ): void {
    this.#line(
      realtimeNs,
      `${this.#name(target)} : [${number}], timed out (${average(statistics)} avg, ${
        loss(statistics)
      }% loss)`,
    );
  }

  #line(realtimeNs: number, text: string): void {
    const time = this.#options.timestamps
      ? `[${(this.#baseUnixMs / 1e3 + realtimeNs / 1e9).toFixed(5)}] `
      : "";
    this.#sink.line(time + text);
    this.#options.errors.flush();
  }

  #name(target: Target): string {
    return safeText(target.label).padEnd(this.#options.nameWidth);
  }
}

/** A time as fping writes it: three significant digits or so, `54.1`, `0.047`. */
export function formatFpingMs(ms: number): string {
  if (ms < 1) return ms.toFixed(3);
  if (ms < 10) return ms.toFixed(2);
  if (ms < 100) return ms.toFixed(1);
  return ms < 1e6 ? ms.toFixed(0) : ms.toExponential(3);
}

function average(statistics: TargetStatistics): string {
  const mean = statistics.meanRttMs;
  return mean === undefined ? "NaN" : formatFpingMs(mean);
}

/** Called for a target with a settled probe. fping counts what it could not send as sent and lost, too. */
function loss({ counters }: TargetStatistics): number {
  return Math.floor((counters.lossRatio ?? 0) * 100);
}
