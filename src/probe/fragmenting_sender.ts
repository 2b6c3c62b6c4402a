/** Sends datagrams that are longer than their route's MTU as fragments. */

import { fragmentDatagram } from "../packet/mod.ts";
import type { OutgoingDatagram, SendResult, Transport } from "./transport.ts";

/** Destinations whose MTU is remembered. */
const MAX_KNOWN = 65_536;
/** Least MTU of an IPv4 network (RFC 791 §3.2). */
const MIN_MTU_BYTES = 68;
/** How often a datagram is fragmented again when the MTU turns out to be smaller still. */
const MAX_ATTEMPTS = 4;
/** Inverted in a key, this bit gives one that no probe has. All fragments but the last carry such keys. */
const NO_PROBE = 0x8000_0000;

/**
 * Wraps the sending half of a transport. A datagram that the kernel does not take for its length (EMSGSIZE) is fragmented by
 * the MTU that the error names, unless it carries DF; later ones to the same destination are fragmented at once. An MTU that
 * grows during the run is not noticed.
 *
 * The transmit stamp of a fragmented datagram is its last fragment's: only then can the host answer.
 */
export class FragmentingSender {
  readonly #transport: Pick<Transport, "send">;
  readonly #mtuBytes = new Map<number, number>();
  /** RFC 791 §3.2: unique for source, destination and protocol while a datagram may be on its way. */
  #identification = crypto.getRandomValues(new Uint16Array(1))[0] as number;

  /** Sends through `transport`. */
  constructor(transport: Pick<Transport, "send">) {
    this.#transport = transport;
  }

  /** As {@linkcode Transport.send}; a fragmented datagram is sent when all its fragments are. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const results = this.#mtuBytes.size === 0
      ? this.#transport.send(datagrams)
      : this.#sendCut(datagrams);
    for (let attempt = 0; attempt < MAX_ATTEMPTS && results.some(isTooLong); attempt++) {
      const tooLong = datagrams.filter((datagram, index) => this.#learn(datagram, results[index]));
      if (tooLong.length === 0) break;
      const again = this.#sendCut(tooLong);
      for (const [index, datagram] of tooLong.entries()) {
        results[datagrams.indexOf(datagram)] = again[index] as SendResult;
      }
    }
    return results;
  }

  /** Notes the MTU of an error; returns whether the datagram can be sent in smaller fragments than before. */
  #learn({ destination, bytes }: OutgoingDatagram, result: SendResult | undefined): boolean {
    if (result === undefined || result.ok) return false;
    const { mtuBytes } = result.error;
    if (mtuBytes === undefined || mtuBytes < MIN_MTU_BYTES || mayNotFragment(bytes)) return false;
    if (mtuBytes >= (this.#mtuBytes.get(destination) ?? Infinity)) return false;
    if (this.#mtuBytes.size >= MAX_KNOWN) this.#mtuBytes.clear();
    this.#mtuBytes.set(destination, mtuBytes);
    return true;
  }

  #sendCut(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const cut = datagrams.map((datagram) => this.#cut(datagram));
    const results = this.#transport.send(cut.flat());
    let next = 0;
    return cut.map((fragments) => {
      const own = results.slice(next, next += fragments.length);
      return own.find((result) => !result.ok) ?? own.at(-1) as SendResult;
    });
  }

  #cut(datagram: OutgoingDatagram): readonly OutgoingDatagram[] {
    const { destination, bytes, key } = datagram;
    const mtuBytes = this.#mtuBytes.get(destination);
    if (mtuBytes === undefined || bytes.length <= mtuBytes) return [datagram];
    this.#identification = this.#identification % 0xffff + 1;
    const fragments = fragmentDatagram(bytes, mtuBytes, this.#identification) ?? [bytes];
    return fragments.map((fragment, index) => ({
      destination,
      bytes: fragment,
      key: index === fragments.length - 1 ? key : (key ^ NO_PROBE) >>> 0,
    }));
  }
}

function isTooLong(result: SendResult): boolean {
  return !result.ok && result.error.mtuBytes !== undefined;
}

/** DF is set (RFC 791 §3.1). */
function mayNotFragment(bytes: Uint8Array): boolean {
  return ((bytes[6] as number) & 0x40) !== 0;
}
