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
  type IcmpErrorMessage,
  type Ipv4Header,
  parseDatagram,
  parseIpTimestampOption,
  type QuotedDatagram,
  type TimestampMessage,
} from "../packet/mod.ts";
import { StampHistory, type TimestampMeasurement } from "../measurement/mod.ts";
import { elapsedNs, isClockStep } from "../measurement/timestamp.ts";
import type { InFlightTable } from "./in_flight_table.ts";
import type { ProbeListener, ReplyDetail, StrayDatagram } from "./outcome.ts";
import { type Probe, SEQUENCES } from "./probe.ts";
import type { StampBook } from "./stamp_book.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** Where the remote stamps of a reply stand. */
export type StampsFrom = "message" | "ip-option";

/** What a reply is held against. */
export interface ReplyReaderOptions {
  /** Which message was sent. */
  readonly kind: "timestamp" | "echo";
  /** Our ICMP identifier. */
  readonly identifier: number;
  /** The probes that are out. */
  readonly table: InFlightTable;
  /** Where transmit stamps come from. */
  readonly stamps: StampBook;
  /** Transmit stamps are expected from the kernel, so one of ours is worth a remark. */
  readonly kernelStamps: boolean;
  /** Hands copies of the datagrams on. */
  readonly keepBytes: boolean;
  /** Echo payload as sent. */
  readonly sentPayload: Uint8Array;
  /** The first four payload bytes are the probe's cookie. */
  readonly stampedPayload: boolean;
  /** Where the remote stamps stand; `ip-option` goes with echo. */
  readonly stampsFrom: StampsFrom;
  /** Who is told. */
  readonly listener: ProbeListener;
}

/** Where in an ICMP message the originate stamp is, and the cookie of an echo. */
const COOKIE_START = 8;
const COOKIE_END = 12;

/** What the answers of one target have taught about the next. */
interface TargetMemory {
  readonly history: StampHistory;
  /** It does not echo the originate stamp, so that answers cannot be told apart by it. */
  rewritesOriginate: boolean;
}

/** ICMP errors that end a probe; source quench (4) and redirect (5) do not. */
const FINAL_ERROR_TYPES: ReadonlySet<number> = new Set([3, 11, 12]);

