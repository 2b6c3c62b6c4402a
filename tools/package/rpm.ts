/** An .rpm, by rpmbuild. */

import { capture, ToolError } from "../output.ts";
import { PROJECT_FOLDER } from "../project.ts";
import type { PackageJob } from "./deb.ts";
import { type PackageFacts, requiredGlibc, rpmContact, SUMMARY, VERSION } from "./facts.ts";
import { addProgram, fillTemplate, PackageTree, RPM_LAYOUT, setcapLines } from "./tree.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** Builds `icmptime-VERSION-1.ARCH.rpm`. Returns its path. */
export async function buildRpm(job: PackageJob): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-rpm-" });
  try {
    await Deno.mkdir(`${folder}/tree`);
    const tree = new PackageTree(`${folder}/tree`);
    await addProgram(tree, job.binary, RPM_LAYOUT);
    await tree.copy("LICENSE", "usr/share/licenses/icmptime/LICENSE");
    await tree.copy("packaging/debian/copyright", "usr/share/licenses/icmptime/COPYRIGHT");
    await tree.copy("CHANGELOG.md", "usr/share/doc/icmptime/CHANGELOG.md");
    await tree.date(job.facts.epochSeconds);
    const spec = await fillTemplate("rpm/icmptime.spec", {
      SUMMARY: SUMMARY.replace(/^./, (letter) => letter.toUpperCase()),
      MAINTAINER: rpmContact(job.facts),
      SETCAP: await setcapLines(),
      CHANGELOG: rpmChangelog(job.facts),
    });
    await Deno.writeTextFile(`${folder}/icmptime.spec`, spec);
    await runRpmbuild(folder, job);
    const name = `icmptime-${VERSION}-1.${job.target.rpm}.rpm`;
    await Deno.copyFile(`${folder}/rpms/${job.target.rpm}/${name}`, `${job.output}/${name}`);
    return `${job.output}/${name}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runRpmbuild(folder: string, job: PackageJob): Promise<void> {
  const macros: Readonly<Record<string, string>> = {
    icmptime_version: VERSION,
    icmptime_glibc: await requiredGlibc(job.binary),
    icmptime_tree: `${folder}/tree`,
    ...(job.isQuick ? { icmptime_payload: "w1.gzdio" } : {}),
    _topdir: folder,
    _rpmdir: `${folder}/rpms`,
    // What depends on the machine that builds and on the time.
    _buildhost: "reproducible",
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
  };
  const defines = Object.entries(macros).flatMap((
    [name, value],
  ) => ["--define", `${name} ${value}`]);
  const argv = ["rpmbuild", "-bb", "--quiet", "--target", `${job.target.rpm}-linux`, ...defines];
  const { success, stderr } = await capture([...argv, `${folder}/icmptime.spec`], {
    cwd: PROJECT_FOLDER,
    env: { SOURCE_DATE_EPOCH: String(job.facts.epochSeconds) },
  });
  if (!success) throw new ToolError(`Cannot build the .rpm: rpmbuild says\n${stderr.trim()}`);
}

function rpmChangelog(facts: PackageFacts): string {
  const date = new Date(facts.epochSeconds * 1000);
  const day = String(date.getUTCDate()).padStart(2, "0");
  const words = [DAYS[date.getUTCDay()], MONTHS[date.getUTCMonth()], day, date.getUTCFullYear()];
  return `* ${words.join(" ")} ${rpmContact(facts)} - ${VERSION}-1\n- Package of this version`;
}
