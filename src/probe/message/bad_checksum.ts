/**
 * Any other request with a wrong ICMP checksum. A host that verifies the checksum drops it, so an answer shows a host that
 * does not, or a middlebox that answers for it.
 */

import { ICMP } from "../../packet/icmp_header.ts";
import type { IcmpMessage, Ipv4Header } from "../../packet/mod.ts";
import type { ProbeContent, ProbeMessage, ReplyContent, ReplyMessage } from "./message.ts";

/** Inverted in the right checksum, this bit gives one that is always wrong. */
const WRONG_CHECKSUM_MASK = 0x01;
/** Offset of the checksum's low octet in the ICMP message. */
const LOW_OCTET = ICMP.checksum + 1;

/** A request whose ICMP checksum is wrong. */
export class BadChecksumProbe implements ProbeMessage {
  /** Name of the kind. */
  readonly name = "bad-checksum";
  /** Type of the request that is spoiled. */
  readonly requestType: number;
  /** ICMP type of the answer. */
  readonly replyType: number;
  /** Length of the datagram in octets. */
  readonly lengthBytes: number;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  /** As in the request that is spoiled. */
  readonly hasToken: boolean;
  /** As in the request that is spoiled. */
  readonly isTimed: boolean;
  readonly #request: ProbeMessage;

  /** Spoils `request`. */
  constructor(request: ProbeMessage) {
    this.#request = request;
    this.requestType = request.requestType;
    this.replyType = request.replyType;
    this.lengthBytes = request.lengthBytes;
    this.messageStart = request.messageStart;
    this.hasToken = request.hasToken;
    this.isTimed = request.isTimed ?? false;
  }

  /** As the request that is spoiled. */
  makeToken(timeOfDayMs: number, cookie: () => number): number {
    return this.#request.makeToken(timeOfDayMs, cookie);
  }

  /** Writes the datagram of a probe and spoils its checksum. */
  emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array {
    const written = this.#request.emit(probe, bytes);
    const at = this.messageStart + LOW_OCTET;
    written[at] = (written[at] as number) ^ WRONG_CHECKSUM_MASK;
    return written;
  }

  /** As for the request that is spoiled. */
  isAnswer(message: IcmpMessage): message is ReplyMessage {
    return this.#request.isAnswer(message);
  }

  /** As for the request that is spoiled. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    return this.#request.repeatsToken(reply, token);
  }

  /** As for the request that is spoiled. */
  describe(reply: ReplyMessage, header: Ipv4Header, probe: ProbeContent): ReplyContent {
    return this.#request.describe(reply, header, probe);
  }
}
