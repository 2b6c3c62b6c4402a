/**
 * `deno task mutate [--sample N] [--seed N] [--jobs N] [--only PATH,…] [--near N] [--verbose] [--known]
 * [--unrun]`: how sharp the tests are that need no kernel.
 *
 * Draws N one-token mutants (100 by default) of the pure folders of src, each in a copy of the project, and runs the files of tests
 * that run the changed token, the quickest first. Prints each survivor (with `--verbose` each mutant), then the counts. A survivor
 * in tests/mutants/ is known: no test can notice it, or one that needs the kernel does. Exits with status 1 if fewer than 92 % of
 * the others are killed.
 *
 * `--only` draws from what starts with one of these, such as `src/clock/`, or `src/clock/gap.ts:104:` for a line. `--near N` uses
 * only tests at the N shortest distances by import, which is quick and never counts a mutant as killed that is not.
 *
 * `--known` judges the known survivors instead, and exits with status 1 if a test kills one: its entry is then wrong.
 *
 * `--unrun` prints the drawn tokens that no such test runs, which takes minutes for all of them, and judges none.
 *
 * A mutant that never ends is stopped by a limit of processor time, so a busy machine changes no result.
 */

import { parseArgs } from "@std/cli/parse-args";
import { KNOWN_MUTANTS, type KnownMutant } from "../tests/mutants/mod.ts";
import { Random } from "../tests/lab/random.ts";
import { importersOf, readImports, readModules } from "./import_graph.ts";
import { findMutants, type Mutant } from "./mutant.ts";
import { runTool, say, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";
import { copyProject, type Measurements, type Verdict, Workshop } from "./workshop.ts";

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
  "behaviour",
  "record",
  "report",
  "cli/options",
];
const PURE_LEVELS = /^tests\/(?:unit|property|scenario|golden)\/.*_test\.ts$/;
/** Share of mutants, without the known ones, that must be killed. */
const LEAST_KILLED_RATIO = 0.92;
type Counts = Record<Verdict | "known", number>;

interface JudgeOptions {
  readonly root: string;
  readonly jobs: number;
  readonly isVerbose: boolean;
  /** Known survivors are judged as well. */
  readonly judgesKnown: boolean;
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
  throw new ToolError(`Cannot use tests/mutants/: it names lines that are gone: ${lines}`);
}

/** The mutants to choose from, and which tests can reach each, the nearest first. */
function readProject(only: string, near: number): {
  readonly mutants: readonly Mutant[];
  readonly testsOf: (mutant: Mutant) => readonly string[];
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
      .filter((tests) => tests.length > 0)
      .slice(0, near)
      .flat();
  const places = only.split(",");
  return {
    mutants: mutants.filter(({ path, line }) =>
      places.some((place) => `${path}:${line}:`.startsWith(place))
    ),
    testsOf,
  };
}

function describePlace({ path, line, before, after, code }: Mutant): string {
  return `${path}:${line}: ${before} → ${after || "nothing"}: ${code}`;
}

/** Prints the tokens that no test runs. */
async function printUnrun(
  drawn: readonly Mutant[],
  testsOf: (mutant: Mutant) => readonly string[],
  root: string,
): Promise<void> {
  const folder = `${root}/unrun/`;
  await copyProject(folder);
  const workshop = new Workshop(folder);
  let unrun = 0;
  for (const mutant of drawn) {
    if (whyKnown(mutant) !== undefined || await workshop.isRun(mutant, testsOf(mutant))) continue;
    unrun += 1;
    say(`not run: ${describePlace(mutant)}`);
  }
  await workshop.close();
  say(`${unrun} of ${drawn.length} tokens are run by no test`);
}

/** Judges the drawn mutants, `jobs` at a time, and reports each. */
async function judgeAll(
  drawn: readonly Mutant[],
  testsOf: (mutant: Mutant) => readonly string[],
  { root, jobs, isVerbose, judgesKnown }: JudgeOptions,
): Promise<Counts> {
  const counts: Counts = { killed: 0, survived: 0, known: 0, invalid: 0 };
  const measured: Measurements = new Map();
  const queue = drawn.values();
  await Promise.all(Array.from({ length: jobs }, async (_, job) => {
    const folder = `${root}/${job}/`;
    await copyProject(folder);
    const workshop = new Workshop(folder, measured);
    for (const mutant of queue) {
      const place = describePlace(mutant);
      const why = judgesKnown ? undefined : whyKnown(mutant);
      const verdict = why === undefined ? await workshop.judge(mutant, testsOf(mutant)) : "known";
      counts[verdict] += 1;
      if (why !== undefined) say(`known: ${place} (${why})`);
      else if (isVerbose || (verdict === "survived") !== judgesKnown) say(`${verdict}: ${place}`);
    }
    await workshop.close();
  }));
  for (const [test, result] of measured) {
    if (await result === undefined) say(`not used, since it fails in the workshop: ${test}`);
  }
  return counts;
}

async function main(): Promise<void> {
  const { sample, seed, jobs, only, near, ...flags } = parseArgs(Deno.args, {
    string: ["sample", "seed", "jobs", "only", "near"],
    boolean: ["verbose", "known", "unrun"],
    default: { sample: "100", seed: "1", jobs: "1", only: "src/", near: "Infinity" },
  });
  const judgesKnown = flags.known === true;
  const { mutants, testsOf } = readProject(String(only), Number(near));
  const drawn = judgesKnown
    ? mutants.filter((mutant) => whyKnown(mutant) !== undefined)
    : draw(mutants, Number(sample), Number(seed));
  say(`${drawn.length} of ${mutants.length} mutants, ${judgesKnown ? "known" : `seed ${seed}`}`);
  const root = await Deno.makeTempDir({ prefix: "icmptime-mutants-" });
  try {
    if (flags.unrun === true) return await printUnrun(drawn, testsOf, root);
    const options = {
      ...{ root, jobs: Number(jobs) },
      ...{ isVerbose: flags.verbose === true, judgesKnown },
    };
    const { killed, survived, known, invalid } = await judgeAll(drawn, testsOf, options);
    const ratio = killed / (killed + survived);
    say(
      `${killed} killed, ${survived} survived, ${known} known survivors, ` +
        `${invalid} do not compile: ${(100 * ratio).toFixed(1)} % killed`,
    );
    if (judgesKnown ? killed + invalid > 0 : !(ratio >= LEAST_KILLED_RATIO)) Deno.exitCode = 1;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

await runTool(main);
