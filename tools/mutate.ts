/**
 * `deno task mutate [--sample N] [--seed N] [--jobs N] [--only PREFIX] [--verbose]`: how sharp the tests are that need no kernel.
 *
 * Draws N one-token mutants (100 by default) of the pure folders of src, each in a copy of the project, and runs the
 * tests that can reach the changed module, the nearest first. Prints each survivor (with `--verbose` each mutant), then
 * the counts. A survivor in tests/mutants.ts is known: no test can notice it, or one that needs the kernel does. Exits
 * with status 1 if fewer than 92 % of the others are killed.
 *
 * A mutant that never ends is stopped by a limit of processor time, so a busy machine changes no result.
 */

import { parseArgs } from "@std/cli/parse-args";
import { KNOWN_MUTANTS, type KnownMutant } from "../tests/mutants.ts";
import { Random } from "../tests/lab/random.ts";
import { importersOf, readImports, readModules } from "./import_graph.ts";
import { applyMutant, findMutants, type Mutant } from "./mutant.ts";
import { capture, runTool, say, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";

/** Folders whose mutants the tests without a kernel must kill. */
const FOLDERS = [
  "packet",
  "measurement",
  "clock",
  "probe",
  "scan",
  "stats",
  "time",
  "targets",
  "run",
];
const PURE_LEVELS = /^tests\/(?:unit|property|scenario|golden)\/.*_test\.ts$/;
/** Share of mutants, without the known ones, that must be killed. */
const LEAST_KILLED_RATIO = 0.92;
/** Processor time for one run of tests, seconds: some ten times what all of them need. */
const PROCESSOR_LIMIT_S = 300;
/** Guard against a run that waits for ever without using the processor. */
const WALL_LIMIT_MS = 30 * 60_000;
type Verdict = "killed" | "survived" | "invalid";
type Counts = Record<Verdict | "known", number>;

/** A copy of the project in which one mutant at a time is tested. */
class Workshop {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether these tests pass without a mutant. If not, every mutant would look killed. */
  isSound(tests: readonly string[]): Promise<boolean> {
    return this.#pass(tests);
  }

  /** Runs the tests that reach the mutant, the nearest first; a mutant that does not compile is none. */
  async judge(mutant: Mutant, testsByDistance: readonly (readonly string[])[]): Promise<Verdict> {
    const path = `${this.#folder}${mutant.path}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, applyMutant(text, mutant));
    try {
      for (const tests of testsByDistance) {
        if (!await this.#pass(tests)) return "killed";
      }
      return await this.#compiles(mutant.path) ? "survived" : "invalid";
    } finally {
      await Deno.writeTextFile(path, text);
    }
  }

  #pass(tests: readonly string[]): Promise<boolean> {
    return this.#deno([
      ...[
        "test",
        "--quiet",
        "--no-check",
        "--no-prompt",
        "--fail-fast",
        "--allow-read=tests/golden",
      ],
      ...["--v8-flags=--max-old-space-size=1500", ...tests],
    ]);
  }

  #compiles(path: string): Promise<boolean> {
    return this.#deno(["check", "--quiet", path]);
  }

  async #deno(args: readonly string[]): Promise<boolean> {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", `ulimit -t ${PROCESSOR_LIMIT_S} && exec "$@"`, "sh", Deno.execPath(), ...args],
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

/** Mutants drawn without replacement, in the order of their places. */
function draw(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = new Random(seed);
  const left = [...mutants];
  const drawn: Mutant[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(random.below(left.length), 1));
  }
  return drawn;
}

function isSame(known: KnownMutant, { path, code, before, after }: Mutant): boolean {
  return known.path === path && known.code === code && known.change === `${before} → ${after}`;
}

function whyKnown(mutant: Mutant): string | undefined {
  return KNOWN_MUTANTS.find((known) => isSame(known, mutant))?.why;
}

/** A line that has changed since is no reason any more. */
function refuseStale(mutants: readonly Mutant[]): void {
  const stale = KNOWN_MUTANTS.filter((known) => !mutants.some((mutant) => isSame(known, mutant)));
  if (stale.length === 0) return;
  const lines = stale.map(({ path, code }) => `${path}: ${code}`).join("; ");
  throw new ToolError(`Cannot use tests/mutants.ts: it names lines that are gone: ${lines}`);
}

async function copyProject(folder: string): Promise<void> {
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

/** The mutants to choose from, and which tests can reach each, the nearest first. */
function readProject(only: string): {
  readonly mutants: readonly Mutant[];
  readonly testsOf: (mutant: Mutant) => readonly (readonly string[])[];
} {
  const modules = readModules(PROJECT_FOLDER, ["src", "tests", "ffi", "main.ts", "tools"]);
  const imports = readImports(modules);
  const mutants = [...modules]
    .filter(([path]) => FOLDERS.some((folder) => path.startsWith(`src/${folder}/`)))
    .flatMap(([path, text]) => findMutants(path, text));
  refuseStale(mutants);
  const testsOf = ({ path }: Mutant) =>
    importersOf(path, imports)
      .map((paths) => paths.filter((path) => PURE_LEVELS.test(path)))
      .filter((tests) => tests.length > 0);
  return { mutants: mutants.filter(({ path }) => path.startsWith(only)), testsOf };
}

/** Judges the drawn mutants, `jobs` at a time, and reports each. */
async function judgeAll(
  drawn: readonly Mutant[],
  testsOf: (mutant: Mutant) => readonly (readonly string[])[],
  { root, jobs, isVerbose }: { root: string; jobs: number; isVerbose: boolean },
): Promise<Counts> {
  const counts: Counts = { killed: 0, survived: 0, known: 0, invalid: 0 };
  const folders = Array.from({ length: jobs }, (_, job) => `${root}/${job}/`);
  for (const folder of folders) await copyProject(folder);
  const workshops = folders.map((folder) => new Workshop(folder));
  const allTests = [...new Set(drawn.flatMap(testsOf).flat())];
  if (!await workshops[0]?.isSound(allTests)) {
    throw new ToolError("Cannot judge mutants: the tests fail without one");
  }
  const queue = drawn.values();
  await Promise.all(workshops.map(async (workshop) => {
    for (const mutant of queue) {
      const verdict = await workshop.judge(mutant, testsOf(mutant));
      const why = verdict === "survived" ? whyKnown(mutant) : undefined;
      counts[why === undefined ? verdict : "known"] += 1;
      const { path, line, before, after, code } = mutant;
      const place = `${path}:${line}: ${before} → ${after || "nothing"}: ${code}`;
      if (why !== undefined) say(`known: ${place} (${why})`);
      else if (isVerbose || verdict === "survived") say(`${verdict}: ${place}`);
    }
  }));
  return counts;
}

async function main(): Promise<void> {
  const { sample, seed, jobs, only, verbose } = parseArgs(Deno.args, {
    string: ["sample", "seed", "jobs", "only"],
    boolean: ["verbose"],
    default: { sample: "100", seed: "1", jobs: "1", only: "src/" },
  });
  const { mutants, testsOf } = readProject(String(only));
  const drawn = draw(mutants, Number(sample), Number(seed));
  say(`${drawn.length} of ${mutants.length} mutants, seed ${seed}`);
  const root = await Deno.makeTempDir({ prefix: "icmptime-mutants-" });
  try {
    const options = { root, jobs: Number(jobs), isVerbose: verbose === true };
    const { killed, survived, known, invalid } = await judgeAll(drawn, testsOf, options);
    const ratio = killed / (killed + survived);
    say(
      `${killed} killed, ${survived} survived, ${known} known survivors, ` +
        `${invalid} do not compile: ${(100 * ratio).toFixed(1)} % killed`,
    );
    if (!(ratio >= LEAST_KILLED_RATIO)) Deno.exitCode = 1;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

await runTool(main);
