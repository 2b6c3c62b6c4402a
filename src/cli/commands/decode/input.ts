/** What the words after `decode` are: numbers, octets, or files to read. */

import { CaptureReader, isCapture } from "../../../packet/capture/capture_reader.ts";
import { type HexText, MAX_HEX_TEXT_LENGTH, parseHexText } from "../../../packet/hex_text.ts";
import { gunzip, isGzip } from "../../gunzip.ts";

/** A timestamp, the octets of packets, or a file: what one operand of `decode` is. */
export type DecodeInput =
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "packets"; readonly packets: readonly Uint8Array[] }
  | {
    readonly kind: "capture";
    readonly reader: CaptureReader;
    readonly chunks: AsyncIterable<Uint8Array>;
  }
  | { readonly kind: "unreadable"; readonly reason: string };

const NUMBERS = 2 ** 32;
/** Octets that identify the format of a file. */
const HEAD_BYTES = 8;

/** A decimal number, or `0x` and up to eight digits, that 32 bits hold; undefined for other words. */
export function parseNumber(word: string): number | undefined {
  if (!/^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(word)) return undefined;
  const number = Number(word);
  return number < NUMBERS ? number : undefined;
}

/** Reads text: lines that each are a number, or packets in hexadecimal. */
export function readText(text: string): DecodeInput[] {
  const words = text.split(/\s+/, 10_001).filter((word) => word !== "");
  const numbers = words.map(parseNumber);
  if (words.length > 0 && words.length <= 10_000 && isNumberList(text, words, numbers)) {
    return numbers.map((number) => ({ kind: "number", number: number as number }));
  }
  return [fromHex(parseHexText(text))];
}

/** Numbers stand one a line; several decimal words on a line are octets. */
function isNumberList(
  text: string,
  words: readonly string[],
  numbers: readonly (number | undefined)[],
): boolean {
  if (numbers.includes(undefined)) return false;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length === words.length;
}

/** Reads packets from hexadecimal text. */
export function fromHex(hex: HexText): DecodeInput {
  if (hex.ok) return { kind: "packets", packets: hex.packets };
  return { kind: "unreadable", reason: `line ${hex.line}: ${hex.reason}` };
}

/** A file, or the compressed data in it, that cannot be read further. */
export class SourceError extends Error {
  /** There is no such file. */
  readonly isMissing: boolean;

  /** Says what the system said. */
  constructor(error: unknown) {
    const message = error instanceof Error ? error.message : String(error);
    super(message.replace(/ \(os error \d+\)/, ""));
    // A name too long for a file (ENAMETOOLONG) is one of none: digits, most likely.
    this.isMissing = error instanceof Deno.errors.NotFound || /os error 36\b/.test(message);
  }
}

async function* named(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw error instanceof SourceError ? error : new SourceError(error);
  }
}

/** Finds out what a file holds, and reads it: a capture piece by piece, a text at once. */
export async function readFile(source: AsyncIterable<Uint8Array>): Promise<DecodeInput[]> {
  const [head, rest] = await peek(named(source));
  const [start, chunks] = isGzip(head) ? await peek(named(gunzip(rest))) : [head, rest];
  if (start.length === 0) return [{ kind: "unreadable", reason: "it is empty" }];
  if (isCapture(start)) return [{ kind: "capture", reader: new CaptureReader(), chunks }];
  const text = await readAll(chunks);
  if (text === undefined) {
    const reason = `neither a capture nor text of at most ${MAX_HEX_TEXT_LENGTH} characters`;
    return [{ kind: "unreadable", reason }];
  }
  return readText(text);
}

/** The first octets of a stream, and all of it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<[head: Uint8Array, all: AsyncIterable<Uint8Array>]> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    pieces.push(value);
    length += value.length;
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    head.set(piece, at);
    at += piece.length;
  }
  const all = async function* () {
    yield head;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  };
  return [head, all()];
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of source) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_HEX_TEXT_LENGTH) return undefined;
  }
  return text + decoder.decode();
}
