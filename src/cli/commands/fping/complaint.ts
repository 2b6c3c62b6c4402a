/** What goes wrong, in the words of fping and with its exit codes: a wrong command line ends with 1 there. */

import { type Complaint, ExitCode, isSystemError, UsageError } from "../../outcome.ts";

const SEE_HELP = "see 'fping -h' for usage information";
/** What fping says where the value of an option is missing, and so on. */
const FAULTS = {
  "unknown": "invalid option",
  "no-value": "option requires an argument",
  "needless-value": "option takes no arguments",
} as const;

/** An error that fping has words for. */
export class FpingError extends UsageError {
  /** Exit code that fping has for it. */
  readonly exitCode: ExitCode;

  /** Takes the line as fping prints it, its name included. */
  constructor(message: string, exitCode: ExitCode = ExitCode.Unanswered) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** How fping reports an error; undefined where it has no words. */
export function complainAsFping(error: Error): Complaint | undefined {
  if (error instanceof FpingError) return { text: error.message, exitCode: error.exitCode };
  if (isSystemError(error)) return complainOfSystem(error);
  const isUsage = error instanceof UsageError || error.name === "PlanError";
  return isUsage ? { text: describeUsage(error), exitCode: ExitCode.Unanswered } : undefined;
}

function describeUsage(error: Error): string {
  const { fault } = error as UsageError;
  if (fault === undefined) return `fping: ${error.message}`;
  if (fault.kind === "bad-value") return `fping: ${error.message}\n${SEE_HELP}`;
  return `fping: ${FAULTS[fault.kind]} -- '${fault.spelled.replace(/^--?/, "")}'\n${SEE_HELP}`;
}

function complainOfSystem({ code, message }: Error & { code: string }): Complaint | undefined {
  if (code === "EADDRNOTAVAIL") {
    const text = "fping: cannot bind source address : Cannot assign requested address";
    return { text, exitCode: ExitCode.System };
  }
  if (code !== "ENODEV") return undefined;
  const reason = message.includes("No such device") ? "No such device" : message;
  return {
    text: `binding to specific interface (SO_BINDTODEVICE): ${reason}`,
    exitCode: ExitCode.Unanswered,
  };
}
