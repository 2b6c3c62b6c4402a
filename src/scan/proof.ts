/**
 * The stateless proof that a reply answers a probe of this scan.
 *
 * Identifier and sequence together are HalfSipHash(key, destination, originate stamp). A host that was
 * not asked, or changes the originate stamp, does not know the 32 bits: a guess is right with
 * probability 2^-32. Where a scan has several source addresses, a reply must also come to the one that its host was asked from.
 */

import { foldSum } from "../packet/checksum.ts";
import type { QuotedDatagram } from "../packet/quoted_datagram.ts";
import { MS_PER_DAY } from "../time/day.ts";
import { ICMP_TYPE } from "../packet/icmp_header.ts";
import { halfSipHash, type HashKey } from "../packet/half_sip_hash.ts";
import type { ScanMessage } from "./probe_writer.ts";
import { sourceFor, type SourceRange } from "./source_range.ts";

/** Ones' complement sums are sums modulo this. */
const SUM_MODULUS = 0xffff;

/** ICMP type of the requests of a scan. */
export function requestTypeOf(message: ScanMessage = "timestamp"): number {
  return message === "echo" ? ICMP_TYPE.echoRequest : ICMP_TYPE.timestampRequest;
}

/** Checks proofs for one scan. */
export class ProofChecker {
  readonly #k0: number;
  readonly #k1: number;
  readonly #requestType: number;
  readonly #sources: SourceRange | undefined;

  /** Checks against `key`, the secret that the probes were written with, of that ICMP type, and sent from `sources`. */
  constructor(
    key: HashKey,
    requestType: number = ICMP_TYPE.timestampRequest,
    sources?: SourceRange,
  ) {
    this.#k0 = key.k0;
    this.#k1 = key.k1;
    this.#requestType = requestType;
    this.#sources = sources;
  }

  /**
   * Whether a reply answers a probe of this scan.
   *
   * @param source address that answered, which must be the one that was asked
   * @param originateMs originate stamp as echoed, unsigned 32 bits
   * @param proof identifier × 65536 + sequence as echoed
   */
  isProven(source: number, originateMs: number, proof: number): boolean {
    return halfSipHash(this.#k0, this.#k1, source, originateMs) === proof;
  }

  /** Whether a reply of `source` came to the address from which it was asked; true where the kernel chose that address. */
  isFor(source: number, destination: number): boolean {
    return this.#sources === undefined || sourceFor(this.#sources, source) === destination;
  }

  /**
   * The originate stamp of the probe that an ICMP error quotes, or undefined when it is none of ours.
   *
   * RFC 792 lets a router quote eight octets, which end before the originate stamp. But they hold the
   * checksum, and that fixes the stamp modulo 65,535: one candidate for each 65.5 s that the
   * error may be late. Each is tried against the proof.
   *
   * @param latestMs the newest stamp in question, whole milliseconds since midnight
   * @param windowMs how much older the stamp may be, below one day
   */
  originateOfQuote(quote: QuotedDatagram, latestMs: number, windowMs: number): number | undefined {
    const { header: { destination }, icmp } = quote;
    if (icmp === undefined || icmp.type !== this.#requestType) return undefined;
    const proof = (icmp.identifier * 0x10000 + icmp.sequence) >>> 0;
    if (icmp.originateMs !== undefined) {
      return this.isProven(destination, icmp.originateMs, proof) ? icmp.originateMs : undefined;
    }
    // Type and code are one word of the checksum.
    const known = (this.#requestType << 8) + icmp.identifier + icmp.sequence + icmp.checksum;
    const residue = (SUM_MODULUS - foldSum(known)) % SUM_MODULUS;
    for (const candidate of candidates(residue, latestMs, windowMs)) {
      if (this.isProven(destination, candidate, proof)) return candidate;
    }
    return undefined;
  }
}

/** Stamps from `latestMs − windowMs` to `latestMs`, over midnight, that leave `residue` modulo 65,535; newest first. */
function* candidates(residue: number, latestMs: number, windowMs: number): Generator<number> {
  const oldestMs = latestMs - windowMs;
  yield* stepsDown(residue, latestMs, Math.max(0, oldestMs));
  // None where the window does not reach back over midnight.
  yield* stepsDown(residue, MS_PER_DAY - 1, MS_PER_DAY + oldestMs);
}

function* stepsDown(residue: number, highest: number, lowest: number): Generator<number> {
  const first = highest - (highest - residue + SUM_MODULUS) % SUM_MODULUS;
  for (let value = first; value >= lowest; value -= SUM_MODULUS) yield value;
}
