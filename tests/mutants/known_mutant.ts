/** What is written down of a mutant that the tests without a kernel do not kill. */

/** A mutant that is known to survive. */
export interface KnownMutant {
  /** The module. */
  readonly path: string;
  /** The line, without indentation. */
  readonly code: string;
  /** The token and what became of it, as in `< → <=`. */
  readonly change: string;
  /** Why it changes nothing that can be seen, or the test of a higher level that kills it. */
  readonly why: string;
}
