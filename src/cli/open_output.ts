/** Files that the user wants written. */

import { safeText } from "../report/safe_text.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Opens a file with `open`.
 *
 * @throws {UsageError} The system refuses; the message names the path, the error the option that gave it.
 */
export function openOutput<T>(path: string, option: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = safeText(error.message);
    throw new UsageError(`Cannot write to ${safeText(path)}: ${reason}`, option, path);
  }
}
