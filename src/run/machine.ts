/** The ports of a run: what it needs from the machine. `src/cli/run.ts` connects them to ffi and Deno, tests to memory. */

import type { Transport } from "../probe/transport.ts";
import type { CheckpointFile } from "../scan/checkpoint.ts";
import type { PathGuard } from "../scan/path_keeper.ts";
import type { ReplySource, Witness } from "../scan/reply_collector.ts";
import type { Transmitter } from "../scan/sender.ts";
import type { PackedBlocks } from "../targets/packed_blocks.ts";
import type { NameResolver } from "../targets/resolver.ts";
import type { Clock } from "../time/mod.ts";

/** Requirements of an echo run that an unprivileged socket has to meet. */
export interface EchoNeeds {
  /** ICMP identifier that was asked for. */
  readonly identifier: number | undefined;
  /** The option that such a socket cannot carry out; undefined for none. */
  readonly obstacle: string | undefined;
}

/** How a socket is to be opened. */
export interface TransportOptions {
  /** Interface to send from. */
  readonly interfaceName?: string | undefined;
  /** Source address to send from, an unsigned 32-bit number. */
  readonly sourceAddress?: number | undefined;
  /** Firewall mark. */
  readonly mark?: number | undefined;
  /** ICMP types to receive. */
  readonly icmpTypes: readonly number[];
  /** Longest datagram that will be sent, in bytes. */
  readonly datagramBytes: number;
  /** Take stamps from the kernel where it has them. */
  readonly kernelStamps: boolean;
  /** Only echo requests will be sent: where raw sockets are refused, an unprivileged socket is enough. */
  readonly echo?: EchoNeeds | undefined;
  /** Called once for each kind of failure that the run survives. */
  readonly onTrouble?: ((error: Error) => void) | undefined;
}

/** Signals that a run reacts to. */
export type RunSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGUSR1";

/** The route to a destination. */
export type RouteFinding =
  | {
    readonly kind: "routed";
    /** Source address that the kernel would use, an unsigned 32-bit number. */
    readonly source: number;
    /** Interface that has it. */
    readonly interfaceName: string | undefined;
  }
  | { readonly kind: "broadcast" }
  | { readonly kind: "unreachable"; readonly message: string };

/** Counts the replies that reach this machine's interfaces, before its firewall. */
export interface ReplyWitness extends Witness {
  /** Closes the socket. */
  close(): void;
}

/** The machine, as far as runs use it. */
export interface RunMachine {
  /** Time since the program was started, in milliseconds. */
  elapsedMs(): number;
  /** Asks the kernel whether an address is a broadcast address; sends nothing. */
  isBroadcast(address: number): boolean;
  /** Asks the kernel for the route to an address; sends nothing. */
  findRoute(
    address: number,
    query?: Pick<TransportOptions, "interfaceName" | "mark">,
  ): RouteFinding;
  /** Names to addresses. */
  readonly resolver: NameResolver;
  /** Opens a socket; throws, or rejects, where the system refuses. The caller closes it. */
  openTransport(options: TransportOptions): Transport | Promise<Transport>;
  /** Opens a witness of the replies with these identifiers; undefined where the system has none, or these are too many. */
  openReplyWitness?(identifiers: readonly number[]): Promise<ReplyWitness | undefined>;
  /** Sockets and files of a scan. */
  readonly scan: ScanMachine;
  /**
   * Gives up root and capabilities for good. Call once every socket and file is open. Returns what of root is left,
   * and why; undefined where nothing is. Throws where it must not go on.
   */
  dropPrivileges(): string | undefined;
  /** Calls `handler` at a signal; the returned function ends that. */
  onSignal(signal: RunSignal, handler: () => void): () => void;
}

/** Packets of a scan and the path they are to leave by. */
export interface ScanSocketRequest {
  /** Message that is sent; `timestamp` by default. */
  readonly message?: "timestamp" | "echo" | undefined;
  /** Blocks of the scan, sorted by address. */
  readonly blocks: PackedBlocks;
  /** Interface to send from. */
  readonly interfaceName?: string | undefined;
  /** Source address to send from, an unsigned 32-bit number. */
  readonly source?: number | undefined;
  /** Several source addresses instead, both ends included, 64 at most: each probe has one of them. */
  readonly sources?: { readonly first: number; readonly last: number } | undefined;
  /** Hardware address of the next hop, six bytes. */
  readonly gatewayMac?: Uint8Array | undefined;
  /** Firewall mark. */
  readonly mark?: number | undefined;
  /** Send through a raw socket in any case. */
  readonly rawSocket: boolean;
  /** Number of transmitters, at least 1. */
  readonly senders: number;
  /** The constant part of every datagram, given our address on the way out. */
  readonly template: (source: number) => Uint8Array;
  /** Called once for each kind of failure that the scan survives. */
  readonly onTrouble?: ((error: Error) => void) | undefined;
}

/** Sockets and clock of one scan. */
export interface OpenScan {
  /** Ways out, all the same one. */
  readonly transmitters: readonly Transmitter[];
  /** Receives the replies; apart from the sockets that send. */
  readonly replies: ReplySource;
  /** Counts the replies that reach this machine; undefined where there is none. */
  readonly witness: Witness | undefined;
  /** The clock that stamps refer to. */
  readonly clock: Clock;
  /** Which way out was chosen, and why; `isDirect` where some targets are reached without a gateway. */
  readonly path: { readonly kind: string; readonly reason: string; readonly isDirect: boolean };
  /** Keeps an eye on it. */
  readonly watch: PathGuard | undefined;
  /** Closes the sockets. */
  close(): void;
}

/** A file that is written whole or in place. */
export interface WritableFile extends CheckpointFile {
  /** Writes at the current place; returns how many of the bytes were written. */
  writeSync(bytes: Uint8Array): number;
  /** Empties a regular file, and goes to its start; pipes and devices are left as they are. */
  clear(): void;
  /** Closes the file. */
  close(): void;
}

/** The machine, as far as only `scan` needs it. */
export interface ScanMachine {
  /** Opens the sockets; rejects where the system refuses. The caller closes them. */
  openScan(request: ScanSocketRequest): Promise<OpenScan>;
  /** Addresses of all interfaces of this machine, unsigned 32-bit numbers. */
  ownAddresses(): number[];
  /** Processors that this program may use. */
  processors(): number;
  /** Name of this machine; undefined when it cannot be read. */
  hostName(): string | undefined;
  /** The error with which the kernel did not take a probe to `address`. */
  sendError(
    errno: number,
    address: string,
  ): { readonly syscall: string; readonly code: string; readonly message: string };
}
