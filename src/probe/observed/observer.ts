/**
 * Follows the requests and replies of a capture as a prober follows its own: the same matching, the same rules, the same
 * outcomes. Nothing is sent; time is that of the packets.
 */

import type { IcmpMessage, Ipv4Header } from "../../packet/mod.ts";
import type { Instant } from "../../time/instant.ts";
import { REMEMBER_MS } from "../in_flight_table.ts";
import type { ProbeListener } from "../outcome.ts";
import { ReplyReader } from "../reply_reader.ts";
import { TransmitTimestamps } from "../transmit_timestamps.ts";
import type { CaptureClock } from "./capture_clock.ts";
import { findPoint } from "./capture_point.ts";
import { type HostListener, HostTable } from "./host_table.ts";
import {
  markCut,
  OBSERVED_MESSAGES,
  observedMessage,
  octetsOf,
  tokenOf,
} from "./observed_message.ts";
import { isCopy, type ObservedHost, ObservedProbe, seenAs, sight } from "./observed_probe.ts";
import { MAX_REMEMBERED, ObservedTable } from "./observed_table.ts";

/** A packet of a capture that could be read. */
export interface ObservedPacket {
  /** The datagram, without link-layer header. */
  readonly bytes: Uint8Array;
  /** Its IPv4 header. */
  readonly header: Ipv4Header;
  /** Its ICMP message. */
  readonly message: IcmpMessage;
  /** The capture kept only the start of the message. */
  readonly isCut: boolean;
  /** Whether the capturing machine sent or received it, where the file says so. */
  readonly direction: "out" | "in" | undefined;
}

/** Receives what a capture shows. */
export interface ObserverListener extends HostListener, Omit<ProbeListener, "idle"> {
  /** A request was captured; called where the listener has it. */
  sent?(probe: ObservedProbe, bytes: Uint8Array): void;
  /** A pending probe is forgotten: more were under way than are remembered. */
  givenUp(probe: ObservedProbe): void;
}

/** How a capture is followed. */
export interface ObserverOptions {
  /** How long a request waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Hands copies of the datagrams on. */
  readonly keepBytes?: boolean | undefined;
  /** Probes remembered, and hosts followed, at the same time. */
  readonly limits?: { readonly probes: number; readonly hosts: number } | undefined;
}

/** There are no transmit stamps beside those of the packets. */
const NO_STAMPS = { stampSource: "user", receiveTransmitStamps: () => [] } as const;

/** Pairs the requests and replies of a capture. */
export class Observer {
  readonly #listener: ObserverListener;
  readonly #clock: CaptureClock;
  readonly #timeoutNs: number;
  readonly #table: ObservedTable;
  readonly #hosts: HostTable;
  readonly #reader: ReplyReader;
  /** Requests whose last fragment may follow, by identification. */
  readonly #fragmented = new Map<number, ObservedProbe>();
  #key = 0;
  #copies = 0;

