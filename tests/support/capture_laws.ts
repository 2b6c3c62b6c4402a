/** What holds for every capture file and hexadecimal text, however damaged; each law throws when it is broken. */

import { annotateFrame } from "../../src/packet/capture/annotate_frame.ts";
import { asDatagram, isIcmp, parseCaptured } from "../../src/packet/capture/captured_datagram.ts";
import { CaptureReader } from "../../src/packet/capture/capture_reader.ts";
import { guessStart } from "../../src/packet/capture/guess_link_type.ts";
import { findIpv4 } from "../../src/packet/capture/link_type.ts";
import { parseHexText } from "../../src/packet/hex_text.ts";
import { CAPTURE_TABLES } from "../../src/record/capture_record.ts";
import { JsonReporter } from "../../src/record/json_reporter.ts";
import { CaptureRun, followPings } from "../../src/run/capture/capture_run.ts";
import { Random } from "../lab/random.ts";
import { damage, randomCapture } from "./capture_generator.ts";

const ARENA_BYTES = 4096;
const INPUT_START = 512;
const HEX_ALPHABET = "0123456789abcdefABCDEF xX:,\\|\n\t-'\"{}gz";
const PROGRAM = { command: "decode", version: "1.2.3" };

/** Reads a file in pieces and returns what is in it. */
function* readIn(file: Uint8Array, pieceBytes: number, lines: string[]) {
  const reader = new CaptureReader();
  for (let at = 0; at < file.length; at += pieceBytes) {
    for (const packet of reader.read(file.subarray(at, at + pieceBytes))) {
      const { bytes, linkType, unixSeconds, nanoseconds } = packet;
      lines.push(`${unixSeconds}.${nanoseconds} ${linkType} ${bytes.toHex()}`);
      const offset = findIpv4(linkType, bytes);
      if (offset < 0 || !isIcmp(bytes, offset)) continue;
      yield { packet, offset, content: parseCaptured(packet, offset) };
    }
  }
  reader.finish();
  lines.push(JSON.stringify([reader.broken ?? null, reader.end ?? null]));
}

/** Pairs what is in a file, and writes it as JSON. */
function pairIn(file: Uint8Array, pieceBytes: number, lines: string[]): void {
  const sink = { line: (text: string) => lines.push(text), header: () => {} };
  const reporter = new JsonReporter(sink, { quiet: false, tables: CAPTURE_TABLES });
  const run = new CaptureRun(
    { program: PROGRAM, source: "x", timeoutMs: 1000, limits: { probes: 4, hosts: 2 } },
    (info) => reporter.run(info),
    followPings(reporter),
  );
  for (const { packet, offset, content } of readIn(file, pieceBytes, lines)) {
    const { bytes, unixSeconds, nanoseconds, direction } = packet;
    if (Number.isNaN(unixSeconds)) continue;
    const time = { unixSeconds, nanoseconds };
    const datagram = content.ok ? asDatagram(content.value) : undefined;
    if (!content.ok) run.addMalformed("", time);
    else if (datagram !== undefined) {
      const { isCut = false } = content.value;
      run.add({ ...datagram, ...time, bytes: bytes.subarray(offset), isCut, direction });
    }
  }
  const result = run.finish();
  reporter.end({ ...result, reason: "complete", exitCode: 0 });
  const { totals } = result;
  const settled = totals.received + totals.lost + totals.icmpErrors + totals.pending;
  if (totals.sent !== settled || totals.pending < 0) throw new Error("the counts do not add up");
}

/** Decodes a file amid octets that are not of it. */
function decodeAmid(
  file: Uint8Array,
  { canary, pieceBytes, pairs }: { canary: number; pieceBytes: number; pairs: boolean },
): string {
  const arena = new Uint8Array(Math.max(ARENA_BYTES, file.length + 2 * INPUT_START)).fill(canary);
  arena.set(file, INPUT_START);
  const input = arena.subarray(INPUT_START, INPUT_START + file.length);
  const lines: string[] = [];
  if (pairs) pairIn(input, pieceBytes, lines);
  else for (const { content } of readIn(input, pieceBytes, lines)) lines.push(String(content.ok));
  return lines.join("\n");
}

/**
 * A damaged file is never an exception; pieces of any size and what lies around them change nothing; every record is JSON.
 *
 * @param pairs pair requests and replies too, which takes most of the time
 * @returns packets that the file was made of
 */
export function tryCapture(seed: number, pairs = true): number {
  const random = new Random(seed);
  const { bytes, packets } = randomCapture(random);
  const file = damage(random, bytes);
  const whole = decodeAmid(file, { canary: 0xa5, pieceBytes: file.length + 1, pairs });
  const parts = decodeAmid(file, { canary: 0x3c, pieceBytes: 1 + random.below(40), pairs });
  if (whole !== parts) throw new Error("pieces or octets around the file changed the result");
  for (const line of whole.split("\n")) if (line.startsWith("{")) JSON.parse(line);
  const guess = guessStart(file);
  annotateFrame(guess.linkType, file, guess.offset, guess.kind);
  return packets;
}

/** Any text is read or refused, and octets in hexadecimal digits are read as they are. */
export function tryHexText(seed: number): void {
  const random = new Random(seed);
  const length = random.below(120);
  let text = "";
  for (let i = 0; i < length; i++) text += HEX_ALPHABET[random.below(HEX_ALPHABET.length)];
  parseHexText(text);
  const bytes = random.octets(1 + random.below(60));
  const pairs = Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0"));
  const read = parseHexText(pairs.join(random.pick(["", " ", ":", ", "])));
  const isSame = read.ok && read.packets.length === 1 &&
    read.packets[0]?.toHex() === bytes.toHex();
  if (!isSame) throw new Error("hexadecimal digits were read as other octets");
}
