/**
 * `deno task test [LEVEL…] [--no-install] [DENO TEST OPTION…]`: runs the tests level by level, the pure ones
 * first, each with no more permissions than it needs, and closes with one line that counts all of them.
 *
 * For the levels that meet the kernel it first installs the Debian packages that they use, where it may, and
 * compiles the binary that they test; `--no-install` prevents the first, a `--filter` the second.
 *
 * The pure levels get no permission flag at all: that they pass is the proof that the core is pure.
 */

import { readBinaryAge } from "./binary_age.ts";
import { compileProgram } from "./compile.ts";
import { addCounts, closingLine, countTests, type TestCounts } from "./junit.ts";
import { runTool, say, ToolError, warn } from "./output.ts";
import { BINARY_PATH, PROJECT_FOLDER, TEST_LOCK } from "./project.ts";
import {
  failedTests,
  type FileRun,
  filterFor,
  mergeSecondRun,
  planSecondRun,
} from "./second_run.ts";
import { findMissingFiles, planLanes, runBatches } from "./test_lanes.ts";
import { installTestPackages } from "./test_packages.ts";

interface LevelGroup {
  /** Folders of tests/. */
  readonly levels: readonly string[];
  /** Flags for `deno test`. */
  readonly flags: readonly string[];
  /** How the flags read in a headline. */
  readonly permissions: string;
  /** Its tests need a kernel, programs of others and the compiled binary. */
  readonly needsMachine?: boolean;
  /** Its files run in lanes, as `test_lanes.ts` has them. */
  readonly hasLanes?: boolean;
}

const NO_INSTALL = "--no-install";

/** Every wait in a test has its own guard; should one lack it, its group of levels is ended after this time. */
const GROUP_LIMIT_MS = 60 * 60_000;

/** Pure tests may share the cores; of those with a kernel, some may. */
const GROUPS: readonly LevelGroup[] = [
  {
    levels: ["unit", "property", "scenario"],
    flags: ["--parallel"],
    permissions: "no permissions",
  },
  { levels: ["golden"], flags: ["--allow-read"], permissions: "reading only" },
  {
    levels: ["system", "cli"],
    flags: ["--allow-all"],
    permissions: "all permissions",
    needsMachine: true,
    hasLanes: true,
  },
  // Heavy outside programs, such as a browser.
  {
    levels: ["integration"],
    flags: ["--allow-all"],
    permissions: "all permissions",
    needsMachine: true,
    hasLanes: true,
  },
];

const LEVELS = GROUPS.flatMap(({ levels }) => levels);

/** Runs the chosen levels; returns the counts of each group. */
async function runLevels(
  chosen: readonly string[],
  options: readonly string[],
): Promise<readonly TestCounts[]> {
  const counts: TestCounts[] = [];
  for (const group of GROUPS) {
    const folders = group.levels
      .filter((level) => chosen.includes(level))
      .map((level) => `tests/${level}`)
      .filter((folder) => testFiles(folder).length > 0);
    if (folders.length === 0) continue;
    say(`== ${folders.join(" ")} (${group.permissions})`);
    const flags = [...group.flags, ...options];
    const runs = group.hasLanes === true
      ? await runInLanes(folders, flags)
      : [await runDenoTest(folders, flags)];
    // With a filter, the developer looks at these tests.
    const mayRepeat = group.needsMachine === true && !options.some(isFilter);
    counts.push(...(mayRepeat ? await runAgain(runs, flags) : runs.map(({ counts }) => counts)));
  }
  return counts;
}

function isFilter(option: string): boolean {
  return option.startsWith("--filter");
}

/** Runs few tests that failed once more, with nothing beside them; returns what became of all. */
async function runAgain(
  runs: readonly FileRun[],
  flags: readonly string[],
): Promise<readonly TestCounts[]> {
  const again = planSecondRun(runs);
  const counts = runs.filter((run) => !again.includes(run)).map(({ counts }) => counts);
  for (const { files, counts: first } of again) {
    say(`== again, alone: ${failedTests(first.failures).join("; ")}`);
    const second = await runDenoTest(files, [...flags, `--filter=${filterFor(first.failures)}`]);
    counts.push(mergeSecondRun(first, second.counts));
  }
  return counts;
}

