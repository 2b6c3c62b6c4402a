/**
 * Where mutants are judged: a copy of the project as plain JavaScript, in which one module at a time is changed and tests are run.
 *
 * Types are blanked, so a place in a module is the same place in its copy, and neither compiler nor process is needed for each
 * mutant. What a test runs is measured once, without a mutant: only tests that run the changed token can notice it.
 */

import { stripTypeScriptTypes } from "node:module";
import { type Coverage, isRun } from "./coverage.ts";
import { applyMutant, type Mutant } from "./mutant.ts";
import { capture, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";
import type { HostResult, HostTask } from "./test_host.ts";
import type { FileParts } from "./test_thread.ts";

/** Processor time for a file of tests: a fixed part, and a multiple of what it took without a mutant. */
const PROCESSOR_LIMIT_S = 5;
const PROCESSOR_LIMIT_FACTOR = 5;
/** Where that is not known, seconds. */
const PROCESSOR_UNKNOWN_S = 300;

/** Folders of a workshop: the project as it is, for the compiler, and its copy as plain JavaScript. */
const SOURCE = "source/";
const SCRIPT = "script/";

/** Tokens whose change breaks no type. */
const ALWAYS_COMPILES: ReadonlySet<string> = new Set([
  ...["<", "<=", ">", ">=", "*", "/", "%", "-", "min", "max", "floor", "ceil"],
]);

/** A number that breaks a type is rare, and the compiler slow: it counts as a survivor. */
function isSureToCompile({ before }: Mutant): boolean {
  return ALWAYS_COMPILES.has(before) || /^\d/.test(before);
}

/** What became of a mutant; an invalid one does not compile. */
export type Verdict = "killed" | "survived" | "invalid";

/** What a file of tests does without a mutant. */
export interface Measured {
  /** Processor time, seconds. */
  readonly seconds: number;
  /** What it runs. */
  readonly parts: FileParts;
  /** Whether its tests pass in another order, so that some of them may be run without the others. */
  readonly hasAnyOrder: boolean;
}

/** What files of tests do without a mutant, as far as they have been measured; undefined for one that fails here. */
export type Measurements = Map<string, Promise<Measured | undefined>>;

/** Tests of one file that run a token. */
interface UsefulTests {
  /** The file. */
  readonly test: string;
  /** Their places in it; undefined for all. */
  readonly places: readonly number[] | undefined;
  /** How long they took, milliseconds. */
  readonly ms: number;
  /** Processor time of the whole file, seconds. */
  readonly seconds: number;
}

/** A copy of the project in which one mutant at a time is tested. */
export class Workshop {
  readonly #folder: string;
  readonly #measured: Measurements;
  #host: Deno.ChildProcess | undefined;
  #results: AsyncGenerator<HostResult, void, void> | undefined;

  /** Works in that folder, whose path ends in a slash. Workshops of one project may share what they have measured. */
  constructor(folder: string, measured: Measurements = new Map()) {
    this.#folder = folder;
    this.#measured = measured;
  }

  /**
   * Runs those of these files of tests that run the token, the quickest first, until one fails. One that fails here without a
   * mutant is left out.
   */
  async judge(mutant: Mutant, tests: readonly string[]): Promise<Verdict> {
    const useful = await this.#testsThatRun(mutant, tests);
    const path = `${this.#folder}${SCRIPT}${toScript(mutant.path)}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, applyMutant(text, mutant));
    try {
      for (const { test, places, seconds } of useful) {
        const limitS = Math.ceil(PROCESSOR_LIMIT_S + PROCESSOR_LIMIT_FACTOR * seconds);
        if (!(await this.#run({ test, places, limitS })).isPassed) return "killed";
      }
    } finally {
      await Deno.writeTextFile(path, text);
    }
    return isSureToCompile(mutant) || await this.#compiles(mutant) ? "survived" : "invalid";
  }

  /** Whether one of these files of tests runs the token. */
  async isRun(mutant: Mutant, tests: readonly string[]): Promise<boolean> {
    return (await this.#testsThatRun(mutant, tests)).length > 0;
  }

  /** Ends its process. */
  async close(): Promise<void> {
    if (this.#host === undefined) return;
    try {
      this.#host.kill("SIGKILL");
    } catch (error) {
      // It has ended of itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#results?.return();
    await this.#host.status;
    this.#host = undefined;
  }

  /** Those that run the token, the quickest first. */
  async #testsThatRun(mutant: Mutant, tests: readonly string[]): Promise<UsefulTests[]> {
    const useful: UsefulTests[] = [];
    for (const test of tests) {
      if (!this.#measured.has(test)) this.#measured.set(test, this.#measure(test));
      const measured = await this.#measured.get(test);
      const tests = measured && testsThatRun(measured, mutant);
      if (tests !== undefined) useful.push({ test, seconds: measured?.seconds ?? 0, ...tests });
    }
    return useful.sort((one, other) => one.ms - other.ms);
  }

  /** Runs a file of tests without a mutant: if it fails, every mutant would look killed. */
  async #measure(test: string): Promise<Measured | undefined> {
    const covered = `file://${this.#folder}${SCRIPT}`;
    const { isPassed, seconds, parts } = await this.#run({
      ...{ test, covered, limitS: PROCESSOR_UNKNOWN_S },
    });
    if (!isPassed || parts === undefined) return undefined;
    const places = [...parts.tests.keys()].reverse();
    const reversed = await this.#run({ test, places, limitS: PROCESSOR_UNKNOWN_S });
    return { seconds, parts, hasAnyOrder: reversed.isPassed };
  }

  async #compiles(mutant: Mutant): Promise<boolean> {
    const path = `${this.#folder}${SOURCE}${mutant.path}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, applyMutant(text, mutant));
    try {
      const argv = [Deno.execPath(), "check", "--quiet", "--no-lock", path];
      return (await capture(argv, { cwd: `${this.#folder}${SOURCE}` })).success;
    } finally {
      await Deno.writeTextFile(path, text);
    }
  }

  async #run(task: HostTask): Promise<HostResult> {
    if (this.#host === undefined) this.#start();
    const test = `file://${this.#folder}${SCRIPT}${toScript(task.test)}`;
    const writer = this.#host?.stdin.getWriter();
    try {
      await writer?.write(new TextEncoder().encode(`${JSON.stringify({ ...task, test })}\n`));
      const next = await this.#results?.next();
      if (next?.done === false) return next.value;
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    } finally {
      writer?.releaseLock();
    }
    // It ended: no memory was left for the mutant.
    await this.close();
    return { isPassed: false, seconds: 0 };
  }

  #start(): void {
    this.#host = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-lock", "--no-prompt", "--allow-all"],
        ...["--v8-flags=--max-old-space-size=1500", "tools/test_host.js"],
      ],
      cwd: `${this.#folder}${SCRIPT}`,
      env: { DENO_NO_UPDATE_CHECK: "1" },
      ...{ stdin: "piped", stdout: "piped", stderr: "null" },
    }).spawn();
    this.#results = readResults(this.#host.stdout);
  }
}

