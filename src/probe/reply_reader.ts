/**
 * Matches what arrives with what was asked.
 *
 * Source address, identifier and sequence number must all be ours; the ICMP checksum must hold
 * before a stamp is believed; an ICMP error counts through the header it quotes. Nothing that
 * arrives can throw or end the run.
 */

import {
  type EchoMessage,
  formatAddress,
  formatDatagram,
  ICMP_TYPE,
  type IcmpErrorMessage,
  type Ipv4Header,
  parseDatagram,
  type TimestampMessage,
} from "../packet/mod.ts";
import { elapsedNs } from "../measurement/timestamp.ts";
import type { InFlightTable } from "./in_flight_table.ts";
import type { ProbeListener, StrayDatagram } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import type { ProbeNumbers } from "./probe_numbers.ts";
import { Provenance, type SentMarks } from "./provenance.ts";
import { ReplyDescriber, type ReplyDescriberOptions } from "./reply_detail.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** What a reply is held against. */
export interface ReplyReaderOptions extends ReplyDescriberOptions, SentMarks {
  /** Identifiers of the targets. */
  readonly numbers: ProbeNumbers;
  /** The probes that are out. */
  readonly table: InFlightTable;
  /** Who is told. */
  readonly listener: ProbeListener;
}

/** ICMP errors that end a probe; source quench (4) and redirect (5) do not. */
const FINAL_ERROR_TYPES: ReadonlySet<number> = new Set([3, 11, 12]);

/** Reads arrived datagrams and tells the listener what they are. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  readonly #replyKind: "timestamp-reply" | "echo-reply";
  readonly #requestType: number;
  readonly #provenance: Provenance;
  readonly #describer: ReplyDescriber;

  /** Reads for one run. */
  constructor(options: ReplyReaderOptions) {
    this.#options = options;
    this.#replyKind = options.kind === "timestamp" ? "timestamp-reply" : "echo-reply";
    this.#requestType = options.kind === "timestamp"
      ? ICMP_TYPE.timestampRequest
      : ICMP_TYPE.echoRequest;
    this.#provenance = new Provenance(options);
    this.#describer = new ReplyDescriber(options, this.#provenance);
  }

  /** Takes one datagram. */
  read(received: ReceivedDatagram): void {
    const { listener } = this.#options;
    const parsed = parseDatagram(received.bytes);
    if (!parsed.ok) {
      const { layer, reason, needed, available, offset } = parsed.malformed;
      const kind = received.truncated ? "truncated" : "malformed";
      const detail =
        `${layer}: ${reason} (needed ${needed}, available ${available}, offset ${offset})`;
      this.#stray(received, kind, detail);
      return;
    }
    const { header, message } = parsed.value;
    if (message.kind === "error") {
      this.#readError(received, message);
      return;
    }
    if (message.kind !== this.#replyKind) {
      listener.stray({
        kind: "foreign",
        source: received.source,
        detail: formatDatagram(parsed.value),
        receivedAt: received.receivedAt,
      });
      return;
    }
    const reply = message as TimestampMessage | EchoMessage;
    const probe = this.#findProbe(received.source, reply);
    if (probe === undefined) {
      const isOurs = this.#options.numbers.isOurs(reply.identifier);
      const what = isOurs
        ? `reply with sequence ${reply.sequence} to no probe of ours`
        : `reply with identifier ${reply.identifier}`;
      this.#stray(received, isOurs ? "unmatched" : "foreign", what);
      return;
    }
    if (!this.#provenance.isAnswer(reply, probe)) {
      const why = reply.checksumOk ? "" : ", or one with a damaged sequence";
      this.#stray(
        received,
        "unmatched",
        `reply to an earlier probe with sequence ${reply.sequence}${why}`,
      );
      return;
    }
    this.#readReply(received, header, reply, probe);
  }

  /** The probe that was sent to an address with these numbers, if it is remembered. */
  #findProbe(
    address: number,
    { identifier, sequence }: { readonly identifier: number; readonly sequence: number },
  ): Probe | undefined {
    const probe = this.#options.table.find(address, sequence);
    return probe?.identifier === identifier ? probe : undefined;
  }

  #readReply(
    received: ReceivedDatagram,
    header: Ipv4Header,
    message: TimestampMessage | EchoMessage,
    probe: Probe,
  ): void {
    const { table, listener } = this.#options;
    if (probe.state === "awaiting" && received.receivedAt.monotonicNs > probe.deadlineNs) {
      // It came after its time, though before we looked.
      table.settle(probe, "timedOut");
      listener.outcome(this.#options.stamps.timedOut(probe));
    }
    probe.replies++;
    this.#provenance.learn(message, probe);
    const detail = this.#describer.describe(received, header, message, probe);
    if (probe.state === "awaiting") {
      table.settle(probe, "replied");
      listener.outcome({ kind: "replied", probe, reply: detail });
      return;
    }
    const kind = probe.state === "replied" || probe.replies > 1
      ? "duplicate"
      : probe.state === "timedOut"
      ? "late"
      : "afterRefusal";
    listener.extra({ kind, probe, reply: detail });
  }

  #readError(received: ReceivedDatagram, error: IcmpErrorMessage): void {
    const { table, listener, keepBytes } = this.#options;
    const quoted = error.quote.ok ? error.quote.value : undefined;
    const probe = quoted?.icmp?.type === this.#requestType
      ? this.#findProbe(quoted.header.destination, quoted.icmp)
      : undefined;
    if (quoted === undefined || probe === undefined) {
      this.#stray(received, "foreign", `${error.name}, about a packet that is not ours`);
      return;
    }
    const isQuoted = this.#provenance.isQuoted(quoted, probe);
    if (isQuoted !== "yes") {
      const which = isQuoted === "earlier" ? "an earlier probe" : "a probe";
      this.#stray(
        received,
        "unmatched",
        `${error.name}, about ${which} with sequence ${probe.sequence} to ${probe.target.label}`,
      );
      return;
    }
    const flagged = error.checksumOk ? "" : ", with a bad checksum";
    if (!error.checksumOk || !FINAL_ERROR_TYPES.has(error.type) || probe.state !== "awaiting") {
      this.#stray(
        received,
        "notice",
        `${error.name}, about probe ${probe.number} to ${probe.target.label}${flagged}`,
      );
      return;
    }
    this.#options.stamps.collect();
    table.settle(probe, "refused");
    listener.outcome({
      kind: "refused",
      probe,
      error,
      reporter: received.source,
      receivedAt: received.receivedAt,
      rttNs: elapsedNs(probe.sentAt, received.receivedAt),
      bytes: keepBytes ? received.bytes.slice() : undefined,
    });
  }

  #stray(received: ReceivedDatagram, kind: StrayDatagram["kind"], what: string): void {
    this.#options.listener.stray({
      kind,
      source: received.source,
      detail: `${formatAddress(received.source)}: ${what}`,
      receivedAt: received.receivedAt,
    });
  }
}
