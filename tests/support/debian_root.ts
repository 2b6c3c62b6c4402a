/** A fresh Debian in a folder, by debootstrap: what a package meets on a machine where nothing was prepared for it. */

import { mustRun, runCommand } from "./command.ts";

/** Packages besides Debian's smallest set: what services and capabilities need. */
const INCLUDED = ["systemd", "systemd-sysv", "libcap2-bin"];

const BOOTSTRAP_LIMIT_MS = 600_000;

/** A root file system in memory. Disposing removes it. */
export class DebianRoot implements AsyncDisposable {
  /** The folder; without a slash at its end. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Installs Debian of this machine's release from this machine's own mirror. */
  static async open(): Promise<DebianRoot> {
    const { stdout } = await mustRun([
      ...["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"],
    ]);
    const [mirror = "", release = ""] = stdout.split("\n", 1)[0]?.split(" ") ?? [];
    const folder = await Deno.makeTempDir({ prefix: "icmptime-root-" });
    // In memory, since dpkg waits for the disk after every file.
    await mustRun(["mount", "-t", "tmpfs", "-o", "size=2g,mode=755", "tmpfs", folder]);
    const root = new DebianRoot(folder);
    try {
      await mustRun([
        ...["debootstrap", "--variant=minbase", `--include=${INCLUDED.join(",")}`],
        ...[release, folder, mirror],
      ], { timeoutMs: BOOTSTRAP_LIMIT_MS });
      return root;
    } catch (error) {
      await root[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a program inside, in a network namespace of its own with nothing but loopback. Returns its output. */
  async run(argv: readonly string[], timeoutMs = 300_000): Promise<string> {
    const { stdout, stderr } = await mustRun([
      ...["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"],
      ...["--pipe", "-D", this.folder, ...argv],
    ], { timeoutMs });
    return stdout + stderr;
  }

  /** Boots systemd inside, runs a script of bash as its last service, and returns what the script printed. */
  async boot(script: string, timeoutMs = 900_000): Promise<string> {
    const service = "etc/systemd/system/test-script.service";
    const wanted = "etc/systemd/system/multi-user.target.wants/test-script.service";
    await Deno.writeTextFile(`${this.folder}/root/script`, `exec >/root/printed 2>&1\n${script}\n`);
    await Deno.writeTextFile(
      `${this.folder}/${service}`,
      "[Service]\nType=oneshot\nExecStart=/bin/bash /root/script\nExecStopPost=/bin/systemctl --no-block poweroff\n",
    );
    await Deno.symlink(`/${service}`, `${this.folder}/${wanted}`);
    try {
      await mustRun([
        ...["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"],
        ...["--console=pipe", "--boot", "-D", this.folder],
      ], { timeoutMs });
      return await Deno.readTextFile(`${this.folder}/root/printed`);
    } finally {
      for (const path of [service, wanted, "root/script", "root/printed"]) {
        await Deno.remove(`${this.folder}/${path}`).catch(() => {});
      }
    }
  }

  /** Every file and folder inside, except what systems write as they run. */
  async files(): Promise<readonly string[]> {
    const { stdout } = await mustRun(["find", this.folder, "-xdev", "-printf", "/%P\n"]);
    const written =
      /^\/(?:proc|sys|dev|run|tmp|var\/(?:log|cache|tmp|lib\/(?:dpkg|rpm|systemd)))\b/;
    // Programs that change /etc/passwd and its kin leave copies.
    const copies = /^\/etc\/(?:(?:passwd|group|shadow|gshadow)-|\.pwd\.lock|machine-id)$/;
    return stdout.split("\n").filter((path) => !written.test(path) && !copies.test(path)).sort();
  }

  /** Removes the root from memory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await runCommand(["umount", "--lazy", this.folder]);
    await Deno.remove(this.folder);
  }
}
