/** Answers of the server. */

/** An answer of HTTP, ready to be written. */
export interface HttpAnswer {
  /** Status code. */
  readonly status: number;
  /** Headers but for length, date and connection. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body in pieces. */
  readonly body: readonly Uint8Array[];
  /** Called once the body is of no use any more; its bytes may change from then on. */
  readonly release?: () => void;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

const PLAIN = { "content-type": "text/plain; charset=utf-8" };

/** A line of text. */
export function plainAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { ...PLAIN, ...headers },
    body: [new TextEncoder().encode(`${text}\n`)],
  };
}

/** The reason phrase of a status as an answer. */
export function statusAnswer(status: number): HttpAnswer {
  return plainAnswer(status, (REASONS[status] ?? "").toLowerCase());
}

/** Status line and headers, with the empty line after them. */
export function formatHead(
  { status, headers, body }: HttpAnswer,
  { isLast, date }: { readonly isLast: boolean; readonly date: Date },
): Uint8Array {
  const lengthBytes = body.reduce((sum, { length }) => sum + length, 0);
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
    ...Object.entries({
      ...headers,
      date: date.toUTCString(),
      "content-length": `${lengthBytes}`,
      "x-content-type-options": "nosniff",
      connection: isLast ? "close" : "keep-alive",
    }).map(([name, value]) => `${name}: ${value}`),
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}
