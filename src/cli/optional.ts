/** Questions that a system may not take. */

/** What a question answers, or undefined where this system does not take it. */
export function optional<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
