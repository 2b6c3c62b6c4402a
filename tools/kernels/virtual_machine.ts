/** One boot in qemu. */

import type { Architecture } from "./kernels.ts";

/** What a machine is made of. */
export interface MachineOptions {
  readonly architecture: Architecture;
  /** Path of the kernel's image. */
  readonly kernel: string;
  /** Path of its initramfs. */
  readonly initramfs: string;
  /** Disks, none of which is written to: the root and the project. */
  readonly disks: readonly string[];
  /** Test files that run inside, relative to the project. */
  readonly tests: readonly string[];
  /** The machine is ended after this time. */
  readonly limitMs: number;
  /** Folder for what it writes. */
  readonly folder: string;
}

/** How a boot ended. */
export interface Boot {
  /** The kernel's release; undefined when it did not come so far. */
  readonly release: string | undefined;
  /** The JUnit report of the tests; empty when there is none. */
  readonly report: string;
  /** All that was written to the console. */
  readonly console: string;
  /** From start to end. */
  readonly seconds: number;
  /** It was ended at its time limit. */
  readonly isLate: boolean;
  /** By the processor itself, or emulated. */
  readonly accelerator: "KVM" | "emulated";
}

/**
 * Whether this machine's own processor runs the kernel. That `/dev/kvm` opens is not enough: where this machine is a virtual one itself, a
 * machine inside may start and never come to its kernel. So one is started with a script that ends at once.
 */
export async function hasKvm(options: Omit<MachineOptions, "disks">): Promise<boolean> {
  const own = Deno.build.arch === "x86_64" ? "amd64" : "arm64";
  if (options.architecture.debian !== own) return false;
  try {
    Deno.openSync("/dev/kvm", { read: true, write: true }).close();
  } catch {
    return false;
  }
  const probe = { ...options, disks: [], tests: [], limitMs: PROBE_LIMIT_MS };
  return (await boot(probe, true)).release !== undefined;
}

const PROBE_LIMIT_MS = 12_000;

const MEMORY_MEGABYTES = 2048;
/** How much slower a program may be where its processor is emulated. */
const EMULATED_PATIENCE = 5;
/** Exit codes of timeout(1). */
const TIMED_OUT = 124, KILLED = 137;

/**
 * Boots, waits for the end or the limit, and reads what the machine wrote.
 *
 * @param isFast on this machine's own processor; emulated otherwise
 */
export async function boot(options: MachineOptions, isFast: boolean): Promise<Boot> {
  const { architecture, folder } = options;
  const results = `${folder}/results`, console = `${folder}/console`;
  await Deno.writeTextFile(results, "");
  const words = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"];
  const processor = isFast
    ? ["-accel", "kvm", "-cpu", architecture.ownProcessor]
    : ["-accel", "tcg,thread=multi", "-cpu", architecture.emulatedProcessor];
  const disks = options.disks.flatMap((path, index) => [
    ...["-drive", `file=${path},format=raw,if=none,id=disk${index},readonly=on`],
    ...["-device", `virtio-blk-pci,drive=disk${index}`],
  ]);
  const patience = isFast ? 1 : EMULATED_PATIENCE;
  // Where a busy machine emulates it, a timer that is late is not one that does not work.
  const late = "no_timer_check nowatchdog rcupdate.rcu_cpu_stall_suppress=1";
  const append = `console=${architecture.console} loglevel=3 panic=-1 ${late} ` +
    `patience=${patience} test=${options.tests.join()}`;
  const start = performance.now();
  // By timeout(1), so that the machine ends even where this program is killed.
  const child = new Deno.Command("timeout", {
    args: [
      ...["--kill-after=5", `${Math.ceil(options.limitMs / 1000)}`, architecture.qemu],
      ...words,
      ...architecture.machine,
      ...processor,
      ...["-smp", "2", "-m", `${MEMORY_MEGABYTES}`],
      ...["-kernel", options.kernel, "-initrd", options.initramfs, "-append", append],
      ...disks,
      ...["-serial", `file:${console}`],
      ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
      ...["-chardev", `file,id=results,path=${results}`],
      ...["-device", "virtserialport,chardev=results,name=results"],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stderr } = await child.output();
  const isLate = code === TIMED_OUT || code === KILLED;
  const written = await Deno.readTextFile(results);
  const [, release, report = ""] = written.match(/^(\S+)\n([^]*)== end\n$/) ?? [];
  const said = await Deno.readTextFile(console).catch(() => "");
  return {
    release,
    report,
    console: said + new TextDecoder().decode(stderr),
    seconds: (performance.now() - start) / 1000,
    isLate,
    accelerator: isFast ? "KVM" : "emulated",
  };
}
