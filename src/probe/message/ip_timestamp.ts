/**
 * An echo request whose IPv4 header has a Timestamp option (RFC 791 §3.1, page 22) with room for two timestamps of the
 * target: when the request came, and when the reply left. For hosts that answer echo but no timestamp requests.
 *
 * ```text
 *  0        20                   24        28          32        36          40
 * +--------+--------------------+---------+-----------+---------+-----------+------+
 * | header | 68, 20, pointer, 3 | target  | timestamp | target  | timestamp | echo |
 * +--------+--------------------+---------+-----------+---------+-----------+------+
 * ```
 */

import {
  emitIpTimestampOption,
  type IcmpMessage,
  IP_TIMESTAMP_FLAG,
  type Ipv4Header,
  parseIpTimestampOption,
  updateChecksumU32,
} from "../../packet/mod.ts";
import { IPV4 } from "../../packet/ipv4_header.ts";
import { readU16, writeU16, writeU32 } from "../../packet/octets.ts";
import { EchoProbe, type EchoProbeOptions } from "./echo.ts";
import type { ProbeContent, ProbeMessage, ReplyContent, ReplyMessage } from "./message.ts";

/** An entry without an address yet. */
const ENTRY = { address: 0, stampMs: 0 } as const;
/** Offsets of the two addresses in the datagram, in octets. */
const ADDRESS_OFFSETS = [24, 32] as const;

/** What all such requests share. */
export interface IpTimestampProbeOptions extends Omit<EchoProbeOptions, "ipOptions"> {
  /** Number of timestamps of the target that there is room for, 2 by default. */
  readonly stamps?: 1 | 2 | undefined;
}

/** An echo request with room for the target's time in its IPv4 header. */
export class IpTimestampProbe implements ProbeMessage {
  /** Name of the kind. */
  readonly name = "ip-timestamp";
  /** Type 8. */
  readonly requestType: number;
  /** Type 0. */
  readonly replyType: number;
  /** Length of the datagram in octets. */
  readonly lengthBytes: number;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  /** The payload starts with a cookie. */
  readonly hasToken: boolean;
  readonly #echo: EchoProbe;
  readonly #addressOffsets: readonly number[];

  /**
   * Writes what all of these requests share.
   *
   * @throws {RangeError} An option does not fit its field, or the datagram is too long.
   */
  constructor(options: IpTimestampProbeOptions = {}) {
    const { prespecified } = IP_TIMESTAMP_FLAG;
    const { stamps = 2 } = options;
    const entries = stamps === 1 ? [ENTRY] : [ENTRY, ENTRY];
    this.#addressOffsets = ADDRESS_OFFSETS.slice(0, stamps);
    const ipOptions = emitIpTimestampOption({ flag: prespecified, entries });
    const echo = new EchoProbe({ ...options, ipOptions });
    this.#echo = echo;
    this.requestType = echo.requestType;
    this.replyType = echo.replyType;
    this.lengthBytes = echo.lengthBytes;
    this.messageStart = echo.messageStart;
    this.hasToken = echo.hasToken;
  }

  /** A cookie, where the payload has one. */
  makeToken(timeOfDayMs: number, cookie: () => number): number {
    return this.#echo.makeToken(timeOfDayMs, cookie);
  }

  /** Writes the datagram of a probe, with the target's address in each entry. */
  emit(probe: ProbeContent, bytes: Uint8Array): Uint8Array {
    const written = this.#echo.emit(probe, bytes);
    const { address } = probe.target;
    let checksum = readU16(written, IPV4.checksum);
    for (const offset of this.#addressOffsets) {
      writeU32(written, offset, address);
      checksum = updateChecksumU32(checksum, ENTRY.address, address);
    }
    writeU16(written, IPV4.checksum, checksum);
    return written;
  }

  /** Whether it is an echo reply. */
  isAnswer(message: IcmpMessage): message is ReplyMessage {
    return this.#echo.isAnswer(message);
  }

  /** Whether the reply has the cookie of the request. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    return this.#echo.repeatsToken(reply, token);
  }

  /** The timestamps that the target wrote into the option, and whether the payload came back as it was sent. */
  describe(reply: ReplyMessage, header: Ipv4Header, probe: ProbeContent): ReplyContent {
    const { lengthBytes, flags } = this.#echo.describe(reply, header, probe);
    const stamps = readStamps(header, probe);
    return { stamps, lengthBytes, flags: stamps === undefined ? [...flags, "no-stamps"] : flags };
  }
}

/** A host that wrote one timestamp alone sent its reply no earlier: it does for both. */
export function readStamps(
  { options }: Ipv4Header,
  { target, token }: ProbeContent,
): ReplyContent["stamps"] {
  const parsed = parseIpTimestampOption(options);
  if (!parsed.ok || parsed.value === undefined) return undefined;
  const { entries, writtenCount } = parsed.value;
  const written = entries.slice(0, writtenCount);
  const own = written.filter(({ address }) => address === target.address);
  const [receive, transmit = receive] = own;
  if (receive === undefined || transmit === undefined) return undefined;
  return { originateMs: token, receiveMs: receive.stampMs, transmitMs: transmit.stampMs };
}
