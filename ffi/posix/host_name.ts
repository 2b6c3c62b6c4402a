/** Name of this machine, gethostname(2). */

import { openLibc } from "./libc.ts";

/** Longest name that POSIX allows, and its final zero. */
const NAME_BYTES = 256;

/**
 * The name that this machine gives itself; undefined when it has none.
 *
 * Memory: C writes the name during the call only.
 */
export function readHostName(): string | undefined {
  const buffer = new Uint8Array(NAME_BYTES);
  if (openLibc().gethostname(buffer, BigInt(NAME_BYTES - 1)) !== 0) return undefined;
  const name = new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
  return name === "" ? undefined : name;
}
