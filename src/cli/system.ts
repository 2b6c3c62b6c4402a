/** What the commands need from the machine. `run.ts` gives them the real one. */

import type { RespondMachine } from "../respond/machine.ts";
import type { RunMachine, WritableFile } from "../run/machine.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import type { OutputFileHandle } from "../terminal/output_file.ts";
import type { Terminal } from "../terminal/screen/terminal.ts";

/** What a raw socket turned out to be able to do. */
export type SocketFinding =
  | {
    readonly ok: true;
    readonly stampSource: "kernel" | "user";
    /** What the system refuses that a run can do without. */
    readonly refusals: readonly Error[];
  }
  | { readonly ok: false; readonly error: Error };

/** State of the local clock as the kernel reports it. */
export interface ClockFinding {
  /** Some program keeps the clock right. */
  readonly synchronised: boolean;
  /** Correction that the kernel has still to apply, in microseconds. */
  readonly offsetUs: number;
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
  /** Whether the kernel's routes and interfaces can be read; resolves to why they cannot be. */
  tryRoutes(): Promise<Error | undefined>;
  /** Asks how the local clock is kept. */
  readClock(): ClockFinding | undefined;
  /** Asks whether an interface's driver stamps what it sends; undefined when it does not say. */
  stampsTransmit(interfaceName: string): boolean | undefined;
  /** The process may open raw sockets by capability. */
  hasNetRaw(): boolean | undefined;
  /** The program's file has capabilities that were not granted, because it was started with no_new_privs. */
  isFileCapabilityIgnored(): boolean;
}

/** Breaks the connection between two addresses; returns whether there is one. Never throws. */
export type ConnectionBreaker = (local: Deno.NetAddr, remote: Deno.NetAddr) => boolean;

/** The machine: the ports of a run, and what the command line needs beside them. */
export interface System extends RunMachine {
  /** For `doctor`. */
  readonly diagnostics: Diagnostics;
  /** For `respond`. */
  readonly respond: RespondMachine;
  /** Standard output. */
  readonly stdout: ByteSink;
  /** Standard error. */
  readonly stderr: ByteSink;
  /** Standard input is a terminal. */
  readonly stdinIsTerminal: boolean;
  /** Standard output is a terminal. */
  readonly stdoutIsTerminal: boolean;
  /** Standard error is a terminal on which a line can be written over. */
  readonly stderrIsTerminal: boolean;
  /** Standard output as a terminal with a screen; undefined where it is none. */
  openTerminal(): Promise<Terminal | undefined>;
  /** The bytes of a file, or of standard input for `-`, as they are read; reading ends with the loop over them. */
  readBytes(path: string): AsyncIterable<Uint8Array>;
  /** Files that are written over. */
  readonly files: Files;
  /** Opens a file for appending, making it where there is none; undefined for a named pipe without a reader. */
  openAppend(path: string): OutputFileHandle | undefined;
  /** Loads what a server needs to break a TCP connection of this process while a write on it waits. */
  loadConnectionBreaker(): Promise<ConnectionBreaker>;
  /** Name of an address; undefined when it has none. Never rejects. */
  lookUpAddress(address: number): Promise<string | undefined>;
}

/** Files with the rights of the caller. */
export interface Files {
  /** Opens a file to write, which keeps what it holds: `create` makes it where there is none, `keep` needs one. */
  openFile(path: string, mode: "create" | "keep"): WritableFile;
  /**
   * Which regular file a path leads to: the same `id` by whatever name, also where there is none yet. Undefined for pipes, devices,
   * and what cannot be looked at.
   */
  identifyFile(path: string): { readonly id: string; readonly sizeBytes: number } | undefined;
  /**
   * Puts a new file in the place of the one at `path` in one step, with the rights that the process has now. False, and nothing has
   * changed, where the path is no regular file or the folder takes no new one.
   */
  replaceFile(path: string, bytes: Uint8Array): boolean;
  /** The text of a regular file; undefined for anything else, for what is longer, and for what cannot be read. */
  readRegularFile(path: string, maxBytes: number): string | undefined;
}
