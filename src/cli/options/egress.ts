/** Where datagrams leave, from the values of `-I`. */

import { parseAddress } from "../../packet/mod.ts";
import { UsageError } from "../outcome.ts";

/** Interface and source address; undefined where the kernel chooses. */
export interface Egress {
  /** Interface that probes must leave by; undefined for whichever the kernel chooses. */
  readonly interfaceName: string | undefined;
  /** Source address, an unsigned 32-bit number. */
  readonly sourceAddress: number | undefined;
}

/**
 * Reads the values: one interface, one address, or one of each.
 *
 * @throws {UsageError} Two interfaces or two addresses.
 */
export function readEgress(words: readonly string[]): Egress {
  const addresses = words.filter((word) => parseAddress(word) !== undefined);
  const names = words.filter((word) => parseAddress(word) === undefined);
  for (const [kind, [first, second]] of [["interface", names], ["address", addresses]] as const) {
    if (second === undefined || second === first) continue;
    throw new UsageError(
      `Cannot send from ${first} and ${second}: two values of the same kind, expected at most one ${
        kind === "interface" ? "interface" : "source address"
      }`,
    );
  }
  const [address] = addresses;
  return {
    interfaceName: names[0],
    sourceAddress: address === undefined ? undefined : parseAddress(address),
  };
}
