/** A machine for the commands: simulated network, memory for its streams, names from a table. */

import type { System } from "../../src/cli/system.ts";
import type { RunSignal } from "../../src/run/machine.ts";
import type { NameResolution } from "../../src/targets/resolver.ts";
import { MemorySink } from "./memory_sink.ts";
import type { Network } from "./simulated_network.ts";
import { SimulatedTransport } from "./simulated_transport.ts";

/** What the machine is like. */
export interface FakeSystemOptions {
  /** The network; everybody answers by default. */
  readonly network?: Network;
  /** Names and their addresses; an error for one that is told by the resolver. */
  readonly names?: Readonly<Record<string, NameResolution>>;
  /** Time that a look at the clock takes, in nanoseconds; 0 by default. `clock` needs some: it waits for chosen moments. */
  readonly lookNs?: number;
  /** Standard output and error are terminals; they are none by default. */
  readonly areTerminals?: boolean;
  /** Files by path; `-` is standard input. */
  readonly files?: Readonly<Record<string, string>>;
  /** Time since the program was started when it asks, in milliseconds; 0 by default. */
  readonly elapsedMs?: number;
  /** Why no socket can be opened. */
  readonly socketError?: Error;
  /** Standard output, if not memory that takes all. */
  readonly stdout?: MemorySink;
  /** What files opened for appending write to; without it none can be opened. */
  readonly outputFile?: MemorySink;
  /** Addresses that the kernel would route as broadcasts. */
  readonly broadcasts?: readonly number[];
  /** Signals that come, each with its time in milliseconds after the first wait. */
  readonly signals?: readonly { readonly atMs: number; readonly signal: RunSignal }[];
}

/** An error as ffi throws it, without ffi. */
export function systemError(syscall: string, code: string, errno: number): Error {
  const error = new Error(`Cannot ${syscall}: ${code}`);
  return Object.assign(error, { name: "SystemError", syscall, code, errno });
}

/** A machine that does nothing outside of the test. */
export class FakeSystem implements System {
  /** Standard output. */
  readonly stdout: MemorySink;
  /** Standard error. */
  readonly stderr = new MemorySink();
  /** Never one. */
  readonly stdinIsTerminal = false;
  /** As the options have it. */
  readonly stdoutIsTerminal: boolean;
  /** As the options have it. */
  readonly stderrIsTerminal: boolean;
  /** The transport that the command opened. */
  transport: SimulatedTransport | undefined;
  /** What was opened and given up, in order. */
  readonly calls: string[] = [];
  readonly #options: FakeSystemOptions;
  readonly #handlers = new Map<RunSignal, () => void>();

  /** Makes the machine. */
  constructor(options: FakeSystemOptions = {}) {
    this.#options = options;
    this.stdout = options.stdout ?? new MemorySink();
    this.stdoutIsTerminal = this.stderrIsTerminal = options.areTerminals ?? false;
  }

  /** `scan` is tested elsewhere. */
  get scan(): System["scan"] {
    throw new Error("Cannot scan: this machine is for the other commands");
  }

  /** Nor does it answer. */
  get respond(): System["respond"] {
    throw new Error("Cannot answer: this machine is for the other commands");
  }

  /** A machine in good health, unless it has no socket. */
  readonly diagnostics: System["diagnostics"] = {
    trySocket: () => {
      const { socketError } = this.#options;
      return socketError === undefined
        ? { ok: true, stampSource: "kernel", refusals: [] }
        : { ok: false, error: socketError };
    },
    tryEchoSocket: () => Promise.resolve(undefined),
    tryRoutes: () => Promise.resolve(undefined),
    readClock: () => ({
      synchronised: true,
      maximumErrorUs: 1500,
      offsetUs: 5,
      estimatedErrorUs: 20,
      frequencyPpm: -1.25,
    }),
    stampsTransmit: () => true,
    hasNetRaw: () => this.#options.socketError === undefined,
    isFileCapabilityIgnored: () => false,
  };

  /** Names from the table; no others are known. */
  readonly resolver: System["resolver"] = {
    resolve: (name) =>
      Promise.resolve(
        this.#options.names?.[name] ??
          { ok: false, reason: "unresolved", message: "Name or service not known" },
      ),
  };

  /** As the options have it. */
  elapsedMs(): number {
    return this.#options.elapsedMs ?? 0;
  }

  /** Routes everything through eth0. */
  findRoute(): ReturnType<System["findRoute"]> {
    return { kind: "routed", source: 0xc0000201, interfaceName: "eth0" };
  }

  /** Names the broadcast addresses that the options use. */
  isBroadcast(address: number): boolean {
    return this.#options.broadcasts?.includes(address) ?? false;
  }

  /** No terminal. */
  openTerminal(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Reads from the table. */
  async *readBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
    const text = await this.#options.files?.[path];
    if (text === undefined) {
      throw new Deno.errors.NotFound(`No such file or directory (os error 2): open '${path}'`);
    }
    yield new TextEncoder().encode(text);
  }

  /** Files are told apart by their paths; none can be written over. */
  readonly files: System["files"] = {
    openFile: (path) => {
      throw new Deno.errors.PermissionDenied(`Permission denied (os error 13): open '${path}'`);
    },
    identifyFile: (path) => ({ id: path, sizeBytes: 0 }),
    readRegularFile: () => undefined,
    replaceFile: () => false,
  };

  /** Opens the file of the options, or none. */
  openAppend(path: string): ReturnType<System["openAppend"]> {
    this.calls.push(`openAppend ${path}`);
    const { outputFile } = this.#options;
    if (outputFile !== undefined) {
      return {
        writeSync: (bytes) => outputFile.writeSync(bytes),
        seekSync: () => outputFile.text.length,
        truncateSync: () => {},
        close: () => {},
      };
    }
    throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  }

  /** No address has a name. */
  lookUpAddress(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** It has no connections. */
  loadConnectionBreaker(): Promise<() => boolean> {
    return Promise.resolve(() => false);
  }

  /** Opens the simulated network. */
  openTransport(): SimulatedTransport {
    this.calls.push("openTransport");
    const { socketError, network = {}, signals = [], lookNs = 0 } = this.#options;
    if (socketError !== undefined) throw socketError;
    const transport = new SimulatedTransport(network, { lookNs });
    for (const { atMs, signal } of signals) {
      transport.at(atMs, () => this.#handlers.get(signal)?.());
    }
    this.transport = transport;
    return transport;
  }

  /** Notes that it was called. */
  dropPrivileges(): undefined {
    this.calls.push("dropPrivileges");
  }

  /** Keeps the handler for the signals that come. */
  onSignal(signal: RunSignal, handler: () => void): () => void {
    this.#handlers.set(signal, handler);
    return () => void this.#handlers.delete(signal);
  }
}
