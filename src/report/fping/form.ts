/** The lines of fping as text. */

import { safeText } from "../../terminal/safe_text.ts";
import { formatFpingMs, formatFpingTime, type TimeFormat } from "./number_text.ts";
import type { Count, Tally, Totals } from "./tally.ts";

/** An answer, as far as a line has it. */
export interface ReplyLine {
  /** Label of the target. */
  readonly label: string;
  /** Number of the probe, from 0. */
  readonly index: number;
  /** Length of the ICMP message in bytes. */
  readonly lengthBytes: number;
  /** Round-trip time in milliseconds. */
  readonly rttMs: number;
  /** Originate, receive, transmit and our receive time, milliseconds of the day; undefined for an echo. */
  readonly stampsMs: readonly [number, number, number, number] | undefined;
  /** Type of service, where it is printed; NaN where it is not known. */
  readonly tos: number | undefined;
  /** Time to live, where it is printed; NaN where it is not known. */
  readonly ttl: number | undefined;
}

/** What the lines contain. */
export interface FormOptions {
  /** Time before each line of a probe; undefined for none. */
  readonly time: TimeFormat | undefined;
  /** Width of the column of names. */
  readonly nameWidth: number;
  /** Period in milliseconds, for the time of an outage; undefined where that is not printed. */
  readonly outagePeriodMs: number | undefined;
}

/** How the run as a whole went. */
export interface WholeRun {
  /** Number of targets. */
  readonly targets: number;
  /** Words that gave no target. */
  readonly unknown: number;
  /** Length of the run in seconds. */
  readonly elapsedS: number;
  /** Sums. */
  readonly totals: Totals;
}

/** Writes lines. */
export interface FpingForm {
  /** An answer in count or loop mode. */
  reply(line: ReplyLine, count: Count, unixMs: number): string;
  /** A probe whose time is over. */
  timeout(label: string, index: number, count: Count, unixMs: number): string;
  /** Counts of one target, of the run or of an interval that ends at `unixMs`. */
  summary(label: string, count: Count, intervalEndMs?: number): string;
  /** All round-trip times of one target. */
  everyRtt(label: string, tally: Tally): string;
  /** The whole run. */
  statistics(run: WholeRun): string[];
}

/** Lines of text. */
export class TextForm implements FpingForm {
  readonly #options: FormOptions;

  /** Writes what `options` choose. */
  constructor(options: FormOptions) {
    this.#options = options;
  }

  /** `[time] host : [n], 64 bytes, 54.1 ms (54.1 avg, 0% loss)`, and what {@linkcode formatTail} adds. */
  reply(line: ReplyLine, count: Count, unixMs: number): string {
    const { label, index, lengthBytes, rttMs } = line;
    const text = `[${index}], ${lengthBytes} bytes, ${formatFpingMs(rttMs)} ms`;
    return `${this.#start(label, unixMs)} ${text} ${formatState(count)}${formatTail(line, ",")}`;
  }

  /** `[time] host : [n], timed out (NaN avg, 100% loss)` */
  timeout(label: string, index: number, count: Count, unixMs: number): string {
    return `${this.#start(label, unixMs)} [${index}], timed out ${formatState(count)}`;
  }

  /** `host : xmt/rcv/%loss = 2/2/0%, min/avg/max = 0.039/0.046/0.053` */
  summary(label: string, count: Count): string {
    const { sent, received, minNs, maxNs, meanNs } = count;
    const { outagePeriodMs } = this.#options;
    const parts = [`xmt/rcv/%loss = ${sent}/${received}/${count.lossPercent}%`];
    if (outagePeriodMs !== undefined) {
      parts.push(`outage(ms) = ${Math.trunc((sent - received) * outagePeriodMs)}`);
    }
    if (meanNs !== undefined) {
      parts.push(`min/avg/max = ${[minNs, meanNs, maxNs].map(formatNs).join("/")}`);
    }
    return `${this.#name(label)} : ${parts.join(", ")}`;
  }

  /** `host : 0.06 - 0.05` */
  everyRtt(label: string, { rttsNs = [] }: Tally): string {
    return `${this.#name(label)} :${
      Array.from(rttsNs, (rttNs) => rttNs === undefined ? " -" : ` ${formatNs(rttNs)}`).join("")
    }`;
  }

  /** Counts, round-trip times and the length of the run. */
  statistics({ targets, unknown, elapsedS, totals }: WholeRun): string[] {
    const { alive, timeouts, sent, received, errors, rtt } = totals;
    const counted = (count: number, what: string) => ` ${String(count).padStart(7)} ${what}`;
    const timed = (ns: number, what: string) => ` ${formatNs(ns)} ms (${what} round trip time)`;
    return [
      "",
      counted(targets, "targets"),
      counted(alive, "alive"),
      counted(targets - alive, "unreachable"),
      counted(unknown, "unknown addresses"),
      "",
      counted(timeouts, "timeouts (waiting for response)"),
      counted(sent, "ICMP Echos sent"),
      counted(received, "ICMP Echo Replies received"),
      counted(errors, "other ICMP received"),
      "",
      timed(rtt.minNs, "min"),
      timed(rtt.meanNs ?? 0, "avg"),
      timed(rtt.maxNs, "max"),
      ` ${elapsedS.toFixed(3).padStart(12)} sec (elapsed real time)`,
      "",
    ];
  }

  #start(label: string, unixMs: number): string {
    const { time } = this.#options;
    const before = time === undefined ? "" : `[${formatFpingTime(unixMs, time)}] `;
    return `${before}${this.#name(label)} :`;
  }

  #name(label: string): string {
    return safeText(label).padEnd(this.#options.nameWidth);
  }
}

/** What follows a reply: stamps, type of service and time to live, as far as they are printed. */
export function formatTail(
  { stampsMs, tos, ttl }: Pick<ReplyLine, "stampsMs" | "tos" | "ttl">,
  separator: string,
): string {
  let text = "";
  if (stampsMs !== undefined) {
    const [originate, receive, transmit, local] = stampsMs;
    text += `${separator} timestamps: Originate=${originate} Receive=${receive} ` +
      `Transmit=${transmit} Localreceive=${local}`;
  }
  if (tos !== undefined) text += ` (TOS ${Number.isNaN(tos) ? "unknown" : tos})`;
  if (ttl !== undefined) text += ` (TTL ${Number.isNaN(ttl) ? "unknown" : ttl})`;
  return text;
}

function formatState(count: Count): string {
  const { meanNs } = count;
  return `(${meanNs === undefined ? "NaN" : formatNs(meanNs)} avg, ${count.lossPercent}% loss)`;
}

/** Nanoseconds as milliseconds. */
export function formatNs(ns: number): string {
  return formatFpingMs(ns / 1e6);
}
