/**
 * Matches what arrives with the probes that were sent.
 *
 * Source address, identifier and sequence number must all be ours, and the probe must have left before its reply
 * came; the ICMP checksum must hold before a stamp is believed. Nothing that arrives can throw or end the run.
 */

import {
  type Datagram,
  formatAddress,
  formatDatagram,
  type Ipv4Header,
  parseDatagram,
} from "../packet/mod.ts";
import { ErrorReader } from "./error_reader.ts";
import type { ProbeTable } from "./in_flight_table.ts";
import type { ProbeListener, ReplyDetail, StrayDatagram } from "./outcome.ts";
import type { ProbeMessage, ReplyMessage } from "./message/message.ts";
import type { InFlightProbe } from "./probe.ts";
import type { ProbeNumbers } from "./probe_numbers.ts";
import { ProbeMatcher } from "./probe_matcher.ts";
import { ReplyDescriber, type ReplyDescriberOptions } from "./reply_describer.ts";
import { type HeldReply, Settlement } from "./settlement.ts";
import { hasLeft, type TransmitTimestamps } from "./transmit_timestamps.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** What a reply is held against. */
export interface ReplyReaderOptions extends ReplyDescriberOptions {
  /** The messages of the run. */
  readonly messages: readonly ProbeMessage[];
  /** Where transmit stamps come from. */
  readonly stamps: TransmitTimestamps;
  /** Identifiers of the targets. */
  readonly numbers: Pick<ProbeNumbers, "isOurs">;
  /** The probes that are out. */
  readonly table: ProbeTable;
  /** Receives outcomes, further replies and strays. */
  readonly listener: ProbeListener;
  /** A reply from another address than its probe was sent to counts too, where nothing but the address is wrong. */
  readonly acceptsOtherSources?: boolean | undefined;
}

