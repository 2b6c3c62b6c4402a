/**
 * Whether an answer can only have come from the host that was sent one very probe.
 *
 * Address, identifier and sequence have been compared already, and only the target knows the last two (see
 * probe_numbers.ts). What is left is the originate stamp, or the cookie of an echo: a reply repeats it, and an
 * ICMP error quotes it, in any case as part of the request's checksum.
 */

import type { EchoMessage, QuotedDatagram, TimestampMessage } from "../packet/mod.ts";
import { type Probe, SEQUENCES } from "./probe.ts";

/** Where in an ICMP message the originate stamp is, and the cookie of an echo. */
const COOKIE_START = 8;
const COOKIE_END = 12;
const COOKIE_BYTES = COOKIE_END - COOKIE_START;

/** What was sent, as far as an answer repeats it. */
export interface SentMarks {
  /** Which message was sent. */
  readonly kind: "timestamp" | "echo";
  /** Echo payload as sent. */
  readonly sentPayload: Uint8Array;
  /** The first four payload bytes are the probe's cookie. */
  readonly stampedPayload: boolean;
  /** The ICMP message of a probe as it was sent, in a buffer that the next call writes over. */
  readonly requestOf: (probe: Probe) => Uint8Array;
}

/**
 * What a reply is to the probe that its numbers name. `proven`: it repeats the originate stamp. `changed`: it does
 * not, and its host is known to do so. `doubtful`: it does not, and its host is not known. `none`: no answer
 * to this probe, or so damaged that it cannot be told.
 */
export type ReplyProof = "proven" | "changed" | "doubtful" | "none";

/** Judges answers by the originate stamp, or by the cookie of an echo. */
export class ProbeMatcher {
  readonly #marks: SentMarks;
  /** By target index: it does not echo the originate stamp, so that its answers cannot be told apart by it. */
  readonly #rewritesOriginate: (boolean | undefined)[] = [];

  /** Judges the answers of one run. */
  constructor(marks: SentMarks) {
    this.#marks = marks;
  }

  /**
   * What a reply whose address, identifier and sequence fit is to that probe. A sequence number that was used
   * before may be that of an old answer, and one in a damaged message may be any other: the originate stamp
   * decides.
   */
  judge(reply: TimestampMessage | EchoMessage, probe: Probe): ReplyProof {
    if (this.#carriesCookie(reply, probe)) return "proven";
    if (!reply.checksumOk) return "none";
    const isKnown = this.#rewritesOriginate[probe.target.index] === true;
    // Nothing of such a host is still expected, and its answers can never be told apart.
    if (isReused(probe)) return isKnown && !probe.reusedSequence ? "changed" : "none";
    return isKnown ? "changed" : "doubtful";
  }

  /** A target is another host from now on. */
  forget(targetIndex: number): void {
    this.#rewritesOriginate[targetIndex] = undefined;
  }

  /** Learns from an answer whether its host repeats what it was sent. */
  learn(probe: Probe, rewritesOriginate: boolean): void {
    this.#rewritesOriginate[probe.target.index] = rewritesOriginate;
  }

  /**
   * Whether an ICMP error whose quote has the probe's address, identifier and sequence quotes this very probe: all
   * that it quotes of the message must be as it was sent. `earlier`: a probe that had the same number.
   */
  isQuoted(quoted: QuotedDatagram, probe: Probe): "yes" | "no" | "earlier" {
    const cookie = this.#quotedCookie(quoted);
    if (cookie === undefined && isReused(probe)) return "no";
    if (cookie !== undefined && cookie !== probe.originateMs) return "earlier";
    const request = this.#marks.requestOf(probe);
    const { payload } = quoted;
    // Routers may pad a quote with zeros (RFC 4884).
    const lengthBytes = Math.min(payload.length, request.length);
    for (let i = 0; i < lengthBytes; i++) if (payload[i] !== request[i]) return "no";
    return "yes";
  }

  /** Whether an echo came back with the payload that was sent. */
  hasSentPayload({ payload }: EchoMessage, probe: Probe): boolean {
    const { sentPayload, stampedPayload } = this.#marks;
    if (payload.length !== sentPayload.length) return false;
    if (stampedPayload && cookieOf(payload) !== probe.originateMs) return false;
    for (let i = stampedPayload ? COOKIE_BYTES : 0; i < payload.length; i++) {
      if (payload[i] !== sentPayload[i]) return false;
    }
    return true;
  }

  /** The originate stamp or cookie in the quote of an ICMP error; undefined when the quote ends before it. */
  #quotedCookie(quoted: QuotedDatagram): number | undefined {
    if (quoted.payload.length < COOKIE_END) return undefined;
    if (this.#marks.kind === "echo" && !this.#marks.stampedPayload) return undefined;
    return cookieOf(quoted.payload.subarray(COOKIE_START));
  }

  /** Whether a reply carries what only an answer to this very probe can; true where nothing was there to carry. */
  #carriesCookie(message: TimestampMessage | EchoMessage, probe: Probe): boolean {
    if ("originateMs" in message) return message.originateMs === probe.originateMs;
    return !this.#marks.stampedPayload || cookieOf(message.payload) === probe.originateMs;
  }
}

/** Whether the target has had an earlier probe with this sequence number. */
function isReused(probe: Probe): boolean {
  return probe.reusedSequence || probe.index >= SEQUENCES;
}

/** First four bytes as a big-endian number; undefined when there are not so many. */
function cookieOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < COOKIE_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, COOKIE_BYTES).getUint32(0);
}
