/**
 * The server: HTTP/1.1 with limits on connections, headers and time. It is that of `node:http`, because `Deno.serve` takes
 * any number of connections, for any time; see docs/decisions.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ListenAddress, ServerLimits } from "../../../exporter/config.ts";
import type { ConnectionRefusal, RequestCounts } from "../../../exporter/request_counts.ts";
import { ConnectionTable } from "./connection_table.ts";

/** A request as far as it is looked at. */
export interface PlainRequest {
  /** Method. */
  readonly method: string;
  /** What stood in the request line, up to the question mark. */
  readonly path: string;
  /** What followed the question mark, empty for nothing. */
  readonly query: string;
  /** A header; undefined without it. */
  header(name: string): string | undefined;
}

/** An answer. */
export interface PlainAnswer {
  /** Status code. */
  readonly status: number;
  /** Headers but for the length. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body in pieces. */
  readonly body: readonly Uint8Array[];
}

/** Answers requests. */
export type RequestHandler = (request: PlainRequest) => PlainAnswer | Promise<PlainAnswer>;

/** How often time-outs are looked at, milliseconds. */
const CHECK_MS = 500;

/** A server that is not listening yet. */
export class HttpServer {
  readonly #server: Server;
  readonly #limits: ServerLimits;
  readonly #counts: RequestCounts;
  readonly #connections: ConnectionTable;
  readonly #handler: RequestHandler;

  /** Counts in `counts`; `handler` answers. */
  constructor(limits: ServerLimits, counts: RequestCounts, handler: RequestHandler) {
    this.#limits = limits;
    this.#counts = counts;
    this.#handler = handler;
    this.#connections = new ConnectionTable(limits.connections, (reason) => this.#refuse(reason));
    this.#server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: CHECK_MS,
    }, (request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      this.#counts.connections = this.#connections.size;
      socket.once("close", () => this.#counts.connections = this.#connections.size);
    });
    this.#server.on("clientError", (error: Error, socket: Socket) => {
      this.#closeBroken(error, socket);
    });
  }

  /**
   * Opens the port; resolves to the address.
   *
   * @throws {Deno.errors.NotCapable} Deno was started without the permission.
   * @throws {Error} The system refuses the port; `code` and `syscall` say why.
   */
  async listen({ host, port }: ListenAddress): Promise<ListenAddress> {
    // The server of node:http would end the program instead.
    const asked = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const { state } = await Deno.permissions.query({ name: "net", host: asked });
    if (state !== "granted") {
      throw new Deno.errors.NotCapable(`Cannot listen on ${asked}: --allow-net is missing`);
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    const address = this.#server.address();
    return { host, port: address === null || typeof address === "string" ? port : address.port };
  }

  /** Closes the port and every connection. */
  close(): void {
    this.#server.close();
    this.#connections.closeAll();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    this.#connections.setBusy(socket, true);
    const [path = "", query = ""] = splitUrl(request.url ?? "");
    let answer: PlainAnswer;
    try {
      answer = hasBody(request) ? TOO_LARGE : await this.#handler({
        method: request.method ?? "",
        path,
        query,
        header: (name) => singleHeader(request, name),
      });
    } catch {
      answer = FAILED;
    }
    this.#counts.addAnswer(path, answer.status);
    const isLast = hasBody(request) || answer.status === 400;
    await this.#write(answer, isLast, request.method === "HEAD", response);
    if (isLast) socket.destroySoon();
    this.#connections.setBusy(socket, false);
  }

  /** Writes as fast as the client reads, and no longer than the limit. */
  async #write(
    { status, headers, body }: PlainAnswer,
    isLast: boolean,
    isHead: boolean,
    response: ServerResponse,
  ): Promise<void> {
    const lengthBytes = body.reduce((sum, { length }) => sum + length, 0);
    const socket = response.socket;
    const deadline = setTimeout(() => {
      this.#refuse("slow");
      socket?.destroy();
    }, this.#limits.answerMs);
    const isGone = () => socket === null || socket.destroyed;
    try {
      response.writeHead(status, {
        ...headers,
        "content-length": lengthBytes,
        ...isLast ? { connection: "close" } : {},
      });
      for (const piece of isHead ? [] : body) {
        if (isGone()) return;
        if (!response.write(piece)) await settled(response, socket, "drain");
      }
      response.end();
      if (!isGone() && !response.writableFinished) await settled(response, socket, "finish");
    } catch {
      socket?.destroy();
    } finally {
      clearTimeout(deadline);
    }
  }

  #closeBroken(error: Error, socket: Socket): void {
    const { code } = error as { code?: string };
    if (code === "ERR_HTTP_REQUEST_TIMEOUT") this.#refuse("timeout");
    else if (code?.startsWith("HPE_")) this.#refuse("malformed");
    const status = code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "408 Request Timeout"
      : "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    socket.destroySoon();
  }

  #refuse(reason: ConnectionRefusal): void {
    this.#counts.refuseConnection(reason);
  }
}

const TOO_LARGE: PlainAnswer = { status: 413, headers: {}, body: [] };
const FAILED: PlainAnswer = { status: 500, headers: {}, body: [] };

/** A body is never read. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined ||
    headers["content-length"] !== undefined && headers["content-length"] !== "0";
}

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

function singleHeader({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Resolves at the event, or when the connection is gone. */
function settled(
  response: ServerResponse,
  socket: Socket | null,
  event: "drain" | "finish",
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off(event, done);
      response.off("close", done);
      socket?.off("close", done);
      resolve();
    };
    response.once(event, done);
    response.once("close", done);
    socket?.once("close", done);
  });
}
