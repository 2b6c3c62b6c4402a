/** The files of a package, laid out as they will be installed. */

import { capture, ToolError } from "../output.ts";
import { programFlags, PROJECT_FOLDER } from "../project.ts";

/** Where the file hierarchies of distributions differ. */
export interface Layout {
  /** Folder of completions for zsh. */
  readonly zshFolder: string;
  /** Name of the notes on the package in /usr/share/doc/icmptime. */
  readonly notesName: string;
}

/** Debian's layout. */
export const DEBIAN_LAYOUT: Layout = {
  zshFolder: "usr/share/zsh/vendor-completions",
  notesName: "README.Debian",
};

/** Fedora's and openSUSE's layout. */
export const RPM_LAYOUT: Layout = {
  zshFolder: "usr/share/zsh/site-functions",
  notesName: "README.packaged",
};

/** Adds files to a folder that becomes a package. */
export class PackageTree {
  /** The folder; without a slash at its end. */
  readonly folder: string;

  /** @param folder An empty folder */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a file, by its path without a slash at its start. */
  async write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const whole = await this.#prepare(path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(whole, bytes);
    await Deno.chmod(whole, mode);
  }

  /** Writes a text as `PATH.gz`, without name and time in it. */
  async writeGzip(path: string, text: string): Promise<void> {
    await this.write(path, text);
    const whole = `${this.folder}/${path}`;
    const { success, stderr } = await capture(["gzip", "-9", "--no-name", "--force", whole]);
    if (!success) throw new ToolError(`Cannot compress ${path}: ${stderr.trim()}`);
  }

  /** Copies a file of the project, or another one by its absolute path. */
  async copy(from: string, path: string, mode = 0o644): Promise<void> {
    const whole = await this.#prepare(path);
    await Deno.copyFile(from.startsWith("/") ? from : `${PROJECT_FOLDER}${from}`, whole);
    await Deno.chmod(whole, mode);
  }

  /** Every file, sorted, by its path without a slash at its start. */
  files(): string[] {
    return [...walk(this.folder)].map((path) => path.slice(this.folder.length + 1)).sort();
  }

  /** Gives every file and folder the time that a package carries. */
  async date(epochSeconds: number): Promise<void> {
    for (const path of [...walk(this.folder, true)]) {
      await Deno.utime(path, epochSeconds, epochSeconds);
    }
  }

  async #prepare(path: string): Promise<string> {
    const whole = `${this.folder}/${path}`;
    const names = path.split("/").slice(0, -1);
    await Deno.mkdir([this.folder, ...names].join("/"), { recursive: true });
    // By chmod, since the umask of who builds takes from the mode that mkdir is given.
    for (let length = 0; length <= names.length; length++) {
      await Deno.chmod([this.folder, ...names.slice(0, length)].join("/"), 0o755);
    }
    return whole;
  }
}

function* walk(folder: string, withFolders = false): Iterable<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(path, withFolders);
    else yield path;
  }
  if (withFolders) yield folder;
}

/** Files for service managers: their names in packaging/systemd, and where they are installed. */
const SERVICE_FILES = [
  ["icmptime-exporter.service", "usr/lib/systemd/system/icmptime-exporter.service"],
  ["icmptime@.service", "usr/lib/systemd/system/icmptime@.service"],
  ["sysusers.conf", "usr/lib/sysusers.d/icmptime.conf"],
  ["exporter.env", "etc/icmptime/exporter.env"],
  ["logrotate", "etc/logrotate.d/icmptime"],
] as const;

/** Adds what every distribution gets: the binary, the man page, completions, notes, services. */
export async function addProgram(tree: PackageTree, binary: string, layout: Layout): Promise<void> {
  await tree.copy(binary, "usr/bin/icmptime", 0o755);
  await tree.writeGzip("usr/share/man/man1/icmptime.1", await printed("man"));
  await tree.write("usr/share/bash-completion/completions/icmptime", await printed("bash"));
  await tree.write(`${layout.zshFolder}/_icmptime`, await printed("zsh"));
  await tree.write("usr/share/fish/vendor_completions.d/icmptime.fish", await printed("fish"));
  const documents = "usr/share/doc/icmptime";
  await tree.copy("packaging/README.packaged", `${documents}/${layout.notesName}`);
  for (const [source, path] of SERVICE_FILES) await tree.copy(`packaging/systemd/${source}`, path);
}

/** What `icmptime completions KIND` prints, by the source: the binary may be for another processor. */
export async function printed(kind: string): Promise<string> {
  const argv = [Deno.execPath(), "run", "--quiet", "--no-lock", ...programFlags(), "main.ts"];
  const ended = await capture([...argv, "completions", kind], { cwd: PROJECT_FOLDER });
  if (!ended.success) {
    throw new ToolError(`Cannot print completions ${kind}: ${ended.stderr.trim()}`);
  }
  return ended.stdout;
}

/** Reads a template of packaging/ and fills in each `@NAME@`. */
export async function fillTemplate(
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const template = await Deno.readTextFile(`${PROJECT_FOLDER}packaging/${path}`);
  return template.replace(/@([A-Z][A-Z0-9_]*)@/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new ToolError(`Cannot fill packaging/${path}: no value for ${name}`);
    }
    return value;
  });
}

/** The lines that grant or take the capability, for a script that runs after installation. */
export async function setcapLines(indent = ""): Promise<string> {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}packaging/setcap.sh`);
  return text.trimEnd().split("\n").map((line) => line === "" ? "" : indent + line).join("\n");
}
