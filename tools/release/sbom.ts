/** The bill of materials of a release, in CycloneDX: npm packages by CycloneDX's own tool, and the runtime in the binaries. */

import { capture, ToolError } from "../output.ts";
import { VERSION } from "../package/facts.ts";
import { PROJECT_FOLDER, TEST_LOCK } from "../project.ts";

/** Writes SBOMs of npm packages. */
const SBOM_TOOL = "@cyclonedx/cyclonedx-npm@6.0.1";

/** What is read and changed of the bill that the tool writes. */
interface Bill {
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: object[];
  readonly dependencies: { readonly ref: string; dependsOn?: string[] }[];
}

/** What is read of the modules that `deno info` lists. */
interface Graph {
  readonly modules: readonly { readonly npmPackage?: string }[];
}

/**
 * Writes the bill of materials: what deno.lock names, what the script of pages is bundled from, and Deno.
 *
 * @param path Absolute path of the file
 * @param denoVersions Versions of Deno in the binaries, each once
 * @throws {ToolError} npm or the tool fails
 */
export async function writeSbom(path: string, denoVersions: readonly string[]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-sbom-" });
  try {
    const dependencies = await shippedPackages();
    const description = { name: "icmptime", version: VERSION, license: "MIT", dependencies };
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(description));
    await must(
      ["npm", "install", "--loglevel=error", "--package-lock-only", "--ignore-scripts"],
      folder,
    );
    const options = ["--package-lock-only", "--output-reproducible", "--output-file", path];
    await must(["npx", "--yes", SBOM_TOOL, ...options, "package.json"], folder);
    const bill: Bill = JSON.parse(await Deno.readTextFile(path));
    for (const version of denoVersions) addRuntime(bill, version);
    await Deno.writeTextFile(path, `${JSON.stringify(bill, null, 2)}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** npm packages whose code is in a release, by name, with their versions. */
async function shippedPackages(): Promise<Record<string, string>> {
  const lock = JSON.parse(await Deno.readTextFile(`${PROJECT_FOLDER}deno.lock`));
  // The script of pages is bundled before it is committed, so deno.lock does not name what is in it.
  const argv = [Deno.execPath(), "info", "--json", `--lock=${TEST_LOCK}`, "src/page/main.ts"];
  const page: Graph = JSON.parse(await must(argv, PROJECT_FOLDER));
  const bundled = page.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  const packages: Record<string, string> = {};
  for (const entry of [...Object.keys(lock.npm), ...bundled]) {
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(entry) ?? [];
    if ((packages[name] ?? version) !== version) {
      throw new ToolError(
        `Cannot write an SBOM: ${name} ships as ${packages[name]} and ${version}`,
      );
    }
    packages[name] = version;
  }
  return packages;
}

/** Adds Deno to the bill: it is most of what a binary is made of. */
function addRuntime(bill: Bill, version: string): void {
  const root = bill.metadata.component["bom-ref"];
  const ref = `${root}|deno@${version}`;
  bill.components.push({
    ...{ type: "platform", name: "deno", version, "bom-ref": ref },
    description: "Runtime in the compiled binaries, with V8 and its Rust libraries",
    licenses: [{ license: { id: "MIT", acknowledgement: "declared" } }],
    purl: `pkg:github/denoland/deno@v${version}`,
  });
  const dependency = bill.dependencies.find((known) => known.ref === root);
  if (dependency === undefined) throw new ToolError(`Cannot write an SBOM: it lacks ${root}`);
  dependency.dependsOn = [...dependency.dependsOn ?? [], ref];
  bill.dependencies.push({ ref });
}

/** Runs a program that must succeed. Returns what it printed. */
export async function must(argv: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await capture(argv, { cwd });
  if (!success) throw new ToolError(`Cannot release: ${argv[0]} says\n${stderr.trim()}`);
  return stdout;
}
