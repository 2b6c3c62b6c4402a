/**
 * Whether an answer can only have come from the host that was sent one very probe.
 *
 * Address, identifier and sequence have been compared already, and only the target knows the last two (see
 * probe_numbers.ts). The token is left: a reply repeats it, and an ICMP error quotes it, in any case as part of the
 * request's checksum.
 */

import type { QuotedDatagram } from "../packet/mod.ts";
import { readU32 } from "../packet/octets.ts";
import { type ReplyMessage, TOKEN_BYTES, TOKEN_START } from "./message/message.ts";
import type { InFlightProbe } from "./probe.ts";
import { TargetMemory } from "./target_memory.ts";

/**
 * What a reply is to the probe that its numbers name. `proven`: it repeats the token. `changed`: it does not, and its host
 * is known to do so. `doubtful`: it does not, and its host is not known. `none`: no answer to this probe, or so damaged
 * that this cannot be decided.
 */
export type ReplyProof = "proven" | "changed" | "doubtful" | "none";

/** Judges answers by the token. */
export class ProbeMatcher {
  /** The target does not repeat tokens of that message, so that they do not distinguish its answers. */
  readonly #changesToken = new TargetMemory<boolean>();
  #request = new Uint8Array(0);

  /**
   * What a reply whose address, identifier and sequence fit is to that probe. A sequence number that was used
   * before may be that of an old answer, and one in a damaged message may be any other: the token decides.
   */
  judge(reply: ReplyMessage, probe: InFlightProbe): ReplyProof {
    if (probe.message.repeatsToken(reply, probe.token)) return "proven";
    if (!reply.checksumOk) return "none";
    const isKnown = this.#changesToken.get(probe) === true;
    // Nothing of such a host is still expected, and no token distinguishes its answers.
    if (probe.isRepeat) return isKnown && !probe.reusedSequence ? "changed" : "none";
    return isKnown ? "changed" : "doubtful";
  }

  /** A target is another host from now on. */
  forget(targetIndex: number): void {
    this.#changesToken.forget(targetIndex);
  }

  /** Learns from an answer whether its host repeats what it was sent. */
  learn(probe: InFlightProbe, changesToken: boolean): void {
    this.#changesToken.set(probe, changesToken);
  }

  /**
   * Whether an ICMP error whose quote has the probe's address, identifier and sequence quotes this very probe: all
   * that it quotes of the message must be as it was sent. `earlier`: a probe that had the same number.
   */
  isQuoted({ payload }: QuotedDatagram, probe: InFlightProbe): "yes" | "no" | "earlier" {
    const hasToken = probe.message.hasToken && payload.length >= TOKEN_START + TOKEN_BYTES;
    if (!hasToken && probe.isRepeat) return "no";
    if (hasToken && readU32(payload, TOKEN_START) !== probe.token) return "earlier";
    const request = this.#requestOf(probe);
    // Routers may pad a quote with zeros (RFC 4884).
    const lengthBytes = Math.min(payload.length, request.length);
    for (let i = 0; i < lengthBytes; i++) if (payload[i] !== request[i]) return "no";
    return "yes";
  }

  /** The ICMP message of a probe as it was sent; valid until the next call. */
  #requestOf(probe: InFlightProbe): Uint8Array {
    const { message } = probe;
    if (this.#request.length < message.lengthBytes) {
      this.#request = new Uint8Array(message.lengthBytes);
    }
    return message.emit(probe, this.#request).subarray(message.messageStart);
  }
}
