/**
 * A run as fping reports it, so that a program that reads fping reads icmptime. Streams, order and words were measured from
 * fping 5.1; what only later versions have follows the documents of fping 5.5.
 */

import { formatAddress } from "../../packet/address.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  ReplyEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../../run/event.ts";
import type { Probe } from "../../probe/probe.ts";
import type { Reporter } from "../../run/reporter.ts";
import type { TargetSummary } from "../../run/target_statistics.ts";
import type { Target } from "../../targets/target.ts";
import type { LineSink } from "../../terminal/line_sink.ts";
import { safeText } from "../../terminal/safe_text.ts";
import { endRemarks } from "../end_remarks.ts";
import { formatFpingError, formatUnsent } from "./error_text.ts";
import { formatTail } from "./form.ts";
import { formatNetdata } from "./netdata.ts";
import { formatFpingMs, formatHeading } from "./number_text.ts";
import { formatDuplicate, readReplyLine } from "./reply_line.ts";
import { type FpingReporterOptions, timeoutNs } from "./reporter_options.ts";
import { Tally, Totals } from "./tally.ts";

/** Reports a run as fping does. */
export class FpingReporter implements Reporter {
  /** Counts over all targets. */
  readonly totals: Totals = new Totals();
  readonly #sink: LineSink;
  readonly #options: FpingReporterOptions;
  readonly #tallies: Tally[] = [];
  #message: RunInfo["kind"] = "timestamp";
  #targets = 0;
  /** The summaries that follow are the last ones. */
  #isEnding = false;
  /** One of them is written. */
  #hasSummary = false;
  /** Unix time of the report that is being written, in seconds. */
  #reportTime: number | undefined;
  #reports = 0;

