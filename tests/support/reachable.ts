/** Places that every user can reach, for tests that run a program as a plain user. */

import { PROJECT_FOLDER } from "../../tools/project.ts";

/** Execute permission on a folder, and read permission on a file, for users other than owner and group. */
const OTHERS_ENTER = 0o001;
const OTHERS_READ = 0o004;

const copies = new Map<string, string>();
let folder: string | undefined;

/**
 * The path itself where every user can read it, else that of a copy which lives as long as the tests. A checkout,
 * or Deno, may lie in a folder that only its owner can enter, such as /root.
 *
 * @param path Absolute path of a file or of a folder.
 */
export function reachable(path: string): string {
  if (canOthersRead(path)) return path;
  let copy = copies.get(path);
  if (copy === undefined) {
    folder ??= makePublicFolder();
    copy = `${folder}/${copies.size}-${path.replace(/\/$/, "").replace(/^.*\//, "")}`;
    copyAll(path.replace(/\/$/, ""), copy);
    copies.set(path, copy);
  }
  return copy;
}

/** An argv whose program, and whose paths into the project, every user can reach. */
export function reachableArgv(argv: readonly string[]): string[] {
  return argv.map((word, index) =>
    word.startsWith("/") && (index === 0 || word.startsWith(PROJECT_FOLDER))
      ? reachable(word)
      : word
  );
}

function canOthersRead(path: string): boolean {
  const real = Deno.realPathSync(path);
  const parts = real.split("/").slice(1);
  return parts.every((_, index) => {
    const { mode, isDirectory } = Deno.statSync(`/${parts.slice(0, index + 1).join("/")}`);
    const needed = OTHERS_READ | (isDirectory ? OTHERS_ENTER : 0);
    const isLast = index === parts.length - 1;
    return ((mode ?? 0) & (isLast ? needed : OTHERS_ENTER)) === (isLast ? needed : OTHERS_ENTER);
  });
}

function makePublicFolder(): string {
  const made = Deno.makeTempDirSync({ dir: "/tmp", prefix: "icmptime-reachable-" });
  Deno.chmodSync(made, 0o755);
  globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  return made;
}

function copyAll(from: string, to: string): void {
  const info = Deno.statSync(from);
  if (!info.isDirectory) {
    Deno.copyFileSync(from, to);
    Deno.chmodSync(to, ((info.mode ?? 0) & 0o777) | ((info.mode ?? 0) & 0o111 ? 0o555 : 0o444));
    return;
  }
  Deno.mkdirSync(to);
  Deno.chmodSync(to, 0o755);
  for (const { name } of Deno.readDirSync(from)) copyAll(`${from}/${name}`, `${to}/${name}`);
}