/** Reads arrived datagrams and tells the listener what they are. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  readonly #replyKind: "timestamp-reply" | "echo-reply";
  readonly #requestType: number;
  /** By target index; made with the first answer, since most of a large run may never answer. */
  readonly #memories: (TargetMemory | undefined)[] = [];

  /** Reads for one run. */
  constructor(options: ReplyReaderOptions) {
    this.#options = options;
    this.#replyKind = options.kind === "timestamp" ? "timestamp-reply" : "echo-reply";
    this.#requestType = options.kind === "timestamp" ? 13 : 8;
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
    if (reply.identifier !== this.#options.identifier) {
      this.#stray(received, "foreign", `reply with identifier ${reply.identifier}`);
      return;
    }
    const probe = this.#options.table.find(received.source, reply.sequence);
    if (probe === undefined) {
      this.#stray(
        received,
        "unmatched",
        `reply with sequence ${reply.sequence} to no probe of ours`,
      );
      return;
    }
    if (!this.#isItsReply(reply, probe)) {
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
      listener.outcome({ kind: "timedOut", probe });
    }
    probe.replies++;
    if (message.checksumOk && !isReused(probe)) {
      this.#memoryOf(probe).rewritesOriginate = !this.#carriesCookie(message, probe);
    }
    const detail = this.#describe(received, header, message, probe);
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

  #describe(
    received: ReceivedDatagram,
    header: Ipv4Header,
    message: TimestampMessage | EchoMessage,
    probe: Probe,
  ): ReplyDetail {
    const { kernelStamps, stamps, keepBytes } = this.#options;
    if (kernelStamps && probe.sentAt.source !== "kernel") stamps.collect();
    const { receivedAt } = received;
    const flags: string[] = [];
    if (!message.checksumOk) flags.push("bad-checksum");
    if (!header.checksumOk) flags.push("bad-ip-checksum");
    const asked = this.#options.stampsFrom === "ip-option";
    if (header.options.length > 0 && !asked) flags.push("ip-options");
    if (message.code !== 0) flags.push("odd-code");
    let measurement: TimestampMeasurement | undefined;
    let reportedStamps: ReplyDetail["stamps"];
    let lengthBytes = 8;
    if ("originateMs" in message) {
      lengthBytes = 20 + message.trailing.length;
      if (message.trailing.length > 0) flags.push("trailing-bytes");
      reportedStamps = message;
    } else {
      lengthBytes = 8 + message.payload.length;
      if (!this.#samePayload(message.payload, probe)) flags.push("payload-changed");
      if (this.#options.stampsFrom === "ip-option") {
        reportedStamps = optionStamps(header, probe);
        if (reportedStamps === undefined) flags.push("no-stamps");
      }
    }
    if (message.checksumOk && reportedStamps !== undefined) {
      measurement = this.#memoryOf(probe).history.measure({
        sentAt: probe.sentAt,
        receivedAt,
        originateMs: probe.originateMs,
        reply: reportedStamps,
        tickMs: 1,
      });
      flags.push(...measurement.flags);
    }
    if (measurement === undefined && isClockStep(probe.sentAt, receivedAt)) {
      flags.push("clock-step");
    }
    if (kernelStamps && probe.sentAt.source !== "kernel") flags.push("user-stamp");
    return {
      header,
      code: message.code,
      stamps: reportedStamps,
      lengthBytes,
      receivedAt,
      rttNs: measurement?.rttNs ?? elapsedNs(probe.sentAt, receivedAt),
      measurement,
      flags,
      bytes: keepBytes ? received.bytes.slice() : undefined,
    };
  }

  #readError(received: ReceivedDatagram, error: IcmpErrorMessage): void {
    const { identifier, table, listener, keepBytes } = this.#options;
    const quoted = error.quote.ok ? error.quote.value : undefined;
    const probe = quoted?.icmp?.type === this.#requestType && quoted.icmp.identifier === identifier
      ? table.find(quoted.header.destination, quoted.icmp.sequence)
      : undefined;
    if (probe === undefined) {
      this.#stray(received, "foreign", `${error.name}, about a packet that is not ours`);
      return;
    }
    const origin = this.#quotedCookie(quoted);
    if (origin === undefined ? isReused(probe) : origin !== probe.originateMs) {
      const which = origin === undefined ? "a probe" : "an earlier probe";
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
        `${error.name}, about probe ${probe.sequence} to ${probe.target.label}${flagged}`,
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

  /**
   * Whether a reply whose address, identifier and sequence fit is the answer to this very probe. A sequence
   * number that was used before may be that of an old answer, and one in a damaged message may be
   * anybody's: the originate stamp decides.
   */
  #isItsReply(reply: TimestampMessage | EchoMessage, probe: Probe): boolean {
    if (reply.checksumOk && !isReused(probe)) return true;
    if (this.#carriesCookie(reply, probe)) return true;
    // Nothing of such a host is still expected, and its answers can never be told apart.
    return reply.checksumOk && !probe.reusedSequence &&
      this.#memories[probe.target.index]?.rewritesOriginate === true;
  }

  #memoryOf(probe: Probe): TargetMemory {
    const { index } = probe.target;
    let memory = this.#memories[index];
    if (memory === undefined) {
      memory = { history: new StampHistory(), rewritesOriginate: false };
      this.#memories[index] = memory;
    }
    return memory;
  }

  /** The originate stamp or cookie in the quote of an ICMP error; undefined when the quote ends before it. */
  #quotedCookie(quoted: QuotedDatagram | undefined): number | undefined {
    if (quoted === undefined || quoted.payload.length < COOKIE_END) return undefined;
    if (this.#options.kind === "echo" && !this.#options.stampedPayload) return undefined;
    return cookieOf(quoted.payload.subarray(COOKIE_START));
  }

  /** Whether a reply carries what only an answer to this very probe can; true where nothing was there to carry. */
  #carriesCookie(message: TimestampMessage | EchoMessage, probe: Probe): boolean {
    if ("originateMs" in message) return message.originateMs === probe.originateMs;
    return !this.#options.stampedPayload || cookieOf(message.payload) === probe.originateMs;
  }

  #samePayload(payload: Uint8Array, probe: Probe): boolean {
    const { sentPayload, stampedPayload } = this.#options;
    if (payload.length !== sentPayload.length) return false;
    if (stampedPayload && cookieOf(payload) !== probe.originateMs) return false;
    for (let i = stampedPayload ? 4 : 0; i < payload.length; i++) {
      if (payload[i] !== sentPayload[i]) return false;
    }
    return true;
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

/** Whether the target has had an earlier probe with this sequence number. */
function isReused(probe: Probe): boolean {
  return probe.reusedSequence || probe.number >= SEQUENCES;
}

/** First four payload bytes as a big-endian number; undefined when there are not so many. */
function cookieOf(payload: Uint8Array): number | undefined {
  if (payload.length < 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

/**
 * The stamps that the target wrote into our IP Timestamp option (RFC 791 §3.1): when the request came, and when
 * the reply left. A host that wrote the first alone left the reply no earlier: the stamp does for both.
 */
function optionStamps(header: Ipv4Header, probe: Probe): ReplyDetail["stamps"] {
  const parsed = parseIpTimestampOption(header.options);
  if (!parsed.ok || parsed.value === undefined) return undefined;
  const { entries, writtenCount } = parsed.value;
  const written = entries.slice(0, writtenCount);
  const own = written.filter(({ address }) => address === probe.target.address);
  const [receive, transmit = receive] = own;
  if (receive === undefined || transmit === undefined) return undefined;
  return {
    originateMs: probe.originateMs,
    receiveMs: receive.stampMs,
    transmitMs: transmit.stampMs,
  };
}
