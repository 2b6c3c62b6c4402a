/**
 * The lines of a text that comes in pieces, as a file or standard input is read: in bounded memory, and refused as
 * soon as it cannot be a list that a person or a program wrote.
 */

/** Most bytes of one text. */
export const MAX_TEXT_BYTES = 2 ** 30;
/** Most characters of one line, its line break not counted. A list may have all its words in one line. */
export const MAX_LINE_CHARACTERS = 4 * 2 ** 20;

/** Limits of {@linkcode readLines}. */
export interface LineLimits {
  /** Most bytes; {@linkcode MAX_TEXT_BYTES} unless given. */
  readonly maxBytes?: number;
  /** Most characters of a line; {@linkcode MAX_LINE_CHARACTERS} unless given. */
  readonly maxLineCharacters?: number;
}

/** Some lines that follow one another. One object for many lines: a list may have ten million. */
export interface LineBatch {
  /** Number of the first line, from 1. */
  readonly firstNumber: number;
  /** The lines, without their line breaks. */
  readonly lines: readonly string[];
}

/** A text that is not a list of lines. The message is a clause to follow "Cannot read FILE:". */
export class TextError extends Error {
  /** `TextError`. */
  override readonly name = "TextError";
}

/**
 * Splits UTF-8 text into lines at LF, CR LF or CR. A byte order mark at its start is left out; bytes that are not UTF-8
 * become U+FFFD.
 *
 * @param chunks the bytes in order, cut anywhere
 * @throws {TextError} A zero byte, a line or a text that is longer than its limit: before more than that is read.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limits: LineLimits = {},
): AsyncGenerator<LineBatch, void, void> {
  const { maxBytes = MAX_TEXT_BYTES, maxLineCharacters = MAX_LINE_CHARACTERS } = limits;
  const decoder = new TextDecoder();
  let bytes = 0, number = 1, rest = "", heldCr = "";
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new TextError(`more than ${maxBytes} bytes, expected a list`);
    let text = heldCr + decoder.decode(chunk, { stream: true });
    // It may be the first half of a CR LF.
    heldCr = text.endsWith("\r") ? "\r" : "";
    if (heldCr !== "") text = text.slice(0, -1);
    const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
    if (text.includes("\0")) {
      const index = lines.findIndex((line) => line.includes("\0"));
      throw new TextError(`line ${number + index} has a zero byte, expected text`);
    }
    lines[0] = rest + lines[0];
    const index = lines.findIndex(({ length }) => length > maxLineCharacters);
    if (index >= 0) {
      throw new TextError(
        `line ${number + index} has more than ${maxLineCharacters} characters, expected less`,
      );
    }
    rest = lines.pop() as string;
    if (lines.length === 0) continue;
    yield { firstNumber: number, lines };
    number += lines.length;
  }
  rest += decoder.decode();
  if (rest !== "") yield { firstNumber: number, lines: [rest] };
}
