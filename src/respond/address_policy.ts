/** The addresses for which a responder may answer, and those it may answer to. */

import {
  type Block,
  blockOfPrefix,
  blockSize,
  containsBlock,
  formatBlock,
} from "../targets/block.ts";
import { RESERVED_BLOCKS } from "../targets/reserved.ts";

/** From here on: multicast, then reserved, with the limited broadcast (RFC 1112, RFC 919). */
const FIRST_NO_HOST = 0xe000_0000;
const THIS_NETWORK = blockOfPrefix(0, 8);
const LOOPBACK = blockOfPrefix(0x7f00_0000, 8);
/** Blocks with a network address and a broadcast address have at least this many addresses (RFC 3021). */
const LEAST_WITH_BROADCAST = 4;

/** Private, shared, link-local, documentation and benchmarking space: no stranger has an address there. */
const HARMLESS = RESERVED_BLOCKS.filter(({ name }) =>
  /^(?:Private|Shared|Loopback|Link Local|Documentation|Benchmarking)/.test(name)
);

/** Why no responder may answer for a block, in words; undefined where it may. */
export function whyForbidden(block: Block): string | undefined {
  if (block.last >= FIRST_NO_HOST) return "it has multicast or reserved addresses";
  if (block.first <= THIS_NETWORK.last) return 'it has addresses of "this network"';
  if (block.first <= LOOPBACK.last && block.last >= LOOPBACK.first) {
    return "the kernel keeps loopback addresses for itself";
  }
  return undefined;
}

/** Whether a block may have hosts of strangers, for which one should not answer by mistake. */
export function mayBelongToOthers(block: Block): boolean {
  return !HARMLESS.some((harmless) => containsBlock(harmless, block));
}

/** Whether the responder answers for an address: those of its blocks but for the silent ones. */
export class AnsweredAddresses {
  readonly #blocks: readonly Block[];
  readonly #silent: ReadonlySet<number>;

  /**
   * Takes the addresses.
   *
   * @param blocks addresses to answer for
   * @param broadcasts addresses among them that never answer
   */
  constructor(blocks: readonly Block[], broadcasts: readonly number[]) {
    this.#blocks = blocks;
    this.#silent = new Set(broadcasts);
  }

  /** A block of a network of its own: the first and the last address are no hosts'. */
  static ofNetwork(block: Block, more: readonly number[] = []): AnsweredAddresses {
    const ends = blockSize(block) >= LEAST_WITH_BROADCAST ? [block.first, block.last] : [];
    return new AnsweredAddresses([block], [...ends, ...more]);
  }

  /** Whether a request to an address, from a source, may be answered. */
  mayAnswer(address: number, source: number): boolean {
    return this.#blocks.some(({ first, last }) => address >= first && address <= last) &&
      !this.#silent.has(address) && address !== source && isHost(source);
  }

  /** In words, such as `198.18.0.0/15`. */
  toString(): string {
    return this.#blocks.map(formatBlock).join(", ");
  }
}

/** Whether a source can be that of one host: an answer to any other would reach many hosts or none (RFC 1122 §3.2.1.3). */
function isHost(source: number): boolean {
  return source > THIS_NETWORK.last && source < FIRST_NO_HOST;
}
