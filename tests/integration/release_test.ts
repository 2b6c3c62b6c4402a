/** A release, built twice under different circumstances: equal octets, sums that hold, an SBOM by CycloneDX's schema. */

import "npm:ajv@8.20.0";
import "npm:ajv-formats@3.0.1";
import "npm:ajv-formats-draft2019@1.6.1";
import { Spec, Validation } from "npm:@cyclonedx/cyclonedx-library@10.3.0";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildDeb } from "../../tools/package/deb.ts";
import { PACKAGE_TARGETS, VERSION } from "../../tools/package/facts.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";

const TARGETS = [
  ...["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"],
  ...["x86_64-apple-darwin", "aarch64-apple-darwin"],
];

const ARCHIVED = [
  ...["CHANGELOG.md", "LICENSE", "PACKAGING", "README.md", "completions/icmptime.bash"],
  ...["completions/icmptime.fish", "completions/icmptime.zsh", "icmptime", "icmptime.1"],
];

const BUILD_LIMIT_MS = 600_000;

/** Runs `deno task release` under a umask. */
function release(folder: string, words: readonly string[], umask: string, env = {}) {
  const argv = [Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-all", "tools/release.ts"];
  return runCommand(
    ["sh", "-c", `umask ${umask}; exec "$@"`, "sh", ...argv, "--output", folder, ...words],
    { cwd: PROJECT_FOLDER, env, timeoutMs: BUILD_LIMIT_MS },
  );
}

async function sums(folder: string): Promise<string> {
  return await Deno.readTextFile(`${folder}/SHA256SUMS`);
}

systemTest({
  name: "release: two builds are equal, complete or say what is left out, and their sums hold",
  tools: ["npm", "npx", "dpkg-deb", "rpmbuild", "readelf", "tar", "xz", "sha256sum"],
}, async (context) => {
  const root = await Deno.makeTempDir({ prefix: "icmptime-release-test-" });
  try {
    const folder = `${root}/a`;
    // What must not matter: the umask, the zone, the language, the processors, and what is built beside it.
    const other = { TZ: "Pacific/Kiritimati", LC_ALL: "C.UTF-8", DPKG_DEB_THREADS_MAX: "7" };
    const words = ["--quick", "--url", "https://downloads.example.org/icmptime/"];
    const [first, second] = await Promise.all([
      release(folder, words, "022", { TZ: "UTC", LC_ALL: "C", DPKG_DEB_THREADS_MAX: "1" }),
      release(`${root}/b`, words, "077", other),
    ]);
    assertEquals([first.code, second.code], [0, 0], first.stderr + second.stderr);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const built = TARGETS.filter((target) => names.includes(archiveOf(target)));
    assert(built.length > 0);

    await context.step("both builds have the same octets", async () => {
      assertEquals(await sums(`${root}/b`), await sums(folder));
    });

    await context.step("the sums hold for every file beside them", async () => {
      const argv = ["sha256sum", "--check", "--strict", "SHA256SUMS"];
      const { stdout } = await mustRun(argv, { cwd: folder });
      const checked = stdout.trim().split("\n").map((line) => line.replace(/: OK$/, ""));
      assertEquals([...checked, "SHA256SUMS"].sort(), names);
    });

    await context.step("a target is in it with all its files, or is named as left out", () => {
      for (const target of TARGETS) {
        const isLeftOut = first.stderr.includes(`left out: ${target}: `);
        assertEquals(isLeftOut, !built.includes(target), target);
      }
      const packages = PACKAGE_TARGETS.filter(({ triple }) => built.includes(triple)).flatMap(
        ({ debian, rpm }) => [
          `icmptime_${VERSION}-1_${debian}.deb`,
          `icmptime-${VERSION}-1.${rpm}.rpm`,
        ],
      );
      const others = [
        ...[`icmptime-${VERSION}.cdx.json`, `icmptime-${VERSION}.tgz`, "SHA256SUMS"],
        ...["PKGBUILD", "icmptime.nix", "icmptime.rb"],
      ];
      assertEquals(names, [...built.map(archiveOf), ...packages, ...others].sort());
    });

    await context.step(
      "an archive unpacks to a program that runs, readable by everybody",
      () => checkArchive(folder, built),
    );

    await context.step("the SBOM follows the schema and names all that ships", async () => {
      const text = await Deno.readTextFile(`${folder}/icmptime-${VERSION}.cdx.json`);
      const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
      assertEquals(await validator.validate(text), null);
      const components: { name: string; version: string }[] = JSON.parse(text).components;
      const versions = components.map(({ name, version }) => `${name}@${version}`);
      const runtimes = [...first.stdout.matchAll(/^\S+: Deno (\S+)$/gm)].map(([, version]) =>
        `deno@${version}`
      );
      const lock = JSON.parse(await Deno.readTextFile(`${PROJECT_FOLDER}deno.lock`));
      const expected = [...Object.keys(lock.npm), "uplot@1.6.32", ...new Set(runtimes)];
      assertEquals(versions.sort(), expected.sort());
    });

    await context.step(
      "--complete refuses when a target is left out, and leaves nothing",
      async () => {
        const strict = await release(`${root}/c`, ["--quick", "--complete"], "022");
        assertEquals(strict.code, built.length < TARGETS.length ? 1 : 0, strict.stderr);
        if (strict.code === 1) {
          assertMatch(strict.stderr, /^Cannot release completely: .* left out$/m);
        }
        const left = [...Deno.readDirSync(root)].map(({ name }) => name).sort();
        assertEquals(left, ["a", "b", "c"]);
        assertEquals([...Deno.readDirSync(`${root}/c`)].length > 0, strict.code === 0);
      },
    );

    await context.step("a folder that holds something is refused", async () => {
      const again = await release(folder, [], "022");
      assertEquals([again.code, again.stdout], [1, ""]);
      assertStringIncludes(again.stderr, `Cannot write a release into ${folder}: it is not empty`);
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

function archiveOf(target: string): string {
  return `icmptime-${VERSION}-${target}.tar.xz`;
}

async function checkArchive(folder: string, built: readonly string[]): Promise<void> {
  for (const target of built) {
    const top = archiveOf(target).replace(".tar.xz", "");
    const { stdout } = await mustRun(["tar", "-tvf", `${folder}/${archiveOf(target)}`]);
    const entries = stdout.trim().split("\n").map((line) => line.split(/\s+/));
    assertEquals(
      entries.map((words) => words.at(-1) ?? "").filter((path) => !path.endsWith("/")),
      ARCHIVED.map((path) => `${top}/${path}`),
    );
    for (const [mode, owner, , , , path = ""] of entries) {
      const isRunnable = path.endsWith("/") || path.endsWith("/icmptime");
      assertEquals([mode?.slice(1), owner], [isRunnable ? "rwxr-xr-x" : "rw-r--r--", "0/0"], path);
    }
    if (target !== Deno.build.target) continue;
    await mustRun(["tar", "-xf", archiveOf(target)], { cwd: folder });
    const { stdout: version } = await mustRun([`${folder}/${top}/icmptime`, "--version"]);
    assertStringIncludes(version, VERSION);
    await Deno.remove(`${folder}/${top}`, { recursive: true });
  }
}

systemTest({
  name: "release: a well compressed .deb is the same whatever number of threads dpkg may use",
  tools: ["dpkg-deb", "readelf", "sha256sum"],
}, async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-threads-" });
  try {
    const [target] = PACKAGE_TARGETS;
    assert(target !== undefined);
    const facts = { epochSeconds: 1_700_000_000, name: "icmptime", address: undefined };
    const binary = await Deno.realPath("/usr/bin/sha256sum");
    const seen: string[] = [];
    for (const threads of ["1", "4"]) {
      Deno.env.set("DPKG_DEB_THREADS_MAX", threads);
      const path = await buildDeb({ binary, target, facts, output: folder, isQuick: false });
      seen.push((await mustRun(["sha256sum", path])).stdout.slice(0, 64));
    }
    assertEquals(seen[0], seen[1]);
  } finally {
    Deno.env.delete("DPKG_DEB_THREADS_MAX");
    await Deno.remove(folder, { recursive: true });
  }
});
