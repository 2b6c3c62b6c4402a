/** Whether an answer belongs to one very probe, and not to an earlier one with its sequence number. */

import type { EchoMessage, QuotedDatagram, TimestampMessage } from "../packet/mod.ts";
import type { Probe } from "./probe.ts";

/** Where in an ICMP message the originate stamp is, and the cookie of an echo. */
const COOKIE_START = 8;
const COOKIE_END = 12;
const COOKIE_BYTES = COOKIE_END - COOKIE_START;

/** Sequence numbers there are: a probe with a number from here on uses one that was used before. */
const SEQUENCES = 65_536;

/** What was sent, as far as an answer repeats it. */
export interface SentMarks {
  /** Which message was sent. */
  readonly kind: "timestamp" | "echo";
  /** Echo payload as sent. */
  readonly sentPayload: Uint8Array;
  /** The first four payload bytes are the probe's cookie. */
  readonly stampedPayload: boolean;
}

/** Judges answers by the originate stamp, or by the cookie of an echo. */
export class Provenance {
  readonly #marks: SentMarks;
  /** By target index: it does not echo the originate stamp, so that its answers cannot be told apart by it. */
  readonly #rewritesOriginate: (boolean | undefined)[] = [];

  /** Judges the answers of one run. */
  constructor(marks: SentMarks) {
    this.#marks = marks;
  }

  /**
   * Whether a reply whose address, identifier and sequence fit is the answer to this very probe. A sequence
   * number that was used before may be that of an old answer, and one in a damaged message may be
   * anybody's: the originate stamp decides.
   */
  isAnswer(reply: TimestampMessage | EchoMessage, probe: Probe): boolean {
    if (reply.checksumOk && !isReused(probe)) return true;
    if (this.#carriesCookie(reply, probe)) return true;
    // Nothing of such a host is still expected, and its answers can never be told apart.
    return reply.checksumOk && !probe.reusedSequence &&
      this.#rewritesOriginate[probe.target.index] === true;
  }

  /** Whether an ICMP error that quotes the probe's address, identifier and sequence quotes this very probe. */
  isQuoted(quoted: QuotedDatagram, probe: Probe): "yes" | "no" | "earlier" {
    const cookie = this.#quotedCookie(quoted);
    if (cookie === undefined) return isReused(probe) ? "no" : "yes";
    return cookie === probe.originateMs ? "yes" : "earlier";
  }

  /** Learns from an answer whether its host repeats what it was sent. */
  learn(reply: TimestampMessage | EchoMessage, probe: Probe): void {
    if (!reply.checksumOk || isReused(probe)) return;
    this.#rewritesOriginate[probe.target.index] = !this.#carriesCookie(reply, probe);
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
  return probe.reusedSequence || probe.number >= SEQUENCES;
}

/** First four bytes as a big-endian number; undefined when there are not so many. */
function cookieOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < COOKIE_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, COOKIE_BYTES).getUint32(0);
}
