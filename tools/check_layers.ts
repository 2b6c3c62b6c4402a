/**
 * `deno task layers [FOLDER]`: checks the rules of layers.ts against what `deno info` says of every module.
 * Prints one line per violation and ends with exit code 1 when there is one.
 */

import {
  findGrantCircles,
  findLongModules,
  findModuleCircles,
  findUnshippedPackages,
  findUnusedGrants,
  findWrongCalls,
  findWrongImports,
  type Import,
  type ModuleText,
} from "./layers.ts";
import { capture, runTool, say, ToolError, warn } from "./output.ts";
import { PROJECT_FOLDER, TEST_LOCK } from "./project.ts";

/** The part of `deno info --json` that is read here. */
interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly code?: Resolved;
      readonly type?: Resolved;
      readonly isDynamic?: boolean;
    }[];
  }[];
}

interface Resolved {
  readonly specifier?: string;
  readonly error?: string;
}

const PLACES = ["main.ts", "src", "ffi", "tests", "tools", "bench", "examples"];

/** Checks the project in a folder. Returns the violations and the number of modules seen. */
export async function checkLayers(
  folder: string,
): Promise<{ readonly violations: string[]; readonly moduleCount: number }> {
  const paths = PLACES.flatMap((place) => [...modulesUnder(folder, place)]).sort();
  const graph = await readGraph(folder, paths);
  const relative = (specifier: string) => specifier.replace(`file://${folder}`, "");
  const imports: Import[] = [];
  const unresolved: string[] = [];
  for (const module of graph.modules) {
    if (!module.specifier.startsWith(`file://${folder}`)) continue;
    const from = relative(module.specifier);
    if (module.error !== undefined) unresolved.push(`${from}: ${firstLine(module.error)}`);
    for (const { code, type, isDynamic = false } of module.dependencies ?? []) {
      const isTypeOnly = code === undefined;
      for (const { specifier, error } of [code, type].filter((side) => side !== undefined)) {
        if (specifier !== undefined) {
          imports.push({ from, to: relative(specifier), isTypeOnly, isDynamic });
        }
        if (error !== undefined) unresolved.push(`${from}: ${firstLine(error)}`);
      }
    }
  }
  const modules = paths.map((path): ModuleText => ({
    path,
    text: Deno.readTextFileSync(`${folder}${path}`),
  }));
  return {
    violations: [
      ...unresolved,
      ...findWrongImports(imports),
      ...findWrongCalls(modules),
      ...findLongModules(modules),
      ...findModuleCircles(imports),
      // A part of the program need not use every grant.
      ...(paths.includes("main.ts")
        ? [...findUnusedGrants(imports), ...findGrantCircles(), ...readLock(folder)]
        : []),
    ],
    moduleCount: paths.length,
  };
}

/** Asks deno for the graph of all modules at once, through a module that imports each of them. */
async function readGraph(folder: string, paths: readonly string[]): Promise<ModuleGraph> {
  const root = await Deno.makeTempFile({ prefix: "icmptime-layers-", suffix: ".ts" });
  try {
    const lines = paths.map((path) => `import ${JSON.stringify(`file://${folder}${path}`)};`);
    await Deno.writeTextFile(root, lines.join("\n"));
    const info = await capture(
      [
        ...[Deno.execPath(), "info", "--json", "--config", `${PROJECT_FOLDER}deno.json`],
        ...[`--lock=${PROJECT_FOLDER}${TEST_LOCK}`, root],
      ],
    );
    if (!info.success) throw new ToolError(`Cannot read the module graph:\n${info.stderr.trim()}`);
    return JSON.parse(info.stdout);
  } finally {
    await Deno.remove(root);
  }
}

/** What is wrong with the lock file of what ships; nothing where there is none. */
function readLock(folder: string): string[] {
  try {
    return findUnshippedPackages(Deno.readTextFileSync(`${folder}deno.lock`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function* modulesUnder(folder: string, place: string): Iterable<string> {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(`${folder}${place}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (!info.isDirectory) {
    if (place.endsWith(".ts")) yield place;
    return;
  }
  for (const entry of Deno.readDirSync(`${folder}${place}`)) {
    yield* modulesUnder(folder, `${place}/${entry.name}`);
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

async function main(): Promise<void> {
  const folder = Deno.args[0] ?? PROJECT_FOLDER;
  const { violations, moduleCount } = await checkLayers(
    folder.endsWith("/") ? folder : `${folder}/`,
  );
  for (const violation of violations) warn(violation);
  if (violations.length > 0) {
    throw new ToolError(`Cannot accept the layers: violations: ${violations.length}`);
  }
  say(`layers: ${moduleCount} modules, every import goes down, every grant is used`);
}

if (import.meta.main) await runTool(main);
