/**
 * Probes from a template: what all probes of a run share is written and summed once.
 *
 * ```text
 *  0                             20 + options            + 8      + 20
 * +-----------------------------+-----------------------+--------+----------+
 * | IPv4 header, options        | type code checksum    | stamps | payload  |
 * |                             | identifier, sequence  |        |          |
 * +-----------------------------+-----------------------+--------+----------+
 *   ttl, destination, checksum    the per-probe fields
 * ```
 *
 * The Internet checksum is a sum, so a probe's checksum is that of the constant octets plus the
 * words that differ (RFC 1071 §2). The offsets are those of ipv4_header.ts, icmp_header.ts and
 * timestamp_message.ts.
 */

import { foldSum, sumWords } from "./checksum.ts";
import { emitDatagram } from "./datagram.ts";
import { ECHO } from "./echo_message.ts";
import { ICMP } from "./icmp_header.ts";
import type { IcmpFields } from "./icmp_message.ts";
import { DEFAULT_TTL, IPV4, IPV4_MIN_HEADER_BYTES } from "./ipv4_header.ts";
import { NO_OCTETS, requireRange, requireRoom, writeU16, writeU32, writeU8 } from "./octets.ts";
import { TIMESTAMP } from "./timestamp_message.ts";

/** What all probes of a run share. */
export interface ProbeTemplateOptions {
  /** Which question to ask. */
  readonly kind: "timestamp" | "echo";
  /** Source address; 0, the default, lets the kernel fill it in. */
  readonly source?: number;
  /** Time to live; 64 by default. */
  readonly ttl?: number;
  /** Type of service octet; 0 by default. */
  readonly tos?: number;
  /** Whether to set DF. */
  readonly dontFragment?: boolean;
  /** IPv4 options, a multiple of 4 octets up to 40. */
  readonly ipOptions?: Uint8Array;
  /** Identifier of probes that name none; 0 by default. */
  readonly identifier?: number;
  /** ICMP code; 0 by default, as RFC 792 requires. */
  readonly code?: number;
  /** Receive stamp of probes that name none; 0 by default, as RFC 792 requires. */
  readonly receiveMs?: number;
  /** Transmit stamp of probes that name none; 0 by default, as RFC 792 requires. */
  readonly transmitMs?: number;
  /** The payload of an echo; octets after the transmit stamp of a timestamp message. */
  readonly payload?: Uint8Array;
  /**
   * Writes the originate stamp over the first four payload octets of an echo, so that its reply differs
   * from the reply to another probe. The payload must have them.
   */
  readonly stampPayload?: boolean;
}

/** What one probe says. */
export interface ProbeFields {
  /** Destination address. */
  readonly destination: number;
  /** Identifier, 16 bits; the template's when absent. */
  readonly identifier?: number;
  /** Sequence number, 16 bits. */
  readonly sequence: number;
  /** Originate stamp, 32 bits; an echo has none, see {@linkcode ProbeTemplateOptions.stampPayload}. */
  readonly originateMs: number;
  /** Receive stamp, 32 bits; the template's when absent. */
  readonly receiveMs?: number;
  /** Transmit stamp, 32 bits; the template's when absent. */
  readonly transmitMs?: number;
  /** Time to live, 8 bits; the template's when absent. */
  readonly ttl?: number | undefined;
}

/** Octets of an originate stamp. */
const STAMP_BYTES = 4;

/** Emits probes that differ in destination, time to live, identifier, sequence and stamps alone. */
export class ProbeTemplate {
  /** Length of each datagram that {@linkcode emit} writes, in octets. */
  readonly lengthBytes: number;
  /** Where in it the ICMP message starts: length of the IPv4 header, in octets. */
  readonly messageStart: number;

  /** The whole datagram with zeros in the per-probe fields. */
  readonly #constant: Uint8Array;
  readonly #headerSum: number;
  readonly #messageSum: number;
  readonly #hasStamps: boolean;
  readonly #stampsPayload: boolean;
  readonly #identifier: number;
  readonly #receiveMs: number;
  readonly #transmitMs: number;
  readonly #ttl: number;

