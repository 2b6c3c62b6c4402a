/** One connection of the server. */

import type { ServerLimits } from "../../../exporter/config.ts";
import { formatHead, type HttpAnswer, statusAnswer } from "../../../exporter/http_answer.ts";
import { findHeadEnd, type HttpRequest, parseHead } from "../../../exporter/http_head.ts";
import type { ConnectionRefusal } from "../../../exporter/request_counts.ts";

/** Answers a request. */
export type RequestHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** What a connection reports. */
export interface ConnectionEvents {
  /** An answer was chosen; the path is empty where none could be read. */
  answered(path: string, status: number): void;
  /** The connection is closed for that reason. */
  refused(reason: ConnectionRefusal): void;
  /** Ends what waits on the connection: to close it does not end a write in every runtime. */
  break(stream: Deno.Conn): void;
}

/** A connection from accept to close. */
export class HttpConnection {
  readonly #stream: Deno.Conn;
  readonly #limits: () => ServerLimits;
  readonly #events: ConnectionEvents;
  readonly #buffer: Uint8Array;
  #filled = 0;
  #isClosed = false;
  /** A request has arrived and its answer is not written yet. */
  isBusy = false;

  /** Takes an accepted connection; it closes it. `limits` returns those that hold now; that of headers is as it was at the start. */
  constructor(stream: Deno.Conn, limits: () => ServerLimits, events: ConnectionEvents) {
    // The last segment of an answer is not to wait for an acknowledgement.
    if ("setNoDelay" in stream) (stream as Deno.TcpConn).setNoDelay();
    this.#stream = stream;
    this.#limits = limits;
    this.#events = events;
    this.#buffer = new Uint8Array(limits().headerBytes);
  }

  /** Answers requests in turn until either side closes. Never rejects. */
  async serve(handler: RequestHandler): Promise<void> {
    try {
      let isFirst = true;
      while (!this.#isClosed && await this.#serveOne(handler, isFirst)) isFirst = false;
    } catch {
      // The peer is gone, or its time was up.
    } finally {
      this.close();
    }
  }

  /** Closes at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#stream.close();
    } catch {
      // It is closed already.
    }
  }

  /** Returns whether another request may follow. */
  async #serveOne(handler: RequestHandler, isFirst: boolean): Promise<boolean> {
    const lengthBytes = await this.#readHead(isFirst);
    if (lengthBytes === undefined) return false;
    this.isBusy = true;
    const request = lengthBytes < 0 ? { status: 431 } : parseHead(
      this.#buffer.subarray(0, lengthBytes),
    );
    if ("status" in request) {
      this.#events.refused("malformed");
      this.#events.answered("", request.status);
      await this.#write(statusAnswer(request.status), false, true);
      return false;
    }
    this.#buffer.copyWithin(0, lengthBytes, this.#filled);
    this.#filled -= lengthBytes;
    const answer = await answerSafely(handler, request);
    this.#events.answered(request.path, answer.status);
    try {
      await this.#write(answer, request.method === "HEAD", !request.isPersistent);
    } finally {
      answer.release?.();
    }
    this.isBusy = false;
    return request.isPersistent;
  }

  /** Length of the next head; -1 where it is too long, undefined where none comes. */
  async #readHead(isFirst: boolean): Promise<number | undefined> {
    const { requestMs, idleMs } = this.#limits();
    let timer = this.#limit(isFirst || this.#filled > 0 ? requestMs : idleMs, isFirst);
    try {
      for (;;) {
        const end = findHeadEnd(this.#buffer.subarray(0, this.#filled));
        if (end >= 0) return end;
        if (this.#filled === this.#buffer.length) return -1;
        const wasEmpty = this.#filled === 0;
        const read = await this.#stream.read(this.#buffer.subarray(this.#filled));
        if (read === null) return undefined;
        this.#filled += read;
        if (wasEmpty && !isFirst) {
          clearTimeout(timer);
          timer = this.#limit(requestMs, true);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Writes as fast as the peer reads, and no longer than the limit. */
  async #write(answer: HttpAnswer, isHead: boolean, isLast: boolean): Promise<void> {
    const timer = setTimeout(() => {
      this.#events.refused("slow");
      this.#events.break(this.#stream);
      this.close();
    }, this.#limits().answerMs);
    try {
      const head = formatHead(answer, { isLast, date: new Date() });
      const [first = new Uint8Array(0), ...others] = isHead ? [] : answer.body;
      // In one segment, where both fit.
      await this.#writeAll(joined(head, first));
      for (const piece of others) await this.#writeAll(piece);
    } finally {
      clearTimeout(timer);
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#stream.write(bytes.subarray(done));
    }
  }

  /** Closes when the time is up; waiting for another request is no fault of the peer. */
  #limit(ms: number, isFault: boolean): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      if (isFault) this.#events.refused("timeout");
      this.close();
    }, ms);
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

async function answerSafely(handler: RequestHandler, request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await handler(request);
  } catch {
    return statusAnswer(500);
  }
}