/** Parses what arrives, finds its probe, and reports it to the listener. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  readonly #matcher: ProbeMatcher;
  readonly #settlement: Settlement;
  readonly #errors: ErrorReader;
  readonly #describer: ReplyDescriber;

  /** Reads for one run. */
  constructor(options: ReplyReaderOptions) {
    this.#options = options;
    this.#matcher = new ProbeMatcher();
    this.#settlement = new Settlement(
      options.table,
      this.#matcher,
      options.stamps,
      options.listener,
      (held, probe) => this.#readHeld(held, probe),
    );
    this.#errors = new ErrorReader(options, this.#matcher, this.#settlement);
    this.#describer = new ReplyDescriber(options);
  }

  /** Whether the target of `probe` has answered one like it whose originate timestamp was early on purpose. */
  isProven(probe: InFlightProbe): boolean {
    return this.#describer.isProven(probe);
  }

  /** A target is another host from now on: nothing learned of the one before holds. */
  forget(targetIndex: number): void {
    this.#matcher.forget(targetIndex);
    this.#describer.forget(targetIndex);
  }

  /** Takes one datagram. */
  read(received: ReceivedDatagram): void {
    const parsed = parseDatagram(received.bytes);
    if (!parsed.ok) {
      const { layer, reason, needed, available, offset } = parsed.malformed;
      const kind = received.truncated ? "truncated" : "malformed";
      const detail =
        `${layer}: ${reason} (needed ${needed}, available ${available}, offset ${offset})`;
      this.#stray(received, kind, detail);
      return;
    }
    this.readDatagram(received, parsed.value);
  }

  /** Takes one datagram that has been parsed. */
  readDatagram(received: ReceivedDatagram, datagram: Datagram): void {
    const { header, message } = datagram;
    if (message.kind === "error") {
      const remark = this.#errors.read(received, header, message);
      if (remark !== undefined) this.#stray(received, remark.kind, remark.text, datagram);
      return;
    }
    const probe = this.#findProbe(received, message);
    if (probe === undefined) {
      this.#strayMessage(received, datagram);
      return;
    }
    const reply = message as ReplyMessage;
    const objection = this.#readReply(received, header, reply, probe);
    if (objection !== undefined) this.#stray(received, "unmatched", objection, datagram);
  }

  /** The time of a probe is over. */
  expire(probe: InFlightProbe): void {
    this.#settlement.expire(probe);
  }

  /** The run ends: nothing else will arrive. */
  finish(): void {
    this.#settlement.finish();
  }

  /** The probe that a reply from its target has the numbers of, where it is of the type that answers it. */
  #findProbe(
    { source }: ReceivedDatagram,
    message: Datagram["message"],
  ): InFlightProbe | undefined {
    if (message.kind !== "timestamp-reply" && message.kind !== "echo-reply") return undefined;
    const probe = this.#options.table.find(source, message.sequence, message.identifier);
    if (probe?.message.isAnswer(message)) return probe;
    return this.#options.acceptsOtherSources ? this.#findElsewhere(message) : undefined;
  }

  /** The pending probe to another address that a message answers in all else. Rare: every pending probe is looked at. */
  #findElsewhere(message: ReplyMessage): InFlightProbe | undefined {
    const { numbers, table } = this.#options;
    const { identifier, sequence } = message;
    if (!message.checksumOk || !numbers.isOurs(identifier)) return undefined;
    for (const probe of table.pendingProbes()) {
      if (probe.sequence !== sequence || probe.identifier !== identifier) continue;
      const isAnswer = probe.message.isAnswer(message);
      if (isAnswer && probe.message.repeatsToken(message, probe.token)) return probe;
    }
    return undefined;
  }

  /** A message that answers no probe. */
  #strayMessage(received: ReceivedDatagram, datagram: Datagram): void {
    const { messages, numbers, listener } = this.#options;
    const { message } = datagram;
    const { source, receivedAt } = received;
    if (!messages.some((each) => each.isAnswer(message))) {
      const detail = formatDatagram(datagram);
      listener.stray({ kind: "foreign", source, detail, receivedAt, datagram });
      return;
    }
    const { identifier, sequence } = message as ReplyMessage;
    const isOurs = numbers.isOurs(identifier);
    const what = isOurs
      ? `reply with sequence ${sequence} to no probe of ours`
      : `reply with identifier ${identifier}`;
    this.#stray(received, isOurs ? "unmatched" : "foreign", what, datagram);
  }

  /** Takes a reply whose numbers are those of `probe`; returns why it is no answer to it, if it is none. */
  #readReply(
    received: ReceivedDatagram,
    header: Ipv4Header,
    message: ReplyMessage,
    probe: InFlightProbe,
  ): string | undefined {
    const { stamps, kernelStamps, listener } = this.#options;
    const proof = this.#matcher.judge(message, probe);
    if (proof === "none") {
      const why = message.checksumOk ? "" : ", or one with a damaged sequence";
      return `reply to an earlier probe with sequence ${message.sequence}${why}`;
    }
    if (kernelStamps && probe.leftAt === undefined) stamps.collect();
    const { receivedAt } = received;
    if (!hasLeft(probe, receivedAt)) return `reply to probe ${probe.index} before it left`;
    // It may have come after its time, though before we looked.
    if (probe.state === "pending" && receivedAt.monotonicNs > probe.deadlineNs) this.expire(probe);
    if (probe.state === "pending" && (proof === "doubtful" || stamps.isQueued(probe))) {
      if (this.#settlement.holds(probe)) return `another doubtful reply to probe ${probe.index}`;
      this.#settlement.hold(probe, received, proof);
      return undefined;
    }
    probe.replies++;
    if (proof === "proven" && message.checksumOk) this.#matcher.learn(probe, false);
    const detail = this.#describer.describe(received, header, message, probe, proof);
    if (probe.state === "pending") {
      this.#settlement.reply(probe, detail);
    } else {
      const kind = probe.state === "reply" || probe.replies > 1
        ? "duplicate"
        : probe.state === "timedOut"
        ? "late"
        : "afterError";
      listener.extra({ kind, probe, reply: detail });
    }
    return undefined;
  }

  /** Describes a held reply by what is known about its probe now: the kernel's stamp may have come since. */
  #readHeld({ received, proof }: HeldReply, probe: InFlightProbe): ReplyDetail | undefined {
    const parsed = parseDatagram(received.bytes);
    if (!parsed.ok) return undefined;
    const { header, message } = parsed.value;
    if (!hasLeft(probe, received.receivedAt)) {
      this.#stray(received, "unmatched", `reply to probe ${probe.index} before it left`);
      return undefined;
    }
    probe.replies++;
    const reply = message as ReplyMessage;
    return this.#describer.describe(received, header, reply, probe, proof);
  }

  #stray(
    received: ReceivedDatagram,
    kind: StrayDatagram["kind"],
    what: string,
    datagram?: Datagram,
  ): void {
    this.#options.listener.stray({
      kind,
      source: received.source,
      detail: `${formatAddress(received.source)}: ${what}`,
      receivedAt: received.receivedAt,
      datagram,
    });
  }
}