async function* readResults(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<HostResult, void, void> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    // A program under test may print too.
    for (const line of lines) {
      if (line.startsWith('{"isPassed"')) yield JSON.parse(line) as HostResult;
    }
  }
}

/** The tests of a file that run the token; undefined if none does. */
function testsThatRun(
  { parts: { loading, tests }, hasAnyOrder }: Measured,
  { path, from, offset }: Mutant,
): Pick<UsefulTests, "places" | "ms"> | undefined {
  const places = [...tests.keys()];
  const runsIt = (coverage: Coverage = {}) => isRun(coverage, toScript(path), from, offset);
  const useful = loading.some(runsIt)
    ? places
    : places.filter((place) => runsIt(tests[place]?.coverage));
  if (useful.length === 0) return undefined;
  const run = hasAnyOrder ? useful : places;
  const ms = run.reduce((sum, place) => sum + (tests[place]?.ms ?? 0), 0);
  return { ms, places: run.length < places.length ? run : undefined };
}

/** The path of a module's copy. */
function toScript(path: string): string {
  return path.replace(/(?<!\.d)\.ts$/, ".js");
}

/** Copies what git knows of the project, changes included, into the folder of a workshop. */
export async function copyProject(folder: string): Promise<void> {
  const { success, stdout, stderr } = await capture(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: PROJECT_FOLDER },
  );
  if (!success) throw new ToolError(`Cannot list the project's files: ${stderr.trim()}`);
  for (const path of stdout.split("\0").filter((path) => path !== "")) {
    try {
      const bytes = await Deno.readFile(`${PROJECT_FOLDER}${path}`);
      const isScript = /(?<!\.d)\.ts$|^deno\.json$/.test(path);
      await write(`${folder}${SOURCE}${path}`, bytes);
      await write(`${folder}${SCRIPT}${toScript(path)}`, isScript ? toPlain(path, bytes) : bytes);
    } catch (error) {
      // Git still lists a file that was deleted and not yet committed.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeFile(path, bytes);
}

/** A module without types, which imports the copies of others; every token stays in its place. */
function toPlain(path: string, bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const plain = path.endsWith(".ts") ? stripTypes(path, text) : text;
  return new TextEncoder().encode(plain.replace(/("[^"\n]*)(?<!\.d)\.ts"/g, '$1.js"'));
}

/** Mutants are of src alone: elsewhere a module whose types cannot be blanked may change its places. */
function stripTypes(path: string, text: string): string {
  try {
    return stripTypeScriptTypes(text);
  } catch (error) {
    if (path.startsWith("src/")) throw error;
    return stripTypeScriptTypes(text, { mode: "transform" });
  }
}
