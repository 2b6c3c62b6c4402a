/**
 * The lines of tsping, so that a program that reads tsping reads icmptime.
 *
 * Machine readable: time, address, number of the probe, originate, receive, transmit, finished, rtt, down, up; whole
 * milliseconds. Down is finished − transmit, up is receive − originate. Unlike tsping's, the
 * differences are right over midnight, and a reply whose stamps make no sense has no line.
 */

import { formatAddress } from "../packet/mod.ts";
import { foldMs, wholeMsOfDay } from "../time/mod.ts";
import { endRemarks } from "./end_remarks.ts";
import type { EndInfo, ReplyEvent, RunInfo, UnsentEvent } from "../run/event.ts";
import type { LineSink } from "../terminal/line_sink.ts";
import type { Reporter } from "../run/reporter.ts";

/** What tsping's form contains. */
export interface TspingReporterOptions {
  /** UNIX time first. */
  readonly timestamps: boolean;
  /** Separator of machine-readable fields; undefined for text. */
  readonly separator: string | undefined;
  /** Where errors are printed. */
  readonly errors: LineSink;
}

/** Writes a run as tsping does: a line for each reply, no summary. */
export class TspingReporter implements Reporter {
  readonly #sink: LineSink;
  readonly #options: TspingReporterOptions;
  readonly #complained = new Set<number>();
  #baseUnixMs = 0;

  /** Writes to `sink`. */
  constructor(sink: LineSink, options: TspingReporterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** tsping has no heading on standard output. */
  run(info: RunInfo): void {
    this.#baseUnixMs = info.baseUnixMs;
  }

  /** Requests have no line. */
  sent(): void {}

  /** Writes the reply's line; further answers to one probe have none. */
  reply({ probe, reply, flags }: ReplyEvent): void {
    if (
      flags.includes("duplicate") || flags.includes("late") || flags.includes("after-icmp-error")
    ) {
      return;
    }
    const address = formatAddress(probe.target.address);
    const number = probe.index & 0xffff;
    const finished = wholeMsOfDay(reply.receivedAt.realtimeNs);
    const { measurement, stamps } = reply;
    if (stamps === undefined) {
      const rtt = Math.round(reply.rttNs / 1e6);
      this.#line(
        reply.receivedAt.realtimeNs,
        [address, number, rtt],
        `${address.padEnd(15)} : [${number}], ${rtt} ms`,
      );
      return;
    }
    const receive = measurement?.receiveMs;
    const transmit = measurement?.transmitMs;
    if (measurement?.out === undefined || receive === undefined || transmit === undefined) {
      this.#complain(probe.target.address, `stamps that cannot be used (${flags.join(", ")})`);
      return;
    }
    const originate = stamps.originateMs;
    const rtt = foldMs(finished - originate);
    const down = foldMs(finished - transmit);
    const up = foldMs(receive - originate);
    this.#line(
      reply.receivedAt.realtimeNs,
      [address, number, originate, receive, transmit, finished, rtt, down, up],
      `${address.padEnd(15)} : [${number}] Originate: ${originate}, Received: ${receive}, ` +
        `Transmit: ${transmit}, Finished: ${finished}, RTT: ${rtt}, Down: ${down}, Up: ${up},`,
    );
  }

  /** A refusal has no line. */
  icmpError(): void {}

  /** A timeout has no line. */
  timeout(): void {}

  /** Prints, once for each target, why the kernel does not take its probes. */
  unsent({ outcome }: UnsentEvent): void {
    this.#complain(outcome.target.address, outcome.error.message);
  }

  /** Strays have no line. */
  stray(): void {}

  /** tsping has no summary. */
  summary(): void {}

  /** tsping says nothing at the end; what went wrong here is said all the same. */
  end(info: EndInfo): void {
    for (const line of endRemarks(info)) this.#options.errors.line(`icmptime: ${line}`);
    this.#options.errors.flush();
  }

  #complain(address: number, what: string): void {
    if (this.#complained.has(address)) return;
    this.#complained.add(address);
    this.#options.errors.line(`icmptime: ${formatAddress(address)}: ${what}`);
    this.#options.errors.flush();
  }

  #line(realtimeNs: number, fields: readonly (string | number)[], text: string): void {
    const { timestamps, separator } = this.#options;
    const time = timestamps ? (this.#baseUnixMs / 1e3 + realtimeNs / 1e9).toFixed(6) : undefined;
    if (separator === undefined) {
      this.#sink.line(time === undefined ? text : `[${time}] ${text}`);
      return;
    }
    this.#sink.line((time === undefined ? fields : [time, ...fields]).join(separator));
  }
}
