/**
 * `deno task release [--output FOLDER] [--url URL] [--complete] [--quick]`: everything that a release consists of, in one
 * folder: an archive for each target that a runtime base can be fetched for, the packages, an SBOM (CycloneDX) and SHA256SUMS.
 *
 * `--url` is where these files will be downloaded from: with it, recipes for Homebrew, Arch Linux and Nix are there too.
 * The same source, tools and SOURCE_DATE_EPOCH give the same octets. A target that is left out is named; `--complete` makes
 * that a failure. `--quick` compresses fast instead of well. The folder gets everything at the end, or nothing.
 */

import { parseArgs } from "@std/cli/parse-args";
import { compileProgram } from "./compile.ts";
import { NoBaseError } from "./deno_compile.ts";
import { runTool, say, ToolError, warn } from "./output.ts";
import { buildDeb } from "./package/deb.ts";
import { PACKAGE_TARGETS, type PackageFacts, readFacts, VERSION } from "./package/facts.ts";
import { buildNpm } from "./package/npm.ts";
import { buildRpm } from "./package/rpm.ts";
import { PackageTree, printed } from "./package/tree.ts";
import { PROJECT_FOLDER } from "./project.ts";
import { writeRecipes } from "./release/recipes.ts";
import { must, writeSbom } from "./release/sbom.ts";

/** Targets of `deno compile` on which icmptime runs. */
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
];

/** What every target is built from. */
interface ReleaseJob {
  /** Folder that holds the binary of each target. */
  readonly folder: string;
  /** Folder that gets the files. */
  readonly output: string;
  /** Date and maintainer. */
  readonly facts: PackageFacts;
  /** Compress fast instead of well. */
  readonly isQuick: boolean;
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["output", "url"],
    boolean: ["complete", "quick"],
    default: { output: `${PROJECT_FOLDER}dist/release` },
    unknown: (arg) => {
      throw new ToolError(
        `Cannot understand ${arg}: release takes --output FOLDER, --url URL, --complete, --quick`,
      );
    },
  });
  await Deno.mkdir(String(args["output"]), { recursive: true });
  const output = await Deno.realPath(String(args["output"]));
  if ([...Deno.readDirSync(output)].length > 0) {
    throw new ToolError(`Cannot write a release into ${output}: it is not empty`);
  }
  // Beside the folder, so that one renaming puts all of it in place.
  const [, parent = "/"] = /^(.*)\/[^/]+$/.exec(output) ?? [];
  const staged = await Deno.makeTempDir({ dir: parent || "/", prefix: ".icmptime-release-" });
  try {
    await build(staged, {
      isComplete: args["complete"] === true,
      isQuick: args["quick"] === true,
      url: args["url"] === undefined ? undefined : String(args["url"]).replace(/\/+$/, ""),
    });
    await Deno.chmod(staged, 0o755);
    await Deno.rename(staged, output);
  } catch (error) {
    await Deno.remove(staged, { recursive: true });
    throw error;
  }
  for (const { name } of Deno.readDirSync(output)) say(`${output}/${name}`);
}

/** What the command line chose. */
interface ReleaseOptions {
  /** A target that is left out is a failure. */
  readonly isComplete: boolean;
  /** Compress fast instead of well. */
  readonly isQuick: boolean;
  /** Where the files will be downloaded from; without it there are no recipes. */
  readonly url: string | undefined;
}

/** Builds everything into an empty folder. */
async function build(output: string, options: ReleaseOptions): Promise<void> {
  const { isComplete, isQuick, url } = options;
  const facts = await readFacts();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-release-" });
  try {
    const versions = await compileTargets(folder, isComplete);
    for (const target of versions.keys()) {
      await releaseTarget(target, { folder, output, facts, isQuick });
    }
    await buildNpm({ output });
    const denoVersions = [...new Set(versions.values())].sort();
    await writeSbom(`${output}/icmptime-${VERSION}.cdx.json`, denoVersions);
    if (url !== undefined) await writeRecipes(output, url, facts);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const names = [...Deno.readDirSync(output)].map(({ name }) => name).sort();
  await Deno.writeTextFile(`${output}/SHA256SUMS`, await must(["sha256sum", ...names], output));
  for (const name of [...names, "SHA256SUMS"]) await Deno.chmod(`${output}/${name}`, 0o644);
}

/**
 * Compiles the program for each target that has a runtime base, and names the others.
 *
 * @param folder Gets the binary of each target, in the folder that is archived
 * @returns The version of Deno in each binary, by target
 */
async function compileTargets(folder: string, isComplete: boolean): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const target of TARGETS) {
    try {
      const output = `${folder}/${archiveName(target)}/icmptime`;
      versions.set(target, await compileProgram({ output, target }));
      say(`${target}: Deno ${versions.get(target)}`);
    } catch (error) {
      if (!(error instanceof NoBaseError)) throw error;
      warn(`left out: ${target}: ${error.message}`);
    }
  }
  if (versions.size === 0) {
    throw new ToolError("Cannot release: no target has a runtime base here");
  }
  if (isComplete && versions.size < TARGETS.length) {
    const missing = TARGETS.filter((target) => !versions.has(target));
    throw new ToolError(`Cannot release completely: ${missing.join(", ")} left out`);
  }
  return versions;
}

function archiveName(target: string): string {
  return `icmptime-${VERSION}-${target}`;
}

/** Archives and packages one target. */
async function releaseTarget(target: string, job: ReleaseJob): Promise<void> {
  const { output, facts, isQuick } = job;
  const tree = new PackageTree(`${job.folder}/${archiveName(target)}`);
  await archive(tree, `${output}/${archiveName(target)}.tar.xz`, job);
  const packaged = PACKAGE_TARGETS.find(({ triple }) => triple === target);
  if (packaged === undefined) return;
  const binary = `${tree.folder}/icmptime`;
  await buildDeb({ binary, target: packaged, facts, output, isQuick });
  await buildRpm({ binary, target: packaged, facts, output, isQuick });
}

/** Adds the documents to a binary and archives them, with one date and owner and in one order. */
async function archive(
  tree: PackageTree,
  path: string,
  { facts, isQuick }: ReleaseJob,
): Promise<void> {
  for (const name of ["LICENSE", "README.md", "CHANGELOG.md"]) await tree.copy(name, name);
  await tree.copy("packaging/README.packaged", "PACKAGING");
  await tree.write("icmptime.1", await printed("man"));
  for (const shell of ["bash", "zsh", "fish"]) {
    await tree.write(`completions/icmptime.${shell}`, await printed(shell));
  }
  const [, parent = "", name = ""] = /^(.*)\/([^/]+)$/.exec(tree.folder) ?? [];
  // One thread, as for the .deb; newer versions of xz take all processors.
  const compress = `--use-compress-program=xz -T1 ${isQuick ? "-0" : "-6"}`;
  await must([
    ...[
      "tar",
      "--create",
      compress,
      "--file",
      path,
      "--sort=name",
      `--mtime=@${facts.epochSeconds}`,
    ],
    ...["--owner=0", "--group=0", "--numeric-owner", "--mode=u+rwX,go+rX,go-w"],
    ...["--directory", parent, name],
  ], PROJECT_FOLDER);
}

if (import.meta.main) await runTool(main);
