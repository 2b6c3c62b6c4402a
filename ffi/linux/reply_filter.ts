/**
 * What a raw ICMP socket is to receive, as a classic BPF program in the kernel (socket(7), SO_ATTACH_FILTER).
 *
 * Every raw socket is given every ICMP message of the machine. Beside a sweep that receives 30,000 replies a second, a ping's
 * buffer is full of these, and its own replies are dropped. So messages that certainly belong to others are not queued:
 *
 * ```text
 *  IPv4 header │ ICMP: 0 type · 4 identifier                                           a reply
 *  IPv4 header │ ICMP: 0 type · 8 quoted IPv4 header │ quoted ICMP: 0 type · 4 identifier  an ICMP error
 * ```
 *
 * A reply passes with an identifier of ours; an ICMP error when it quotes a request of ours by type and identifier. What
 * is too short to decide passes: the program counts it. The identifiers are searched in a binary tree of comparisons.
 *
 * The filter reads nothing that a reply's sender could use: whether a reply is genuine is decided by the program.
 */

import {
  ACCEPT,
  attachFilter,
  BPF,
  type FilterInstruction,
  interfaceFilter,
  REJECT,
} from "./packet_filter.ts";

/** More identifiers than that are not filtered: a program has 4096 instructions at most (BPF_MAXINSNS). */
export const MAX_FILTERED_IDENTIFIERS = 2048;

/** Identifiers compared one after the other at the end of each branch. */
const LEAF_SIZE = 8;
const ECHO_REPLY = 0, ECHO = 8, TIMESTAMP = 13, TIMESTAMP_REPLY = 14, PROTOCOL_ICMP = 1;
const ICMP_BYTES = 8, IPV4_BYTES = 20, PROTOCOL = 9, IDENTIFIER = 4;
/** An ICMP error's own eight octets stand before the datagram that it quotes. */
const QUOTE = ICMP_BYTES;
/** Scratch memory of the program. */
const NEEDED = 0, MESSAGE = 1;

/** The filter of one socket, made from parts that become known one after the other. It does not own the descriptor. */
export class ReplyFilter {
  readonly #descriptor: number;
  #interfaces: readonly number[] = [];
  #identifiers: readonly number[] = [];

  /** Receives everything as yet. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Receives only what arrives at interfaces with these indexes.
   *
   * @throws {SystemError} when the kernel refuses the filter
   */
  keepInterfaces(indexes: readonly number[]): void {
    this.#interfaces = indexes;
    this.#attach();
  }

  /**
   * Receives only replies with these identifiers, and ICMP errors about requests with these.
   *
   * @param identifiers 0..65 535 each; none, or more than {@linkcode MAX_FILTERED_IDENTIFIERS}, for all
   * @throws {SystemError} when the kernel refuses the filter
   */
  keepIdentifiers(identifiers: Iterable<number>): void {
    const distinct = [...new Set(identifiers)].sort((a, b) => a - b);
    this.#identifiers = distinct.length > MAX_FILTERED_IDENTIFIERS ? [] : distinct;
    this.#attach();
  }

  #attach(): void {
    const byInterface = this.#interfaces.length > 0 ? interfaceFilter(this.#interfaces) : [];
    const byIdentifier = this.#identifiers.length > 0 ? identifierFilter(this.#identifiers) : [];
    // The first program's last instruction accepts: there the second one follows.
    const program = byIdentifier.length === 0
      ? byInterface
      : [...byInterface.slice(0, -1), ...byIdentifier];
    if (program.length > 0) attachFilter(this.#descriptor, program);
  }
}

/**
 * Accepts echo and timestamp replies with these identifiers, and ICMP errors about such requests.
 *
 * @param identifiers 1 to {@linkcode MAX_FILTERED_IDENTIFIERS}, ascending
 */
