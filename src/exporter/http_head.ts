/**
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: lines end in CRLF, no header is folded, and there is no body.
 *
 * ```
 * GET /metrics?x=y HTTP/1.1 CRLF
 * name: value CRLF
 * CRLF
 * ```
 */

/** The head of a request of HTTP/1.1, as far as the exporter reads it. */
export interface HttpRequest {
  /** Method as it stands in the request, such as `GET`. */
  readonly method: string;
  /** What stood in the request line, up to the question mark; nothing is decoded. */
  readonly path: string;
  /** What followed the question mark, empty for nothing. */
  readonly query: string;
  /** Headers by name in small letters; those that stood several times are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** The connection stays open after the answer. */
  readonly isPersistent: boolean;
}

/** A head that cannot be answered as it asks: the status that says why. */
export interface RefusedHead {
  /** Status code. */
  readonly status: 400 | 413 | 431 | 505;
}

/** Most headers of a request. */
export const MAX_HEADERS = 64;

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\/[\x21-\x7e]*|\*) HTTP\/(\d)\.(\d)$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\x20-\x7e\x80-\xff\t]*)$/;
const END = [13, 10, 13, 10] as const;

/** Where a head ends, its last CRLF included; -1 while it is not complete. */
export function findHeadEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (END.every((byte, place) => bytes[at + place] === byte)) return at + END.length;
  }
  return -1;
}

/** Reads a whole head. */
export function parseHead(bytes: Uint8Array): HttpRequest | RefusedHead {
  const text = String.fromCharCode(...bytes);
  const [first = "", ...lines] = text.slice(0, -4).split("\r\n");
  const match = REQUEST_LINE.exec(first);
  if (match === null) return { status: 400 };
  const [, method = "", target = "", major, minor] = match;
  if (major !== "1") return { status: 505 };
  if (lines.length > MAX_HEADERS) return { status: 431 };
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    if (name === "") return { status: 400 };
    const key = name.toLowerCase();
    const before = headers.get(key);
    // Two hosts or two lengths are an attempt to mean two things.
    if (before !== undefined && (key === "host" || key === "content-length")) {
      return { status: 400 };
    }
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  if (minor !== "0" && !headers.has("host")) return { status: 400 };
  if (headers.has("transfer-encoding") || !/^0*$/.test(headers.get("content-length") ?? "")) {
    return { status: 413 };
  }
  const mark = target.indexOf("?");
  const tokens = (headers.get("connection") ?? "").toLowerCase().split(",").map((each) =>
    each.trim()
  );
  return {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers,
    isPersistent: minor === "0" ? tokens.includes("keep-alive") : !tokens.includes("close"),
  };
}
