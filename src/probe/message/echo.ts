/**
 * The ICMP Echo request (RFC 792, page 14). Its token is a cookie in the first four octets of the payload, unless the
 * payload is the user's.
 */

import {
  type EchoMessage,
  ICMP_TYPE,
  type IcmpMessage,
  type Ipv4Header,
  ProbeTemplate,
  type ProbeTemplateOptions,
} from "../../packet/mod.ts";
import { ECHO_MIN_BYTES } from "../../packet/echo_message.ts";
import { type ProbeContent, type ProbeMessage, TOKEN_BYTES } from "./message.ts";
import type { ReplyContent, ReplyMessage } from "./message.ts";

/** Length of an echo's payload that is not the user's, in octets: what other tools send. */
const PAYLOAD_BYTES = 56;

/** What all echo requests of one kind share. */
export interface EchoProbeOptions
  extends Omit<ProbeTemplateOptions, "kind" | "stampPayload" | "receiveMs" | "transmitMs"> {
  /** Octets to be echoed, sent as they are, without a cookie; by default 56, which start with a cookie. */
  readonly payload?: Uint8Array;
}

/** An echo request. */
export class EchoProbe implements ProbeMessage {
  /** Name of the kind. */
  readonly name = "echo";
  /** Type 8. */
  readonly requestType: number = ICMP_TYPE.echoRequest;
  /** Type 0. */
  readonly replyType: number = ICMP_TYPE.echoReply;
  /** The payload starts with a cookie. */
  readonly hasToken: boolean;
  /** Length of the datagram in octets. */
  readonly lengthBytes: number;
  /** Length of the IPv4 header in octets. */
  readonly messageStart: number;
  readonly #template: ProbeTemplate;
  readonly #payload: Uint8Array;

  /**
   * Writes what all of these requests share.
   *
   * @throws {RangeError} An option does not fit its field, or the datagram is too long.
   */
  constructor(options: EchoProbeOptions = {}) {
    this.hasToken = options.payload === undefined;
    this.#payload = options.payload ?? Uint8Array.from({ length: PAYLOAD_BYTES }, (_, i) => i);
    const payload = this.#payload;
    this.#template = new ProbeTemplate({
      ...options,
      kind: "echo",
      payload,
      stampPayload: this.hasToken,
    });
    this.lengthBytes = this.#template.lengthBytes;
    this.messageStart = this.#template.messageStart;
  }

  /** A cookie, where the payload has one. */
  makeToken(_timeOfDayMs: number, cookie: () => number): number {
    return this.hasToken ? cookie() : 0;
  }

  /** Writes the datagram of a probe. */
  emit({ target, identifier, sequence, token, ttl }: ProbeContent, bytes: Uint8Array): Uint8Array {
    const fields = { destination: target.address, identifier, sequence, originateMs: token, ttl };
    return this.#template.emit(fields, bytes);
  }

  /** Whether it is an echo reply. */
  isAnswer(message: IcmpMessage): message is EchoMessage {
    return message.kind === "echo-reply";
  }

  /** Whether the reply has the cookie of the request. */
  repeatsToken(reply: ReplyMessage, token: number): boolean {
    return reply.kind === "echo-reply" && (!this.hasToken || cookieOf(reply.payload) === token);
  }

  /** Whether the payload came back as it was sent. */
  describe(reply: ReplyMessage, _header: Ipv4Header, { token }: ProbeContent): ReplyContent {
    const { payload } = reply as EchoMessage;
    const flags = this.#isAsSent(payload, token) ? [] : ["payload-changed"];
    return { stamps: undefined, lengthBytes: ECHO_MIN_BYTES + payload.length, flags };
  }

  #isAsSent(payload: Uint8Array, token: number): boolean {
    const sent = this.#payload;
    if (payload.length !== sent.length) return false;
    if (this.hasToken && cookieOf(payload) !== token) return false;
    for (let i = this.hasToken ? TOKEN_BYTES : 0; i < payload.length; i++) {
      if (payload[i] !== sent[i]) return false;
    }
    return true;
  }
}

/** First four octets as a big-endian number; undefined when there are fewer. */
function cookieOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < TOKEN_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, TOKEN_BYTES).getUint32(0);
}
