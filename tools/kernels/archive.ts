/**
 * Debian packages of other releases and processors than this machine's: apt with lists and a cache of its own, and the mirror that this
 * machine is set up with. Nothing of this machine's apt is changed.
 */

import { capture, ToolError } from "../output.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where this machine's apt gets Debian from. */
export interface Mirror {
  /** Base address of the archive. */
  readonly archive: string;
  /** Base address of the security updates. */
  readonly security: string;
}

/**
 * Reads the mirror from this machine's apt.
 *
 * @throws {ToolError} where apt is not set up for Debian
 */
export async function findMirror(): Promise<Mirror> {
  const format = "$(ORIGIN) $(LABEL) $(REPO_URI)";
  const { stdout } = await capture(["apt-get", "indextargets", "--format", format]);
  const find = (label: string) =>
    stdout.split("\n").map((line) => line.split(" ")).find((words) =>
      words[0] === "Debian" && words[1] === label
    )?.[2]?.replace(/\/$/, "");
  const archive = find("Debian");
  if (archive === undefined) {
    throw new ToolError(
      "Cannot find a mirror: apt is not set up for Debian, or needs 'apt-get update'",
    );
  }
  // Where apt has no security updates, they are beside the archive, as at deb.debian.org.
  const beside = archive.replace(/\/debian$/, "/debian-security");
  return { archive, security: find("Debian-Security") ?? beside };
}

/** Packages of some releases for one processor. */
export class Archive {
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string, architecture: string) {
    this.#folder = folder;
    this.#options = [
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=/dev/null",
      "Dir::Etc::preferencesparts=/dev/null",
      `Dir::State::lists=${folder}/lists`,
      `Dir::Cache=${folder}/cache`,
      "Dir::State::status=/dev/null",
      `APT::Architecture=${architecture}`,
      `APT::Architectures=${architecture}`,
      "APT::Sandbox::User=root",
      "Acquire::Languages=none",
      "Acquire::Retries=3",
    ].flatMap((option) => ["-o", option]);
  }

  /** Fetches the lists of these releases into a folder. */
  static async open(
    folder: string,
    architecture: string,
    releases: readonly string[],
  ): Promise<Archive> {
    const mirror = await findMirror();
    await Deno.mkdir(`${folder}/lists/partial`, { recursive: true });
    await Deno.mkdir(`${folder}/cache/archives/partial`, { recursive: true });
    const sources = releases.map((release) => {
      const base = release.endsWith("-security") ? mirror.security : mirror.archive;
      return `deb [signed-by=${KEYRING}] ${base} ${release} main\n`;
    });
    await Deno.writeTextFile(`${folder}/sources.list`, sources.join(""));
    const archive = new Archive(folder, architecture);
    await archive.#run("fetch the lists of packages", ["apt-get", "-qq", "update"]);
    return archive;
  }

  /** The highest version of a package. */
  async newest(name: string): Promise<string> {
    const listed = await this.#run(`look up ${name}`, ["apt-cache", "madison", name]);
    const versions = listed.split("\n").map((line) => line.split("|")[1]?.trim() ?? "").filter(
      Boolean,
    );
    let highest = versions[0];
    if (highest === undefined) throw new ToolError(`Cannot fetch ${name}: no such package`);
    for (const version of versions) {
      const newer = await capture(["dpkg", "--compare-versions", version, "gt", highest]);
      if (newer.success) highest = version;
    }
    return highest;
  }

  /** What a package needs, in Debian's words; `name=version`. */
  async dependencies(name: string): Promise<string> {
    const shown = await this.#run(`look up ${name}`, ["apt-cache", "show", name]);
    return shown.match(/^Depends: (.*)$/m)?.[1] ?? "";
  }

  /**
   * Fetches packages.
   *
   * @param packages `name` or `name=version`
   * @returns the paths of their files
   */
  async fetch(packages: readonly string[]): Promise<string[]> {
    const folder = `${this.#folder}/packages`;
    await Deno.mkdir(folder, { recursive: true });
    const fetched: string[] = [];
    for (const each of packages) {
      const uri = await this.#run(`find ${each}`, [
        "apt-get",
        "-qq",
        "--print-uris",
        "download",
        each,
      ]);
      const file = uri.match(/^'[^']*' (\S+)/)?.[1];
      if (file === undefined) throw new ToolError(`Cannot fetch ${each}: apt names no file`);
      const path = `${folder}/${file}`;
      if (!await exists(path)) {
        await this.#run(`fetch ${each}`, ["apt-get", "-qq", "download", each], folder);
      }
      fetched.push(path);
    }
    return fetched;
  }

  async #run(
    action: string,
    [program = "", ...args]: readonly string[],
    cwd?: string,
  ): Promise<string> {
    const argv = [program, ...this.#options, ...args];
    const ended = await capture(argv, cwd === undefined ? {} : { cwd });
    if (ended.success) return ended.stdout;
    throw new ToolError(`Cannot ${action}: ${ended.stderr.trim().split("\n").at(-1)}`);
  }
}

/** Fetches the kernel that a meta package stands for, with its modules; returns the files. */
export async function fetchKernel(archive: Archive, architecture: string): Promise<string[]> {
  const meta = `linux-image-cloud-${architecture}`;
  return await fetchParts(archive, `${meta}=${await archive.newest(meta)}`, new Set());
}

/** What a package of the kernel depends on that is a part of the kernel, and what these depend on. */
async function fetchParts(archive: Archive, name: string, known: Set<string>): Promise<string[]> {
  const depends = await archive.dependencies(name);
  const part = /\b(linux-(?:image|binary|modules)-\d[^\s,(]+) \(= ([^)]+)\)/g;
  const files: string[] = [];
  for (const [, needed, version] of depends.matchAll(part)) {
    const each = `${needed}=${version}`;
    if (known.has(each)) continue;
    known.add(each);
    files.push(...await archive.fetch([each]), ...await fetchParts(archive, each, known));
  }
  return files;
}

/** Whether there is a file or folder of that name. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Unpacks packages into a folder, through its links; runs none of their scripts. */
export async function unpack(files: readonly string[], folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const file of files) {
    const script = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"';
    const ended = await capture(["bash", "-c", `set -o pipefail; ${script}`, file, folder]);
    if (!ended.success) throw new ToolError(`Cannot unpack ${file}: ${ended.stderr.trim()}`);
  }
}
