/** Waits for a state by looking again and again: a busy machine may take long to reach it. */

/** A state that is not reached after this long never is: guards a test against hanging. */
const GUARD_MS = 120_000;
const LOOK_EVERY_MS = 20;

/**
 * Looks until the answer is neither undefined nor false, and returns it.
 *
 * @param what The state, for the error: `Cannot wait longer until <what>`.
 * @throws {Error} It is not reached in two minutes.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const endMs = performance.now() + GUARD_MS;
  while (true) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endMs) throw new Error(`Cannot wait longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
