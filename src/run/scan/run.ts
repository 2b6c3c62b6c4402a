/** One scan from open sockets to its result. */

import { formatAddress } from "../../packet/address.ts";
import { randomHashKey } from "../../packet/half_sip_hash.ts";
import {
  createDuplicateFilter,
  type DuplicateFilter,
  ExactDuplicateFilter,
} from "../../scan/duplicate_filter.ts";
import { emitProbeTemplate } from "../../scan/probe_writer.ts";
import { ProofChecker, requestTypeOf } from "../../scan/proof.ts";
import type { ScanListener, ScanProgress, ScanReply } from "../../scan/scan_record.ts";
import type { SkippedAddresses } from "../../scan/sender.ts";
import { Sweep } from "../../scan/sweep.ts";
import type { SweepResult } from "../../scan/sweep_options.ts";
import type { OpenScan, RunMachine, ScanMachine } from "../machine.ts";
import type { ScanRunPlan } from "./options.ts";

/** A probe that the kernel did not take. */
export interface ScanUnsent {
  /** The host, unsigned 32-bit. */
  readonly address: number;
  /** When, Unix time in seconds. */
  readonly time: number;
  /** The error: system call, name such as `EPERM`, and a sentence. */
  readonly error: { readonly syscall: string; readonly code: string; readonly message: string };
}

/** Hosts of a scan, each counted once however often it is probed. */
export interface ScanHosts {
  /** Hosts of this shard. */
  readonly targets: number;
  /** Those that have answered. */
  readonly answered: number;
}

/** A scan at one moment: all that a live line, a summary or a signal's line shows. */
export interface ScanSnapshot extends ScanProgress {
  /** Unix time in seconds. */
  readonly time: number;
  /** Hosts that answered so far, each counted once. */
  readonly hosts: ScanHosts;
}

/** Receives what a scan finds, in order. Calls must not wait. */
export interface ScanRunListener extends Omit<ScanListener, "reply" | "unsent" | "progress"> {
  /** A proven reply, duplicates included; `isNew`: the host's first. */
  reply(reply: ScanReply, isNew: boolean): void;
  /** The kernel did not take a probe. */
  unsent(unsent: ScanUnsent): void;
  /** Once a second or so, and at the end. */
  progress(snapshot: ScanSnapshot): void;
}

/** How a scan ended. */
export interface ScanResult extends SweepResult {
  /** Why it ended. */
  readonly reason: "complete" | "stopped" | "blocked" | "path-lost";
  /** Whether every host of the shard was probed and no reply was lost on this machine. */
  readonly isWhole: boolean;
  /** Hosts that answered, each counted once. */
  readonly hostsAnswered: number;
}

/** The machine, as far as a scan uses it. */
export interface ScanRunMachine extends Pick<RunMachine, "isBroadcast"> {
  /** Sockets and the words of their errors. */
  readonly scan: Pick<ScanMachine, "openScan" | "sendError">;
}

/** A scan whose sockets are open. They close with {@linkcode ScanRun.close}. */
export class ScanRun implements Disposable {
  readonly #plan: ScanRunPlan;
  readonly #machine: ScanRunMachine;
  readonly #sockets: OpenScan;
  readonly #sweep: Sweep;
  readonly #hosts: { readonly targets: number; answered: number };
  /** Hosts that have answered, where each is probed several times. */
  readonly #known: DuplicateFilter | undefined;
  readonly #proofs: ProofChecker;
  #listener: ScanRunListener | undefined;
  /** Hosts that were not probed because the kernel did not take their probe. */
  #missed = 0;

