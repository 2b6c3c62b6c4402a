/**
 * Network namespaces: whole network stacks of our own, thrown away after the test.
 *
 * No packet of a test leaves the machine, and no two tests see each other's. Names carry the
 * process id, so that what a killed run left behind is recognized and removed by the next one.
 */

import { type CommandOptions, type CommandResult } from "./command.ts";
import { mustRun, runCommand, RunningCommand } from "./command.ts";
import { enterNamespace } from "./enter_namespace.ts";
import { keepReceiveStamps } from "./receive_stamps.ts";

/** Names of namespaces, those of labs too. */
const NAME_PATTERN = /^icmptime-(?:lab-)?(\d+)-[0-9a-f]+$/;
let nextNumber = 1;
let leftoversAreGone = false;

/** One network namespace with its loopback up. */
export class Namespace implements AsyncDisposable {
  /** The name that `ip netns` knows. */
  readonly name: string;
  #isClosed = false;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes a namespace and brings its loopback up. */
  static async open(): Promise<Namespace> {
    if (!leftoversAreGone) {
      leftoversAreGone = true;
      keepReceiveStamps();
      await removeLeftovers();
    }
    const namespace = new Namespace(`icmptime-${Deno.pid}-${nextNumber++}`);
    await mustRun(["ip", "netns", "add", namespace.name]);
    try {
      await namespace.ip("link set lo up");
    } catch (error) {
      await namespace.close();
      throw error;
    }
    return namespace;
  }

  /** The argv that runs a program inside. */
  argv(argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...argv];
  }

  /** Runs a program inside to its end, whatever its exit code. */
  run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return runCommand(this.argv(argv), options);
  }

  /** Runs a program inside that must succeed. */
  mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return mustRun(this.argv(argv), options);
  }

  /** Starts a program inside. */
  spawn(argv: readonly string[], options: CommandOptions = {}): RunningCommand {
    return RunningCommand.spawn(this.argv(argv), options);
  }

  /**
   * Moves the calling thread inside until the result is disposed: sockets opened meanwhile belong
   * to this namespace for good. Keep the stay short and synchronous (`using _ = ns.enter()`),
   * open the sockets, and leave.
   */
  enter(): Disposable {
    return enterNamespace(this.name);
  }

  /** Runs `ip` commands inside, in order and in one process: `ip("link set lo up", "addr show")`. */
  async ip(...commands: readonly string[]): Promise<string> {
    const stdin = commands.join("\n") + "\n";
    return (await mustRun(["ip", "-n", this.name, "-batch", "-"], { stdin })).stdout;
  }

  /** Makes the kernel here the owner of a whole block: each address in it answers. */
  async ownBlock(cidr: string): Promise<void> {
    await this.ip(`route add local ${cidr} dev lo`);
  }

  /** Loads nftables rules, as `nft -f` reads them. */
  async nft(rules: string): Promise<void> {
    await mustRun(this.argv(["nft", "-f", "-"]), { stdin: rules });
  }

  /** Sets a kernel variable: `sysctl("net/ipv4/icmp_echo_ignore_all", "1")`. */
  async sysctl(path: string, value: string): Promise<void> {
    await this.mustRun(["sh", "-c", 'printf %s "$1" > "/proc/sys/$0"', path, value]);
  }

  /** Kills what still runs inside and removes the namespace. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await removeNamespace(this.name);
  }

  /** {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Addresses of a {@linkcode VethPair}. */
export interface VethPairOptions {
  /** Address of the near end. */
  readonly nearAddress?: string;
  /** Address of the far end. */
  readonly farAddress?: string;
  /** Prefix length of both. */
  readonly prefixLength?: number;
}

/** Two namespaces joined by a cable: device `veth0` in each. */
export class VethPair implements AsyncDisposable {
  /** Where the program under test runs. */
  readonly near: Namespace;
  /** Where the host that is asked lives. */
  readonly far: Namespace;
  /** Address of `veth0` in `near`; 10.77.0.1 by default. */
  readonly nearAddress: string;
  /** Address of `veth0` in `far`; 10.77.0.2 by default. */
  readonly farAddress: string;
  /** Name of the device, the same at both ends. */
  readonly device = "veth0";

  private constructor(near: Namespace, far: Namespace, nearAddress: string, farAddress: string) {
    this.near = near;
    this.far = far;
    this.nearAddress = nearAddress;
    this.farAddress = farAddress;
  }

  /** Makes both namespaces and the cable, and brings it up. */
  static async open(options: VethPairOptions = {}): Promise<VethPair> {
    const { nearAddress = "10.77.0.1", farAddress = "10.77.0.2", prefixLength = 24 } = options;
    const near = await Namespace.open();
    try {
      const far = await Namespace.open();
      const pair = new VethPair(near, far, nearAddress, farAddress);
      try {
        await pair.#connect(prefixLength);
      } catch (error) {
        await far.close();
        throw error;
      }
      return pair;
    } catch (error) {
      await near.close();
      throw error;
    }
  }

  /**
   * Makes the far kernel the owner of a whole block and routes the near one there: every address
   * of the block answers.
   */
  async ownBlock(cidr: string): Promise<void> {
    await this.far.ownBlock(cidr);
    await this.near.ip(`route add ${cidr} via ${this.farAddress}`);
  }

  /** Removes both namespaces. Idempotent. */
  async close(): Promise<void> {
    await this.near.close();
    await this.far.close();
  }

  /** {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(prefixLength: number): Promise<void> {
    await this.near.ip(
      `link add ${this.device} type veth peer name ${this.device} netns ${this.far.name}`,
      `addr add ${this.nearAddress}/${prefixLength} dev ${this.device}`,
      `link set ${this.device} up`,
    );
    await this.far.ip(
      `addr add ${this.farAddress}/${prefixLength} dev ${this.device}`,
      `link set ${this.device} up`,
    );
  }
}

async function removeNamespace(name: string): Promise<void> {
  const pids = (await runCommand(["ip", "netns", "pids", name])).stdout.split(/\s+/).filter(
    Boolean,
  );
  for (const pid of pids) {
    try {
      Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  await runCommand(["ip", "netns", "del", name]);
}

/** Removes the namespaces of test runs that no longer live, and the files that stood in for those of /etc in them. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await runCommand(["ip", "netns", "list"]);
  const isLeft = (name: string) => {
    const pid = name.match(NAME_PATTERN)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  };
  for (const line of stdout.split("\n")) {
    const name = line.split(" ")[0] ?? "";
    if (isLeft(name)) await removeNamespace(name);
  }
  try {
    for (const { name } of [...Deno.readDirSync("/etc/netns")]) {
      if (isLeft(name)) await Deno.remove(`/etc/netns/${name}`, { recursive: true });
    }
  } catch {
    // There are none, or another run that begins now removes the same.
  }
}

function isAlive(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}
