/** A machine that ssh reaches: a network namespace with sshd, and a home folder that no other machine sees. */

import { mustRun, RunningCommand } from "./command.ts";
import { Namespace } from "./namespace.ts";

const MACHINE_LIMIT_MS = 300_000;
/** sshd gives up its rights in this folder, and refuses to start without it. */
const SEPARATION_FOLDER = "/run/sshd";

/** What a machine is made of. */
export interface MachineOptions {
  /** The namespace that the cable leads to. */
  readonly hub: Namespace;
  /** Number of the machine: its address is 10.77.N.2, that of the hub 10.77.N.1. */
  readonly number: number;
  /** Folder of the keys that {@linkcode makeKeys} made. */
  readonly folder: string;
  /** Folders of programs, as in PATH. */
  readonly path: string;
}

/** Makes the keys with which the machines and their user prove themselves. */
export async function makeKeys(folder: string): Promise<void> {
  for (const name of ["host", "user"]) {
    await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${name}`]);
  }
}

/** A running machine. Disposing ends sshd and removes the namespace. */
export class SshMachine implements AsyncDisposable {
  /** Its network. */
  readonly namespace: Namespace;
  readonly #sshd: RunningCommand;

  private constructor(namespace: Namespace, sshd: RunningCommand) {
    this.namespace = namespace;
    this.#sshd = sshd;
  }

  /** Connects a namespace to the hub and starts sshd inside, as root, which is who logs in. */
  static async open({ hub, number, folder, path }: MachineOptions): Promise<SshMachine> {
    const namespace = await Namespace.open();
    try {
      const device = `veth${number}`;
      await hub.ip(
        `link add ${device} type veth peer name veth0 netns ${namespace.name}`,
        `addr add 10.77.${number}.1/24 dev ${device}`,
        `link set ${device} up`,
      );
      await namespace.ip(
        `addr add 10.77.${number}.2/24 dev veth0`,
        "link set veth0 up",
        `route add default via 10.77.${number}.1`,
      );
      await Deno.mkdir(SEPARATION_FOLDER, { recursive: true, mode: 0o755 });
      const config = `${folder}/sshd-${number}.conf`;
      await Deno.writeTextFile(config, sshdConfig(`10.77.${number}.2`, folder, path));
      // `ip netns exec` gives a mount namespace as well: this home is in memory, and of this machine alone.
      const start = 'mount -t tmpfs tmpfs /root && exec /usr/sbin/sshd -D -e -f "$0"';
      const sshd = namespace.spawn(["sh", "-ec", start, config], { timeoutMs: MACHINE_LIMIT_MS });
      await sshd.output(/Server listening/, "stderr");
      return new SshMachine(namespace, sshd);
    } catch (error) {
      await namespace.close();
      throw error;
    }
  }

  /** Ends sshd and removes the namespace. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#sshd.sendSignal("SIGTERM");
    await this.#sshd[Symbol.asyncDispose]();
    await this.namespace.close();
  }
}

function sshdConfig(address: string, folder: string, path: string): string {
  return [
    ...[`ListenAddress ${address}`, `HostKey ${folder}/host`, "PidFile none", "UsePAM no"],
    ...[`AuthorizedKeysFile ${folder}/user.pub`, "StrictModes no", "PermitRootLogin yes"],
    // GNU parallel opens one connection for each job at once.
    ...["MaxStartups 100", `SetEnv PATH=${path}`, ""],
  ].join("\n");
}
