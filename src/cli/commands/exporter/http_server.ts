/**
 * The server: HTTP/1.1 over the runtime's sockets, with limits on connections, headers and time, which `Deno.serve` does not
 * have; see docs/decisions/2026-11-27-exporter.md.
 */

import {
  formatListenAddress,
  type ListenAddress,
  type ServerLimits,
} from "../../../exporter/config.ts";
import type { RequestCounts } from "../../../exporter/request_counts.ts";
import type { ConnectionBreaker } from "../../system.ts";
import { HttpConnection, type RequestHandler } from "./http_connection.ts";

/** Certificate and key, in PEM. */
export interface TlsIdentity {
  /** Chain, the own certificate first. */
  readonly cert: string;
  /** Private key in PEM form. */
  readonly key: string;
}

/** After a failed accept, as for want of descriptors, the next is tried this much later, milliseconds. */
const RETRY_MS = 100;
/** A port that was closed is free once the wait for a connection on it has ended: it is tried so often, in milliseconds. */
const REOPEN_MS = 20;
const REOPEN_TRIES = 100;

/** What a port is opened with. */
export interface Listening {
  /** Address and port on which it listens. */
  readonly address: ListenAddress;
  /** Undefined for plain HTTP. */
  readonly tls: TlsIdentity | undefined;
}

/** A change that can be made. */
export interface PreparedMove {
  /**
   * Makes it; connections that are open stay.
   *
   * @throws {Error} The system refuses the port: the server is where it was.
   */
  commit(): Promise<void>;
  /** Gives the change up: the server stays where it is. */
  abort(): void;
}

/** What a server is opened with. */
export interface ServerSetup {
  /** Receives counts of connections and answers. */
  readonly counts: RequestCounts;
  /** Ends writes to clients that read nothing, by a reset of their connection. */
  readonly breaker: ConnectionBreaker;
  /** Receives why there is no port any more. */
  failed(error: unknown): void;
  /** `limits` of the configuration in use. */
  limits(): ServerLimits;
}

/** An open port. */
export class HttpServer {
  readonly #setup: ServerSetup;
  #listening: Listening;
  #listener: Deno.Listener;
  /** The oldest first; one that was answered moves to the end. */
  readonly #connections = new Set<HttpConnection>();
  #isClosed = false;

  private constructor(listening: Listening, setup: ServerSetup) {
    this.#setup = setup;
    this.#listening = listening;
    this.#listener = openPort(listening);
  }

  /**
   * Opens the port.
   *
   * @throws {Deno.errors.NotCapable} Deno was started without the permission.
   * @throws {Error} The system refuses the port, or the certificate cannot be used.
   */
  static open(listening: Listening, setup: ServerSetup): HttpServer {
    return new HttpServer(listening, setup);
  }

  /** Where metrics are: scheme, address and port. */
  get url(): string {
    const { port } = this.#listener.addr as Deno.NetAddr;
    const { address, tls } = this.#listening;
    const scheme = tls === undefined ? "http" : "https";
    return `${scheme}://${formatListenAddress({ ...address, port })}`;
  }

  /**
   * Finds out whether it can go on with another port or certificate; undefined where both are as they were.
   *
   * @throws {Error} The system refuses the port, or the certificate cannot be used.
   */
  prepare(next: Listening): PreparedMove | undefined {
    const isAt = (key: keyof Listening) =>
      JSON.stringify(next[key]) === JSON.stringify(this.#listening[key]);
    if (isAt("address") && isAt("tls")) return undefined;
    const opened = isAt("address") ? undefined : this.#tryPort(next);
    // A certificate is looked at where it does no harm.
    if (opened === undefined) openPort({ ...next, address: ANY_LOCAL_PORT }).close();
    return {
      commit: () => this.#move(next, opened),
      abort: () => opened?.close(),
    };
  }

  /** Undefined where our own port is in the way, as when another address has the same one. */
  #tryPort(next: Listening): Deno.Listener | undefined {
    try {
      return openPort(next);
    } catch (error) {
      const { port } = this.#listener.addr as Deno.NetAddr;
      if (error instanceof Deno.errors.AddrInUse && next.address.port === port) return undefined;
      throw error;
    }
  }

  async #move(next: Listening, opened: Deno.Listener | undefined): Promise<void> {
    this.#listener.close();
    try {
      this.#listener = opened ?? await reopenPort(next);
      this.#listening = next;
    } catch (error) {
      await this.#goBack();
      throw error;
    }
    if (this.#isClosed) this.#listener.close();
  }

  /** Without a port the program is of no use: what started it may start it again. */
  async #goBack(): Promise<void> {
    try {
      this.#listener = await reopenPort(this.#listening);
    } catch (error) {
      this.#setup.failed(error);
    }
  }

  /** Accepts until {@linkcode close} is called; `handler` answers. */
  async serve(handler: RequestHandler): Promise<void> {
    while (!this.#isClosed) {
      const listener = this.#listener;
      let stream: Deno.Conn;
      try {
        stream = await listener.accept();
      } catch {
        if (this.#isClosed) return;
        if (listener !== this.#listener) continue;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      this.#accept(stream, handler);
    }
  }

  /** Closes the port and every connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#listener.close();
    } catch {
      // It is about to move.
    }
    for (const connection of this.#connections) connection.close();
  }

  #accept(stream: Deno.Conn, handler: RequestHandler): void {
    const { counts, breaker, limits } = this.#setup;
    const connection: HttpConnection = new HttpConnection(stream, limits, {
      answered: (path, status) => {
        counts.addAnswer(path, status);
        if (this.#connections.delete(connection)) this.#connections.add(connection);
      },
      refused: (reason) => counts.refuseConnection(reason),
      break: ({ localAddr, remoteAddr }) =>
        void breaker(localAddr as Deno.NetAddr, remoteAddr as Deno.NetAddr),
    });
    if (this.#connections.size >= limits().connections && !this.#makeRoom()) {
      connection.close();
      return;
    }
    this.#connections.add(connection);
    this.#count();
    void connection.serve(handler).finally(() => {
      this.#connections.delete(connection);
      this.#count();
    });
  }

  /** Closes the connection that has waited longest without a request; returns whether there is one. */
  #makeRoom(): boolean {
    this.#setup.counts.refuseConnection("limit");
    for (const connection of this.#connections) {
      if (connection.isBusy) continue;
      this.#connections.delete(connection);
      connection.close();
      return true;
    }
    return false;
  }

  #count(): void {
    this.#setup.counts.connections = this.#connections.size;
  }
}

const ANY_LOCAL_PORT: ListenAddress = { host: "127.0.0.1", port: 0 };

function openPort({ address: { host, port }, tls }: Listening): Deno.Listener {
  return tls === undefined
    ? Deno.listen({ hostname: host, port })
    : Deno.listenTls({ hostname: host, port, ...tls, alpnProtocols: ["http/1.1"] });
}

/** Opens a port that this process has just closed. */
async function reopenPort(listening: Listening): Promise<Deno.Listener> {
  for (let tries = 1;; tries++) {
    try {
      return openPort(listening);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || tries === REOPEN_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
    }
  }
}
