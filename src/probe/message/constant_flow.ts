/**
 * Any other request with the same ICMP checksum in every probe to a target, so that load balancers keep all of them on one
 * path: Paris traceroute (Augustin et al., "Avoiding traceroute anomalies with Paris traceroute", IMC 2006).
 *
 * A per-flow load balancer hashes the addresses, the protocol and the first four octets behind the IPv4 header, which of an
 * ICMP message are type, code and checksum. Sequence and token differ in every probe, so one more word does as well, and
 * brings the sum back to what it is to be (RFC 1071: a ones' complement sum can be given any value by one word):
 *
 * ```text
 *  echo       octets 12 and 13: the payload behind its cookie
 *  timestamp  octets 14 and 15: low half of the receive timestamp, which a request does not use and a reply overwrites
 * ```
 */

import { foldSum } from "../../packet/checksum.ts";
import { halfSipHash, type HashKey } from "../../packet/half_sip_hash.ts";
import { ICMP, ICMP_TYPE } from "../../packet/icmp_header.ts";
import type { IcmpMessage, Ipv4Header } from "../../packet/mod.ts";
import { readU16, writeU16 } from "../../packet/octets.ts";
import { MS_PER_DAY } from "../../time/mod.ts";
import type { ProbeContent, ProbeMessage, ReplyContent, ReplyMessage } from "./message.ts";

/** Offset in the ICMP message of the word that compensates, by the type of the request. */
const SPARE_WORD = { echo: 12, timestamp: 14 } as const;
/** Checksums 0 and 0xffff are one number in ones' complement: neither is used. */
const CHECKSUMS = 0xfffe;
/** Hashes of flows start here; cookies of probes are below (probe_numbers.ts). */
const FLOW_WORD = 0xc0000000;

/** A request whose checksum depends on target and flow alone. */
export class ConstantFlowProbe implements ProbeMessage {
  /** Name of the kind of request. */
  readonly name: ProbeMessage["name"];
  /** ICMP type of the request, 8 or 13. */
  readonly requestType: number;
  /** Type of its answer. */
  readonly replyType: number;
  /** Length of the datagram in octets. */
  readonly lengthBytes: number;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  /** As in the request. */
  readonly hasToken: boolean;
  readonly #request: ProbeMessage;
  readonly #key: HashKey;
  readonly #flow: number;
  readonly #isTimestamp: boolean;

  /**
   * Gives the flow `flow`, from 0 to 1023, to `request`: an echo with at least six octets of payload, or a timestamp
   * request. All flows with one key have different checksums, but for chance.
   */
  constructor(request: ProbeMessage, key: HashKey, flow: number = 0) {
    this.#request = request;
    this.#key = key;
    this.#flow = flow;
    this.#isTimestamp = request.requestType === ICMP_TYPE.timestampRequest;
    this.name = request.name;
    this.requestType = request.requestType;
    this.replyType = request.replyType;
    this.lengthBytes = request.lengthBytes;
    this.messageStart = request.messageStart;
    this.hasToken = request.hasToken;
  }

  /** A cookie; of a timestamp request one that is a time of day. */
  makeToken(_timeOfDayMs: number, cookie: () => number): number {
    return this.#isTimestamp ? cookie() % MS_PER_DAY : cookie();
  }

  /** Writes the datagram of a probe. */
  emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array {
    const written = this.#request.emit(probe, bytes);
    const spareAt = this.messageStart +
      (this.#isTimestamp ? SPARE_WORD.timestamp : SPARE_WORD.echo);
    const checksumAt = this.messageStart + ICMP.checksum;
    const { k0, k1 } = this.#key;
    const checksum = 1 +
      halfSipHash(k0, k1, probe.target.address, FLOW_WORD + this.#flow) % CHECKSUMS;
    // The sum of the rest is ~(checksum as it is) - (spare word as it is); the new word is what is missing to ~checksum.
    const spare = foldSum(
      (~checksum & 0xffff) + readU16(written, checksumAt) + readU16(written, spareAt),
    );
    writeU16(written, spareAt, spare);
    writeU16(written, checksumAt, checksum);
    return written;
  }

  /** As for the request. */
  isAnswer(message: IcmpMessage): message is ReplyMessage {
    return this.#request.isAnswer(message);
  }

  /** As for the request. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    return this.#request.repeatsToken(reply, token);
  }

  /** As for the request; a payload with another compensating word is as it was sent. */
  describe(reply: ReplyMessage, header: Ipv4Header, probe: ProbeContent): ReplyContent {
    const content = this.#request.describe(reply, header, probe);
    return { ...content, flags: content.flags.filter((flag) => flag !== "payload-changed") };
  }
}