  /** Reports to `listener`, by the time of `clock`. */
  constructor(options: ObserverOptions, clock: CaptureClock, listener: ObserverListener) {
    const { timeoutMs, keepBytes = false, limits } = options;
    this.#listener = listener;
    this.#clock = clock;
    this.#timeoutNs = timeoutMs * 1e6;
    this.#table = new ObservedTable(REMEMBER_MS, limits?.probes ?? MAX_REMEMBERED);
    this.#reader = new ReplyReader({
      messages: OBSERVED_MESSAGES,
      numbers: { isOurs: () => true },
      table: this.#table,
      stamps: new TransmitTimestamps(NO_STAMPS),
      kernelStamps: false,
      keepBytes,
      listener: { ...forward(listener), idle: () => undefined },
    });
    this.#hosts = new HostTable({
      join: (host) => listener.join(host),
      leave: (host) => {
        this.#reader.forget(host.target.index);
        listener.leave(host);
      },
    }, limits?.hosts);
  }

  /** Packets that were captured once more further on: on another link, or with a lower time to live. */
  get copies(): number {
    return this.#copies;
  }

  /** The probes that are pending, oldest first. */
  pendingProbes(): Iterable<ObservedProbe> {
    return this.#table.pendingProbes();
  }

  /** Takes a packet, captured at `at`. */
  add(packet: ObservedPacket, at: Instant): void {
    this.expire();
    const { header } = packet;
    const message = packet.isCut
      ? markCut({ ...packet.message, checksumOk: true })
      : packet.message;
    switch (message.kind) {
      case "timestamp-request":
      case "echo-request":
        return this.#addRequest(packet, message, at);
      case "timestamp-reply":
      case "echo-reply":
        return this.#addReply(packet, message, at);
      case "error":
        this.#table.want(header.destination, message);
        return this.#read(packet, message, at);
      case "other":
        return;
    }
  }

  /** Takes a fragment that does not begin its datagram. A request has left when its last fragment has, as in a live run. */
  addFragment(
    { source, destination, identification, moreFragments }: Ipv4Header,
    at: Instant,
  ): void {
    this.expire();
    const probe = this.#fragmented.get(identification);
    if (moreFragments || probe === undefined || probe.state !== "pending") return;
    if (probe.host.client !== source || probe.target.address !== destination) return;
    probe.sentAt = at;
    this.#fragmented.delete(identification);
  }

  /** Settles what has timed out by now. */
  expire(): void {
    this.#table.expire(this.#clock.now().monotonicNs, (probe) => this.#reader.expire(probe));
  }

  /** The capture is over. */
  finish(): void {
    this.expire();
    this.#reader.finish();
  }

  #addRequest(
    { bytes, header, direction }: ObservedPacket,
    message: IcmpMessage,
    at: Instant,
  ): void {
    const kind = observedMessage(header, message);
    if (kind === undefined || !("identifier" in message)) return;
    const { headerLengthBytes, totalLengthBytes, identification, ttl } = header;
    const nowNs = this.#clock.now().monotonicNs;
    const host = this.#hosts.of(header.source, header.destination, nowNs);
    const end = Math.min(totalLengthBytes, bytes.length);
    const probe = new ObservedProbe({
      target: host.target,
      index: host.requests,
      message: kind,
      ttl,
      identifier: message.identifier,
      sequence: message.sequence,
      token: tokenOf(message),
      key: this.#key,
      ordinal: host.requests,
      timeoutNs: this.#timeoutNs,
      sentAt: at,
      host,
      checksum: message.checksum,
      octets: octetsOf(message, bytes, headerLengthBytes, end),
      sighting: sight(identification, { ttl, direction }),
    });
    if (this.#table.hasCopy(probe)) {
      this.#copies++;
      return;
    }
    this.#key = (this.#key + 1) >>> 0;
    host.requests++;
    probe.deadlineNs = this.#timeoutNs + nowNs;
    if (header.moreFragments) this.#fragmented.set(identification, probe);
    this.#table.add(probe, (old) => this.#listener.givenUp(old));
    this.#listener.sent?.(probe, bytes);
  }

  #addReply(packet: ObservedPacket, message: IcmpMessage, at: Instant): void {
    const { header, direction } = packet;
    this.#table.want(header.destination, message);
    const { identification, ttl } = header;
    const sighting = sight(identification, { ttl, direction });
    const probe = "identifier" in message
      ? this.#table.find(header.source, message.sequence, message.identifier)
      : undefined;
    if (probe?.replySighting !== undefined && isCopy(sighting, probe.replySighting)) {
      this.#copies++;
      return;
    }
    if (probe !== undefined && probe.replySighting === undefined) {
      probe.replySighting = sighting;
      this.#vote(probe.host, findPoint(seenAs(probe.sighting), { ttl, direction }));
    }
    this.#read(packet, message, at);
  }

  #vote(host: ObservedHost, point: ReturnType<typeof findPoint>): void {
    host.vote.add(point);
    host.seenNs = this.#clock.now().monotonicNs;
  }

  #read({ bytes, header }: ObservedPacket, message: IcmpMessage, at: Instant): void {
    const received = { bytes, source: header.source, receivedAt: at, truncated: false };
    this.#reader.readDatagram(received, { header, message });
  }
}

function forward(listener: ObserverListener): Omit<ProbeListener, "idle"> {
  return {
    outcome: (outcome) => listener.outcome(outcome),
    extra: (reply) => listener.extra(reply),
    stray: (datagram) => listener.stray(datagram),
  };
}
