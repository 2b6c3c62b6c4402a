/**
 * The disk that a virtual machine starts from: Debian by debootstrap with the programs that the tests use, and a second one with
 * Deno, this project and the compiled binary. Packages are unpacked, not set up, so that one machine makes the disk of another.
 */

import { capture, ToolError } from "../output.ts";
import { BINARY_PATH, PROJECT_FOLDER } from "../project.ts";
import { exists, findMirror, unpack } from "./archive.ts";
import { type Architecture, ROOT_RELEASE } from "./kernels.ts";

/** What the tests that run inside use. */
const PROGRAMS: readonly string[] = [
  ...["iproute2", "nftables", "libcap2-bin", "procps", "util-linux", "kmod", "strace", "tcpdump"],
  ...["iputils-ping", "fping", "busybox-static", "python3", "gcc", "libc6-dev"],
];

/** Users and groups that programs look up. */
const PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n" +
  "tcpdump:x:100:100::/:/bin/sh\n";
const GROUP = "root:x:0:\nnogroup:x:65534:\ntcpdump:x:100:\n";

/** The root disk, and what a kernel starts with. */
export interface GuestRoot {
  /** Path of the disk. */
  readonly disk: string;
  /** Path of a busybox that needs no library. */
  readonly busybox: string;
}

/** Makes the root disk, or finds it in the folder. */
export async function makeRootDisk(
  folder: string,
  architecture: Architecture,
): Promise<GuestRoot> {
  const name = `${architecture.debian}-${await digest([ROOT_RELEASE, ...PROGRAMS].join())}`;
  const disk = `${folder}/root-${name}.img`, busybox = `${folder}/busybox-${name}`;
  if (await exists(disk)) return { disk, busybox };
  const root = `${folder}/root-${architecture.debian}`;
  await Deno.remove(root, { recursive: true }).catch(() => {});
  const { archive } = await findMirror();
  const cache = `${folder}/debootstrap-${architecture.debian}`;
  await Deno.mkdir(cache, { recursive: true });
  const debootstrap = [
    ...["debootstrap", "--foreign", "--variant=minbase", `--arch=${architecture.debian}`],
    ...[`--include=${PROGRAMS.join()}`, `--cache-dir=${cache}`],
    ...[ROOT_RELEASE, root, archive],
  ];
  // A mirror may fail for a moment; what was fetched is kept.
  await run("make a root by debootstrap", debootstrap).catch(() =>
    run("make a root by debootstrap", debootstrap)
  );
  const packages = `${root}/var/cache/apt/archives`;
  const files = [...Deno.readDirSync(packages)].map(({ name }) => `${packages}/${name}`)
    .filter((name) => name.endsWith(".deb"));
  await unpack(files, root);
  await Deno.remove(packages, { recursive: true });
  await Deno.remove(`${root}/debootstrap`, { recursive: true });
  await Deno.writeTextFile(`${root}/etc/passwd`, PASSWD);
  await Deno.writeTextFile(`${root}/etc/group`, GROUP);
  await Deno.writeTextFile(`${root}/etc/hosts`, "127.0.0.1 localhost\n");
  await Deno.writeTextFile(`${root}/etc/nsswitch.conf`, "hosts: files\n");
  // Where debootstrap finds itself in a container it makes links of some.
  for (const name of ["proc", "sys", "dev", "run", "tmp"]) {
    await Deno.remove(`${root}/${name}`, { recursive: true }).catch(() => {});
    await Deno.mkdir(`${root}/${name}`);
  }
  for (const name of ["project", "results"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  await Deno.copyFile(`${root}/bin/busybox`, busybox);
  await makeDisk(root, `${disk}.part`);
  await Deno.rename(`${disk}.part`, disk);
  await Deno.remove(root, { recursive: true });
  return { disk, busybox };
}

/** A few digits by which another list of programs is known, so that it gets a disk of its own. */
async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(bytes).toHex().slice(0, 12);
}

/** The parts of the project that tests need. */
const PARTS = ["main.ts", "deno.json", "deno.lock", "ffi", "src", "types", "tests", "tools"];

/**
 * Makes the disk with the project, as it is now.
 *
 * @param deno a Deno for the guest's processor
 * @param hasBinary the compiled binary is for that processor
 */
export async function makeProjectDisk(
  disk: string,
  { deno, hasBinary }: { readonly deno: string; readonly hasBinary: boolean },
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-project-" });
  try {
    for (const part of PARTS) {
      await run("copy the project", ["cp", "-a", `${PROJECT_FOLDER}${part}`, `${folder}/${part}`]);
    }
    await run("copy deno", ["cp", deno, `${folder}/deno`]);
    await Deno.chmod(`${folder}/deno`, 0o755);
    if (hasBinary) {
      await Deno.mkdir(`${folder}/dist`);
      // With its time, by which tests know that it is no older than the source.
      await run("copy the binary", [
        "cp",
        "-a",
        `${PROJECT_FOLDER}${BINARY_PATH}`,
        `${folder}/dist/`,
      ]);
    }
    await copyPackages(`${folder}/deno-dir`);
    await makeDisk(folder, disk);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The npm packages that ship, out of Deno's cache: inside there is no network. */
async function copyPackages(target: string): Promise<void> {
  const { stdout } = await capture([Deno.execPath(), "info", "--json"]);
  const { npmCache } = JSON.parse(stdout) as { npmCache: string };
  for (const registry of Deno.readDirSync(npmCache)) {
    if (!await exists(`${npmCache}/${registry.name}/deno-std`)) continue;
    const folder = `${target}/npm/${registry.name}`;
    await Deno.mkdir(folder, { recursive: true });
    await run("copy packages", ["cp", "-a", `${npmCache}/${registry.name}/deno-std`, folder]);
  }
}

/** Writes a folder into a file system that kernels from 5.10 on read. */
async function makeDisk(folder: string, disk: string): Promise<void> {
  const { stdout } = await run("measure a folder", ["du", "-sm", folder]);
  const megabytes = Math.ceil(Number(stdout.split("\t")[0]) * 1.15) + 64;
  await run("make a disk", [
    ...["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^orphan_file,^metadata_csum_seed,^has_journal"],
    ...["-d", folder, disk, `${megabytes}M`],
  ]);
}

async function run(action: string, argv: readonly string[]) {
  const ended = await capture(argv, { env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` } });
  if (ended.success) return ended;
  const lines = `${ended.stdout}\n${ended.stderr}`.trim().split("\n").slice(-3).join("\n");
  throw new ToolError(`Cannot ${action}:\n${lines}`);
}
