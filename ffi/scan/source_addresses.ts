/** Addresses that a sweep sends from. */

import type { ScanSocketRequest } from "../../src/run/machine.ts";
import { SOCK_CLOEXEC } from "../linux/constants.ts";
import { AF_INET, SOCK_DGRAM } from "../posix/constants.ts";
import { checkResult, SystemError } from "../posix/errno.ts";
import { openLibc } from "../posix/libc.ts";
import { bindToAddress } from "../posix/socket_option.ts";

/**
 * From an address that is not ours no reply comes back: refused here, as bind(2) refuses it elsewhere.
 *
 * @throws {SystemError} EADDRNOTAVAIL when it is not ours
 */
export function requireOwnAddress(address: number): void {
  const libc = openLibc();
  const descriptor = checkResult(
    libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    "socket",
    "look at the source address",
  );
  try {
    bindToAddress(descriptor, address);
  } finally {
    libc.close(descriptor);
  }
}

/** The addresses of the range that probes are sent from; undefined where they are all sent from one. */
export function sourcesOf({ sources }: Pick<ScanSocketRequest, "sources">): number[] | undefined {
  if (sources === undefined) return undefined;
  const { first, last } = sources;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * What the path of a sweep with a range of source addresses is looked for with: the first of them that is ours. Where none is, the
 * kernel's choice: frames can carry any source, and the network has to be set up so that the replies come here.
 */
export function firstOwnAddress(sources: readonly number[]): number | undefined {
  return sources.find((address) => {
    try {
      requireOwnAddress(address);
      return true;
    } catch (error) {
      if (error instanceof SystemError) return false;
      throw error;
    }
  });
}