export function identifierFilter(identifiers: readonly number[]): FilterInstruction[] {
  const quoted = quotedMessage();
  return [
    { code: BPF.loadHeaderLength, k: 0 },
    { code: BPF.loadLength, k: 0 },
    { code: BPF.subtractIndex, k: 0 },
    { code: BPF.jumpAtLeast, k: ICMP_BYTES, jumpTrue: 1 },
    ACCEPT,
    { code: BPF.loadByteIndexed, k: 0 },
    { code: BPF.jumpEqual, k: TIMESTAMP_REPLY, jumpTrue: 8 },
    { code: BPF.jumpEqual, k: ECHO_REPLY, jumpTrue: 7 },
    { code: BPF.jumpEqual, k: 3, jumpTrue: 5 },
    { code: BPF.jumpEqual, k: 4, jumpTrue: 4 },
    { code: BPF.jumpEqual, k: 5, jumpTrue: 3 },
    { code: BPF.jumpEqual, k: 11, jumpTrue: 2 },
    { code: BPF.jumpEqual, k: 12, jumpTrue: 1 },
    REJECT,
    { code: BPF.jump, k: 2 },
    { code: BPF.loadHalfIndexed, k: IDENTIFIER },
    { code: BPF.jump, k: quoted.length },
    ...quoted,
    ...searchTree(identifiers),
  ];
}

/** Loads the identifier of the ICMP request that an ICMP error quotes, where it does. */
function quotedMessage(): FilterInstruction[] {
  return [
    { code: BPF.loadLength, k: 0 },
    { code: BPF.subtractIndex, k: 0 },
    { code: BPF.jumpAtLeast, k: QUOTE + IPV4_BYTES, jumpTrue: 1 },
    ACCEPT,
    { code: BPF.store, k: MESSAGE },
    { code: BPF.loadByteIndexed, k: QUOTE + PROTOCOL },
    { code: BPF.jumpEqual, k: PROTOCOL_ICMP, jumpTrue: 1 },
    REJECT,
    // The quoted header has its own length, and X moves on by it.
    { code: BPF.loadByteIndexed, k: QUOTE },
    { code: BPF.and, k: 0x0f },
    { code: BPF.shiftLeft, k: 2 },
    { code: BPF.store, k: NEEDED },
    { code: BPF.addIndex, k: 0 },
    { code: BPF.toIndex, k: 0 },
    // The message must hold the error, the quoted header and eight octets of the request.
    { code: BPF.load, k: MESSAGE },
    { code: BPF.storeIndex, k: MESSAGE },
    { code: BPF.loadIndex, k: NEEDED },
    { code: BPF.subtractIndex, k: 0 },
    { code: BPF.loadIndex, k: MESSAGE },
    { code: BPF.jumpSet, k: 0x8000_0000, jumpTrue: 1 },
    { code: BPF.jumpAtLeast, k: QUOTE + ICMP_BYTES, jumpTrue: 1 },
    ACCEPT,
    { code: BPF.loadByteIndexed, k: QUOTE },
    { code: BPF.jumpEqual, k: TIMESTAMP, jumpTrue: 2 },
    { code: BPF.jumpEqual, k: ECHO, jumpTrue: 1 },
    REJECT,
    { code: BPF.loadHalfIndexed, k: QUOTE + IDENTIFIER },
  ];
}

/** Accepts when A is one of these numbers, which are in order. */
function searchTree(numbers: readonly number[]): FilterInstruction[] {
  if (numbers.length <= LEAF_SIZE) {
    const compare = numbers.map((k, at): FilterInstruction => ({
      code: BPF.jumpEqual,
      k,
      jumpTrue: numbers.length - at,
    }));
    return [...compare, REJECT, ACCEPT];
  }
  const middle = numbers.length >>> 1;
  const low = searchTree(numbers.slice(0, middle));
  return [
    { code: BPF.jumpAtLeast, k: numbers[middle] as number, jumpFalse: 1 },
    { code: BPF.jump, k: low.length },
    ...low,
    ...searchTree(numbers.slice(middle)),
  ];
}
