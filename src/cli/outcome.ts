/** What a process reports to its caller: version, exit code, and one line for each error. */

import config from "../../deno.json" with { type: "json" };
import { shortText } from "../terminal/safe_text.ts";
import type { System } from "./system.ts";

/** Version of this program, from deno.json. */
export const VERSION: string = config.version;

/** Exit codes, those of fping and one more. */
export const ExitCode = {
  /** Every target answered, or the command did what was asked for. */
  Ok: 0,
  /** Some target did not answer. */
  Unanswered: 1,
  /** A name did not resolve. */
  Unresolved: 2,
  /** The command line is wrong. */
  Usage: 3,
  /** The system refused a call that the program needs. */
  System: 4,
  /** Every target answered, and a `--fail-if` condition is true or unknown for one. fping has no such code. */
  ConditionMet: 5,
} as const;

/** 0 to 5; the numbers from 0 to 4 mean what they mean to fping. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** What the exit code of a run depends on. */
export interface RunFindings {
  /** Results could not be written. */
  readonly hasLostOutput: boolean;
  /** A word of the command line or of a file gave no target. */
  readonly hasProblem: boolean;
  /** Every target answered; for `clock`, every clock is known. */
  readonly isAnswered: boolean;
  /** A `--fail-if` condition is true or unknown for a target. */
  readonly isConditionMet: boolean;
}

/** Lost output weighs most, then a word that gave no target, then a host without an answer, then `--fail-if`. */
export function runExitCode(findings: RunFindings): ExitCode {
  if (findings.hasLostOutput) return ExitCode.System;
  if (findings.hasProblem) return ExitCode.Unresolved;
  if (!findings.isAnswered) return ExitCode.Unanswered;
  return findings.isConditionMet ? ExitCode.ConditionMet : ExitCode.Ok;
}

/** What is wrong with an option as it stands, whatever it means. */
export interface OptionFault {
  /** There is none of that name; it lacks its value; it takes none; its value cannot be used. */
  readonly kind: "unknown" | "no-value" | "needless-value" | "bad-value";
  /** The option as it was given, `-c` or `--count`. */
  readonly spelled: string;
}

/** Input of the user that cannot be used: one line on standard error, exit code 3. */
export class UsageError extends Error {
  /** For an option: what is wrong with it. */
  readonly fault: OptionFault | undefined;

  /** Takes one line: `Cannot <verb> <object>: <state>, expected <what>`. */
  constructor(message: string, fault?: OptionFault) {
    super(message);
    this.name = "UsageError";
    this.fault = fault;
  }
}

/** A refusal by the operating system, as ffi throws it. */
export interface SystemErrorLike extends Error {
  /** System call that failed. */
  readonly syscall: string;
  /** Name of the error, such as `EPERM`. */
  readonly code: string;
}

/** True for a refusal by the operating system. Goes by the error's name, because `cli` does not import `ffi`. */
export function isSystemError(error: unknown): error is SystemErrorLike {
  return error instanceof Error && error.name === "SystemError" && "syscall" in error;
}

/** What Deno adds to the system's message: a number, and for some calls their name. */
const RUNTIME_WORDS = / \(os error \d{1,5}\)(?:: [a-z]+ '[^']*')?/;

/** Writes `icmptime: <message>` to standard error, shortened and without control characters. */
export function printError(system: Pick<System, "stderr">, message: string): void {
  printProblem(system, "icmptime", message);
}

/** Writes a message as {@linkcode printError} does, under the name of the program that a command replaces. */
export function printProblem(
  system: Pick<System, "stderr">,
  program: string,
  message: string,
): void {
  const line = `${program}: ${shortText(message.replace(RUNTIME_WORDS, ""))}\n`;
  try {
    system.stderr.writeSync(new TextEncoder().encode(line));
  } catch {
    // Standard error is closed or full: there is no other place for the message.
  }
}

/** How a command in the place of another program says what went wrong. */
export interface Complaint {
  /** Lines for standard error, without the last line break; empty for none. */
  readonly text: string;
  /** Exit code of the program in whose place the command stands. */
  readonly exitCode: ExitCode;
}

/** Writes the lines of a complaint to standard error, without control characters. */
export function printComplaint(system: Pick<System, "stderr">, { text }: Complaint): void {
  if (text === "") return;
  const lines = text.split("\n").map((line) => `${shortText(line)}\n`);
  try {
    system.stderr.writeSync(new TextEncoder().encode(lines.join("")));
  } catch {
    // Standard error is closed or full: there is no other place for the message.
  }
}
