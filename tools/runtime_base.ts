/**
 * A runtime base for `deno compile` out of npm, for machines that reach npm but not dl.deno.land.
 *
 * `deno compile` appends a program to `denort`, a Deno without tools, which it downloads. npm has
 * no denort, but it has a binary that was made by `deno compile`: its ELF image, up to the end
 * of the section table, is denort 2.4.2 as Deno published it. Together with Deno 2.4.2 from npm that is a whole
 * compiler. What is used is pinned by SHA-512 and checked at each use.
 */

import { capture, ToolError, warn } from "./output.ts";

/** A matching pair of compiler and base. */
export interface RuntimeBase {
  /** Path of the `deno` that compiles. */
  readonly deno: string;
  /** Path of the `denort` that it appends to. */
  readonly denort: string;
  /** Version of both. */
  readonly version: string;
}

/** The only target for which npm has a base. */
export const NPM_BASE_TARGET = "x86_64-unknown-linux-gnu";

const VERSION = "2.4.2";

interface PinnedFile {
  /** npm package with its version. */
  readonly package: string;
  /** The file in the package. */
  readonly path: string;
  /** SHA-512 of the bytes that are kept, in base64. */
  readonly sha512: string;
  /** What to keep of the file. */
  readonly keep: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

const FILES = {
  deno: {
    package: `@deno/linux-x64-glibc@${VERSION}`,
    path: "package/deno",
    sha512:
      "/jdnEx2fEdObQJAAnpWO81loep071z6RR69c99E41hdz2wlQgLUOs+bbthzGOlUd29asjc3Glk94ruAGdZi2tA==",
    keep: (bytes) => bytes,
  },
  denort: {
    package: "@vltpkg/cli-linux-x64@0.0.0-18",
    path: "package/vlt",
    sha512:
      "+s61xJWqsl77TQ8RlJ5fVb+cM2XbeCuAc4TKERz0+seMNniHVBA0mUG16rnWVh6rA97AWfhk5f+PZnBTpdyjWQ==",
    keep: elfImage,
  },
} as const satisfies Record<string, PinnedFile>;

/** Finds the pair in the cache, or fetches it. Throws ToolError when npm does not give what is pinned. */
export async function openNpmBase(): Promise<RuntimeBase> {
  const folder = cacheFolder();
  await Deno.mkdir(folder, { recursive: true });
  return {
    deno: await ensureFile(folder, "deno"),
    denort: await ensureFile(folder, "denort"),
    version: VERSION,
  };
}

function cacheFolder(): string {
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") || (home ? `${home}/.cache` : undefined);
  if (cache === undefined) {
    throw new ToolError("Cannot cache the runtime base: neither XDG_CACHE_HOME nor HOME is set");
  }
  return `${cache}/icmptime/deno-${VERSION}`;
}

async function ensureFile(folder: string, name: keyof typeof FILES): Promise<string> {
  const path = `${folder}/${name}`;
  const file: PinnedFile = FILES[name];
  const cached = await readIfThere(path);
  if (cached !== undefined && await sha512(cached) === file.sha512) return path;

  warn(`Fetching ${file.package} from npm (once; kept in ${folder})`);
  const bytes = file.keep(await fetchFromNpm(file));
  if (await sha512(bytes) !== file.sha512) {
    throw new ToolError(
      `Cannot use ${file.package}: the SHA-512 of ${file.path} is not the pinned one`,
    );
  }
  // Written aside and renamed, so that a killed run or a parallel one never leaves half a file.
  const aside = await Deno.makeTempFile({ dir: folder, prefix: `${name}-` });
  await Deno.writeFile(aside, bytes);
  await Deno.chmod(aside, 0o755);
  await Deno.rename(aside, path);
  return path;
}

/** Takes one file out of an npm package, by npm's own client and settings. */
async function fetchFromNpm(file: PinnedFile): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-base-" });
  try {
    const pack = await capture(
      ["npm", "pack", "--silent", "--pack-destination", folder, file.package],
      { cwd: folder },
    );
    if (!pack.success) {
      throw new ToolError(`Cannot fetch ${file.package}: npm says\n${pack.stderr.trim()}`);
    }
    const tarball = `${folder}/${pack.stdout.trim().split("\n").at(-1)}`;
    const tar = await capture(["tar", "-xzf", tarball, "-C", folder, file.path]);
    if (!tar.success) {
      throw new ToolError(`Cannot unpack ${file.package}: tar says\n${tar.stderr.trim()}`);
    }
    return await Deno.readFile(`${folder}/${file.path}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The ELF image at the start of a file: everything up to the end of the section table, which
 * the linker writes last. What `deno compile` appended comes after.
 *
 * @param bytes A little-endian ELF64 file (elf(5)).
 */
export function elfImage(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isElf64 = bytes.length >= 64 && view.getUint32(0) === 0x7f45_4c46 && view.getUint8(4) === 2;
  if (!isElf64) throw new ToolError("Cannot cut the runtime base: it is not an ELF64 file");
  const sectionTableOffset = Number(view.getBigUint64(0x28, true));
  const sectionEntryBytes = view.getUint16(0x3a, true);
  const sectionCount = view.getUint16(0x3c, true);
  const lengthBytes = sectionTableOffset + sectionEntryBytes * sectionCount;
  if (lengthBytes > bytes.length) {
    throw new ToolError("Cannot cut the runtime base: its section table is beyond its end");
  }
  return bytes.subarray(0, lengthBytes);
}

async function sha512(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  return btoa(String.fromCharCode(...digest));
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
