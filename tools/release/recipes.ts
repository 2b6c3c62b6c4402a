/** Recipes with which Homebrew, Arch Linux and Nix install the files of a release, with the sums of those files. */

import { fillTemplate } from "../package/tree.ts";
import { BUNDLE_FLAGS } from "../package/npm.ts";
import { PACKAGE_TARGETS, type PackageFacts, VERSION } from "../package/facts.ts";
import { must } from "./sbom.ts";

/** The templates in packaging/, and the names that they get in a release. */
const RECIPES: readonly (readonly [string, string])[] = [
  ["homebrew/icmptime.rb", "icmptime.rb"],
  ["aur/PKGBUILD", "PKGBUILD"],
  ["nix/icmptime.nix", "icmptime.nix"],
];

/**
 * Writes the recipes.
 *
 * @param folder Holds the archives and the package for npm, and gets the recipes
 * @param url Where the files will be downloaded from: the folder's address, without a slash at its end
 */
export async function writeRecipes(
  folder: string,
  url: string,
  facts: PackageFacts,
): Promise<void> {
  const npmSum = await sha256(folder, `icmptime-${VERSION}.tgz`);
  const values = {
    VERSION,
    URL: url,
    NAME: facts.name,
    DENO_FLAGS: BUNDLE_FLAGS.join(" "),
    NPM_SHA256: npmSum,
    NPM_SRI: `sha256-${btoa(String.fromCharCode(...octets(npmSum)))}`,
    ...await archLines(folder, url),
  };
  for (const [template, name] of RECIPES) {
    await Deno.writeTextFile(`${folder}/${name}`, await fillTemplate(template, values));
  }
}

/** What Arch's recipe says of each processor whose archive is there. */
async function archLines(folder: string, url: string): Promise<Record<string, string>> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const architectures: string[] = [];
  const sources: string[] = [];
  for (const { triple, rpm: architecture } of PACKAGE_TARGETS) {
    const name = `icmptime-${VERSION}-${triple}.tar.xz`;
    if (!names.includes(name)) continue;
    architectures.push(`'${architecture}'`);
    sources.push(
      `source_${architecture}=("${url}/${name}")`,
      `sha256sums_${architecture}=('${await sha256(folder, name)}')`,
    );
  }
  return { ARCHITECTURES: architectures.join(" "), SOURCES: sources.join("\n") };
}

async function sha256(folder: string, name: string): Promise<string> {
  return (await must(["sha256sum", name], folder)).slice(0, 64);
}

function octets(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}
