/** A package for npm, by `npm pack`: the bundled program, and a small starter that runs it on Deno's own npm packages. */

import { bundle } from "../deno_compile.ts";
import { capture, ToolError } from "../output.ts";
import { PROJECT_FOLDER, v8Flags } from "../project.ts";
import type { PackageJob } from "./deb.ts";
import { SUMMARY, VERSION } from "./facts.ts";
import { fillTemplate, PackageTree, printed } from "./tree.ts";

/** The flags with which `deno run` starts the bundled program: it needs no configuration, no lock file and no package. */
export const BUNDLE_FLAGS: readonly string[] = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-npm", "--no-remote"],
  ...["--allow-all", ...v8Flags()],
];

/** Builds `icmptime-VERSION.tgz`. Returns its path. */
export async function buildNpm(job: Pick<PackageJob, "output">): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-npm-" });
  try {
    const tree = new PackageTree(folder);
    await Deno.mkdir(`${folder}/lib`);
    await bundle(`${PROJECT_FOLDER}main.ts`, `${folder}/lib`);
    const starter = { DENO_FLAGS: BUNDLE_FLAGS.join(" ") };
    const text = await fillTemplate("npm/bin/icmptime.mjs", starter);
    await tree.write("bin/icmptime.mjs", text, 0o755);
    const values = { VERSION, SUMMARY, DENO_VERSION: Deno.version.deno };
    await tree.write("package.json", await fillTemplate("npm/package.json", values));
    await tree.copy("packaging/npm/README.md", "README.md");
    await tree.copy("LICENSE", "LICENSE");
    await tree.write("man/icmptime.1", await printed("man"));
    const argv = [
      "npm",
      "pack",
      "--loglevel=error",
      "--pack-destination",
      await Deno.realPath(job.output),
    ];
    const { success, stdout, stderr } = await capture(argv, { cwd: folder });
    if (!success) throw new ToolError(`Cannot build the npm package: npm says\n${stderr.trim()}`);
    return `${job.output}/${stdout.trim().split("\n").at(-1)}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
