/** Boots kernels with tests inside, and the table of what came of it. */

import { closingLine, countTests } from "../junit.ts";
import { table } from "../markdown_table.ts";
import { ToolError } from "../output.ts";
import { installPackages, KERNEL_PACKAGES } from "../test_packages.ts";
import { Archive, exists, fetchKernel, unpack } from "./archive.ts";
import { findDeno } from "./guest_deno.ts";
import { makeProjectDisk, makeRootDisk } from "./guest_root.ts";
import { makeInitramfs } from "./initramfs.ts";
import type { Kernel } from "./kernels.ts";
import { countRoundTrips, formatRoundTrips, type RoundTrips } from "./round_trips.ts";
import { type Boot, boot, hasKvm } from "./virtual_machine.ts";

const ARM_PACKAGES: readonly string[] = ["qemu-system-arm"];

const paths = (names: readonly string[]) => names.map((name) => `tests/system/${name}_test.ts`);

/** What fits into the time of a machine that is emulated. */
export const EMULATED_TESTS: readonly string[] = paths(["any_kernel", "orphaning_queue"]);

/** What shows a processor: the compiler's view of every layout, and calls that come back with structures. */
const PROCESSOR_TESTS = paths(["abi", "raw_socket", "kernel_stamp", "local_network"]);

/** Where the kernel itself matters: sockets, stamps, queues, filters, privileges, signals. */
export const ALL_TESTS: readonly string[] = [
  ...EMULATED_TESTS,
  ...paths([
    "raw_socket",
    "kernel_stamp",
    "descriptor",
    "local_network",
    "queue_stamp",
    "privilege",
  ]),
  ...paths(["ping_signal", "ping_capabilities", "ping_privilege", "scan_queue", "scan_trust"]),
  ...paths(["doctor", "reply_filter", "scan_firewall"]),
];

const FAST_LIMIT_MS = 6 * 60_000, EMULATED_LIMIT_MS = 120 * 60_000;

/** One row of the table. */
export interface Row {
  /** Name of the kernel. */
  readonly kernel: Kernel;
  /** How its boot ended. */
  readonly boot: Boot;
  /** Tests that passed and failed, and the names of those that were skipped. */
  readonly counts: ReturnType<typeof countTests>;
  /** Round-trip times under an orphaning queue. */
  readonly roundTrips: RoundTrips;
}

/** How the tests are run. */
export interface KernelTestOptions {
  /** Where downloads and disks are kept. */
  readonly cache: string;
  /** Test files; by default all where the processor is this machine's own, and a few where it is emulated. */
  readonly tests?: readonly string[] | undefined;
  /** Each boot is ended after this time. */
  readonly limitMs?: number | undefined;
}

/** Boots one kernel with the tests. */
export async function testKernel(kernel: Kernel, options: KernelTestOptions): Promise<Row> {
  const { architecture } = kernel;
  const isOwn = architecture.debian === (Deno.build.arch === "x86_64" ? "amd64" : "arm64");
  const folder = `${options.cache}/${kernel.name}`;
  const archive = await Archive.open(folder, architecture.debian, kernel.releases);
  const files = await fetchKernel(archive, architecture.debian);
  const tree = `${folder}/tree-${(files[0] ?? "").split("/").at(-1)}`;
  if (!await exists(`${tree}.done`)) {
    await unpack(files, tree);
    await Deno.writeTextFile(`${tree}.done`, "");
  }
  const { disk, busybox } = await makeRootDisk(options.cache, architecture);
  const work = await Deno.makeTempDir({ prefix: "icmptime-kernel-" });
  try {
    const project = `${work}/project.img`, initramfs = `${work}/initramfs`;
    const deno = await findDeno(options.cache, architecture);
    await makeProjectDisk(project, { deno, hasBinary: isOwn });
    await makeInitramfs(tree, busybox, initramfs);
    const image = findImage(tree);
    const machine = {
      architecture,
      kernel: image,
      initramfs,
      disks: [disk, project],
      tests: [],
      limitMs: 0,
      folder: work,
    };
    const isFast = await hasKvm(machine);
    const few = [...EMULATED_TESTS, ...isOwn ? [] : PROCESSOR_TESTS];
    const ended = await boot({
      ...machine,
      tests: options.tests ?? (isFast ? ALL_TESTS : few),
      limitMs: options.limitMs ?? (isFast ? FAST_LIMIT_MS : EMULATED_LIMIT_MS),
    }, isFast);
    return {
      kernel,
      boot: ended,
      counts: countTests(ended.report),
      roundTrips: countRoundTrips(ended.console),
    };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The kernel's image: in /boot, or beside its modules. */
function findImage(tree: string): string {
  const folders = [`${tree}/boot`];
  for (const modules of [`${tree}/usr/lib/modules`, `${tree}/lib/modules`]) {
    for (const name of namesIn(modules)) folders.push(`${modules}/${name}`);
  }
  for (const folder of folders) {
    const image = namesIn(folder).find((name) => name.startsWith("vmlinu"));
    if (image !== undefined) return `${folder}/${image}`;
  }
  throw new ToolError(`Cannot find the image of a kernel in ${tree}`);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether a kernel booted, and all of its tests passed. */
export function isGood({ boot: { release }, counts: { passed, failed } }: Row): boolean {
  return release !== undefined && failed === 0 && passed > 0;
}

/** The rows as a table of Markdown, as docs/reach.md has it. */
export function formatTable(rows: readonly Row[]): string {
  const head = ["kernel", "release", "processor", "run by", "tests", "round trips", "minutes"];
  const lines = rows.map(({ kernel, boot: { release, seconds, ...boot }, counts, roundTrips }) => [
    kernel.name,
    release ?? (boot.isLate ? "not in time" : "did not boot"),
    kernel.architecture.debian,
    boot.accelerator,
    closingLine(counts),
    formatRoundTrips(roundTrips),
    (seconds / 60).toFixed(0),
  ]);
  return table(head, lines);
}

/** Installs what booting these kernels takes. */
export async function installKernelPackages(kernels: readonly Kernel[]): Promise<void> {
  const isArm = kernels.some(({ architecture }) => architecture.debian === "arm64");
  await installPackages([...KERNEL_PACKAGES, ...isArm ? ARM_PACKAGES : []]);
}

/** The cache that is used unless another one is named. */
export function defaultCache(): string {
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") || (home ? `${home}/.cache` : undefined);
  if (cache === undefined) throw new ToolError("Cannot choose a cache: expected --cache FOLDER");
  return `${cache}/icmptime/kernels`;
}
