/** Exit codes, as fping's users know them. */

/** What the process tells its caller. */
export const ExitCode = {
  /** Every target answered, or the command did what it was asked. */
  Ok: 0,
  /** Some target did not answer. */
  Unanswered: 1,
  /** A name could not be resolved. */
  Unresolved: 2,
  /** The command line is wrong. */
  Usage: 3,
  /** The system refused a call that the program cannot do without. */
  System: 4,
  /** Every target answered, and a `--fail-if` condition is true or unknown for one. fping has no such code. */
  ConditionMet: 5,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];
