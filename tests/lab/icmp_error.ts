/** ICMP errors that quote the request: types 3, 4, 5, 11 and 12. */

import { parseDotted } from "./address.ts";
import {
  IP_OPTIONS,
  MAX_HEADER_BYTES,
  sealHeader,
  sealMessage,
  write16,
  write32,
} from "./octets.ts";
import { type Request, writeHeader } from "./packet.ts";
import type { Departure, DepartureQueue } from "./departure_queue.ts";
import type { ErrorReply } from "./scenario.ts";

const ERROR_HEADER_BYTES = 8;
const REST_OF_HEADER = 4;
const NEXT_HOP_MTU = 6;
const DEFAULT_QUOTE_BYTES = 8;
const TYPE_UNREACHABLE = 3;
const TYPE_REDIRECT = 5;
const TYPE_PARAMETER = 12;
const NO_OPERATION = 1;
/** The TOS with which routers mark their errors (RFC 1812 §4.3.2.5). */
const INTERNETWORK_CONTROL = 0xc0;

/** What an error needs besides the request. */
export type ErrorContent = Omit<ErrorReply, "ratio" | "from">;

/** A time exceeded in transit, as routers send it. */
export const timeExceeded: ErrorContent = { type: 11, code: 0 };

/** Writes an error about `request`, sent by `source` with this TTL, into a packet of the queue. */
export function writeError(
  queue: DepartureQueue,
  request: Request,
  error: ErrorContent,
  source: number,
  ttl: number,
  identification: number,
): Departure {
  const optionBytes = error.quoteOptionBytes ?? 0;
  const quotedHeaderBytes = Math.min(MAX_HEADER_BYTES, request.headerBytes + optionBytes);
  const quoteBytes = Math.min(
    error.quoteBytes ?? DEFAULT_QUOTE_BYTES,
    request.totalBytes - request.headerBytes,
  );
  const start = IP_OPTIONS;
  const quote = start + ERROR_HEADER_BYTES;
  const departure = queue.reserve(quote + quotedHeaderBytes + quoteBytes);
  const { bytes } = departure;
  departure.lengthBytes = quote + quotedHeaderBytes + quoteBytes;
  bytes[start] = error.type;
  bytes[start + 1] = error.code;
  write32(bytes, start + REST_OF_HEADER, 0);
  if (error.type === TYPE_REDIRECT) {
    write32(bytes, start + REST_OF_HEADER, parseDotted(error.gateway ?? "192.0.2.254"));
  } else if (error.type === TYPE_PARAMETER) {
    bytes[start + REST_OF_HEADER] = error.pointer ?? 0;
  } else if (error.type === TYPE_UNREACHABLE && error.mtu !== undefined) {
    write16(bytes, start + NEXT_HOP_MTU, error.mtu);
  }
  writeQuote(bytes, quote, request, quotedHeaderBytes, quoteBytes);
  sealMessage(bytes, start, departure.lengthBytes);
  writeHeader(
    bytes,
    IP_OPTIONS,
    departure.lengthBytes,
    INTERNETWORK_CONTROL,
    identification,
    ttl,
    source,
    request.source,
  );
  return departure;
}

function writeQuote(
  bytes: Uint8Array,
  at: number,
  request: Request,
  headerBytes: number,
  quoteBytes: number,
): void {
  bytes.set(request.bytes.subarray(0, request.headerBytes), at);
  const addedBytes = headerBytes - request.headerBytes;
  if (addedBytes > 0) {
    bytes.fill(NO_OPERATION, at + request.headerBytes, at + headerBytes);
    const header = bytes.subarray(at, at + headerBytes);
    header[0] = 0x40 | (headerBytes / 4);
    sealHeader(header, request.totalBytes + addedBytes);
  }
  const message = request.bytes.subarray(
    request.headerBytes,
    request.headerBytes + quoteBytes,
  );
  bytes.set(message, at + headerBytes);
}
