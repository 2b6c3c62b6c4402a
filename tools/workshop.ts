/** Where mutants are judged: a copy of the project, in which one module at a time is changed and the tests are run. */

import { secondsByFile } from "./junit.ts";
import { applyMutant, type Mutant } from "./mutant.ts";
import { capture, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";

/** Processor time for a run of tests: so much, and so many times what they took without a mutant. */
const PROCESSOR_LIMIT_S = 5;
const PROCESSOR_LIMIT_FACTOR = 5;
/** Where that is not known, and for the compiler, seconds. */
const PROCESSOR_UNKNOWN_S = 300;
/** Guard against a run that waits for ever without using the processor. */
const WALL_LIMIT_MS = 30 * 60_000;

const TEST: readonly string[] = [
  "test",
  "--quiet",
  "--no-check",
  "--no-prompt",
  "--fail-fast",
  "--allow-read=tests/golden",
  "--v8-flags=--max-old-space-size=1500",
];

/** Tests that are run together. */
export interface TestGroup {
  /** Their files. */
  readonly tests: readonly string[];
  /** Seconds that they take without a mutant; Infinity where that is not known. */
  readonly seconds: number;
}

/** What became of a mutant; an invalid one does not compile. */
export type Verdict = "killed" | "survived" | "invalid";

/** A copy of the project in which one mutant at a time is tested. */
export class Workshop {
  readonly #folder: string;

  /** Works in that folder, whose path ends in a slash. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Runs these tests without a mutant: if they fail, every mutant would look killed.
   *
   * @returns seconds that each file takes; one that is missing was not measured.
   */
  async measure(tests: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const report = `${this.#folder}junit.xml`;
    if (!await this.#pass([`--junit-path=${report}`, ...tests], PROCESSOR_UNKNOWN_S)) {
      throw new ToolError("Cannot judge mutants: the tests fail without one");
    }
    return secondsByFile(await Deno.readTextFile(report));
  }

  /** Runs groups of tests in turn until one fails; a mutant that does not compile is none. */
  async judge(mutant: Mutant, groups: readonly TestGroup[]): Promise<Verdict> {
    const path = `${this.#folder}${mutant.path}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, applyMutant(text, mutant));
    try {
      for (const { tests, seconds } of groups) {
        const limitS = Math.ceil(PROCESSOR_LIMIT_S + PROCESSOR_LIMIT_FACTOR * seconds);
        if (!await this.#pass(tests, limitS)) return "killed";
      }
      return await this.#compiles(mutant.path) ? "survived" : "invalid";
    } finally {
      await Deno.writeTextFile(path, text);
    }
  }

  #pass(tests: readonly string[], limitS: number): Promise<boolean> {
    return this.#deno([...TEST, ...tests], limitS);
  }

  #compiles(path: string): Promise<boolean> {
    return this.#deno(["check", "--quiet", path], PROCESSOR_UNKNOWN_S);
  }

  async #deno(args: readonly string[], limitS: number): Promise<boolean> {
    const seconds = Math.min(limitS, PROCESSOR_UNKNOWN_S);
    const { success } = await new Deno.Command("sh", {
      args: ["-c", `ulimit -t ${seconds} && exec "$@"`, "sh", Deno.execPath(), ...args],
      cwd: this.#folder,
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(WALL_LIMIT_MS),
    }).spawn().status;
    return success;
  }
}

/** Copies what git knows of the project, changes included, into a folder whose path ends in a slash. */
export async function copyProject(folder: string): Promise<void> {
  const { success, stdout, stderr } = await capture(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: PROJECT_FOLDER },
  );
  if (!success) throw new ToolError(`Cannot list the project's files: ${stderr.trim()}`);
  for (const path of stdout.split("\0").filter((path) => path !== "")) {
    await Deno.mkdir(`${folder}${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    try {
      await Deno.copyFile(`${PROJECT_FOLDER}${path}`, `${folder}${path}`);
    } catch (error) {
      // Git still lists a file that was deleted and not yet committed.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
