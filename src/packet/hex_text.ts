/**
 * Packets written as hexadecimal text: by tcpdump -x, -xx and -X, xxd, hexdump -C, text2pcap and Wireshark's
 * "copy" commands, in program sources, or by hand.
 *
 * An offset before the octets, and the column of characters after them, are recognised and left out. An offset of 0
 * begins another packet, and so does an empty line. Lines without any octet, such as the headline that tcpdump
 * prints above each packet, are passed over. A `*` stands for repeated lines, as in hexdump -C.
 */

/** The longest text that is read, in characters: a datagram of 65,535 octets takes some 300,000. */
export const MAX_HEX_TEXT_LENGTH = 16 * 1024 * 1024;

/** The outcome of reading hexadecimal text. */
export type HexText =
  | { readonly ok: true; readonly packets: readonly Uint8Array[] }
  | {
    readonly ok: false;
    /** The line with the trouble, from 1. */
    readonly line: number;
    /** One phrase, such as `an odd number of digits`. */
    readonly reason: string;
  };

/** An offset before the octets: with a colon, as tcpdump and xxd write it, or without, as Wireshark does. */
const OFFSET = /^\s*(?:0x)?([0-9a-f]{4,8})(:?)\s+(?=\S)/i;
/** Octets of a line of a dump that can be repeated, and the longest packet that a dump with such a line can be of. */
const OCTETS_PER_LINE = 16;
const MAX_REPEATED_BYTES = 65_535 + 64;
/** An offset alone. */
const END = /^\s*(?:0x)?([0-9a-f]{4,8}):?\s*$/i;
/** `\x45` in a text of a program. */
const ESCAPED = /\\x[0-9a-f]{2}/i;
const PAIRS = /^(?:[0-9a-f]{2})+$/i;
const HEX_WORD = /^[0-9a-f]+$/i;

/** Reads every packet of a text. Never throws. */
export function parseHexText(text: string): HexText {
  if (text.length > MAX_HEX_TEXT_LENGTH) {
    return { ok: false, line: 1, reason: `more than ${MAX_HEX_TEXT_LENGTH} characters` };
  }
  if (ESCAPED.test(text)) return packetsOf([parseEscaped(text)]);
  const packets: number[][] = [];
  let current: number[] | undefined;
  let isRepeated = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") {
      current = undefined;
      continue;
    }
    if (current !== undefined && line.trim() === "*") {
      isRepeated = true;
      continue;
    }
    if (isRepeated && current !== undefined) repeatLast(current, line);
    isRepeated = false;
    const read = parseLine(line, current?.length ?? 0);
    if (read.reason !== undefined) return { ok: false, line: index + 1, reason: read.reason };
    if (read.octets === undefined) {
      current = undefined;
      continue;
    }
    if (current === undefined || read.offset === 0) {
      current = [];
      packets.push(current);
    }
    for (const octet of read.octets) current.push(octet);
  }
  return packetsOf(packets);
}

function packetsOf(packets: readonly (readonly number[])[]): HexText {
  const filled = packets.filter(({ length }) => length > 0);
  if (filled.length === 0) return { ok: false, line: 1, reason: "no hexadecimal digits" };
  return { ok: true, packets: filled.map((octets) => Uint8Array.from(octets)) };
}

/** A `*` stands for lines like the one before it, up to the offset of the line after it. */
function repeatLast(octets: number[], line: string): void {
  const offset = parseInt((OFFSET.exec(line) ?? END.exec(line))?.[1] ?? "", 16);
  if (octets.length < OCTETS_PER_LINE || !(offset <= MAX_REPEATED_BYTES)) return;
  const last = octets.slice(-OCTETS_PER_LINE);
  while (octets.length < offset) octets.push(last[octets.length % OCTETS_PER_LINE] as number);
}

interface Line {
  readonly offset?: number;
  /** Undefined for a line that holds no octets. */
  readonly octets?: readonly number[];
  readonly reason?: string;
}

