/** What `scan` needs from the machine beside {@linkcode System}. `run.ts` gives it the real one. */

import type { ByteSink } from "../../../terminal/line_sink.ts";
import type { CheckpointFile } from "../../../scan/checkpoint.ts";
import type { PathGuard } from "../../../scan/path_keeper.ts";
import type { ReplySource, Witness } from "../../../scan/reply_collector.ts";
import type { Transmitter } from "../../../scan/sender.ts";
import type { PackedBlocks } from "../../../targets/packed_blocks.ts";
import type { Clock } from "../../../time/instant.ts";

/** What is to be sent, and how it may leave. */
export interface ScanSocketRequest {
  /** The targets, sorted. */
  readonly blocks: PackedBlocks;
  /** Interface to send from. */
  readonly interfaceName?: string | undefined;
  /** Source address to send from, an unsigned 32-bit number. */
  readonly source?: number | undefined;
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
  /** Way in. */
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
export interface WritableFile extends CheckpointFile, ByteSink {
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
  /** Name of an error number, such as `EPERM`. */
  errorName(errno: number): string;
  /** Opens a file to write, which keeps what it holds: `create` makes it where there is none, `keep` needs one. */
  openFile(path: string, mode: "create" | "keep"): WritableFile;
  /**
   * Which regular file a path leads to: the same `id` by whatever name, also where there is none yet. Undefined for pipes, devices,
   * and what cannot be looked at.
   */
  identifyFile(path: string): { readonly id: string; readonly sizeBytes: number } | undefined;
  /** The text of a regular file; undefined for anything else, for what is longer, and for what cannot be read. */
  readRegularFile(path: string, maxBytes: number): string | undefined;
}
