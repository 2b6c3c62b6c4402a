/** A .deb, by dpkg-deb. No debhelper is in between, so nothing strips the binary. */

import { capture, ToolError } from "../output.ts";
import { PROJECT_FOLDER } from "../project.ts";
import {
  debianContact,
  type PackageFacts,
  type PackageTarget,
  requiredGlibc,
  SUMMARY,
  VERSION,
} from "./facts.ts";
import { addProgram, DEBIAN_LAYOUT, fillTemplate, PackageTree, setcapLines } from "./tree.ts";

/** Revision of the packaging. */
const REVISION = 1;

/** What a package is made of. */
export interface PackageJob {
  /** Path of the compiled binary. */
  readonly binary: string;
  /** Architecture of the binary, as each kind of package names it. */
  readonly target: PackageTarget;
  /** Date and maintainer. */
  readonly facts: PackageFacts;
  /** Folder that gets the package. */
  readonly output: string;
  /** Compress fast instead of well. */
  readonly isQuick: boolean;
}

/** Builds `icmptime_VERSION_ARCH.deb`. Returns its path. */
export async function buildDeb(job: PackageJob): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-deb-" });
  try {
    const tree = new PackageTree(folder);
    await addProgram(tree, job.binary, DEBIAN_LAYOUT);
    await addDocuments(tree, job.facts);
    await addControl(tree, job);
    await tree.date(job.facts.epochSeconds);
    const version = `${VERSION}-${REVISION}`;
    const path = `${job.output}/icmptime_${version}_${job.target.debian}.deb`;
    const compression = job.isQuick ? ["-Zgzip", "-z1"] : ["-Zxz", "-z6"];
    // One thread: with more, xz cuts the data into blocks, and the octets depend on the machine's processors.
    compression.push("--threads-max=1");
    const argv = ["dpkg-deb", "--root-owner-group", ...compression, "--build", folder, path];
    const { success, stderr } = await capture(argv, {
      env: { SOURCE_DATE_EPOCH: String(job.facts.epochSeconds) },
    });
    if (!success) throw new ToolError(`Cannot build ${path}: dpkg-deb says\n${stderr.trim()}`);
    return path;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function addDocuments(tree: PackageTree, facts: PackageFacts): Promise<void> {
  const folder = "usr/share/doc/icmptime";
  await tree.copy("packaging/debian/copyright", `${folder}/copyright`);
  await tree.writeGzip(
    `${folder}/changelog`,
    await Deno.readTextFile(`${PROJECT_FOLDER}CHANGELOG.md`),
  );
  await tree.writeGzip(`${folder}/changelog.Debian`, debianChangelog(facts));
  await tree.copy("packaging/debian/lintian-overrides", "usr/share/lintian/overrides/icmptime");
}

function debianChangelog(facts: PackageFacts): string {
  // RFC 5322's form of a date, with a numeric zone.
  const date = new Date(facts.epochSeconds * 1000).toUTCString().replace("GMT", "+0000");
  return [
    `icmptime (${VERSION}-${REVISION}) unstable; urgency=medium`,
    "",
    "  * Package of this version; changelog.gz says what is new in the program.",
    "",
    ` -- ${debianContact(facts)}  ${date}`,
    "",
  ].join("\n");
}

async function addControl(tree: PackageTree, job: PackageJob): Promise<void> {
  const files = tree.files();
  const sizes = files.map((path) => Deno.statSync(`${tree.folder}/${path}`).size);
  const control = await fillTemplate("debian/control", {
    VERSION: `${VERSION}-${REVISION}`,
    ARCHITECTURE: job.target.debian,
    MAINTAINER: debianContact(job.facts),
    INSTALLED_SIZE: String(sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), 0)),
    GLIBC: await requiredGlibc(job.binary),
    SUMMARY,
  });
  const sums = await capture(["md5sum", ...files], { cwd: tree.folder });
  if (!sums.success) throw new ToolError(`Cannot sum the files: ${sums.stderr.trim()}`);
  const postinst = await fillTemplate("debian/postinst", { SETCAP: await setcapLines("  ") });
  await tree.write("DEBIAN/control", control);
  await tree.write("DEBIAN/md5sums", sums.stdout);
  const configured = files.filter((path) => path.startsWith("etc/")).map((path) => `/${path}\n`);
  await tree.write("DEBIAN/conffiles", configured.join(""));
  await tree.write("DEBIAN/postinst", postinst, 0o755);
  await tree.copy("packaging/debian/prerm", "DEBIAN/prerm", 0o755);
  await tree.copy("packaging/debian/postrm", "DEBIAN/postrm", 0o755);
}
