/** The Debian packages that the tests use, and how they are installed. */

import { capture, say, warn } from "./output.ts";

/** What building and booting a virtual machine takes. */
export const KERNEL_PACKAGES: readonly string[] = [
  ...["qemu-system-x86", "debootstrap", "e2fsprogs", "kmod", "cpio", "xz-utils", "zstd"],
];

/** Debian packages by what they are for. */
const PACKAGES: readonly string[] = [
  // Networks, firewalls, users and resource limits of the tests.
  ...[
    "iproute2",
    "nftables",
    "libcap2-bin",
    "procps",
    "util-linux",
    "coreutils",
    "mount",
    "strace",
  ],
  // The ABI test compiles C; the runtime base for `deno task compile` comes as a tar file.
  ...["gcc", "libc6-dev", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "musl-tools"],
  ...["tar", "xz-utils"],
  // Foreign tools that judge our bytes and our numbers.
  ...["tcpdump", "tshark", "fping", "nmap", "hping3", "iputils-clockdiff", "iputils-ping", "zmap"],
  ...["masscan", "chrony", "python3-scapy", "traceroute", "iputils-tracepath"],
  // Readers of our output, completions and man page.
  ...["jq", "parallel", "bash", "zsh", "fish", "mandoc", "groff-base", "bsdutils", "gzip"],
  // Databases that read our series, with promtool and the reference parser of OpenMetrics.
  ...["influxdb", "prometheus", "prometheus-node-exporter", "python3-prometheus-client", "curl"],
  // Monitors that call fping.
  ...["smokeping", "rrdtool", "monitoring-plugins-standard"],
  // The browser that opens our pages, and a font that has what they show.
  ...["chromium", "fonts-dejavu-core"],
  // A terminal for full screens.
  ...["tmux"],
  // Packages: what dates, builds and judges them, and a fresh system to install them in.
  ...[
    "git",
    "dpkg",
    "rpm",
    "binutils",
    "lintian",
    "rpmlint",
    "debootstrap",
    "systemd",
    "systemd-container",
  ],
  // Recipes and images for others: Homebrew's language, Arch's and Nix's tools, and a builder of images.
  ...["ruby", "makepkg", "libarchive-tools", "fakeroot", "nix-bin", "buildah"],
  // Machines that ssh reaches.
  ...["openssh-server", "openssh-client", "rsync"],
  // A cluster that runs the shards of a scan.
  ...["slurmctld", "slurmd", "slurm-client", "munge"],
  // Writers of the hexadecimal text that decode reads.
  ...["xxd", "bsdextrautils"],
  // An older kernel.
  ...KERNEL_PACKAGES,
];

/** While this program exists and ends with 101, packages start no daemon: chronyd would set the clock. */
const POLICY_PATH = "/usr/sbin/policy-rc.d";
const POLICY = "#!/bin/sh\nexit 101\n";

const TRIES = 3;
const RETRY_AFTER_MS = 10_000;

const APT_ENV = { DEBIAN_FRONTEND: "noninteractive" };
const APT_OPTIONS = ["-qq", "-o", "DPkg::Lock::Timeout=300"];

/**
 * Installs what the tests use and the machine lacks, and says so. Without root or without apt it says what is
 * missing instead: the tests that need it are then skipped, each with its reason.
 */
export function installTestPackages(): Promise<void> {
  return installPackages(PACKAGES);
}

/** Installs those of these Debian packages that are missing, as {@linkcode installTestPackages} does. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const missing = await findMissing(packages);
  if (missing === undefined || missing.length === 0) return;
  if (Deno.uid() !== 0) {
    say(`Tests that need root or these Debian packages are skipped: ${missing.join(", ")}`);
    return;
  }
  say(`== installing Debian packages that the tests use (--no-install prevents it): ${missing}`);
  const withoutDaemons = forbidDaemons();
  try {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const failure = await install(missing);
      if (failure === undefined) return;
      warn(`Cannot install Debian packages, attempt ${attempt} of ${TRIES}: ${failure}`);
      if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  } finally {
    withoutDaemons();
  }
}

/** Packages that are not installed; undefined on a system without dpkg and apt. */
async function findMissing(
  packages: readonly string[],
): Promise<readonly string[] | undefined> {
  for (const tool of ["dpkg-query", "apt-get"]) {
    if (!(await isInstalled(tool))) return undefined;
  }
  const argv = ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", ...packages];
  const { stdout } = await capture(argv);
  const installed = new Set(
    stdout.split("\n").filter((line) => line.endsWith(" install ok installed")).map((line) =>
      line.split(" ", 1)[0]
    ),
  );
  return packages.filter((name) => !installed.has(name));
}

async function isInstalled(tool: string): Promise<boolean> {
  return await capture([tool, "--version"]).then(({ success }) => success, () => false);
}

/** Returns why it failed; undefined when it did not. */
async function install(packages: readonly string[]): Promise<string | undefined> {
  const update = await capture(["apt-get", "update", ...APT_OPTIONS], { env: APT_ENV });
  if (!update.success) return lastLine(update.stderr);
  const argv = ["apt-get", "install", "-y", "--no-install-recommends", ...APT_OPTIONS, ...packages];
  const ended = await capture(argv, { env: APT_ENV });
  return ended.success ? undefined : lastLine(ended.stderr);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** Keeps daemons from being started; the returned function undoes that. */
function forbidDaemons(): () => void {
  try {
    Deno.writeTextFileSync(POLICY_PATH, POLICY, { createNew: true, mode: 0o755 });
  } catch (error) {
    // A machine that has a policy keeps it.
    if (error instanceof Deno.errors.AlreadyExists) return () => {};
    throw error;
  }
  return () => Deno.removeSync(POLICY_PATH);
}
