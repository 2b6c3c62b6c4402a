/** The ICMP Timestamp request (RFC 792, page 16). Its token is the originate timestamp. */

import {
  ICMP_TYPE,
  type IcmpMessage,
  type Ipv4Header,
  ProbeTemplate,
  type ProbeTemplateOptions,
  type TimestampMessage,
} from "../../packet/mod.ts";
import { TIMESTAMP_BYTES } from "../../packet/timestamp_message.ts";
import type { ProbeContent, ProbeMessage, ReplyContent, ReplyMessage } from "./message.ts";

/** What all timestamp requests of one kind share. */
export interface TimestampProbeOptions extends Omit<ProbeTemplateOptions, "kind" | "stampPayload"> {
  /**
   * Originate timestamp, 32 bits, or a function that makes one for each probe; the time of day by default.
   */
  readonly originateMs?: number | (() => number) | undefined;
}

/** A timestamp request. */
export class TimestampProbe implements ProbeMessage {
  /** Name of the kind. */
  readonly name = "timestamp";
  /** Type 13. */
  readonly requestType: number = ICMP_TYPE.timestampRequest;
  /** Type 14. */
  readonly replyType: number = ICMP_TYPE.timestampReply;
  /** The originate timestamp always is. */
  readonly hasToken = true;
  /** The originate timestamp is the time of day, unless another was set. */
  readonly isTimed: boolean;
  /** Length of the datagram in octets. */
  readonly lengthBytes: number;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  readonly #template: ProbeTemplate;
  readonly #originateMs: TimestampProbeOptions["originateMs"];

  /**
   * Writes what all of these requests share.
   *
   * @throws {RangeError} An option does not fit its field, or the datagram is too long.
   */
  constructor(options: TimestampProbeOptions = {}) {
    this.#template = new ProbeTemplate({ ...options, kind: "timestamp" });
    this.#originateMs = options.originateMs;
    this.isTimed = options.originateMs === undefined;
    this.lengthBytes = this.#template.lengthBytes;
    this.messageStart = this.#template.messageStart;
  }

  /** The originate timestamp that was set, or the time of day. */
  makeToken(timeOfDayMs: number): number {
    const originateMs = this.#originateMs;
    return typeof originateMs === "function" ? originateMs() : originateMs ?? timeOfDayMs;
  }

  /** Writes the datagram of a probe. */
  emit({ target, identifier, sequence, token, ttl }: ProbeContent, bytes: Uint8Array): Uint8Array {
    const fields = { destination: target.address, identifier, sequence, originateMs: token, ttl };
    return this.#template.emit(fields, bytes);
  }

  /** Whether it is a timestamp reply. */
  isAnswer(message: IcmpMessage): message is TimestampMessage {
    return message.kind === "timestamp-reply";
  }

  /** Whether the reply has the originate timestamp of the request. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    return reply.kind === "timestamp-reply" && reply.originateMs === token;
  }

  /** The three timestamps, as they stand in the reply. */
  describe(reply: ReplyMessage, _header: Ipv4Header, _probe: ProbeContent): ReplyContent {
    const stamps = reply as TimestampMessage;
    const { length } = stamps.trailing;
    const flags = length > 0 ? ["trailing-bytes"] : [];
    return { stamps, lengthBytes: TIMESTAMP_BYTES + length, flags };
  }
}
