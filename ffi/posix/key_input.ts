/**
 * Keys from standard input, waited for in poll(2): a read(2) that waits would take what the user types for the
 * next program.
 *
 * Memory: C writes the bytes during read(2).
 */

import { POLLIN } from "./constants.ts";
import { openLibc } from "./libc.ts";
import { PollRequest } from "./poll_request.ts";

const STDIN = 0;
/** Longest sequence that one key sends, and room for keys that repeat, in bytes. */
const KEY_BYTES = 256;

/**
 * Resolves to the next bytes, to none after that many milliseconds, or to null where standard input has ended.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 */
export async function readKeyBytes(timeoutMs: number): Promise<Uint8Array | null> {
  const ready = await new PollRequest([[STDIN, POLLIN]]).pollOnThread(timeoutMs * 1e6);
  // A signal ends the wait as well.
  if (ready <= 0) return new Uint8Array(0);
  const bytes = new Uint8Array(KEY_BYTES);
  const count = openLibc().read(STDIN, bytes, BigInt(KEY_BYTES));
  return count > 0 ? bytes.subarray(0, count) : null;
}
