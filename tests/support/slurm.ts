/** A whole Slurm cluster on one machine: munge, controller and one node, in a namespace and a folder of their own. */

import { type CommandResult, RunningCommand } from "./command.ts";
import type { Namespace } from "./namespace.ts";

const START_LIMIT_MS = 180_000;
const DAEMON_LIMIT_MS = 1_200_000;
const ASK_EVERY_MS = 200;

/** A running cluster. Disposing ends its daemons, and the jobs with them. */
export class SlurmCluster implements AsyncDisposable {
  readonly #namespace: Namespace;
  readonly #folder: string;
  readonly #daemons: RunningCommand[] = [];

  private constructor(namespace: Namespace, folder: string) {
    this.#namespace = namespace;
    this.#folder = folder;
  }

  /** Starts the daemons and waits until the node takes jobs. @param folder An empty folder for all their files */
  static async open(namespace: Namespace, folder: string): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(namespace, folder);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a command of Slurm, such as `sbatch`. */
  run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
    return this.#namespace.mustRun(argv, { env: { ...env, SLURM_CONF: this.#path("slurm.conf") } });
  }

  /** Waits until a command of Slurm prints what is expected. */
  async waitFor(argv: readonly string[], pattern: RegExp, limitMs: number): Promise<string> {
    const end = Date.now() + limitMs;
    let said = "";
    do {
      const env = { SLURM_CONF: this.#path("slurm.conf") };
      const { stdout, stderr } = await this.#namespace.run(argv, { env });
      said = stdout + stderr;
      if (pattern.test(said)) return said;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    } while (Date.now() < end);
    throw new Error(
      `Cannot wait longer for ${pattern} of ${argv.join(" ")}:\n${said}\n${await this.#logs()}`,
    );
  }

  async #start(): Promise<void> {
    const key = this.#path("munge.key");
    await Deno.writeFile(key, crypto.getRandomValues(new Uint8Array(128)), { mode: 0o600 });
    await Deno.writeTextFile(this.#path("slurm.conf"), this.#configuration());
    this.#spawn([
      ...[
        "munged",
        "--foreground",
        "--force",
        `--key-file=${key}`,
        `--socket=${this.#path("munge")}`,
      ],
      ...[`--pid-file=${this.#path("munge.pid")}`, `--seed-file=${this.#path("munge.seed")}`],
      `--log-file=${this.#path("munged.log")}`,
    ]);
    for (const name of ["state", "spool"]) await Deno.mkdir(this.#path(name));
    const conf = ["-D", "-f", this.#path("slurm.conf")];
    this.#spawn(["slurmctld", ...conf, "-i"]);
    this.#spawn(["slurmd", ...conf, "-N", "node"]);
    await this.waitFor(["sinfo", "-h", "-o", "%T"], /idle/, START_LIMIT_MS);
  }

  #spawn(argv: readonly string[]): void {
    using _inside = this.#namespace.enter();
    const env = { SLURM_CONF: this.#path("slurm.conf") };
    this.#daemons.push(RunningCommand.spawn(argv, { env, timeoutMs: DAEMON_LIMIT_MS }));
  }

  #configuration(): string {
    const host = Deno.hostname();
    return [
      "ClusterName=test",
      `SlurmctldHost=${host}(127.0.0.1)`,
      ...["SlurmUser=root", "SlurmdUser=root", "AuthType=auth/munge", "CredType=cred/munge"],
      // A requeued job waits as long as credentials live.
      `AuthInfo=socket=${this.#path("munge")},cred_expire=5`,
      ...["ProctrackType=proctrack/pgid", "TaskPlugin=task/none", "MpiDefault=none"],
      // By default a job that waits may do so for half a minute more than it must.
      "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0",
      ...["SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU_Memory"],
      ...["ReturnToService=2", "KillWait=5", "SlurmdParameters=config_overrides"],
      `StateSaveLocation=${this.#path("state")}`,
      `SlurmdSpoolDir=${this.#path("spool")}`,
      `SlurmctldPidFile=${this.#path("slurmctld.pid")}`,
      `SlurmdPidFile=${this.#path("slurmd.pid")}`,
      `SlurmctldLogFile=${this.#path("slurmctld.log")}`,
      `SlurmdLogFile=${this.#path("slurmd.log")}`,
      `NodeName=node NodeHostname=${host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=2048 State=UNKNOWN`,
      "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
      "",
    ].join("\n");
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  async #logs(): Promise<string> {
    const names = ["munged.log", "slurmctld.log", "slurmd.log"];
    const texts = names.map((name) => Deno.readTextFile(this.#path(name)).catch(() => ""));
    const said = this.#daemons.map(({ stdout, stderr }) => stdout + stderr);
    return [...await Promise.all(texts), ...said].join("\n").slice(-6000);
  }

  /** Ends the daemons. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons.toReversed()) {
      daemon.sendSignal("SIGTERM");
      const isOver = daemon.result().catch(() => {});
      await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 5000))]);
      await daemon[Symbol.asyncDispose]();
    }
  }
}
