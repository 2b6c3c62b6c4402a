/** icmptime itself as a black box: run from its source, and as the compiled binary. */

import { readBinaryAge } from "../../tools/binary_age.ts";
import { BINARY_PATH, programFlags, PROJECT_FOLDER } from "../../tools/project.ts";
import { reachableArgv } from "./reachable.ts";
import { type SystemTest, systemTest } from "./tools.ts";

/** One way to run icmptime. */
export interface Program {
  /** `source` or `binary`. */
  readonly name: "source" | "binary";
  /** The argv that runs it with these arguments. */
  argv(...args: readonly string[]): string[];
}

/** `deno run main.ts`, with the permissions of the task `icmptime`. */
export const SOURCE_PROGRAM: Program = {
  name: "source",
  argv: (...args) => [
    Deno.execPath(),
    "run",
    "--quiet",
    "--config",
    `${PROJECT_FOLDER}deno.json`,
    ...programFlags(),
    `${PROJECT_FOLDER}main.ts`,
    ...args,
  ],
};

/** The compiled binary: the file named by ICMPTIME_BINARY, or dist/icmptime. */
export const BINARY_PROGRAM: Program = {
  name: "binary",
  argv: (...args) => [binaryPath(), ...args],
};

/** Registers a test of what only the compiled binary can do. */
export function binaryTest(
  test: SystemTest,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  systemTest({ ...test, missing: test.missing ?? whyNoBinary() }, fn);
}

/**
 * Registers a test twice: for the source and for the compiled binary. Where there is no binary,
 * or one that is older than the source, that half is skipped (with REQUIRE_TOOLS=1: fails).
 */
export function programTest(
  test: SystemTest,
  fn: (program: Program, context: Deno.TestContext) => void | Promise<void>,
): void {
  systemTest(
    { ...test, name: `${test.name} [source]` },
    (context) => fn(SOURCE_PROGRAM, context),
  );
  binaryTest(
    { ...test, name: `${test.name} [binary]` },
    (context) => fn(BINARY_PROGRAM, context),
  );
}

/**
 * argv that runs a program as an ordinary user, without any capability; from a copy where that user could
 * not reach the program.
 */
export function asPlainUser(argv: readonly string[]): string[] {
  return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...reachableArgv(argv)];
}

/** The compiled binary where any user can reach it. */
export const PUBLIC_BINARY_PROGRAM: Program = {
  ...BINARY_PROGRAM,
  argv: (...args) => reachableArgv(BINARY_PROGRAM.argv(...args)),
};

/** argv that runs a program as root that may not open raw sockets. */
export function withoutNetRaw(argv: readonly string[]): string[] {
  return ["setpriv", "--bounding-set=-net_raw", ...argv];
}

function binaryPath(): string {
  return Deno.env.get("ICMPTIME_BINARY") ?? `${PROJECT_FOLDER}${BINARY_PATH}`;
}

/** Why the compiled binary cannot be tested, or undefined when it can. */
function whyNoBinary(): string | undefined {
  const age = readBinaryAge(binaryPath());
  if (age === "missing") return "no binary: run deno task compile";
  if (age === "current" || Deno.env.has("ICMPTIME_BINARY")) return undefined;
  return "the binary is older than the source: run deno task compile";
}
