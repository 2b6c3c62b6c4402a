/**
 * `deno task package [deb] [rpm] [npm] [--target TRIPLE] [--output FOLDER] [--binary FILE] [--quick]`: packages of the compiled
 * binary, by dpkg-deb and rpmbuild, and one of the bundled program for npm.
 *
 * The same source, tools and SOURCE_DATE_EPOCH (by default the date of the last commit) give the same octets. `--quick`
 * compresses fast instead of well; `--binary` takes a binary that is compiled already.
 */

import { parseArgs } from "@std/cli/parse-args";
import { compileProgram } from "./compile.ts";
import { runTool, say, ToolError } from "./output.ts";
import { buildDeb, type PackageJob } from "./package/deb.ts";
import { PACKAGE_TARGETS, readFacts } from "./package/facts.ts";
import { buildNpm } from "./package/npm.ts";
import { buildRpm } from "./package/rpm.ts";
import { PROJECT_FOLDER } from "./project.ts";

/** What can be built, by its word. */
const BUILDERS: Readonly<Record<string, (job: PackageJob) => Promise<string>>> = {
  deb: buildDeb,
  rpm: buildRpm,
  npm: buildNpm,
};

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["target", "output", "binary"],
    boolean: ["quick"],
    default: { output: `${PROJECT_FOLDER}dist/packages` },
    unknown: (arg) => {
      if (!arg.startsWith("-")) return true;
      throw new ToolError(
        `Cannot understand ${arg}: package takes --target TRIPLE, --output FOLDER, --binary FILE, --quick`,
      );
    },
  });
  const names = args["_"].length > 0 ? args["_"].map(String) : Object.keys(BUILDERS);
  const wrong = names.find((name) => BUILDERS[name] === undefined);
  if (wrong !== undefined) {
    throw new ToolError(`Cannot build ${wrong}: expected ${Object.keys(BUILDERS).join(", ")}`);
  }
  const triple = args["target"] === undefined ? Deno.build.target : String(args["target"]);
  const target = PACKAGE_TARGETS.find((known) => known.triple === triple);
  if (target === undefined) {
    const known = PACKAGE_TARGETS.map(({ triple }) => triple).join(", ");
    throw new ToolError(`Cannot package for ${triple}: expected one of ${known}`);
  }
  const output = String(args["output"]).replace(/\/+$/, "");
  await Deno.mkdir(output, { recursive: true });
  const build = async (binary: string) => {
    const job = {
      binary,
      target,
      output,
      facts: await readFacts(),
      isQuick: args["quick"] === true,
    };
    for (const name of names) {
      const path = await BUILDERS[name]?.(job) ?? "";
      say(`${path}: ${(Deno.statSync(path).size / 1e6).toFixed(1)} MB`);
    }
  };
  // The package for npm brings Deno in place of a binary.
  if (names.every((name) => name === "npm")) await build("");
  else await withBinary(args["binary"] as string | undefined, triple, build);
}

/** Uses the given binary, or one compiled for this alone. */
async function withBinary(
  given: string | undefined,
  target: string,
  use: (binary: string) => Promise<void>,
): Promise<void> {
  if (given !== undefined) {
    const path = await Deno.realPath(given).catch(() => {
      throw new ToolError(`Cannot package ${given}: there is no such file`);
    });
    return await use(path);
  }
  const folder = await Deno.makeTempDir({ prefix: "icmptime-package-" });
  try {
    const output = `${folder}/icmptime`;
    const version = await compileProgram({ output, target });
    say(`compiled for ${target} with Deno ${version}`);
    await use(output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await runTool(main);
