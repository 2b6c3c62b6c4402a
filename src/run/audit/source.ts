/** Where the hosts of an audit come from. */

import type { Target } from "../../targets/target.ts";

/** A host that is to be asked. */
export interface Candidate {
  /** The host; its index is its place among the targets. */
  readonly target: Target;
  /** It is known to answer. */
  readonly isFound: boolean;
}

/** Where hosts come from. */
export interface CandidateSource {
  /** A host can be taken now. */
  readonly hasNext: boolean;
  /** No host will come any more. */
  readonly isDone: boolean;
  /** Takes the next host. Call only while {@linkcode hasNext}. */
  next(): Candidate;
}

/** The hosts of a list, and then those of a sweep. */
export function listThen(
  targets: readonly Target[],
  sweep: CandidateSource | undefined,
): CandidateSource {
  let next = 0;
  return {
    get hasNext() {
      return next < targets.length || sweep?.hasNext === true;
    },
    get isDone() {
      return sweep?.isDone ?? true;
    },
    next: () =>
      next < targets.length || sweep === undefined
        ? { target: targets[next++] as Target, isFound: false }
        : sweep.next(),
  };
}
