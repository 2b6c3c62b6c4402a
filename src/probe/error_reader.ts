/**
 * Matches ICMP errors with the probes that they quote.
 *
 * Anyone can send an ICMP error. One ends a probe only if its own checksum holds, it came after the probe had
 * left, and everything that it quotes is as the probe was sent: source, destination and protocol, and the ICMP
 * message as far as it goes. Eight octets of that are there by RFC 792: identifier and sequence, which only
 * the target knows, and a checksum that covers the originate stamp.
 */

import {
  type IcmpErrorMessage,
  type Ipv4Header,
  isFinalErrorType,
  type QuotedDatagram,
} from "../packet/mod.ts";
import { elapsedNs } from "../measurement/timestamp.ts";
import type { ProbeTable } from "./in_flight_table.ts";
import type { StrayDatagram } from "./outcome.ts";
import type { InFlightProbe } from "./probe.ts";
import type { ProbeMatcher } from "./probe_matcher.ts";
import type { Settlement } from "./settlement.ts";
import { hasLeft, type TransmitTimestamps } from "./transmit_timestamps.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** What an ICMP error is held against. */
export interface ErrorReaderOptions {
  /** The probes that are out. */
  readonly table: ProbeTable;
  /** Where transmit stamps come from. */
  readonly stamps: TransmitTimestamps;
  /** Hands copies of the datagrams on. */
  readonly keepBytes: boolean;
}

const NOT_OURS = "a packet that is not ours";

/** Why an ICMP error ends no probe: what kind of stray it is, and what it is about. */
interface Remark {
  readonly kind: StrayDatagram["kind"];
  readonly about: string;
}

/** Reads ICMP errors, and settles the probes that they end. */
export class ErrorReader {
  readonly #options: ErrorReaderOptions;
  readonly #matcher: ProbeMatcher;
  readonly #settlement: Settlement;

  /** Reads for one run. */
  constructor(options: ErrorReaderOptions, matcher: ProbeMatcher, settlement: Settlement) {
    this.#options = options;
    this.#matcher = matcher;
    this.#settlement = settlement;
  }

  /** Takes one ICMP error; returns what is to be said of it when it ends no probe. */
  read(
    received: ReceivedDatagram,
    header: Ipv4Header,
    error: IcmpErrorMessage,
  ): { readonly kind: StrayDatagram["kind"]; readonly text: string } | undefined {
    const quoted = error.quote.ok ? error.quote.value : undefined;
    const probe = quoted && this.#findProbe(quoted);
    if (quoted === undefined || probe === undefined) {
      const about = quoted === undefined ? "a packet of which too little is quoted" : NOT_OURS;
      return { kind: "foreign", text: `${error.name}, about ${about}` };
    }
    const objection = this.#object(received, header, error, quoted, probe);
    if (objection !== undefined) {
      return { kind: objection.kind, text: `${error.name}, about ${objection.about}` };
    }
    this.#settlement.icmpError(probe, {
      error,
      reporter: received.source,
      receivedAt: received.receivedAt,
      rttNs: Math.max(0, elapsedNs(probe.sentAt, received.receivedAt)),
      bytes: this.#options.keepBytes ? received.bytes.slice() : undefined,
    });
    return undefined;
  }

  /** The probe that the quote names, if it is remembered. */
  #findProbe({ header, icmp }: QuotedDatagram): InFlightProbe | undefined {
    if (icmp === undefined) return undefined;
    const probe = this.#options.table.find(header.destination, icmp.sequence, icmp.identifier);
    return probe?.message.requestType === icmp.type ? probe : undefined;
  }

  /** Why the error does not end the probe that its quote names; undefined when it does. */
  #object(
    received: ReceivedDatagram,
    header: Ipv4Header,
    error: IcmpErrorMessage,
    quoted: QuotedDatagram,
    probe: InFlightProbe,
  ): Remark | undefined {
    const what = `probe ${probe.index} to ${probe.target.label}`;
    const isQuoted = this.#matcher.isQuoted(quoted, probe);
    if (isQuoted === "earlier") {
      const which = `an earlier probe with sequence ${probe.sequence}`;
      return { kind: "unmatched", about: `${which} to ${probe.target.label}` };
    }
    // The error's receiver had sent the packet; NAT turns both back.
    if (isQuoted === "no" || quoted.header.source !== header.destination) {
      return { kind: "unmatched", about: `${what}, which was sent otherwise than it quotes` };
    }
    if (!error.checksumOk) return { kind: "notice", about: `${what}, with a bad checksum` };
    this.#options.stamps.collect();
    // A first fragment may be refused before the last one, whose stamp is the probe's, has left.
    if (!quoted.header.moreFragments && !hasLeft(probe, received.receivedAt)) {
      return { kind: "unmatched", about: `${what}, which had not left` };
    }
    const ends = isFinalErrorType(error.type) && probe.state === "pending";
    return ends ? undefined : { kind: "notice", about: what };
  }
}
