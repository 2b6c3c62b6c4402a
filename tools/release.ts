/**
 * `deno task release [--output FOLDER]`: everything that a release consists of, in one folder: an archive for each target
 * that a runtime base can be fetched for, the packages, an SBOM (CycloneDX) and SHA256SUMS.
 *
 * The same source, tools and SOURCE_DATE_EPOCH give the same archives.
 */

import { parseArgs } from "@std/cli/parse-args";
import { compile } from "./compile.ts";
import { capture, runTool, say, ToolError, warn } from "./output.ts";
import { buildDeb } from "./package/deb.ts";
import { PACKAGE_TARGETS, readFacts, VERSION } from "./package/facts.ts";
import { buildNpm } from "./package/npm.ts";
import { buildRpm } from "./package/rpm.ts";
import { PackageTree, printed } from "./package/tree.ts";
import { PROJECT_FOLDER } from "./project.ts";

/** Targets of `deno compile` on which icmptime runs. */
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
];

/** Writes SBOMs of npm packages. */
const SBOM_TOOL = "@cyclonedx/cyclonedx-npm@6.0.1";

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["output"],
    default: { output: `${PROJECT_FOLDER}dist/release` },
    unknown: (arg) => {
      throw new ToolError(`Cannot understand ${arg}: release takes --output FOLDER`);
    },
  });
  await Deno.mkdir(String(args["output"]), { recursive: true });
  const output = await Deno.realPath(String(args["output"]));
  if ([...Deno.readDirSync(output)].length > 0) {
    throw new ToolError(`Cannot write a release into ${output}: it is not empty`);
  }
  const facts = await readFacts();
  for (const target of TARGETS) await releaseTarget(target, output, facts);
  say(await buildNpm({ output }));
  await writeSbom(`${output}/icmptime-${VERSION}.cdx.json`);
  const names = [...Deno.readDirSync(output)].map(({ name }) => name).sort();
  if (!names.some((name) => name.endsWith(".tar.xz"))) {
    throw new ToolError("Cannot release: no target has a runtime base here");
  }
  await Deno.writeTextFile(`${output}/SHA256SUMS`, await must(["sha256sum", ...names], output));
}

/** Compiles, archives and packages one target; without a runtime base it is left out, and that is said. */
async function releaseTarget(
  target: string,
  output: string,
  facts: Awaited<ReturnType<typeof readFacts>>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-release-" });
  try {
    const name = `icmptime-${VERSION}-${target}`;
    const binary = `${folder}/${name}/icmptime`;
    try {
      const version = await compile({ entry: `${PROJECT_FOLDER}main.ts`, output: binary, target });
      say(`${target}: Deno ${version}`);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      warn(`left out: ${target}: ${error.message.split("\n", 1)[0]}`);
      return;
    }
    await archive(
      new PackageTree(`${folder}/${name}`),
      `${output}/${name}.tar.xz`,
      facts.epochSeconds,
    );
    const packaged = PACKAGE_TARGETS.find(({ triple }) => triple === target);
    if (packaged === undefined) return;
    const job = { binary, target: packaged, facts, output, isQuick: false };
    say(await buildDeb(job));
    say(await buildRpm(job));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Adds the documents to a binary and archives them, with one date and owner and in one order. */
async function archive(tree: PackageTree, path: string, epochSeconds: number): Promise<void> {
  for (const name of ["LICENSE", "README.md", "CHANGELOG.md"]) await tree.copy(name, name);
  await tree.copy("packaging/README.packaged", "PACKAGING");
  await tree.write("icmptime.1", await printed("man"));
  for (const shell of ["bash", "zsh", "fish"]) {
    await tree.write(`completions/icmptime.${shell}`, await printed(shell));
  }
  const [, parent = "", name = ""] = /^(.*)\/([^/]+)$/.exec(tree.folder) ?? [];
  await must([
    ...["tar", "--create", "--xz", "--file", path, "--sort=name", `--mtime=@${epochSeconds}`],
    ...[
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--mode=go+rX,go-w",
      "--directory",
      parent,
      name,
    ],
  ]);
  say(path);
}

/** The packages that ship, by npm's own lock file of what deno.lock names. */
async function writeSbom(path: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-sbom-" });
  try {
    const lock = JSON.parse(await Deno.readTextFile(`${PROJECT_FOLDER}deno.lock`));
    const dependencies = Object.fromEntries(
      Object.keys(lock.npm).map((entry) => /^(@?[^@]+)@([^_]+)/.exec(entry)?.slice(1, 3) ?? []),
    );
    const description = { name: "icmptime", version: VERSION, license: "MIT", dependencies };
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(description));
    await must(["npm", "install", "--silent", "--package-lock-only", "--ignore-scripts"], folder);
    const options = ["--package-lock-only", "--output-reproducible", "--output-file", path];
    await must(["npx", "--yes", SBOM_TOOL, ...options, "package.json"], folder);
    say(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function must(argv: readonly string[], cwd: string = PROJECT_FOLDER): Promise<string> {
  const { success, stdout, stderr } = await capture(argv, { cwd });
  if (!success) throw new ToolError(`Cannot release: ${argv[0]} says\n${stderr.trim()}`);
  return stdout;
}

if (import.meta.main) await runTool(main);