function parseLine(line: string, expectedOffset: number): Line {
  // hexdump ends with the length.
  const end = END.exec(line);
  if (end !== null && expectedOffset > 0 && parseInt(end[1] ?? "", 16) === expectedOffset) {
    return {};
  }
  const match = OFFSET.exec(line);
  if (match !== null) {
    const offset = parseInt(match[1] ?? "", 16);
    const rest = line.slice(match[0].length);
    const hasColon = match[2] === ":";
    // Without a colon it may be the first octets of a bare line: an offset is what continues, before single octets.
    const isOffset = offset === 0
      ? /^[0-9a-f]{2}\s/i.test(rest)
      : offset === expectedOffset && /^[0-9a-f]{2}(?:\s|$)/i.test(rest);
    if (hasColon || isOffset) {
      return offset === 0 || offset === expectedOffset
        ? { offset, octets: parseColumns(rest) }
        : { reason: `offset 0x${match[1]} where 0x${hex(expectedOffset)} was expected` };
    }
  }
  return parseBare(line);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** The octets after an offset, without the column of characters that may follow. */
function parseColumns(text: string): number[] {
  const octets: number[] = [];
  const [columns = ""] = text.split("|", 1);
  const words = columns.match(/\S+|\s+/g) ?? [];
  let width: number | undefined;
  let gap = 0;
  for (const word of words) {
    if (word.trim() === "") {
      gap = word.length;
      continue;
    }
    if (!PAIRS.test(word)) break;
    // Two blanks stand before the characters, and after eight single octets in the middle of some dumps.
    const isMiddle = octets.length === 8 && width === 2 && gap === 2;
    if (gap > 1 && !isMiddle) break;
    width ??= word.length;
    if (word.length > width) break;
    pushPairs(octets, word);
  }
  return octets;
}

/** A line of octets without an offset: pairs or groups, with separators of any kind, `0x` before each or all. */
function parseBare(line: string): Line {
  const words = line
    .replaceAll(/\/\*.*?\*\/|\/\/.*$/g, " ")
    .split(/[\s,;:{}()[\]"'`-]+/)
    .filter((word) => word !== "")
    .map((word) => word.replace(/^0x/i, ""));
  if (words.length === 0) return {};
  if (!words.every((word) => HEX_WORD.test(word))) return isProse(words) ? {} : unreadable(words);
  const octets: number[] = [];
  // Single digits stand for octets only where every group is that of one octet, as in `0x8, 0x0`.
  const isOctetList = words.every(({ length }) => length <= 2) && words.length > 1;
  for (const word of words) {
    const padded = isOctetList ? word.padStart(2, "0") : word;
    if (padded.length % 2 === 1) return { reason: `an odd number of digits in ${clip(word)}` };
    pushPairs(octets, padded);
  }
  return { octets };
}

/** A headline or another line for people: most words cannot be digits. */
function isProse(words: readonly string[]): boolean {
  return words.filter((word) => !HEX_WORD.test(word)).length * 2 > words.length;
}

function unreadable(words: readonly string[]): Line {
  const word = words.find((each) => !HEX_WORD.test(each)) ?? "";
  return { reason: `${clip(word)} is no hexadecimal number` };
}

function clip(word: string): string {
  return word.length > 20 ? `${word.slice(0, 20)}…` : word;
}

/** `\x45\x00(E`: what is not escaped stands for itself, as Python prints bytes. */
function parseEscaped(text: string): number[] {
  const octets: number[] = [];
  const inner = text.replaceAll(/\\\r?\n/g, "").replaceAll(/"\s*"/g, "").trim()
    .replace(/^b?(["'])([\s\S]*)\1;?$/, "$2");
  const SHORT: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, "0": 0, "\\": 92 };
  for (const [all, pair, letter] of inner.matchAll(/\\x([0-9a-f]{2})|\\(.)|[^\\]/gi)) {
    if (pair !== undefined) octets.push(parseInt(pair, 16));
    else if (letter !== undefined) octets.push(SHORT[letter] ?? letter.charCodeAt(0) & 0xff);
    else if (!/["\r\n]/.test(all)) octets.push(all.charCodeAt(0) & 0xff);
  }
  return octets;
}

function pushPairs(octets: number[], digits: string): void {
  for (let at = 0; at < digits.length; at += 2) octets.push(parseInt(digits.slice(at, at + 2), 16));
}
