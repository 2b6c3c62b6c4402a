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
import { HttpConnection, type RequestHandler } from "./http_connection.ts";

/** Certificate and key, in PEM. */
export interface TlsIdentity {
  /** Chain, the own certificate first. */
  readonly cert: string;
  /** Private key. */
  readonly key: string;
}

/** After a failed accept, as for want of descriptors, the next is tried this much later, milliseconds. */
const RETRY_MS = 100;

/** An open port. */
export class HttpServer {
  /** Where it listens. */
  readonly address: ListenAddress;
  readonly #listener: Deno.Listener;
  readonly #limits: ServerLimits;
  readonly #counts: RequestCounts;
  /** The oldest first; one that was answered moves to the end. */
  readonly #connections = new Set<HttpConnection>();
  #isClosed = false;

  private constructor(
    listener: Deno.Listener,
    address: ListenAddress,
    limits: ServerLimits,
    counts: RequestCounts,
  ) {
    this.#listener = listener;
    this.address = address;
    this.#limits = limits;
    this.#counts = counts;
  }

  /**
   * Opens the port.
   *
   * @throws {Deno.errors.NotCapable} Deno was started without the permission.
   * @throws {Error} The system refuses the port, or the certificate cannot be used.
   */
  static open(
    { host, port }: ListenAddress,
    tls: TlsIdentity | undefined,
    limits: ServerLimits,
    counts: RequestCounts,
  ): HttpServer {
    const listener: Deno.Listener = tls === undefined
      ? Deno.listen({ hostname: host, port })
      : Deno.listenTls({ hostname: host, port, ...tls, alpnProtocols: ["http/1.1"] });
    const bound = listener.addr as Deno.NetAddr;
    return new HttpServer(listener, { host, port: bound.port }, limits, counts);
  }

  /** Where it listens, as part of a URL. */
  get text(): string {
    return formatListenAddress(this.address);
  }

  /** Accepts until {@linkcode close} is called; `handler` answers. */
  async serve(handler: RequestHandler): Promise<void> {
    while (!this.#isClosed) {
      let stream: Deno.Conn;
      try {
        stream = await this.#listener.accept();
      } catch {
        if (this.#isClosed) return;
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
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  #accept(stream: Deno.Conn, handler: RequestHandler): void {
    const connection: HttpConnection = new HttpConnection(stream, this.#limits, {
      answered: (path, status) => {
        this.#counts.addAnswer(path, status);
        if (this.#connections.delete(connection)) this.#connections.add(connection);
      },
      refused: (reason) => this.#counts.refuseConnection(reason),
    });
    if (this.#connections.size >= this.#limits.connections && !this.#makeRoom()) {
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
    this.#counts.refuseConnection("limit");
    for (const connection of this.#connections) {
      if (connection.isBusy) continue;
      this.#connections.delete(connection);
      connection.close();
      return true;
    }
    return false;
  }

  #count(): void {
    this.#counts.connections = this.#connections.size;
  }
}
