/** Where `respond` answers, and for which addresses: a device of its own, or an interface in place of the kernel. */

import { formatAddress, parseAddress } from "../../../packet/mod.ts";
import {
  AnsweredAddresses,
  mayBelongToOthers,
  whyForbidden,
} from "../../../respond/address_policy.ts";
import type { NamedLink, OwnAddress } from "../../../respond/machine.ts";
import { type Block, blockSize, formatBlock, parseBlock } from "../../../targets/block.ts";
import type { Parsed } from "../../options/option.ts";
import { printError, UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import type { RESPOND_OPTIONS } from "./options.ts";
import type { Network } from "./values.ts";

/** Options of `respond` as they were given. */
export type RespondOptions = Parsed<typeof RESPOND_OPTIONS>;

/** A link, and the addresses for which it answers. */
export interface OpenLink {
  /** Where requests come from. */
  readonly link: NamedLink;
  /** Addresses for which it answers. */
  readonly addresses: AnsweredAddresses;
  /** Address of this machine on a device of ours; undefined for none. */
  readonly ownAddress: number | undefined;
  /** Closes the link, and gives the kernel its answers back. */
  close(): void;
}

/**
 * Opens what the options ask for; rejects where the system refuses.
 *
 * @param operands addresses to answer for, on an interface
 * @throws {UsageError} One must not answer for these addresses, or for none.
 */
export function openLink(
  options: RespondOptions,
  operands: readonly string[],
  system: System,
): Promise<OpenLink> {
  if (Deno.build.os !== "linux") {
    throw new UsageError(`Cannot answer on ${Deno.build.os}: expected Linux`);
  }
  const { tun, interface: interfaceName } = options;
  if (tun !== undefined) {
    if (operands.length > 0) {
      throw new UsageError(`Cannot use ${operands[0]} with --tun: expected its block alone`);
    }
    return openTun(tun, options, system);
  }
  if (interfaceName !== undefined) return openInterface(interfaceName, options, operands, system);
  throw new UsageError("Cannot answer: no address given, expected --tun BLOCK or --interface NAME");
}

async function openTun(
  block: Network,
  options: RespondOptions,
  system: System,
): Promise<OpenLink> {
  checkBlock(block, options.yes);
  const ownAddress = chooseOwnAddress(block, options["own-address"]);
  const { first, prefixBits } = block;
  const name = options["tun-name"];
  const link = await system.respond.openTun({ name, first, prefixBits, ownAddress });
  const own = ownAddress === undefined ? [] : [ownAddress];
  const addresses = AnsweredAddresses.ofNetwork(block, own);
  return { link, addresses, ownAddress, close: () => link.close() };
}

async function openInterface(
  name: string,
  options: RespondOptions,
  operands: readonly string[],
  system: System,
): Promise<OpenLink> {
  const { respond } = system;
  const own = respond.listAddresses(name);
  if (own.some(({ loopback }) => loopback)) {
    throw new UsageError(
      `Cannot answer on ${name}: the kernel keeps a loopback for itself, expected another interface, or --tun`,
    );
  }
  const blocks = operands.length === 0
    ? own.map(({ address }): Block => ({ first: address, last: address }))
    : readBlocks(operands, own, options.yes);
  const link = await respond.openInterface(name);
  try {
    if (blocks.length === 0) {
      throw new UsageError(`Cannot answer on ${name}: it has no IPv4 address, expected addresses`);
    }
    const kernel = options["take-over"] ? await respond.silenceKernel() : undefined;
    if (kernel === undefined && await respond.kernelAnswersEcho() !== false) {
      printError(
        system,
        `the kernel answers for its own addresses too, unless a firewall or --take-over forbids it`,
      );
    }
    return {
      link,
      addresses: new AnsweredAddresses(blocks, own.flatMap(broadcastsOf)),
      ownAddress: undefined,
      close() {
        link.close();
        kernel?.close();
      },
    };
  } catch (error) {
    link.close();
    throw error;
  }
}

/** The addresses of a network that belong to no host. */
function broadcastsOf({ address, netmask, broadcast }: OwnAddress): number[] {
  // Prefixes of 31 and 32 bits have none (RFC 3021).
  if (netmask >= 0xffff_fffe) return [];
  const network = (address & netmask) >>> 0;
  return [network, broadcast ?? (network | ~netmask) >>> 0];
}

/** The addresses that were asked for by name. Those of this machine need no leave. */
function readBlocks(
  operands: readonly string[],
  own: readonly OwnAddress[],
  yes: boolean,
): Block[] {
  return operands.map((word) => {
    const block = parseBlock(word);
    if (typeof block === "string") {
      throw new UsageError(`Cannot answer for ${word}: ${block}, expected addresses`);
    }
    const isOwn = own.some(({ address }) => block.first === address && block.last === address);
    if (!isOwn) checkBlock(block, yes);
    return block;
  });
}

/** Checks that one may answer for a block. */
function checkBlock(block: Block, yes: boolean): void {
  const forbidden = whyForbidden(block);
  if (forbidden !== undefined) {
    throw new UsageError(`Cannot answer for ${formatBlock(block)}: ${forbidden}`);
  }
  if (mayBelongToOthers(block) && !yes) {
    throw new UsageError(
      `Cannot answer for ${
        formatBlock(block)
      }: it may have hosts of others, which would no longer be reached; ` +
        "expected private or documentation space, or --yes",
    );
  }
}

/** The address of this machine in the block: its last host, or what was asked for; undefined for none. */
function chooseOwnAddress(block: Network, asked: string | undefined): number | undefined {
  if (asked === "none") return undefined;
  const hasBroadcast = blockSize(block) >= 4;
  if (asked === undefined) return hasBroadcast ? block.last - 1 : undefined;
  const address = parseAddress(asked);
  if (address === undefined) {
    throw new UsageError(`Cannot use --own-address ${asked}: expected an IPv4 address, or none`);
  }
  const isEnd = hasBroadcast && (address === block.first || address === block.last);
  if (address < block.first || address > block.last || isEnd) {
    throw new UsageError(
      `Cannot use --own-address ${formatAddress(address)}: expected a host of ${
        formatBlock(block)
      }`,
    );
  }
  return address;
}
