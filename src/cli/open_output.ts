/** Files that the user wants written. */

import { shortText } from "../terminal/safe_text.ts";
import { isSystemError } from "./cure.ts";
import { systemReason } from "./read_file.ts";
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
    const message = isSystemError(error)
      ? shortText(error.message)
      : `Cannot write to ${shortText(path)}: ${systemReason(error)}`;
    throw new UsageError(message, option, path);
  }
}