  /** Writes results to `sink`. */
  constructor(sink: LineSink, options: FpingReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Enough targets answered for `reachable`; undefined where that is not asked. */
  get isEnough(): boolean | undefined {
    const { reachable } = this.#options;
    return reachable && this.totals.alive >= reachable.needed;
  }

  /** fping has no heading. */
  run(info: RunInfo): void {
    this.#message = info.kind;
    this.#targets = info.targets;
  }

  /** Requests have no line. */
  sent(): void {}

  /** An answer; one that is late or repeated has a line of its own, or none. */
  reply(event: ReplyEvent): void {
    const { probe, reply, flags: [flag] } = event;
    const { mode } = this.#options;
    const tally = this.#tally(probe.target);
    const rttNs = Math.max(0, Math.round(reply.rttNs));
    const isSlow = rttNs > timeoutNs(this.#options, probe.index);
    this.totals.received++;
    const isAlive = tally.run.received > 0;
    if (flag === "duplicate" && mode !== "loop") return this.#duplicate(event);
    if (flag === "late" && mode !== "list") return;
    if (flag === "late" || flag === "after-icmp-error") {
      if (mode === "list" ? isAlive : isSlow) return;
      tally.recover(this.#indexOf(probe.index), rttNs);
    } else if (isSlow && flag !== "duplicate") {
      // It was read before its time was looked at.
      return this.#lose(probe, unixMs(event, reply.receivedAt.realtimeNs));
    } else {
      tally.addReply(this.#indexOf(probe.index), rttNs);
      if (flag !== "duplicate") this.totals.sent++;
    }
    this.totals.rtt.addReply(rttNs);
    this.#answered(event, tally, isAlive);
  }

  /** The ICMP error in fping's words, then the loss. */
  icmpError(event: IcmpErrorEvent): void {
    const { probe, receivedAt } = event.outcome;
    this.totals.errors++;
    if (!this.#options.isQuiet) {
      this.#options.errors.line(formatFpingError(event, this.#message));
      this.#options.errors.flush();
    }
    this.#lose(probe, unixMs(event, receivedAt.realtimeNs));
  }

  /** `[time] host : [n], timed out (NaN avg, 100% loss)` */
  timeout(event: TimeoutEvent): void {
    const { probe } = event;
    const seenNs = probe.sentAt.realtimeNs + (probe.deadlineNs - probe.sentAt.monotonicNs);
    this.#lose(probe, unixMs(event, seenNs));
  }

  /** Why the kernel did not take a probe: in list mode only, as in fping, unless every reason is asked for. */
  unsent({ outcome }: UnsentEvent): void {
    const { mode, isQuiet, lists, reportsUnsent, errors } = this.#options;
    this.totals.sent++;
    this.#tally(outcome.target).addLoss(this.#indexOf(outcome.index));
    if (isQuiet) return;
    if (reportsUnsent) errors.line(outcome.error.message);
    else if (mode === "list" && lists === "both") {
      errors.line(formatUnsent(outcome));
    }
    errors.flush();
  }

  /** fping does not speak of strays. */
  stray(): void {}

  /** The summaries that follow are the last ones. */
  ending(): void {
    this.#isEnding = true;
  }

  /** A target at the end of the run or of an interval, or when the user asks. */
  summary(summary: TargetSummary): void {
    if (this.#isEnding) this.#finish(summary.target);
    else this.#report(summary);
  }

  /** The statistics of the run, and whether enough targets answered. */
  end(info: EndInfo): void {
    const { hasStatistics, isJson, errors, form, unknown = 0, reachable } = this.#options;
    const { totals } = this;
    for (const line of endRemarks(info)) errors.line(`icmptime: ${line}`);
    if (hasStatistics) {
      const run = { targets: this.#targets, unknown, elapsedS: info.durationS, totals };
      for (const line of form.statistics(run)) (isJson ? this.#sink : errors).line(line);
    }
    errors.flush();
    if (reachable === undefined) return;
    const counts = `required: ${reachable.needed}, reachable: ${this.totals.alive}`;
    this.#sink.line(`${this.isEnough ? "Enough" : "Not enough"} hosts reachable (${counts})`);
  }

  #answered({ probe, reply, ...event }: ReplyEvent, tally: Tally, wasAlive: boolean): void {
    const { form, hasProbeLines, lists, hasElapsed, reachable, stop } = this.#options;
    if (!wasAlive) {
      this.totals.alive++;
      if (reachable?.endsRun && this.isEnough) stop?.();
    }
    const line = readReplyLine({ probe, reply }, this.#options);
    const isListed = !wasAlive && (lists === "both" || lists === "alive");
    if (hasProbeLines || isListed) this.#noteSource(reply.header.source, probe.target.address);
    if (hasProbeLines) {
      const atMs = unixMs(event, reply.receivedAt.realtimeNs);
      this.#sink.line(form.reply(line, tally.run, atMs));
    } else if (isListed) {
      const what = lists === "both" ? " is alive" : "";
      const elapsed = hasElapsed ? ` (${formatFpingMs(line.rttMs)} ms)` : "";
      const tail = formatTail(line, lists === "both" ? "," : "");
      this.#sink.line(`${safeText(line.label)}${what}${tail}${elapsed}`);
    }
  }

  /** fping writes this to standard error without a line break, before the line. */
  #noteSource(source: number, address: number): void {
    if (source === address) return;
    this.#options.errors.part(` [<- ${formatAddress(source)}]`);
    this.#options.errors.flush();
  }

  #duplicate({ probe, reply }: ReplyEvent): void {
    const { mode, hasProbeLines, isQuiet, errors } = this.#options;
    if (hasProbeLines || mode === "count" && isQuiet) return;
    errors.line(formatDuplicate({ probe, reply }, this.#indexOf(probe.index)));
    errors.flush();
  }

  #lose({ target, index }: Probe, atMs: number): void {
    const { form, hasProbeLines } = this.#options;
    const tally = this.#tally(target);
    this.totals.sent++;
    this.totals.timeouts++;
    tally.addLoss(this.#indexOf(index));
    if (!hasProbeLines) return;
    this.#sink.line(form.timeout(target.label, index, tally.run, atMs));
  }

  #finish(target: Target): void {
    const { mode, form, lists, hasEveryRtt, hasProbeLines, isJson, errors } = this.#options;
    const tally = this.#tally(target);
    if (mode === "list") {
      if (tally.run.received > 0) return;
      if (lists === "both") this.#sink.line(`${safeText(target.label)} is unreachable`);
      else if (lists === "unreachable") this.#sink.line(safeText(target.label));
      return;
    }
    // An empty line parts the summary from the lines before it.
    if (!this.#hasSummary && hasProbeLines && !isJson) errors.line("");
    this.#hasSummary = true;
    const line = hasEveryRtt
      ? form.everyRtt(target.label, tally)
      : form.summary(target.label, tally.run);
    (isJson ? this.#sink : errors).line(line);
  }

  /** The interval of one target; the first of a report begins with the time. */
  #report({ target, time, scope }: TargetSummary): void {
    const { form, netdata, isJson, isCumulative, hasProbeLines, lists, errors } = this.#options;
    const { interval } = this.#tally(target);
    const isFirst = time !== this.#reportTime;
    this.#reportTime = time;
    if (netdata !== undefined && scope === "interval") {
      if (isFirst) this.#reports++;
      const named = { word: netdata.words[target.index] ?? target.label, label: target.label };
      const lines = formatNetdata(named, interval, netdata.everyMs, this.#reports === 1);
      for (const line of lines) this.#sink.line(line);
    } else {
      if (isFirst && !isJson) {
        if (hasProbeLines || lists === "both") errors.line("");
        errors.line(formatHeading(time * 1e3));
      }
      (isJson ? this.#sink : errors).line(form.summary(target.label, interval, time * 1e3));
      // There may be no line after it for long.
      errors.flush();
    }
    if (!isCumulative || netdata !== undefined) interval.reset();
  }

  /** In list mode all tries are one probe. */
  #indexOf(index: number): number {
    return this.#options.mode === "list" ? 0 : index;
  }

  #tally({ index }: Target): Tally {
    return this.#tallies[index] ??= new Tally(this.#options.hasEveryRtt ?? false);
  }
}

function unixMs({ baseUnixMs }: { readonly baseUnixMs: number }, realtimeNs: number): number {
  return baseUnixMs + realtimeNs / 1e6;
}
