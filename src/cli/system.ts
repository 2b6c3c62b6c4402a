/** What the commands need from the machine. `run.ts` gives them the real one. */

import type { Transport } from "../probe/transport.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import type { OutputFileHandle } from "../terminal/output_file.ts";
import type { NameResolver } from "../targets/resolver.ts";
import type { ScanMachine } from "./commands/scan/machine.ts";

/** What an echo run needs of a socket that takes no privilege. */
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
  /** ICMP types to hear. */
  readonly icmpTypes: readonly number[];
  /** Longest datagram that will be sent, in bytes. */
  readonly datagramBytes: number;
  /** Take stamps from the kernel where it has them. */
  readonly kernelStamps: boolean;
  /** Only echo requests will be sent: without raw sockets, one that needs no privilege will do. */
  readonly echo?: EchoNeeds | undefined;
  /** Called once for each kind of failure that the run survives. */
  readonly onTrouble?: ((error: Error) => void) | undefined;
}

/** Signals that a run answers to. */
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

/** What a raw socket turned out to be able to do. */
export type SocketFinding =
  | { readonly ok: true; readonly stampSource: "kernel" | "user" }
  | { readonly ok: false; readonly error: Error };

/** State of the local clock as the kernel tells it; undefined where it cannot be asked. */
export interface ClockFinding {
  /** Some program keeps the clock right. */
  readonly synchronised: boolean;
  /** That program's bound of the error, in microseconds. */
  readonly maximumErrorUs: number;
  /** Its estimate of the error, in microseconds. */
  readonly estimatedErrorUs: number;
  /** Correction of the clock's rate, in parts per million. */
  readonly frequencyPpm: number;
}

/** What `doctor` asks of the machine. */
export interface Diagnostics {
  /** Tries to open a raw socket, and closes it. */
  trySocket(): SocketFinding;
  /** Tries to open a socket for echo requests without privilege; resolves to why it cannot be. */
  tryEchoSocket(): Promise<Error | undefined>;
  /** Asks how the local clock is kept. */
  readClock(): ClockFinding | undefined;
  /** Asks whether an interface's driver stamps what it sends; undefined when it does not say. */
  stampsTransmit(interfaceName: string): boolean | undefined;
  /** The process may open raw sockets by capability. */
  hasNetRaw(): boolean | undefined;
  /** The program's file has capabilities that were not granted, because it was started with no_new_privs. */
  isFileCapabilityIgnored(): boolean;
}

/** The machine. */
export interface System {
  /** For `scan`. */
  readonly scan: ScanMachine;
  /** For `doctor`. */
  readonly diagnostics: Diagnostics;
  /** Time since the program was started, in milliseconds. */
  elapsedMs(): number;
  /** Asks the kernel whether an address is a broadcast address; sends nothing. */
  isBroadcast(address: number): boolean;
  /** Asks the kernel for the route to an address; sends nothing. */
  findRoute(address: number): RouteFinding;
  /** Standard output. */
  readonly stdout: ByteSink;
  /** Standard error. */
  readonly stderr: ByteSink;
  /** Standard output is a terminal. */
  readonly stdoutIsTerminal: boolean;
  /** Standard error is a terminal. */
  readonly stderrIsTerminal: boolean;
  /** The bytes of a file, or of standard input for `-`, as they are read; reading ends with the loop over them. */
  readBytes(path: string): AsyncIterable<Uint8Array>;
  /** Opens a file for appending, making it where there is none; undefined for a named pipe that nobody reads yet. */
  openAppend(path: string): OutputFileHandle | undefined;
  /** Name of an address; undefined when it has none. Never rejects. */
  lookUpAddress(address: number): Promise<string | undefined>;
  /** Names. */
  readonly resolver: NameResolver;
  /** Opens a socket; throws, or rejects, where the system refuses. The caller closes it. */
  openTransport(options: TransportOptions): Transport | Promise<Transport>;
  /**
   * Gives up root and capabilities for good. Call once every socket and file is open. Returns what of root is left,
   * and why; undefined where nothing is. Throws where it must not go on.
   */
  dropPrivileges(): string | undefined;
  /** Calls `handler` at a signal; the returned function ends that. */
  onSignal(signal: RunSignal, handler: () => void): () => void;
}