  private constructor(plan: ScanRunPlan, machine: ScanRunMachine, sockets: OpenScan) {
    this.#plan = plan;
    this.#machine = machine;
    this.#sockets = sockets;
    const { order, space, probesPerTarget } = plan;
    this.#hosts = { targets: order.shardTargets, answered: 0 };
    this.#known = probesPerTarget > 1 ? createDuplicateFilter(space.size, 1) : undefined;
    const key = randomHashKey();
    this.#proofs = new ProofChecker(key, requestTypeOf(plan.message), plan.egress.sources);
    const { transmitters, replies, witness, watch: guard, clock, path } = sockets;
    this.#sweep = new Sweep({
      ...plan,
      key,
      sources: plan.egress.sources,
      skipped: this.#skipped(),
      ...{ transmitters, replies, witness, guard, clock },
      isDirect: path.isDirect,
      listener: this.#forward(),
    });
  }

  /**
   * Opens the sockets of a scan; nothing is sent.
   *
   * @param onTrouble Called once for each kind of failure that the scan survives.
   * @throws {Error} The system refuses a socket, or has no route to the targets.
   */
  static async open(
    plan: ScanRunPlan,
    machine: ScanRunMachine,
    onTrouble?: (error: Error) => void,
  ): Promise<ScanRun> {
    const { egress, ttl, tos, message, senderThreads } = plan;
    const sockets = await machine.scan.openScan({
      ...egress,
      rawSocket: egress.rawSocket ?? false,
      blocks: plan.space.blocks,
      senders: senderThreads,
      message,
      template: (source) => emitProbeTemplate({ source, ttl, tos, message }),
      onTrouble,
    });
    return new ScanRun(plan, machine, sockets);
  }

  /** Midnight from which instants count, Unix time in milliseconds. */
  get baseUnixMs(): number {
    return this.#sockets.clock.baseUnixMs;
  }

  /** Path of the probes, and the reason for it. */
  get path(): OpenScan["path"] {
    return this.#sockets.path;
  }

  /** Unix time in seconds, by the clock of the scan. */
  now(): number {
    const { clock } = this.#sockets;
    return clock.baseUnixMs / 1e3 + clock.now().realtimeNs / 1e9;
  }

  /** Runs to the end; reports to `listener`. Call it once. */
  async run(listener: ScanRunListener): Promise<ScanResult> {
    this.#listener = listener;
    const result = await this.#sweep.run();
    const { dropped, blocked, failedCalls, isComplete, trouble } = result;
    const losses = [dropped, blocked, failedCalls, this.#missed];
    return {
      ...result,
      reason: trouble?.reason ?? (isComplete ? "complete" : "stopped"),
      hostsAnswered: this.#hosts.answered,
      isWhole: isComplete && losses.every((count) => count === 0),
    };
  }

  /** Sends no more; answers to what was sent are still awaited. */
  stop(): void {
    this.#sweep.stop();
  }

  /** Sends no more and awaits no more answers. */
  abort(): void {
    this.#sweep.abort();
  }

  /** Probes that the kernel has taken. */
  get sent(): number {
    return this.#sweep.sent;
  }

  /**
   * Whether a timestamp reply that another socket received answers a probe of this scan.
   *
   * @param source address that answered
   * @param originateMs originate timestamp, unsigned 32 bits
   * @param proof identifier × 65 536 + sequence
   */
  isOwnReply(source: number, originateMs: number, proof: number): boolean {
    return this.#proofs.isProven(source, originateMs, proof);
  }

  /** The scan as it is now. */
  snapshot(): ScanSnapshot {
    return this.#picture(this.#sweep.report());
  }

  /** Closes the sockets. */
  close(): void {
    this.#sockets.close();
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** This machine's own addresses, and with `skipsAnswered` the hosts that have answered an earlier probe. */
  #skipped(): SkippedAddresses {
    const { skipped, skipsAnswered, space } = this.#plan;
    const known = this.#known;
    if (!skipsAnswered || !(known instanceof ExactDuplicateFilter)) return skipped;
    return {
      get size() {
        return space.size;
      },
      has: (address) => skipped.has(address) || known.has(space.indexOf(address)),
    };
  }

  #picture(progress: ScanProgress): ScanSnapshot {
    return { ...progress, time: this.now(), hosts: { ...this.#hosts } };
  }

  #forward(): ScanListener {
    return {
      reply: (reply) => this.#listener?.reply(reply, this.#countReply(reply)),
      icmpError: (error) => this.#listener?.icmpError(error),
      unsent: (address, errno) => this.#miss(address, errno),
      progress: (progress) => this.#listener?.progress(this.#picture(progress)),
      checkpoint: (position) => this.#listener?.checkpoint(position),
      room: () => this.#listener?.room?.(),
    };
  }

  /** Counts a reply; returns whether it is the host's first. */
  #countReply({ address, flags }: ScanReply): boolean {
    if (flags.includes("duplicate")) return false;
    if (this.#known?.markSeen(this.#plan.space.indexOf(address), 0)) return false;
    this.#hosts.answered++;
    return true;
  }

  #miss(address: number, errno: number): void {
    const error = this.#machine.scan.sendError(errno, formatAddress(address));
    // The broadcast address of a network of ours, raw(7), is no host.
    if (error.code !== "EACCES" || !this.#machine.isBroadcast(address)) this.#missed++;
    this.#listener?.unsent({ address, error, time: this.now() });
  }
}