  /**
   * Writes what all probes share.
   *
   * @throws {RangeError} An option does not fit its field, or the datagram is too long.
   */
  constructor(options: ProbeTemplateOptions) {
    this.#hasStamps = options.kind === "timestamp";
    this.#stampsPayload = !this.#hasStamps && options.stampPayload === true;
    this.#identifier = requireRange("identifier", options.identifier ?? 0, 0xffff);
    this.#receiveMs = requireRange("receive", options.receiveMs ?? 0, 0xffffffff);
    this.#transmitMs = requireRange("transmit", options.transmitMs ?? 0, 0xffffffff);
    this.#ttl = options.ttl ?? DEFAULT_TTL;
    this.messageStart = IPV4_MIN_HEADER_BYTES + (options.ipOptions?.length ?? 0);
    this.#constant = emitConstant(options);
    this.lengthBytes = this.#constant.length;
    this.#headerSum = sumWords(this.#constant, 0, this.messageStart);
    this.#messageSum = sumWords(this.#constant, this.messageStart, this.lengthBytes);
  }

  /**
   * Emits one probe into `target`, or into a new buffer, and returns the octets written. Of each
   * field the low 16 or 32 bits are used.
   *
   * @throws {RangeError} `target` is shorter than {@linkcode lengthBytes}.
   */
  emit(fields: ProbeFields, target?: Uint8Array): Uint8Array {
    const bytes = target ?? new Uint8Array(this.lengthBytes);
    requireRoom(bytes, 0, this.lengthBytes);
    bytes.set(this.#constant);
    this.#writeHeader(fields, bytes);
    const sum = this.#messageSum + this.#writeMessage(fields, bytes);
    writeU16(bytes, this.messageStart + ICMP.checksum, ~foldSum(sum));
    return bytes.length === this.lengthBytes ? bytes : bytes.subarray(0, this.lengthBytes);
  }

  #writeHeader({ destination, ttl = this.#ttl }: ProbeFields, bytes: Uint8Array): void {
    writeU32(bytes, IPV4.destination, destination);
    writeU8(bytes, IPV4.ttl, ttl);
    // Time to live is the word's high octet.
    const sum = this.#headerSum + sumOfU32(destination) + (((ttl & 0xff) - this.#ttl) << 8);
    writeU16(bytes, IPV4.checksum, ~foldSum(sum));
  }

  /** Writes the per-probe fields of the message and returns their sum. */
  #writeMessage(fields: ProbeFields, bytes: Uint8Array): number {
    const start = this.messageStart;
    const identifier = (fields.identifier ?? this.#identifier) & 0xffff;
    const sequence = fields.sequence & 0xffff;
    writeU16(bytes, start + TIMESTAMP.identifier, identifier);
    writeU16(bytes, start + TIMESTAMP.sequence, sequence);
    const originateMs = fields.originateMs;
    if (!this.#hasStamps) {
      if (!this.#stampsPayload) return identifier + sequence;
      writeU32(bytes, start + ECHO.payload, originateMs);
      return identifier + sequence + sumOfU32(originateMs);
    }
    const receiveMs = fields.receiveMs ?? this.#receiveMs;
    const transmitMs = fields.transmitMs ?? this.#transmitMs;
    writeU32(bytes, start + TIMESTAMP.originate, originateMs);
    writeU32(bytes, start + TIMESTAMP.receive, receiveMs);
    writeU32(bytes, start + TIMESTAMP.transmit, transmitMs);
    return identifier + sequence + sumOfU32(originateMs) + sumOfU32(receiveMs) +
      sumOfU32(transmitMs);
  }
}

function sumOfU32(value: number): number {
  return (value >>> 16) + (value & 0xffff);
}

/** The datagram with zeros in the per-probe fields and in both checksums. */
function emitConstant(options: ProbeTemplateOptions): Uint8Array {
  const ipOptions = options.ipOptions ?? NO_OCTETS;
  return emitDatagram({
    header: {
      source: options.source ?? 0,
      destination: 0,
      tos: options.tos ?? 0,
      dontFragment: options.dontFragment ?? false,
      ttl: options.ttl ?? DEFAULT_TTL,
      checksum: 0,
      options: ipOptions,
    },
    message: constantMessage(options),
  });
}

function constantMessage(options: ProbeTemplateOptions): IcmpFields {
  const { kind, code = 0 } = options;
  const payload = options.payload?.slice() ?? NO_OCTETS;
  if (kind === "echo" && options.stampPayload === true) {
    if (payload.length < STAMP_BYTES) {
      throw new RangeError(
        `Cannot stamp the payload: ${payload.length} octets, expected at least 4`,
      );
    }
    payload.fill(0, 0, STAMP_BYTES);
  }
  const shared = { identifier: 0, sequence: 0, code, checksum: 0 };
  return kind === "timestamp"
    ? { kind: "timestamp-request", ...shared, originateMs: 0, trailing: payload }
    : { kind: "echo-request", ...shared, payload };
}