/** Runs the files of folders: those that bear company in lanes, then the others. */
async function runInLanes(
  folders: readonly string[],
  flags: readonly string[],
): Promise<readonly FileRun[]> {
  const plan = planLanes(folders.flatMap(testFiles), navigator.hardwareConcurrency);
  const runs = await runBatches(plan, (files) => runDenoTest(files, flags, { isQuiet: true }));
  if (plan.alone.length > 0) runs.push(await runDenoTest(plan.alone, flags));
  return runs;
}

/** Installs and compiles what the chosen levels need. */
async function prepareMachine(
  chosen: readonly string[],
  { installs, compiles }: { readonly installs: boolean; readonly compiles: boolean },
): Promise<void> {
  const isNeeded = GROUPS.some(({ levels, needsMachine }) =>
    needsMachine === true && levels.some((level) => chosen.includes(level))
  );
  if (!isNeeded) return;
  if (installs) await installTestPackages();
  if (!compiles || readBinaryAge() === "current") return;
  say(`== compiling ${BINARY_PATH}`);
  try {
    await compileProgram({ output: `${PROJECT_FOLDER}${BINARY_PATH}` });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    warn(error.message);
  }
}

/** Runs test files, or all of folders. One that is quiet prints what the tests say when all have ended: others run beside it. */
async function runDenoTest(
  paths: readonly string[],
  flags: readonly string[],
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): Promise<FileRun> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-tests-" });
  try {
    const report = `${folder}/junit.xml`;
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-prompt",
        `--lock=${TEST_LOCK}`,
        `--junit-path=${report}`,
        ...flags,
        ...paths,
      ],
      cwd: PROJECT_FOLDER,
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(GROUP_LIMIT_MS),
      ...(isQuiet ? { stdout: "piped", stderr: "piped" } : {}),
    });
    const status = isQuiet ? await printAtEnd(command) : await command.spawn().status;
    const counts = countTests(await readReport(report));
    // A module that fails outside its tests, or does not compile, is in no report: the exit code shows it.
    const isCounted = status.success || counts.failed > 0;
    return { files: paths, counts: isCounted ? counts : { ...counts, failed: 1 } };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function printAtEnd(command: Deno.Command): Promise<Deno.CommandStatus> {
  const ended = await command.output();
  writeAll(Deno.stdout, ended.stdout);
  writeAll(Deno.stderr, ended.stderr);
  return ended;
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
}

async function readReport(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Test files of a folder and below it; none when there is no such folder. */
function testFiles(folder: string): string[] {
  try {
    return [...Deno.readDirSync(`${PROJECT_FOLDER}${folder}`)].flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) return testFiles(path);
      return entry.name.endsWith("_test.ts") ? [path] : [];
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Refuses a test file that is in no level: it would never run, unnoticed. */
function refuseStrays(): void {
  const strays = testFiles("tests").filter((path) => !LEVELS.includes(path.split("/")[1] ?? ""));
  if (strays.length > 0) {
    throw new ToolError(`Cannot place ${strays.join(", ")}: it is in no level`);
  }
  const missing = findMissingFiles(testFiles("tests"));
  if (missing.length > 0) {
    throw new ToolError(`Cannot run ${missing.join(", ")} alone: there is no such file`);
  }
}

async function main(): Promise<void> {
  const firstOption = Deno.args.findIndex((arg) => arg.startsWith("-"));
  const names = firstOption < 0 ? Deno.args : Deno.args.slice(0, firstOption);
  const words = firstOption < 0 ? [] : Deno.args.slice(firstOption);
  const options = words.filter((word) => word !== NO_INSTALL);
  const unknown = names.find((name) => !LEVELS.includes(name));
  if (unknown !== undefined) {
    throw new ToolError(`Cannot run ${unknown}: the levels are ${LEVELS.join(", ")}`);
  }
  refuseStrays();
  const chosen = names.length > 0 ? names : LEVELS;
  // With a filter, deno reports what it left out as skipped too: all the others, no news.
  const isFiltered = options.some(isFilter);
  await prepareMachine(chosen, { installs: !words.includes(NO_INSTALL), compiles: !isFiltered });
  const total = addCounts(await runLevels(chosen, options));
  if (!isFiltered) { for (const name of total.skipped) say(`not run: ${name}`); }
  for (const name of total.passedAlone) say(`failed at first, passed alone: ${name}`);
  say(closingLine(total));
  if (total.failed > 0 || total.passed === 0) Deno.exitCode = 1;
}

await runTool(main);
