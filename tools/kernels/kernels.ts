/** The kernels that `deno task test:kernels` boots: Debian's, for virtual machines in clouds. */

/** Names of a processor, as Debian, Deno's npm packages and qemu have them. */
export interface Architecture {
  /** Debian's name. */
  readonly debian: "amd64" | "arm64";
  /** The npm package with Deno for it. */
  readonly denoPackage: string;
  /** What qemu's program of it is called. */
  readonly qemu: string;
  /** Options for qemu: the machine, without the accelerator. */
  readonly machine: readonly string[];
  /** The processor for qemu, where the machine's own runs it. */
  readonly ownProcessor: string;
  /** The processor for qemu, where it is emulated. */
  readonly emulatedProcessor: string;
  /** The kernel's name of the first serial line. */
  readonly console: string;
}

const AMD64: Architecture = {
  debian: "amd64",
  denoPackage: "@deno/linux-x64-glibc",
  qemu: "qemu-system-x86_64",
  machine: ["-machine", "q35"],
  // A virtual machine that runs virtual machines may not set that register.
  ownProcessor: "host,arch-capabilities=off",
  // qemu 7.2 spoils the flags of CMPXCHG16B, which kernels from 6.12 on use in their allocator.
  emulatedProcessor: "Haswell,cx16=off",
  console: "ttyS0",
};

const ARM64: Architecture = {
  debian: "arm64",
  denoPackage: "@deno/linux-arm64-glibc",
  qemu: "qemu-system-aarch64",
  machine: ["-machine", "virt"],
  ownProcessor: "host",
  emulatedProcessor: "cortex-a72",
  console: "ttyAMA0",
};

/** One kernel of the matrix. */
export interface Kernel {
  /** How it is called on the command line. */
  readonly name: string;
  /** Its processor. */
  readonly architecture: Architecture;
  /** Debian's releases that it comes from: of the versions there the highest is taken. */
  readonly releases: readonly string[];
}

/** All of them, oldest first. */
export const KERNELS: readonly Kernel[] = [
  { name: "5.10", architecture: AMD64, releases: ["bullseye", "bullseye-security"] },
  { name: "6.1", architecture: AMD64, releases: ["bookworm", "bookworm-security"] },
  { name: "6.12", architecture: AMD64, releases: ["bookworm-backports"] },
  { name: "newest", architecture: AMD64, releases: ["trixie-backports", "sid"] },
  { name: "arm64", architecture: ARM64, releases: ["bookworm", "bookworm-security"] },
];

/** The release that programs inside come from, whatever the kernel. */
export const ROOT_RELEASE = "bookworm";
