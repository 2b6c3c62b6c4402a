/** The recipes for Homebrew, Arch Linux and Nix, filled in as a release does it, read by Ruby, makepkg and Nix. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../tools/package/facts.ts";
import { writeRecipes } from "../../tools/release/recipes.ts";
import { mustRun } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";

const URL = "https://downloads.example.org/icmptime";
const TARGET = "x86_64-unknown-linux-gnu";

systemTest({
  name: "recipes: Ruby, makepkg and Nix read them; sums, sources and what keeps strip away are in",
  root: true,
  tools: ["ruby", "makepkg", "nix-instantiate", "sha256sum", "tar", "xz", "setpriv"],
}, async (context) => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-recipes-" });
  try {
    await Deno.chmod(folder, 0o777);
    const archive = await makeArchive(folder);
    await Deno.writeTextFile(`${folder}/icmptime-${VERSION}.tgz`, "stands for the package for npm");
    const facts = { epochSeconds: 0, name: "icmptime contributors", address: undefined };
    await writeRecipes(folder, URL, facts);
    const npm = await sha256(`${folder}/icmptime-${VERSION}.tgz`);

    await context.step(
      "Homebrew: Ruby parses the formula, which runs what the sum is of",
      async () => {
        const path = `${folder}/icmptime.rb`;
        assertEquals((await mustRun(["ruby", "-wc", path])).stdout, "Syntax OK\n");
        // The formula's own methods and words, with a stand-in for Homebrew's class.
        const script =
          "class Formula; %i[desc homepage url sha256 license depends_on].each { |name| " +
          "define_singleton_method(name) { |value| puts [name, value].join(' ') } }; " +
          "def self.test; end; end; load ARGV[0]; puts Icmptime.instance_methods(false).sort.join(' ')";
        const { stdout } = await mustRun(["ruby", "-e", script, path]);
        assertEquals(stdout.trim().split("\n"), [
          "desc Clocks and one-way delays of hosts, by ICMP Timestamp",
          `homepage ${URL}`,
          `url ${URL}/icmptime-${VERSION}.tgz`,
          `sha256 ${npm}`,
          "license MIT",
          "depends_on deno",
          "caveats install",
        ]);
      },
    );

    await context.step("Nix: the expression parses and has the sum of the same file", async () => {
      const path = `${folder}/icmptime.nix`;
      await mustRun(["nix-instantiate", "--parse", path]);
      const code = `let f = import ${path}; p = f {
        lib = { getExe = x: x; licenses.mit = "MIT"; platforms = { linux = [ "a" ]; darwin = [ "b" ]; }; };
        stdenvNoCC.mkDerivation = x: x; fetchurl = x: x; makeWrapper = 0; installShellFiles = 0; deno = "/deno";
      }; in [ p.src.url p.src.hash p.dontStrip p.dontPatchELF p.version ]`;
      const eval_ = [
        "nix-instantiate",
        "--eval",
        "--strict",
        "--json",
        "--readonly-mode",
        "-E",
        code,
      ];
      const env = {
        NIX_STATE_DIR: `${folder}/nix`,
        NIX_STORE_DIR: `${folder}/store`,
        HOME: folder,
      };
      const { stdout } = await mustRun(eval_, { env });
      const [url, hash, ...others] = JSON.parse(stdout);
      assertEquals([url, ...others], [`${URL}/icmptime-${VERSION}.tgz`, true, true, VERSION]);
      const hex = [...atob(hash.replace("sha256-", ""))]
        .map((letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
      assertEquals(hex, npm);
    });

    await context.step(
      "Arch: makepkg builds it from the archive, and the binary is whole",
      async () => {
        const asUser = (...argv: string[]) =>
          mustRun(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...argv], {
            cwd: folder,
            env: { HOME: folder, PACMAN: "true", PKGDEST: folder, BUILDDIR: `${folder}/build` },
            timeoutMs: 120_000,
          });
        const info = (await asUser("makepkg", "--printsrcinfo")).stdout;
        for (
          const line of [
            ...["options = !strip", `source_x86_64 = ${URL}/${archive}`, "arch = x86_64"],
            `sha256sums_x86_64 = ${await sha256(`${folder}/${archive}`)}`,
          ]
        ) assertStringIncludes(info, `\t${line}\n`);
        // PACMAN: nothing here asks which packages are installed. The archive lies beside the recipe, so that nothing is downloaded; its sum is checked all the same.
        await asUser("makepkg", "--nodeps", "--noconfirm");
        const [built] = [...Deno.readDirSync(folder)].map(({ name }) => name)
          .filter((name) => name.startsWith(`icmptime-${VERSION}-1-x86_64.pkg.tar`));
        assertStringIncludes(built ?? "", ".pkg.tar");
        const argv = ["tar", "-xOf", `${folder}/${built}`, "usr/bin/icmptime"];
        assertStringIncludes((await mustRun(argv)).stdout, APPENDED);
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What stands for the program behind the ELF image. */
const APPENDED = "the program that strip would drop";

/** An archive as a release has it, with an ELF file that has symbols to strip and something appended. */
async function makeArchive(folder: string): Promise<string> {
  const name = `icmptime-${VERSION}-${TARGET}`;
  await Deno.mkdir(`${folder}/${name}/completions`, { recursive: true });
  await Deno.copyFile("/usr/bin/true", `${folder}/${name}/icmptime`);
  await Deno.writeTextFile(`${folder}/${name}/icmptime`, APPENDED, { append: true });
  const texts = [
    "icmptime.1",
    "LICENSE",
    ...["bash", "zsh", "fish"].map((s) => `completions/icmptime.${s}`),
  ];
  for (const path of texts) await Deno.writeTextFile(`${folder}/${name}/${path}`, path);
  await mustRun(["tar", "--create", "--xz", "--file", `${name}.tar.xz`, name], { cwd: folder });
  await Deno.remove(`${folder}/${name}`, { recursive: true });
  return `${name}.tar.xz`;
}

async function sha256(path: string): Promise<string> {
  return (await mustRun(["sha256sum", path])).stdout.slice(0, 64);
}
